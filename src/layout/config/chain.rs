//! A configuration and the files it extends, each read, checked and merged into one tree.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::KnownRules;
use super::kind::Kind;
use super::merge::Merge;
use super::presets::{digest, preset_names, preset_text};
use super::problems::{Problems, list};
use super::schema::{FILE, Schema};
use super::shape;
use super::source_text::SourceText;
use super::tree::{self, Node, Value};
use crate::layout::ConfigError;
use crate::model::Place;

/// The most files that may extend one another.
const MAX_FILES: usize = 32;

/// The version of the language.
const VERSION: i64 = 1;

/// The files of a configuration, the user's first.
#[derive(Default)]
pub(super) struct Chain {
    /// Their names, as places call them.
    pub(super) names: Vec<Arc<str>>,
    /// The last preset among them, with the digest of its text.
    pub(super) preset: Option<(String, String)>,
    /// Whether one of them could not be read, or not be parsed.
    pub(super) broken: bool,
    files: Vec<Node>,
    origins: Vec<Origin>,
}

/// Where a file comes from.
#[derive(Clone, PartialEq, Eq)]
enum Origin {
    File(PathBuf),
    Preset(String),
}

impl Chain {
    /// Reads a file and all it extends.
    pub(super) fn of_file(path: &Path, problems: &mut Problems) -> Self {
        let mut chain = Self::default();
        match SourceText::read(path, None) {
            Ok(source) => chain.follow(source, Origin::of_path(path), path, problems),
            Err(error) => chain.fail(error, problems),
        }
        chain
    }

    /// Takes a text as if it had been read from `path`, and reads all it extends.
    pub(super) fn of_text(path: &Path, text: &[u8], problems: &mut Problems) -> Self {
        let mut chain = Self::default();
        match SourceText::new(path.display().to_string(), text.to_vec()) {
            Ok(source) => chain.follow(source, Origin::of_path(path), path, problems),
            Err(error) => chain.fail(error, problems),
        }
        chain
    }

    /// Takes a preset, and all it extends.
    pub(super) fn of_preset(name: &str, problems: &mut Problems) -> Self {
        let mut chain = Self::default();
        let place = Place::file(format!("preset {name}"));
        if let Some(source) = chain.preset(name, &place, problems) {
            chain.follow(source, Origin::Preset(name.to_owned()), Path::new(""), problems);
        }
        chain
    }

    fn fail(&mut self, error: ConfigError, problems: &mut Problems) {
        self.broken = true;
        problems.add(error);
    }

    fn preset(&mut self, name: &str, asked: &Place, problems: &mut Problems) -> Option<SourceText> {
        let Some(text) = preset_text(name) else {
            let problem = format!("unknown preset {}", Problems::quote(name));
            let help = format!("name one of {}, or a path ending in `.toml`", list(preset_names()));
            self.broken = true;
            problems.unknown(asked, problem, name, preset_names(), help);
            return None;
        };
        self.preset = Some((name.to_owned(), digest(text)));
        SourceText::new(format!("preset {name}"), text.as_bytes().to_vec())
            .map_err(|error| self.fail(error, problems))
            .ok()
    }

    /// Takes a file and what it extends; `path` is the file's own.
    fn follow(&mut self, source: SourceText, origin: Origin, path: &Path, problems: &mut Problems) {
        let home = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut next = Some((source, origin, PathBuf::new()));
        while let Some((source, origin, folder)) = next.take() {
            let layer = u8::try_from(self.files.len()).unwrap_or(u8::MAX);
            self.names.push(source.name.clone());
            self.origins.push(origin);
            let Some(mut file) = read(&source, layer, problems) else {
                self.broken = true;
                return;
            };
            rebase(&FILE, &mut file, &folder);
            let extends = file.get("extends").cloned();
            self.files.push(file);
            next = extends.and_then(|extends| self.extended(&extends, &home, &folder, problems));
        }
    }

