//! An inventory's part as ORC: zlib, plain timestamps that mean UTC.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use orc_rust::ArrowWriterBuilder;
use orc_rust::compression::CompressionType;

use super::columns::{Column, ObjectRow, Value};

/// The schema, as manifests spell it.
pub(super) fn schema(columns: &[Column]) -> String {
    let field = |column: &Column| {
        let kind = match kind(*column) {
            DataType::Boolean => "boolean",
            DataType::Int64 => "bigint",
            DataType::Utf8 => "string",
            _ => "timestamp",
        };
        format!("{}:{kind}", name(*column))
    };
    format!("struct<{}>", columns.iter().map(field).collect::<Vec<_>>().join(","))
}

/// The whole part.
pub(super) fn encode(bucket: &str, rows: &[ObjectRow], columns: &[Column]) -> Vec<u8> {
    let fields: Vec<Field> = columns.iter().map(|&column| Field::new(name(column), kind(column), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.iter().map(|&column| array(column, rows.iter().map(|row| column.value(bucket, row))));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays.collect()).unwrap();
    let mut bytes = Vec::new();
    let builder = ArrowWriterBuilder::new(&mut bytes, schema).with_compression(CompressionType::Zlib);
    let mut writer = builder.try_build().unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// `required binary bucket (STRING)` and the like, as (name, type).
fn words(column: Column) -> (&'static str, &'static str) {
    let mut words = column.declaration().split(' ').skip(1);
    let kind = words.next().unwrap();
    (words.next().unwrap(), if column.declaration().contains("TIMESTAMP") { "timestamp" } else { kind })
}

fn name(column: Column) -> &'static str {
    words(column).0
}

fn kind(column: Column) -> DataType {
    match words(column).1 {
        "boolean" => DataType::Boolean,
        "int64" => DataType::Int64,
        "timestamp" => DataType::Timestamp(TimeUnit::Millisecond, None),
        _ => DataType::Utf8,
    }
}

fn array<'a>(column: Column, values: impl Iterator<Item = Value<'a>>) -> ArrayRef {
    let number = |value| match value {
        Value::Number(number) => number.map(|number| i64::try_from(number).unwrap()),
        Value::Time(time) => time,
        Value::Text(_) | Value::Flag(_) => None,
    };
    let text = |value| if let Value::Text(text) = value { text } else { None };
    let flag = |value| if let Value::Flag(flag) = value { flag } else { None };
    match kind(column) {
        DataType::Boolean => Arc::new(values.map(flag).collect::<BooleanArray>()),
        DataType::Int64 => Arc::new(values.map(number).collect::<Int64Array>()),
        DataType::Utf8 => Arc::new(values.map(text).collect::<StringArray>()),
        _ => Arc::new(values.map(number).collect::<TimestampMillisecondArray>()),
    }
}
