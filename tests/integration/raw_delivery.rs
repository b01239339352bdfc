//! Writes deliveries and exports as AWS does, for other tests to read.
#![allow(dead_code, reason = "not every test uses every part of it")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_schema::ArrowError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use orc_rust::ArrowWriterBuilder;
use orc_rust::compression::CompressionType;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression as Codec;
use parquet::file::properties::WriterProperties;
use serde_json::json;

/// The columns that a [`Row`] has, in AWS's order.
pub(crate) const COLUMNS: &[&str] = &[
    "Bucket",
    "Key",
    "VersionId",
    "IsLatest",
    "IsDeleteMarker",
    "Size",
    "LastModifiedDate",
    "ETag",
    "StorageClass",
    "IsMultipartUploaded",
    "EncryptionStatus",
    "IntelligentTieringAccessTier",
];

/// One listed object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) version: Option<String>,
    pub(crate) is_latest: Option<bool>,
    pub(crate) is_delete_marker: Option<bool>,
    pub(crate) size: Option<i64>,
    /// Milliseconds since the epoch.
    pub(crate) modified: Option<i64>,
    pub(crate) e_tag: Option<String>,
    pub(crate) storage_class: Option<String>,
    pub(crate) encryption: Option<String>,
    pub(crate) tier: Option<String>,
}

impl Row {
    /// An object of some size, written on 2024-05-06.
    pub(crate) fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            size: Some(5),
            modified: Some(1_715_035_068_000),
            e_tag: Some("d8e8fca2dc0f896fd7cb4cb0031ba249".to_owned()),
            storage_class: Some("STANDARD".to_owned()),
            encryption: Some("SSE-S3".to_owned()),
            ..Self::default()
        }
    }

    /// The decoded value of a column; `None` for null.
    fn value(&self, bucket: &str, column: &str) -> Option<String> {
        match column {
            "Bucket" => Some(bucket.to_owned()),
            "Key" => Some(self.key.clone()),
            "VersionId" => self.version.clone(),
            "IsLatest" => self.is_latest.map(|flag| flag.to_string()),
            "IsDeleteMarker" => self.is_delete_marker.map(|flag| flag.to_string()),
            "Size" => self.size.map(|size| size.to_string()),
            "LastModifiedDate" => self.modified.map(|millis| {
                let time = jiff::Timestamp::from_millisecond(millis).unwrap();
                time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
            }),
            "ETag" => self.e_tag.clone(),
            "StorageClass" => self.storage_class.clone(),
            "EncryptionStatus" => self.encryption.clone(),
            "IntelligentTieringAccessTier" => self.tier.clone(),
            "IsMultipartUploaded" => Some("false".to_owned()),
            other => Some(format!("a {other}")),
        }
    }
}

/// Encodes a key as `java.net.URLEncoder` does, `/` apart.
pub(crate) fn encode_key(key: &str) -> String {
    let mut encoded = String::new();
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' | b'/' => encoded.push(byte.into()),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A line as AWS writes it.
pub(crate) fn csv_line(bucket: &str, columns: &[&str], row: &Row) -> String {
    let fields = columns.iter().map(|column| {
        let value = row.value(bucket, column).unwrap_or_default();
        format!("\"{}\"", if *column == "Key" { encode_key(&value) } else { value })
    });
    fields.collect::<Vec<_>>().join(",") + "\n"
}

/// The text of a CSV part.
pub(crate) fn csv_text(bucket: &str, columns: &[&str], rows: &[Row]) -> String {
    rows.iter().map(|row| csv_line(bucket, columns, row)).collect()
}

/// One gzip member.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `LastModifiedDate` → `last_modified_date`.
fn snake(name: &str) -> String {
    if name == "ETag" {
        return "e_tag".to_owned();
    }
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// A Parquet part in small row groups.
pub(crate) fn parquet(bucket: &str, columns: &[&str], rows: &[Row]) -> Vec<u8> {
    parquet_of(batch(bucket, columns, rows, true))
}

/// An ORC part in small stripes, compressed as AWS does it.
pub(crate) fn orc(bucket: &str, columns: &[&str], rows: &[Row]) -> Vec<u8> {
    orc_of(batch(bucket, columns, rows, false), Some(CompressionType::Zlib))
}

/// An ORC part of one batch.
pub(crate) fn orc_of(batch: Result<RecordBatch, ArrowError>, compression: Option<CompressionType>) -> Vec<u8> {
    let batch = batch.unwrap();
    let mut content = Vec::new();
    let mut builder = ArrowWriterBuilder::new(&mut content, batch.schema()).with_batch_size(7).with_stripe_byte_size(1);
    if let Some(compression) = compression {
        builder = builder.with_compression(compression);
    }
    let mut writer = builder.try_build().unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    content
}

/// Rows as columns; ORC has no time zone for them.
fn batch(bucket: &str, columns: &[&str], rows: &[Row], zoned: bool) -> Result<RecordBatch, ArrowError> {
    let columns = columns.iter().map(|&column| {
        let texts = || rows.iter().map(|row| row.value(bucket, column));
        let flags = || texts().map(|text| text.map(|text| text == "true"));
        let array: ArrayRef = match column {
            "Size" => Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.size))),
            "LastModifiedDate" => {
                let times = TimestampMillisecondArray::from_iter(rows.iter().map(|row| row.modified));
                Arc::new(times.with_timezone_opt(zoned.then_some("UTC")))
            }
            "IsLatest" | "IsDeleteMarker" | "IsMultipartUploaded" => Arc::new(BooleanArray::from_iter(flags())),
            _ => Arc::new(StringArray::from_iter(texts())),
        };
        (snake(column), array)
    });
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| {
        let nullable = name != "bucket" && name != "key";
        (name, array, nullable)
    }))
}

