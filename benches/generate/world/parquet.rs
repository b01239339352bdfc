//! A part of an inventory as Parquet: the schema and the settings of AWS's writer, several row groups.

use std::error::Error;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};

use super::csv::push_etag;
use super::expected::Tally;
use super::files::Hashed;
use super::names::BUCKET;
use super::objects::Object;
use super::plan::Plan;

/// As the manifest states the columns.
pub(super) const SCHEMA: &str = "message s3.inventory {  required binary bucket (STRING);  required binary key \
    (STRING);  optional int64 size;  optional int64 last_modified_date (TIMESTAMP(MILLIS,true));  optional binary \
    e_tag (STRING);  optional binary storage_class (STRING);  optional boolean is_multipart_uploaded;  optional \
    binary encryption_status (STRING);  optional binary bucket_key_status (STRING);}";
/// Rows of a row group: about 128 MB as `parquet-mr` counts them.
const ROWS_OF_A_GROUP: usize = 600_000;
/// Rows that are encoded at once.
const BATCH: u64 = 8_192;

/// Writes the rows at these places; gives the file's size and MD5.
pub(super) fn write(
    path: &Path,
    plan: &Plan,
    places: Range<u64>,
    tally: &mut Tally,
) -> Result<(u64, [u8; 16]), Box<dyn Error + Send + Sync>> {
    let properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::SNAPPY)
        .set_created_by("parquet-mr version 1.12.2".to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(ROWS_OF_A_GROUP))
        .build();
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true)
        .with_schema_root("s3.inventory".to_owned());
    let schema = schema();
    let file = Hashed::create(path)?;
    let mut writer = ArrowWriter::try_new_with_options(file, Arc::clone(&schema), options)?;
    let mut object = Object::default();
    let mut start = places.start;
    while start < places.end {
        let end = places.end.min(start + BATCH);
        writer.write(&batch(&schema, plan, start..end, &mut object, tally)?)?;
        start = end;
    }
    Ok(writer.into_inner()?.close()?)
}

fn schema() -> SchemaRef {
    let time = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("bucket", DataType::Utf8, false),
        Field::new("key", DataType::Utf8, false),
        Field::new("size", DataType::Int64, true),
        Field::new("last_modified_date", time, true),
        Field::new("e_tag", DataType::Utf8, true),
        Field::new("storage_class", DataType::Utf8, true),
        Field::new("is_multipart_uploaded", DataType::Boolean, true),
        Field::new("encryption_status", DataType::Utf8, true),
        Field::new("bucket_key_status", DataType::Utf8, true),
    ]))
}

fn batch(
    schema: &SchemaRef,
    plan: &Plan,
    places: Range<u64>,
    object: &mut Object,
    tally: &mut Tally,
) -> Result<RecordBatch, Box<dyn Error + Send + Sync>> {
    let (mut bucket, mut key, mut etag) = (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let (mut storage, mut encryption, mut bucket_key) =
        (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let (mut size, mut is_multipart) = (Int64Builder::new(), BooleanBuilder::new());
    let mut modified = TimestampMillisecondBuilder::new().with_timezone("UTC");
    let mut text = Vec::new();
    for place in places {
        object.describe(plan, place, tally);
        text.clear();
        push_etag(&mut text, object);
        bucket.append_value(BUCKET);
        key.append_value(std::str::from_utf8(&object.key)?);
        size.append_value(i64::try_from(object.size)?);
        modified.append_value(object.modified * 1_000);
        etag.append_value(std::str::from_utf8(&text)?);
        storage.append_value(object.storage);
        is_multipart.append_value(object.is_multipart);
        encryption.append_value(object.encryption);
        bucket_key.append_value(object.bucket_key);
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(bucket.finish()),
        Arc::new(key.finish()),
        Arc::new(size.finish()),
        Arc::new(modified.finish()),
        Arc::new(etag.finish()),
        Arc::new(storage.finish()),
        Arc::new(is_multipart.finish()),
        Arc::new(encryption.finish()),
        Arc::new(bucket_key.finish()),
    ];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}
