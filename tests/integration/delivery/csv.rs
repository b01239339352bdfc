//! An inventory's part as gzip CSV in AWS's dialect: every field quoted, keys form-encoded, LF, no header.

use super::columns::{Column, ObjectRow, Value};
use super::{gzip, iso_time};

/// The whole part.
pub(super) fn encode(bucket: &str, rows: &[ObjectRow], columns: &[Column]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        push_row(&mut text, bucket, row, columns);
    }
    compress(&text)
}

/// One row with its line feed.
fn push_row(text: &mut String, bucket: &str, row: &ObjectRow, columns: &[Column]) {
    for (index, &column) in columns.iter().enumerate() {
        text.push_str(if index == 0 { "\"" } else { ",\"" });
        match column.value(bucket, row) {
            Value::Text(Some(key)) if column == Column::Key => push_form_encoded(text, key),
            Value::Text(value) => text.push_str(value.unwrap_or_default()),
            Value::Flag(value) => text.push_str(&value.map(|flag| flag.to_string()).unwrap_or_default()),
            Value::Number(value) => text.push_str(&value.map(|number| number.to_string()).unwrap_or_default()),
            Value::Time(value) => text.push_str(&value.map(iso_time).unwrap_or_default()),
        }
        text.push('"');
    }
    text.push('\n');
}

/// Rows that are text already, as a part.
pub(super) fn compress(text: &str) -> Vec<u8> {
    gzip(text.as_bytes(), 3)
}

/// What `java.net.URLEncoder` makes of a key, save that `/` stays.
fn push_form_encoded(text: &mut String, key: &str) {
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' | b'/' => text.push(char::from(byte)),
            b' ' => text.push('+'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
}