/// A Parquet part whose keys are any bytes.
pub(crate) fn parquet_with_keys(bucket: &str, keys: &[Option<&[u8]>]) -> Vec<u8> {
    let buckets: ArrayRef = Arc::new(StringArray::from_iter_values(keys.iter().map(|_| bucket)));
    let keys: ArrayRef = Arc::new(BinaryArray::from_iter(keys.iter().copied()));
    parquet_of(RecordBatch::try_from_iter_with_nullable([("bucket", buckets, false), ("key", keys, true)]))
}

/// A Parquet part of one batch.
pub(crate) fn parquet_of(batch: Result<RecordBatch, ArrowError>) -> Vec<u8> {
    let batch = batch.unwrap();
    let properties =
        WriterProperties::builder().set_compression(Codec::SNAPPY).set_max_row_group_row_count(Some(7)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// The MD5 of bytes in hex.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The MD5 of bytes in base64.
pub(crate) fn md5_base64(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

/// How an inventory is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Parquet,
    Orc,
}

impl Format {
    /// Every format.
    pub(crate) const ALL: [Self; 3] = [Self::Csv, Self::Parquet, Self::Orc];

    /// The bytes of a part.
    pub(crate) fn encode(self, bucket: &str, columns: &[&str], rows: &[Row]) -> Vec<u8> {
        match self {
            Self::Csv => gzip(csv_text(bucket, columns, rows).as_bytes()),
            Self::Parquet => parquet(bucket, columns, rows),
            Self::Orc => orc(bucket, columns, rows),
        }
    }
}

/// Where and as what an inventory is delivered, in AWS's folder layout.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// The root of the destination bucket.
    pub(crate) root: PathBuf,
    pub(crate) bucket: String,
    pub(crate) configuration: String,
    /// Milliseconds since the epoch.
    pub(crate) created_at: i64,
    pub(crate) columns: Vec<&'static str>,
}

impl Delivery {
    /// The delivery of a bucket `photos` on 2024-05-07, all columns.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            bucket: "photos".to_owned(),
            configuration: "daily".to_owned(),
            created_at: 1_715_043_600_000,
            columns: COLUMNS.to_vec(),
        }
    }

    /// The folder of the manifest.
    pub(crate) fn folder(&self) -> PathBuf {
        let time = jiff::Timestamp::from_millisecond(self.created_at).unwrap();
        let dated = time.strftime("%Y-%m-%dT%H-%MZ").to_string();
        self.root.join("inventories").join(&self.bucket).join(&self.configuration).join(dated)
    }

    /// Writes parts of rows; returns the manifest.
    pub(crate) fn write(&self, format: Format, parts: &[Vec<Row>]) -> PathBuf {
        let encode = |rows: &Vec<Row>| format.encode(&self.bucket, &self.columns, rows);
        self.write_parts(format, &parts.iter().map(encode).collect::<Vec<_>>())
    }

    /// Writes parts as they are; returns the manifest.
    pub(crate) fn write_parts(&self, format: Format, parts: &[Vec<u8>]) -> PathBuf {
        let prefix = format!("inventories/{}/{}/data", self.bucket, self.configuration);
        std::fs::create_dir_all(self.root.join(&prefix)).unwrap();
        let (name, extension) = match format {
            Format::Csv => ("CSV", "csv.gz"),
            Format::Parquet => ("Parquet", "parquet"),
            Format::Orc => ("ORC", "orc"),
        };
        let files = parts.iter().enumerate().map(|(number, content)| {
            let key = format!("{prefix}/{}-part-{number}.{extension}", self.created_at);
            std::fs::write(self.root.join(&key), content).unwrap();
            json!({ "key": key, "size": content.len(), "MD5checksum": md5_hex(content) })
        });
        let manifest = json!({
            "sourceBucket": self.bucket,
            "destinationBucket": "arn:aws:s3:::reports",
            "version": "2016-11-30",
            "creationTimestamp": self.created_at.to_string(),
            "fileFormat": name,
            "fileSchema": self.columns.join(", "),
            "files": files.collect::<Vec<_>>(),
        });
        self.write_manifest(&manifest)
    }

    /// Writes a manifest with its checksum.
    pub(crate) fn write_manifest(&self, manifest: &serde_json::Value) -> PathBuf {
        std::fs::create_dir_all(self.folder()).unwrap();
        let text = serde_json::to_string_pretty(manifest).unwrap();
        let path = self.folder().join("manifest.json");
        std::fs::write(&path, &text).unwrap();
        std::fs::write(path.with_extension("checksum"), format!("{}\n", md5_hex(text.as_bytes()))).unwrap();
        path
    }
}

