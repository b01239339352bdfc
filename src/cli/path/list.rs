//! `stocktake path list`.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{ConfigArgs, Given, area_named, check_names, given};
use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::s3::{configured, is_uri};
use crate::layout::Layout;
use crate::render::filters;
use crate::render::hostile::visible;
use crate::results::folders::FoldersReader;
use crate::results::schema::FolderRow;

/// List the folders that the last audit saw, with their objects' totals
///
/// Reads folders.parquet of an audit. Folders come in the order of bucket and folder; where several share their first
/// placeholder's value (a job with a folder for each target, say), a line with their sum stands above them.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake path list
  stocktake path list compilation job=cookies-jetson-20260607031500
  stocktake path list --folders reports/folders.parquet --format json")]
pub(super) struct ListArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Only this area
    area: Option<String>,
    /// Only folders with these values
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<Given>,
    /// The folders of an audit; without it those in `[output] dir`
    #[arg(long, value_name = "FILE")]
    folders: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = ListFormat::Text, value_name = "FORMAT")]
    format: ListFormat,
}

/// How folders are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

impl ListArgs {
    pub(super) fn run(mut self, console: &Console) -> Result<u8, Failure> {
        let layout = self.config.compile()?;
        // `path list job=x` asks for a value in every area.
        if let Some(stray) = self.area.take_if(|area| area.contains('=')) {
            self.values.insert(0, stray.parse().map_err(|why| Failure::usage(format!("`{stray}` is no value"), why))?);
        }
        if let Some(name) = &self.area {
            area_named(&layout, name)?;
        }
        let names = layout.spec().placeholders.iter().map(|placeholder| placeholder.name.as_str());
        check_names(&self.values, names, "the layout")?;
        let file = self.file(&layout)?;
        // What else keeps it from being read is told when it is opened.
        if std::fs::metadata(&file).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Err(Failure::usage(
                format!("there is no file `{}`", file.display()),
                "run `stocktake audit` first, which writes it with the other reports, or give another with --folders",
            ));
        }
        let rows = FoldersReader::open(&file).map_err(|error| Failure::of(&error))?;
        let (mut group, mut seen): (Vec<FolderRow>, usize) = (Vec::new(), 0);
        for row in rows {
            let row = row.map_err(|error| Failure::of(&error))?;
            if !self.wants(&layout, &row) {
                continue;
            }
            seen += 1;
            match self.format {
                ListFormat::Json => console.print(&json_line(&row))?,
                ListFormat::Text => {
                    if group.first().is_some_and(|first| group_of(first) != group_of(&row)) {
                        console.print(&told(&group))?;
                        group.clear();
                    }
                    group.push(row);
                }
            }
        }
        console.print(&told(&group))?;
        if seen == 0 {
            console.say("no folder is like this");
        }
        Ok(0)
    }

    fn file(&self, layout: &Layout) -> Result<PathBuf, Failure> {
        let spec = layout.spec();
        let default = || Some(configured(&spec.directory, spec.output.dir.as_ref()?).join("folders.parquet"));
        let file = self.folders.clone().or_else(default).ok_or_else(|| {
            Failure::usage("it is not said which audit's folders to list", "give --folders FILE, or set `[output] dir`")
        })?;
        if is_uri(&file) {
            return Err(Failure::usage(
                format!("`{}` is not on this machine", file.display()),
                "fetch it and give the file with --folders",
            ));
        }
        Ok(file)
    }

    fn wants(&self, layout: &Layout, row: &FolderRow) -> bool {
        self.area.as_ref().is_none_or(|area| *area == row.area)
            && self.values.iter().all(|wanted| {
                let wanted_value = given(std::slice::from_ref(wanted), &wanted.name).unwrap_or_default();
                let value = layout.normalise(&wanted.name, &wanted_value).into_owned();
                row.captures.iter().any(|(name, held)| *name == wanted.name && *held == value)
            })
    }
}

/// What folders must share to stand under one sum: also what stands before the value, as each use case has its own.
fn group_of(row: &FolderRow) -> (&str, &str, &str, Option<&(String, String)>) {
    let first = row.captures.first();
    let before = first.and_then(|(_, value)| row.folder.split_once(value)).map_or("", |(before, _)| before);
    (&row.bucket, &row.area, before, first)
}

fn told(group: &[FolderRow]) -> String {
    let mut text = String::new();
    if let (Some(first), true) = (group.first(), group.len() > 1) {
        let head = match first.captures.first() {
            Some((name, value)) => format!("{}: {} {name}={value}, {} folders", first.bucket, first.area, group.len()),
            None => format!("{}: {}, {} folders", first.bucket, first.area, group.len()),
        };
        let sum = |of: fn(&FolderRow) -> u64| group.iter().map(of).sum();
        text +=
            &line(&head, sum(|row| row.objects), sum(|row| row.bytes), group.iter().filter_map(|row| row.newest).max());
    }
    let indent = if group.len() > 1 { "  " } else { "" };
    for row in group {
        let head = format!("{indent}s3://{}/{}", row.bucket, row.folder);
        text += &line(&head, row.objects, row.bytes, row.newest);
    }
    text
}

fn line(head: &str, objects: u64, bytes: u64, newest: Option<i64>) -> String {
    let newest = newest.map_or_else(|| "unknown".to_owned(), filters::utc_millis);
    format!(
        "{}  {}  {}  newest {newest}\n",
        visible(head),
        filters::plural(objects, "object", None),
        filters::bytes(bytes)
    )
}

fn json_line(row: &FolderRow) -> String {
    let captures: serde_json::Map<String, Value> =
        row.captures.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let value = json!({
        "bucket": row.bucket, "folder": row.folder, "area": row.area, "captures": captures,
        "objects": row.objects, "bytes": row.bytes, "newest_ms": row.newest,
        "referenced": row.referenced, "orphans": row.orphans, "findings": row.findings,
    });
    format!("{value}\n")
}
