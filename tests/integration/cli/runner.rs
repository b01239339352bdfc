//! A folder with a small bucket in it, and the program run there as a user runs it, with nothing in its environment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use regex::Regex;
use serde_json::{Value, json};
use stocktake::model::Millis;
use tempfile::TempDir;

use crate::delivery::{Column, Format, ObjectRow, typed, write_export, write_inventory};

/// When the inventory was made: 2026-11-22T01:00:00Z.
pub(super) const INVENTORY_TIME: Millis = 1_795_309_200_000;
/// When the export was made, likewise.
pub(super) const EXPORT_TIME: Millis = INVENTORY_TIME - 30 * 60_000;
/// When every object was written: 2026-11-01T00:00:00Z.
pub(super) const WRITTEN_AT: Millis = 1_793_491_200_000;

/// What every world is judged by.
pub(crate) const CONFIGURATION: &str = r#"version = 1
title = "Media"

[inputs]
inventory = ["inventory"]
exports = ["exports"]
now = 2026-11-22T06:00:00Z

[output]
dir = "reports"

[[bucket]]
name = "media"

[placeholder.asset]
pattern = "[a-z0-9-]+"

[[area]]
name = "video"
path = "video/{asset}/**"
[[area.legacy]]
name = "films"
from = "films/{asset}/{file}"
to = "video/{asset}/{file}"

[[table]]
name = "assets"
key = ["asset_id"]
[[table.reference]]
attribute = "file"
kind = "object"
area = "video"
"#;

/// The files of the set, as a folder lists them.
pub(crate) const SET: [&str; 7] =
    ["audit.html", "audit.md", "findings.parquet", "folders.parquet", "results.json", "signoff.html", "signoff.md"];

/// The program.
pub(crate) fn program() -> Command {
    isolated(Command::new(env!("CARGO_BIN_EXE_stocktake")))
}

/// A command that inherits nothing: no `NO_COLOR`, no `STOCKTAKE_CONFIG`, no width of a terminal.
pub(super) fn isolated(mut command: Command) -> Command {
    command.env_clear().stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// What a run left behind on its streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// With the folder's path replaced.
    pub(crate) fn of(output: &Output, dir: &Path) -> Self {
        let dir = dir.display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&dir, "[DIR]");
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Holds it against the one shape of an error: nothing on stdout, one message on stderr.
    #[track_caller]
    pub(crate) fn is_refused(&self, code: i32) {
        let shape = "^error: [^A-Z\n][^\n]*[^.\n]\n(  --> [^\n]+\n)?(  caused by: [^\n]+\n)*(  help: [^\n]+\n)?$";
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{self:#?}");
        assert!(
            Regex::new(shape).unwrap().is_match(&self.stderr),
            "not one message in the known shape:\n{}",
            self.stderr
        );
    }
}

/// A folder with a configuration, an inventory of the bucket `media`, and an export of the table `assets`.
pub(super) struct World {
    dir: TempDir,
}

impl World {
    /// An empty folder.
    pub(super) fn empty() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    /// A bucket with these objects, and records that name these keys.
    pub(super) fn of(keys: &[&str], named: &[&str]) -> Self {
        let rows: Vec<ObjectRow> = keys.iter().map(|key| ObjectRow::new(*key, 1_000, WRITTEN_AT)).collect();
        Self::of_rows(&[rows], &Column::current(), named)
    }

    /// The same with whole rows, part by part.
    pub(super) fn of_rows(parts: &[Vec<ObjectRow>], columns: &[Column], named: &[&str]) -> Self {
        let world = Self::empty();
        world.write("stocktake.toml", CONFIGURATION);
        write_inventory(&world.path("inventory"), "media", INVENTORY_TIME, parts, Format::Csv, columns);
        let item = |(number, key): (usize, &&str)| {
            typed(&json!({ "asset_id": number.to_string(), "file": format!("s3://media/{key}") }))
        };
        let items: Vec<Value> = named.iter().enumerate().map(item).collect();
        write_export(&world.path("exports"), "assets", EXPORT_TIME, &[items]);
        world
    }

    /// All is in order.
    pub(super) fn sound() -> Self {
        Self::of(&["video/a1/clip.mp4", "video/a2/clip.mp4"], &["video/a1/clip.mp4", "video/a2/clip.mp4"])
    }

    /// A record names an object that is not there: an error.
    pub(super) fn dangling() -> Self {
        Self::of(&["video/a1/clip.mp4"], &["video/a1/clip.mp4", "video/a2/clip.mp4"])
    }

    /// An object that no record names: a warning.
    pub(super) fn orphaned() -> Self {
        Self::of(&["video/a1/clip.mp4", "video/a2/clip.mp4"], &["video/a1/clip.mp4"])
    }

    /// A listed part is not there.
    pub(super) fn incomplete() -> Self {
        let world = Self::sound();
        let part = world.files().into_keys().find(|name| name.ends_with(".csv.gz")).unwrap();
        fs::remove_file(world.path(&part)).unwrap();
        world
    }

    /// The folder.
    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A path in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file in it.
    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A file in it.
    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces text in a file.
    pub(super) fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} holds no {old:?}");
        self.write(name, text.replace(old, new));
    }

    /// The manifest of its inventory.
    pub(super) fn manifest(&self) -> String {
        self.files().into_keys().find(|name| name.ends_with("manifest.json")).unwrap()
    }

    /// Every file below it, hidden ones too, with what is in it.
    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        crate::fixtures::read_below(self.dir()).0
    }

    /// The names of the files in one of its folders, hidden ones too.
    pub(super) fn names(&self, folder: &str) -> Vec<String> {
        crate::fixtures::read_below(&self.path(folder)).0.into_keys().collect()
    }

    /// Runs the program in it, with arguments between spaces.
    pub(super) fn run(&self, arguments: &str) -> Ran {
        self.finish(program().args(arguments.split_whitespace()))
    }

    /// Runs a command in it.
    pub(super) fn finish(&self, command: &mut Command) -> Ran {
        Ran::of(&command.current_dir(self.dir()).output().unwrap(), self.dir())
    }

    /// Audits, and gives `results.json`.
    pub(super) fn results(&self, arguments: &str) -> (Option<i32>, Value) {
        let ran = self.run(&format!("audit --format json {arguments}"));
        let results = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
        (ran.code, results)
    }
}
