//! `manifest.json` of an S3 Inventory: read, checked, and turned into plain facts.

use serde::{Deserialize, Serialize};

use super::columns::{Column, is_known};
use crate::model::Millis;
use crate::model::time::{BEGINNING_OF_S3, SECOND};
use crate::source::error::{InputKind, SourceError};
use crate::source::input::Notation;
use crate::source::place::Place;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InventoryFormat {
    /// Comma-separated values, gzip or plain.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache ORC.
    Orc,
    /// The JSON of a listing by `aws s3api`.
    Listing,
}

impl InventoryFormat {
    /// What reports call it: AWS's name, as `fileFormat` writes it, but for a listing, which has no manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
            Self::Orc => "ORC",
            Self::Listing => "JSON listing",
        }
    }
}

/// What a manifest says.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) bucket: String,
    pub(super) destination: String,
    pub(super) created_at: Option<Millis>,
    pub(super) format: InventoryFormat,
    /// The column names of `fileSchema`, in their order; of a CSV only.
    pub(super) columns: Vec<String>,
    pub(super) files: Vec<Listed>,
}

/// A part as the manifest lists it.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) size: u64,
    pub(super) md5: Option<[u8; 16]>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawManifest {
    source_bucket: String,
    #[serde(default)]
    destination_bucket: String,
    creation_timestamp: Option<RawTime>,
    file_format: String,
    #[serde(default)]
    file_schema: String,
    files: Vec<RawFile>,
}

#[derive(Deserialize)]
struct RawFile {
    key: String,
    size: u64,
    #[serde(rename = "MD5checksum", alias = "MD5Checksum", alias = "md5Checksum", alias = "md5checksum")]
    md5: Option<String>,
}

/// AWS writes the milliseconds as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawTime {
    Text(String),
    Number(Millis),
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// Another file, a format that is not read, or a CSV without a key.
    pub(super) fn parse(path: &Place, content: &[u8]) -> Result<Self, SourceError> {
        let not =
            |reason: String| SourceError::NotManifest { path: path.to_owned(), kind: InputKind::Inventory, reason };
        let raw: RawManifest = serde_json::from_slice(content).map_err(|error| not(error.to_string()))?;
        if raw.source_bucket.is_empty() {
            return Err(not("`sourceBucket` is empty".to_owned()));
        }
        let created_at = match raw.creation_timestamp {
            None => None,
            Some(RawTime::Number(time)) => Some(in_millis(time)),
            Some(RawTime::Text(text)) => match text.trim().parse() {
                Ok(time) => Some(in_millis(time)),
                Err(_) => return Err(not(format!("`creationTimestamp` is `{text}`, not a number of milliseconds"))),
            },
        };
        let format = format(path, raw.file_format)?;
        let columns = match format {
            InventoryFormat::Csv => {
                let names: Vec<String> = raw.file_schema.split(',').map(|name| name.trim().to_owned()).collect();
                if !names.iter().any(|name| Column::named(name) == Some(Column::Key)) {
                    return Err(SourceError::NoKeyColumn { path: path.to_owned() });
                }
                names
            }
            _ => Vec::new(),
        };
        let files = raw.files.into_iter().map(|file| {
            let md5 = match file.md5 {
                None => None,
                Some(text) => match Notation::Hex.read(&text) {
                    Some(md5) => Some(md5),
                    None => return Err(not(format!("`MD5checksum` is `{text}`, not 32 hexadecimal digits"))),
                },
            };
            Ok(Listed { key: file.key, size: file.size, md5 })
        });
        Ok(Self {
            bucket: raw.source_bucket,
            destination: bucket_of_arn(&raw.destination_bucket).to_owned(),
            created_at,
            format,
            columns,
            files: files.collect::<Result<_, _>>()?,
        })
    }

    /// The configuration's id, as AWS's own layout has it: `…/SOURCE-BUCKET/ID/data/FILE` in the listed keys, or
    /// `…/SOURCE-BUCKET/ID/YYYY-MM-DDTHH-MMZ/MANIFEST` on disk.
    pub(super) fn configuration(&self, manifest: &Place) -> Option<String> {
        let listed = self.files.first().map(|file| file.key.split('/').rev().skip(2).collect::<Vec<_>>());
        let on_disk: Vec<_> = manifest.names_upwards().into_iter().skip(2).collect();
        [listed.unwrap_or_default(), on_disk].into_iter().find_map(|segments| match segments.as_slice() {
            [id, bucket, ..] if *bucket == self.bucket && !id.is_empty() => Some((*id).to_owned()),
            _ => None,
        })
    }
}

/// Whether a JSON text might be an inventory's manifest, broken or not.
pub(super) fn looks_like_one(content: &[u8]) -> bool {
    memchr::memmem::find(content, b"\"sourceBucket\"").is_some()
}

/// The names that are not AWS's.
pub(super) fn unknown(columns: &[String]) -> Vec<String> {
    columns.iter().filter(|name| !is_known(name)).cloned().collect()
}

fn format(path: &Place, format: String) -> Result<InventoryFormat, SourceError> {
    let (path, field) = (path.to_owned(), "fileFormat");
    match format.to_ascii_lowercase().as_str() {
        "csv" => Ok(InventoryFormat::Csv),
        "parquet" => Ok(InventoryFormat::Parquet),
        "orc" if cfg!(feature = "orc") => Ok(InventoryFormat::Orc),
        "orc" => Err(SourceError::UnsupportedFormat { path, field, format, instead: "CSV or Parquet" }),
        _ => Err(SourceError::UnknownFormat { path, field, format, known: "CSV, ORC, Parquet" }),
    }
}

/// A time before S3 began is one in seconds: some compatible products write them.
fn in_millis(time: Millis) -> Millis {
    let in_seconds = (BEGINNING_OF_S3 / SECOND..BEGINNING_OF_S3).contains(&time);
    if in_seconds { time.saturating_mul(SECOND) } else { time }
}

/// `destinationBucket` is an ARN in any partition; compatible products write the bare name.
fn bucket_of_arn(text: &str) -> &str {
    text.rsplit(':').next().unwrap_or(text)
}
