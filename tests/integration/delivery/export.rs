//! A DynamoDB export, full or incremental, in DynamoDB JSON or Ion: data files, both manifests and their checksums.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use serde_json::{Map, Value, json};
use stocktake::model::Millis;
use stocktake::model::time::MINUTE;

use super::{ACCOUNT, Files, digest, gzip, hex, ion, iso_time, md5, uuid};

/// What one export says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Export<'a> {
    /// The table's whole name.
    pub(crate) table: &'a str,
    /// The bucket that the export went to.
    pub(crate) destination: &'a str,
    /// The moment that it shows, or at which its window ends; milliseconds, UTC.
    pub(crate) time: Millis,
    /// Where the window of an incremental export starts; milliseconds, UTC.
    pub(crate) from: Option<Millis>,
    /// Whether an incremental export holds old images.
    pub(crate) old_images: bool,
    pub(crate) encoding: Encoding,
    /// The expression of a filter, if it was made with one.
    pub(crate) filter: Option<&'a str>,
}

/// How the data files of an export are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    DynamoDbJson,
    Ion,
    /// Ion whose changes stand in a struct `Record`.
    IonRecord,
}

impl Encoding {
    pub(crate) const ALL: [Self; 3] = [Self::DynamoDbJson, Self::Ion, Self::IonRecord];
}

/// One data file, and what the manifest will state of it: a test may break either.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    /// Its key in the destination bucket.
    pub(crate) key: String,
    /// Its bytes; `None` if it is listed and not there.
    pub(crate) bytes: Option<Vec<u8>>,
    /// The item count stated.
    pub(crate) items: u64,
    /// The MD5 stated.
    md5: [u8; 16],
}

/// A line of `manifest-files.json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileLine<'a> {
    item_count: u64,
    md5_checksum: String,
    etag: String,
    data_file_s3_key: &'a str,
}

/// `manifest-summary.json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    version: &'a str,
    export_arn: String,
    start_time: String,
    end_time: String,
    table_arn: String,
    table_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    export_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export_from_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export_to_time: Option<String>,
    s3_bucket: &'a str,
    s3_prefix: Option<&'a str>,
    s3_sse_algorithm: &'a str,
    s3_sse_kms_key_id: Option<&'a str>,
    manifest_files_s3_key: String,
    billed_size_bytes: usize,
    item_count: u64,
    output_format: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_view: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter_specification: Option<FilterSpecification<'a>>,
}

/// What a filtered export is assumed to say of its filter, in the words of the API: no summary of one is known.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FilterSpecification<'a> {
    filter_expression: &'a str,
}

impl<'a> Export<'a> {
    /// An export of `table` as it was at `time`.
    pub(crate) const fn full(table: &'a str, time: Millis) -> Self {
        let encoding = Encoding::DynamoDbJson;
        Self { table, destination: "audit-deliveries", time, from: None, old_images: false, encoding, filter: None }
    }

    /// What changed in `table` from one moment to another.
    pub(crate) const fn incremental(table: &'a str, from: Millis, to: Millis) -> Self {
        Self { from: Some(from), old_images: true, ..Self::full(table, to) }
    }

    /// The export's id.
    fn id(&self) -> String {
        format!("0{}-{}", self.time, &digest(self.table)[..8])
    }

    /// The folder of the manifests.
    pub(crate) fn folder(&self) -> String {
        format!("AWSDynamoDB/{}", self.id())
    }

    /// The data file with this number, from 0; of an incremental export the items are changes, `{"Keys":{…},…}`.
    pub(crate) fn data_file(&self, number: usize, items: &[Value]) -> DataFile {
        let line = |item: &Value| match (self.encoding, self.from) {
            (Encoding::DynamoDbJson, None) => format!("{{\"Item\":{item}}}\n"),
            (Encoding::DynamoDbJson, Some(_)) => format!("{item}\n"),
            (_, None) => ion::item(item) + "\n",
            (encoding, Some(_)) => ion::change(item, encoding == Encoding::IonRecord) + "\n",
        };
        let lines: String = items.iter().map(line).collect();
        self.data_file_of(number, gzip(lines.as_bytes(), 255), items.len() as u64)
    }