/// A full export of a table, in AWS's folder layout.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    /// The root of the destination bucket.
    pub(crate) root: PathBuf,
    pub(crate) table: String,
    /// RFC 3339.
    pub(crate) time: String,
    /// Beyond those that AWS writes.
    pub(crate) fields: Vec<(&'static str, serde_json::Value)>,
}

impl Export {
    /// The export of a table `jobs` on 2024-05-07.
    pub(crate) fn new(root: &Path) -> Self {
        let time = "2024-05-07T01:00:00.000Z".to_owned();
        Self { root: root.to_owned(), table: "jobs".to_owned(), time, fields: Vec::new() }
    }

    /// The folder of the manifests.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join("exports/AWSDynamoDB").join(self.id())
    }

    fn id(&self) -> String {
        let time: jiff::Timestamp = self.time.parse().unwrap();
        format!("0{}-{:08x}", time.as_millisecond(), self.table.len())
    }

    /// Writes files of lines, which state as many items as they have lines; returns the summary.
    pub(crate) fn write(&self, files: &[Vec<String>]) -> PathBuf {
        let encode = |lines: &Vec<String>| {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            (gzip(text.as_bytes()), lines.len())
        };
        self.write_files(&files.iter().map(encode).collect::<Vec<_>>())
    }

    /// Writes files as they are, with the items that they state; returns the summary.
    pub(crate) fn write_files(&self, files: &[(Vec<u8>, usize)]) -> PathBuf {
        let prefix = format!("exports/AWSDynamoDB/{}", self.id());
        std::fs::create_dir_all(self.folder().join("data")).unwrap();
        let list: String = files
            .iter()
            .enumerate()
            .map(|(number, (content, items))| {
                let key = format!("{prefix}/data/file{number}.json.gz");
                std::fs::write(self.root.join(&key), content).unwrap();
                let line = json!({
                    "itemCount": items, "md5Checksum": md5_base64(content), "etag": "e-1", "dataFileS3Key": key,
                });
                format!("{line}\n")
            })
            .collect();
        let arn = format!("arn:aws:dynamodb:eu-central-1:123456789012:table/{}", self.table);
        let mut summary = json!({
            "version": "2020-06-30",
            "exportArn": format!("{arn}/export/{}", self.id()),
            "startTime": self.time,
            "endTime": self.time,
            "tableArn": arn,
            "tableId": "11991185-e7ab-4da5-8bab-03f0db0b7bfd",
            "exportTime": self.time,
            "s3Bucket": "reports",
            "s3Prefix": "exports",
            "s3SseAlgorithm": "AES256",
            "s3SseKmsKeyId": null,
            "manifestFilesS3Key": format!("{prefix}/manifest-files.json"),
            "billedSizeBytes": 0,
            "itemCount": files.iter().map(|(_, items)| items).sum::<usize>(),
            "outputFormat": "DYNAMODB_JSON",
        });
        for (name, value) in &self.fields {
            summary[*name] = value.clone();
        }
        self.write_manifest("manifest-files", &list);
        self.write_manifest("manifest-summary", &summary.to_string())
    }

    /// Writes a manifest with its checksum.
    pub(crate) fn write_manifest(&self, stem: &str, text: &str) -> PathBuf {
        let path = self.folder().join(format!("{stem}.json"));
        std::fs::write(&path, text).unwrap();
        std::fs::write(path.with_extension("md5"), md5_base64(text.as_bytes())).unwrap();
        path
    }
}