    /// The file that another asks for, where it comes from, and its folder relative to the user's.
    fn extended(
        &mut self,
        extends: &Node,
        home: &Path,
        folder: &Path,
        problems: &mut Problems,
    ) -> Option<(SourceText, Origin, PathBuf)> {
        let name = extends.as_text();
        let is_path = name.ends_with(".toml") && !matches!(self.origins.last(), Some(Origin::Preset(_)));
        let relative = folder.join(name);
        let path = home.join(&relative);
        let origin = if is_path { Origin::of_path(&path) } else { Origin::Preset(name.to_owned()) };
        if self.origins.contains(&origin) {
            let problem = format!("{} is extended by itself", Problems::quote(name));
            let help = format!("break the circle {}", list(self.names.iter().map(AsRef::as_ref)));
            self.fail(ConfigError::at(&extends.place, problem).help(help), problems);
            return None;
        }
        if self.origins.len() == MAX_FILES {
            let problem = format!("more than {MAX_FILES} files extend one another");
            self.fail(ConfigError::at(&extends.place, problem).help("merge some of them"), problems);
            return None;
        }
        if !is_path {
            return Some((self.preset(name, &extends.place, problems)?, origin, PathBuf::new()));
        }
        let source = SourceText::read(&path, Some(&extends.place));
        let source = source.map_err(|error| self.fail(error, problems)).ok()?;
        Some((source, origin, relative.parent().unwrap_or(Path::new("")).to_owned()))
    }

    /// The effective configuration.
    pub(super) fn merged(self, rules: &KnownRules, problems: &mut Problems) -> Node {
        let place = Place::file(self.names.first().cloned().unwrap_or_default());
        let mut merged = Node { value: Value::Table(Vec::new()), place, plain: false, layer: 0 };
        for file in self.files.into_iter().rev() {
            Merge { rules, problems }.table(&FILE, &mut merged, file);
        }
        shape::complete(&FILE, &merged, problems);
        merged
    }
}

impl Origin {
    /// A file's origin, the same however its path is written.
    fn of_path(path: &Path) -> Self {
        Self::File(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }
}

/// Parses and checks one file; nothing if it is no TOML at all.
fn read(source: &SourceText, layer: u8, problems: &mut Problems) -> Option<Node> {
    let mut own = Problems::default();
    let mut file = tree::parse(source, layer, &mut own);
    let is_toml = own.is_empty();
    problems.append(own);
    if !is_toml {
        return None;
    }
    shape::check(&FILE, &mut file, problems);
    match file.get("version") {
        Some(Node { value: Value::Integer(VERSION), .. }) => {}
        Some(other) => {
            let problem = "this version of the language is not known";
            problems.add(ConfigError::at(&other.place, problem).help(format!("write `version = {VERSION}`")));
        }
        None if file.has("version") => {}
        None => {
            let help = format!("write `version = {VERSION}` at its top");
            problems.add(ConfigError::at(&file.place, "`version` is missing from the file").help(help));
        }
    }
    Some(file)
}

/// Makes the paths of a file in another folder relative to the user's.
fn rebase(schema: &'static Schema, node: &mut Node, folder: &Path) {
    let Value::Table(members) = &mut node.value else { return };
    for member in members {
        match schema.key(&member.name).map(|key| &key.kind) {
            Some(Kind::Section(schema)) => rebase(schema, &mut member.node, folder),
            Some(Kind::Path) => rebase_path(&mut member.node, folder),
            Some(Kind::List(Kind::Path)) => {
                if let Value::List(paths) = &mut member.node.value {
                    paths.iter_mut().for_each(|path| rebase_path(path, folder));
                }
            }
            _ => {}
        }
    }
}

fn rebase_path(node: &mut Node, folder: &Path) {
    if let Value::Text(path) = &mut node.value
        && !path.starts_with("s3://")
        && !folder.as_os_str().is_empty()
    {
        *path = folder.join(&*path).display().to_string();
    }
}
