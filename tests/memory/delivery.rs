//! Inventories of any size over the same folders, and the export of the one table that names some of their objects.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression as Codec;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::{CREATED_AT, DANGLING_EVERY, FOLDERS, RECORDS};

/// Parts of an inventory. AWS makes parts of some hundred megabytes: ten times the objects are not ten times the parts.
const PARTS: usize = 2;
/// The size of Parquet's pages.
const PAGE_BYTES: usize = 128 << 10;

/// The format of an inventory.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    Csv,
    Parquet,
}

/// The key of an object; every eighth has to be decoded in CSV.
fn key(folder: usize, object: usize) -> String {
    let name = if object.is_multiple_of(8) { "frame 1" } else { "frame-1" };
    format!("video/{folder:05}/{name}-{object:06}.jpg")
}

/// Writes an inventory of so many objects below `dir`, part by part.
pub(crate) fn write_inventory(dir: &Path, format: Format, rows: usize) {
    let delivery = dir.join("media/nightly");
    fs::create_dir_all(delivery.join("data")).unwrap();
    let mut files = Vec::new();
    for part in 0..PARTS {
        let name = format!("media/nightly/data/{part}.{}", ending(format));
        let folders = part * FOLDERS / PARTS..(part + 1) * FOLDERS / PARTS;
        let path = dir.join(&name);
        let objects = rows / FOLDERS;
        match format {
            Format::Csv => write_csv(&path, folders, objects),
            Format::Parquet => write_parquet(&path, folders, objects),
        }
        let bytes = fs::read(&path).unwrap();
        files.push(serde_json::json!({ "key": name, "size": bytes.len(), "MD5checksum": md5_hex(&bytes) }));
    }
    let (format, schema) = match format {
        Format::Csv => ("CSV", "Bucket, Key, Size, LastModifiedDate, StorageClass"),
        Format::Parquet => ("Parquet", PARQUET_SCHEMA),
    };
    let manifest = serde_json::json!({
        "sourceBucket": "media",
        "destinationBucket": "arn:aws:s3:::deliveries",
        "version": "2016-11-30",
        "creationTimestamp": CREATED_AT.to_string(),
        "fileFormat": format,
        "fileSchema": schema,
        "files": files,
    })
    .to_string();
    let folder = delivery.join("2026-11-22T01-00Z");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("manifest.checksum"), md5_hex(manifest.as_bytes())).unwrap();
    fs::write(folder.join("manifest.json"), manifest).unwrap();
}

const PARQUET_SCHEMA: &str = "message s3.inventory {  required binary bucket (STRING);  required binary key (STRING);  \
    optional int64 size;  optional int64 last_modified_date (TIMESTAMP(MILLIS,true));  \
    optional binary storage_class (STRING);}";

const fn ending(format: Format) -> &'static str {
    match format {
        Format::Csv => "csv.gz",
        Format::Parquet => "parquet",
    }
}

fn write_csv(path: &Path, folders: std::ops::Range<usize>, objects: usize) {
    let file = BufWriter::new(File::create(path).unwrap());
    let mut out = BufWriter::new(GzEncoder::new(file, Compression::fast()));
    for folder in folders {
        for object in 0..objects {
            let key = key(folder, object).replace(' ', "+");
            writeln!(out, "\"media\",\"{key}\",\"{object}1\",\"2026-11-01T00:00:00.000Z\",\"STANDARD\"").unwrap();
        }
    }
    out.into_inner().unwrap().finish().unwrap().flush().unwrap();
}

fn write_parquet(path: &Path, folders: std::ops::Range<usize>, objects: usize) {
    let mut writer: Option<ArrowWriter<File>> = None;
    for folder in folders {
        let text = |of: &dyn Fn(usize) -> String| StringArray::from_iter_values((0..objects).map(of));
        let sizes = Int64Array::from_iter_values((0..objects).map(|object| object as i64 * 10 + 1));
        let modified = TimestampMillisecondArray::from_value(CREATED_AT - 86_400_000, objects).with_timezone("UTC");
        let columns: [(&str, ArrayRef); 5] = [
            ("bucket", Arc::new(text(&|_| "media".to_owned()))),
            ("key", Arc::new(text(&|object| key(folder, object)))),
            ("size", Arc::new(sizes)),
            ("last_modified_date", Arc::new(modified)),
            ("storage_class", Arc::new(text(&|_| "STANDARD".to_owned()))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let writer = writer.get_or_insert_with(|| {
            // Small pages: already the smaller inventory has batches that reach over several of them.
            let properties = WriterProperties::builder()
                .set_compression(Codec::SNAPPY)
                .set_dictionary_page_size_limit(PAGE_BYTES)
                .set_data_page_size_limit(PAGE_BYTES)
                .set_statistics_enabled(EnabledStatistics::Chunk)
                .set_offset_index_disabled(true)
                .build();
            ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap()
        });
        writer.write(&batch).unwrap();
    }
    writer.unwrap().close().unwrap();
}

/// Writes the export of the one table below `dir`.
pub(crate) fn write_export(dir: &Path) {
    let folder = dir.join("AWSDynamoDB/01795307400000-00000000");
    fs::create_dir_all(folder.join("data")).unwrap();
    let mut data = GzEncoder::new(Vec::new(), Compression::fast());
    for record in 0..RECORDS {
        let (folder, object) = (record % FOLDERS, record / FOLDERS);
        let key = key(folder, object);
        let lost = if record.is_multiple_of(DANGLING_EVERY) { ".lost" } else { "" };
        let item = serde_json::json!({
            "asset_id": { "S": record.to_string() },
            "asset": { "S": format!("{folder:05}") },
            "file": { "S": format!("s3://media/{key}{lost}") },
        });
        writeln!(data, "{}", serde_json::json!({ "Item": item })).unwrap();
    }
    let data = data.finish().unwrap();
    let prefix = "AWSDynamoDB/01795307400000-00000000";
    let files = serde_json::json!({
        "itemCount": RECORDS,
        "md5Checksum": BASE64.encode(Md5::digest(&data)),
        "etag": "0",
        "dataFileS3Key": format!("{prefix}/data/a.json.gz"),
    });
    let summary = serde_json::json!({
        "version": "2020-06-30",
        "exportArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/assets/export/01795307400000-00000000",
        "startTime": "2026-11-22T00:30:00.000Z",
        "endTime": "2026-11-22T00:35:00.000Z",
        "tableArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/assets",
        "tableId": "00000000-0000-4000-8000-000000000000",
        "exportTime": "2026-11-22T00:30:00.000Z",
        "s3Bucket": "deliveries",
        "s3Prefix": null,
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": null,
        "manifestFilesS3Key": format!("{prefix}/manifest-files.json"),
        "billedSizeBytes": data.len(),
        "itemCount": RECORDS,
        "outputFormat": "DYNAMODB_JSON",
    });
    fs::write(folder.join("data/a.json.gz"), data).unwrap();
    for (name, text) in [("manifest-files", format!("{files}\n")), ("manifest-summary", format!("{summary}\n"))] {
        fs::write(folder.join(format!("{name}.md5")), BASE64.encode(Md5::digest(&text))).unwrap();
        fs::write(folder.join(format!("{name}.json")), text).unwrap();
    }
}

fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
