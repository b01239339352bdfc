//! Items without a manifest: a data file of an export alone, and what `aws dynamodb scan` printed.

use memchr::memmem;
use serde::Serialize;

use super::discover::{Export, ExportFile};
use super::ion_records::VERSION;
use super::kind::{ExportFormat, ExportKind};
use crate::model::Millis;
use crate::source::datafile::head;
use crate::source::error::SourceError;
use crate::source::input::{InputFile, ManifestPath};
use crate::source::place::Place;

/// What the user tells of items that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The table that they are of.
    pub table: Option<String>,
    /// The moment that they show, ms UTC.
    pub time: Option<Millis>,
}

/// What stands for an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// `manifest-summary.json`.
    Manifest,
    /// A data file alone.
    File,
    /// What `aws dynamodb scan` printed.
    Scan,
}

impl Origin {
    /// What a report has to say of it, if it is not a manifest.
    pub const fn remark(self) -> Option<&'static str> {
        match self {
            Self::Manifest => None,
            Self::File => Some("a data file was given without a manifest: nothing shows that it holds every item"),
            Self::Scan => Some("a scan was given, not an export: it is no snapshot of one moment"),
        }
    }
}

/// What a file is, by how it begins; `None` for what may be a summary.
///
/// # Errors
///
/// What the system says.
pub(super) fn recognise(from: &ManifestPath) -> Result<Option<(Origin, ExportFormat)>, SourceError> {
    let head = head(&from.path)?;
    let text = head.trim_ascii_start();
    let names = |name: &[u8]| memmem::find(text, name).is_some();
    if text.starts_with(VERSION) && names(b"Item:") {
        return Ok(Some((Origin::File, ExportFormat::Ion)));
    }
    if !text.starts_with(b"{") || names(b"\"exportArn\"") || names(b"\"sourceBucket\"") {
        return Ok(None);
    }
    let first = text[1..].trim_ascii_start();
    let origin = match first {
        _ if first.starts_with(b"\"Item\"") => Some(Origin::File),
        _ if names(b"\"Items\"") || names(b"\"ScannedCount\"") => Some(Origin::Scan),
        _ => None,
    };
    Ok(origin.map(|origin| (origin, ExportFormat::DynamoDbJson)))
}

/// The exports that files without a manifest make: those of one kind are the files of one.
///
/// # Errors
///
/// Files of a table that nobody named, and what the system says.
pub(super) fn exports(
    files: Vec<(ManifestPath, Origin, ExportFormat)>,
    told: &Told,
) -> Result<Vec<Export>, SourceError> {
    let mut exports: Vec<Export> = Vec::new();
    for (from, origin, format) in files {
        let table = told.table.clone().ok_or_else(|| SourceError::NoTable { path: from.path.clone() })?;
        let name = from.name();
        let file = ExportFile {
            file: name.clone(),
            path: Some(from.path.clone()),
            looked: Vec::new(),
            item_count: None,
            stated_md5: None,
            format,
            changes: false,
            is_scan: origin == Origin::Scan,
        };
        match exports.iter_mut().find(|known| known.origin == origin) {
            Some(known) => {
                known.files.push(file);
                known.summary = InputFile::of_files(&paths(&known.files))?;
            }
            None => exports.push(Export {
                kind: ExportKind::Full,
                format,
                increments: Vec::new(),
                table_id: None,
                table_arn: String::new(),
                export_arn: String::new(),
                export_time: told.time.unwrap_or_default(),
                is_dated: told.time.is_some(),
                origin,
                item_count: None,
                summary: InputFile::of_files(&[(name, from.path.clone())])?,
                list: None,
                path: from.path,
                verified: false,
                defects: Vec::new(),
                unknown_fields: Vec::new(),
                files: vec![file],
                table,
            }),
        }
    }
    Ok(exports)
}

fn paths(files: &[ExportFile]) -> Vec<(String, Place)> {
    files.iter().filter_map(|file| Some((file.file.clone(), file.path.clone()?))).collect()
}