    /// A data file of these bytes, that states so many items.
    pub(crate) fn data_file_of(&self, number: usize, bytes: Vec<u8>, items: u64) -> DataFile {
        let name = base32(md5(format!("{} {number}", self.id()).as_bytes()));
        let extension = if self.encoding == Encoding::DynamoDbJson { "json" } else { "ion" };
        // The data of incremental exports lie in one folder that all share.
        let folder = if self.from.is_some() { "AWSDynamoDB".to_owned() } else { self.folder() };
        let key = format!("{folder}/data/{name}.{extension}.gz");
        DataFile { key, md5: md5(&bytes), bytes: Some(bytes), items }
    }

    /// Every file of the export, with these data files.
    pub(crate) fn seal(&self, data: &[DataFile]) -> Files {
        let mut files = Files::default();
        let mut lines = String::new();
        for file in data {
            if let Some(bytes) = &file.bytes {
                files.insert(&file.key, bytes.as_slice());
            }
            let line = FileLine {
                item_count: file.items,
                md5_checksum: BASE64.encode(file.md5),
                etag: multipart_etag(file.md5),
                data_file_s3_key: &file.key,
            };
            lines.push_str(&serde_json::to_string(&line).unwrap());
            lines.push('\n');
        }
        let folder = self.folder();
        let table_arn = format!("arn:aws:dynamodb:{ACCOUNT}:table/{}", self.table);
        let summary = Summary {
            version: if self.from.is_some() { "2023-08-01" } else { "2020-06-30" },
            export_arn: format!("{table_arn}/export/{}", self.id()),
            start_time: iso_time(self.time),
            end_time: iso_time(self.time + 5 * MINUTE),
            table_arn,
            table_id: uuid(self.table),
            export_time: self.from.is_none().then(|| iso_time(self.time)),
            export_from_time: self.from.map(iso_time),
            export_to_time: self.from.map(|_| iso_time(self.time)),
            s3_bucket: self.destination,
            s3_prefix: None,
            s3_sse_algorithm: "AES256",
            s3_sse_kms_key_id: None,
            manifest_files_s3_key: format!("{folder}/manifest-files.json"),
            billed_size_bytes: data.iter().filter_map(|file| file.bytes.as_ref()).map(Vec::len).sum(),
            item_count: data.iter().map(|file| file.items).sum(),
            output_format: if self.encoding == Encoding::DynamoDbJson { "DYNAMODB_JSON" } else { "ION" },
            output_view: self.from.map(|_| if self.old_images { "NEW_AND_OLD_IMAGES" } else { "NEW_IMAGE" }),
            export_type: self.from.map(|_| "INCREMENTAL_EXPORT"),
            filter_specification: self.filter.map(|filter_expression| FilterSpecification { filter_expression }),
        };
        let summary = format!("{}\n", serde_json::to_string(&summary).unwrap());
        for (name, text) in [("manifest-files", lines), ("manifest-summary", summary)] {
            files.insert(format!("{folder}/{name}.md5"), BASE64.encode(md5(text.as_bytes())));
            files.insert(format!("{folder}/{name}.json"), text);
        }
        files.insert(format!("{folder}/_started"), "");
        files
    }

    /// Every file of the export, one data file for each list of items (each an item's attributes with their types).
    pub(crate) fn files(&self, data: &[Vec<Value>]) -> Files {
        let data: Vec<DataFile> =
            data.iter().enumerate().map(|(number, items)| self.data_file(number, items)).collect();
        self.seal(&data)
    }
}

/// Writes an export of `table` below `dir` and gives the folder of its manifests.
pub(crate) fn write_export(dir: &Path, table: &str, time: Millis, data: &[Vec<Value>]) -> PathBuf {
    let export = Export::full(table, time);
    export.files(data).write(dir);
    dir.join(export.folder())
}

/// A plain JSON object as an item: `{"id": "a"}` becomes `{"id": {"S": "a"}}`.
pub(crate) fn typed(item: &Value) -> Value {
    Value::Object(typed_members(item.as_object().unwrap()))
}

fn typed_members(members: &Map<String, Value>) -> Map<String, Value> {
    members.iter().map(|(name, value)| (name.clone(), typed_value(value))).collect()
}

fn typed_value(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(elements) => json!({ "L": elements.iter().map(typed_value).collect::<Vec<_>>() }),
        Value::Object(members) => json!({ "M": typed_members(members) }),
    }
}

/// What S3 makes of the MD5 of an object that was uploaded in one part of a multipart upload.
pub(super) fn multipart_etag(part: [u8; 16]) -> String {
    format!("{}-1", hex(&md5(&part)))
}

/// 26 characters of lower-case base32, as AWS names data files.
fn base32(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes);
    (0..26)
        .map(|place| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[(number >> (5 * place)) as usize & 31]))
        .collect()
}
