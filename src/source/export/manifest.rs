//! `manifest-summary.json` and `manifest-files.json` of a DynamoDB export: read, checked, and turned into plain facts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::kind::{ExportFormat, ExportKind, OutputView};
use crate::model::{Millis, SourceDefect, SourceProblem, time};
use crate::source::error::{InputKind, SourceError};
use crate::source::input::Notation;
use crate::source::place::Place;

/// What a summary says.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) export_arn: String,
    pub(super) table_arn: String,
    /// The table's name, from its ARN.
    pub(super) table: String,
    /// The moment that the export shows: `exportTime`, or the end of an incremental one's window.
    pub(super) time: Millis,
    pub(super) kind: ExportKind,
    pub(super) format: ExportFormat,
    /// What tells a table from a later one of the same name.
    pub(super) table_id: Option<String>,
    pub(super) item_count: u64,
    pub(super) prefix: String,
    /// The key of `manifest-files.json`.
    pub(super) files_key: String,
    /// Fields that AWS is not known to write, with the values that are not null.
    pub(super) unknown: BTreeMap<String, Value>,
}

/// A data file as `manifest-files.json` lists it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) item_count: u64,
    pub(super) md5: Option<[u8; 16]>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSummary {
    export_arn: String,
    table_arn: String,
    export_time: Option<String>,
    export_from_time: Option<String>,
    export_to_time: Option<String>,
    export_type: Option<String>,
    output_view: Option<String>,
    table_id: Option<String>,
    #[serde(rename = "s3Prefix")]
    prefix: Option<String>,
    #[serde(rename = "manifestFilesS3Key")]
    files_key: String,
    item_count: u64,
    output_format: String,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawListed {
    item_count: u64,
    md5_checksum: Option<String>,
    #[serde(rename = "dataFileS3Key")]
    key: String,
}

/// Fields of a summary that nothing here asks for.
const OTHER: &[&str] =
    &["version", "startTime", "endTime", "s3Bucket", "s3SseAlgorithm", "s3SseKmsKeyId", "billedSizeBytes"];

impl Summary {
    /// Reads a summary.
    ///
    /// # Errors
    ///
    /// Another file; a format or a view that nobody writes.
    pub(super) fn parse(path: &Place, content: &[u8]) -> Result<Self, SourceError> {
        let not = |reason: String| SourceError::NotManifest { path: path.to_owned(), kind: InputKind::Export, reason };
        let raw: RawSummary = serde_json::from_slice(content).map_err(|error| not(error.to_string()))?;
        let table = table_of_arn(&raw.table_arn);
        let table = table.ok_or_else(|| not(format!("`tableArn` is `{}`, not a table's ARN", raw.table_arn)))?;
        let time = |name: &str, stated: &Option<String>| {
            let stated = stated.as_deref().ok_or_else(|| not(format!("`{name}` is missing")))?;
            time::parse_rfc3339(stated).ok_or_else(|| not(format!("`{name}` is `{stated}`, not a time")))
        };
        let incremental = raw.export_type.as_deref().is_some_and(|kind| kind.starts_with("INCREMENTAL"))
            || (raw.export_time.is_none() && raw.export_from_time.is_some());
        let (kind, time) = if incremental {
            let (from, to) =
                (time("exportFromTime", &raw.export_from_time)?, time("exportToTime", &raw.export_to_time)?);
            if from >= to {
                return Err(not("`exportFromTime` is not before `exportToTime`".to_owned()));
            }
            (ExportKind::Incremental { from, view: view(path, raw.output_view)? }, to)
        } else {
            (ExportKind::Full, time("exportTime", &raw.export_time)?)
        };
        let unknown = raw.rest.into_iter().filter(|(name, value)| !OTHER.contains(&name.as_str()) && !value.is_null());
        Ok(Self {
            table: table.to_owned(),
            time,
            kind,
            format: format(path, raw.output_format)?,
            table_id: raw.table_id,
            item_count: raw.item_count,
            prefix: raw.prefix.unwrap_or_default(),
            files_key: raw.files_key,
            unknown: unknown.collect(),
            export_arn: raw.export_arn,
            table_arn: raw.table_arn,
        })
    }

    /// The field by which the export was filtered, if there is one: it may lack items or attributes.
    pub(super) fn filter(&self) -> Option<&str> {
        let is_filter = |name: &&String| {
            let name = name.to_ascii_lowercase();
            ["filter", "projection", "condition"].iter().any(|word| name.contains(word))
        };
        self.unknown.keys().find(is_filter).map(String::as_str)
    }
}

fn format(path: &Place, format: String) -> Result<ExportFormat, SourceError> {
    match format.as_str() {
        "DYNAMODB_JSON" => Ok(ExportFormat::DynamoDbJson),
        "ION" => Ok(ExportFormat::Ion),
        _ => Err(SourceError::UnknownFormat {
            path: path.to_owned(),
            field: "outputFormat",
            format,
            known: "DYNAMODB_JSON, ION",
        }),
    }
}

/// Summaries and the documentation differ in the plural.
fn view(path: &Place, view: Option<String>) -> Result<OutputView, SourceError> {
    match view.as_deref() {
        Some("NEW_IMAGE" | "NEW_IMAGES") => Ok(OutputView::NewImage),
        // What is not there is told by the records themselves.
        None | Some("NEW_AND_OLD_IMAGES" | "NEW_AND_OLD_IMAGE") => Ok(OutputView::NewAndOldImages),
        Some(_) => Err(SourceError::UnknownFormat {
            path: path.to_owned(),
            field: "outputView",
            format: view.unwrap_or_default(),
            known: "NEW_IMAGE, NEW_AND_OLD_IMAGES",
        }),
    }
}

/// Reads the list of data files; a line that cannot be read, or a file named twice, is told and left out.
pub(super) fn listed_files(name: &str, content: &[u8], defects: &mut Vec<SourceDefect>) -> Vec<Listed> {
    let mut files: Vec<Listed> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let lines = content.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    for (line, row) in lines.zip(1..) {
        let defect = match listed(line) {
            Ok(file) if seen.insert(file.key.clone()) => {
                files.push(file);
                continue;
            }
            Ok(file) => SourceDefect { file: file.key, row: None, problem: SourceProblem::DuplicatePart },
            Err(reason) => {
                SourceDefect { file: name.to_owned(), row: Some(row), problem: SourceProblem::Unreadable { reason } }
            }
        };
        defects.push(defect);
    }
    files
}

fn listed(line: &[u8]) -> Result<Listed, String> {
    let raw: RawListed = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let md5 = match raw.md5_checksum {
        None => None,
        Some(text) => match Notation::Base64.read(&text) {
            Some(md5) => Some(md5),
            None => return Err(format!("`md5Checksum` is `{text}`, not the base64 of an MD5")),
        },
    };
    Ok(Listed { key: raw.key, item_count: raw.item_count, md5 })
}

/// `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`.
fn table_of_arn(arn: &str) -> Option<&str> {
    let name = arn.split(":table/").nth(1)?;
    name.split('/').next().filter(|name| !name.is_empty())
}
