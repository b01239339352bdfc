//! An inventory's part as Parquet, as AWS's writer makes it: root `s3.inventory`, Snappy, format 1, one row group.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::columns::{Column, ObjectRow, Value};

/// What real deliveries say of their writer; fixed, so that the bytes do not follow the version of the crate.
const CREATED_BY: &str = "parquet-mr version 1.12.2";

/// The schema, as manifests spell it and as the file holds it.
pub(super) fn schema(columns: &[Column]) -> String {
    let fields: String = columns.iter().map(|column| format!("  {};", column.declaration())).collect();
    format!("message s3.inventory {{{fields}}}")
}

/// The whole part.
pub(super) fn encode(bucket: &str, rows: &[ObjectRow], columns: &[Column]) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::SNAPPY)
        .set_created_by(CREATED_BY.to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build();
    let schema = Arc::new(parse_message_type(&schema(columns)).unwrap());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    if !rows.is_empty() {
        let mut group = file.next_row_group().unwrap();
        for &column in columns {
            let mut out = group.next_column().unwrap().unwrap();
            write_column(&mut out, column, rows.iter().map(|row| column.value(bucket, row)));
            out.close().unwrap();
        }
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}

/// The values of one column, all of its type.
fn write_column<'a>(
    out: &mut SerializedColumnWriter<'_>,
    column: Column,
    values: impl Iterator<Item = Value<'a>> + Clone,
) {
    let required = column.declaration().starts_with("required");
    match values.clone().next() {
        Some(Value::Text(_)) => write::<ByteArrayType>(out, required, values.map(text)),
        Some(Value::Flag(_)) => write::<BoolType>(out, required, values.map(flag)),
        Some(Value::Number(_) | Value::Time(_)) => write::<Int64Type>(out, required, values.map(number)),
        None => {}
    }
}

/// Splits values into those present and the levels that say where.
fn write<T: DataType>(
    out: &mut SerializedColumnWriter<'_>,
    required: bool,
    values: impl Iterator<Item = Option<T::T>>,
) {
    let mut present = Vec::new();
    let mut levels = Vec::new();
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    let levels = (!required).then_some(levels.as_slice());
    out.typed::<T>().write_batch(&present, levels, None).unwrap();
}

fn text(value: Value<'_>) -> Option<ByteArray> {
    if let Value::Text(text) = value { text.map(ByteArray::from) } else { None }
}

fn flag(value: Value<'_>) -> Option<bool> {
    if let Value::Flag(flag) = value { flag } else { None }
}

fn number(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Number(number) => number.map(|number| i64::try_from(number).unwrap()),
        Value::Time(time) => time,
        Value::Text(_) | Value::Flag(_) => None,
    }
}
