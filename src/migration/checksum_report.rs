//! Reports of the operation *Compute checksum* of S3 Batch Operations: the checksum of each object.

use serde_json::Value;

use crate::model::uri::percent_decode;

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// `CRC64NVME`, `SHA256`, …, with its type where that is not the whole object's.
    pub algorithm: String,
    /// In base64, or in hexadecimal digits where only they are given.
    pub value: String,
}

/// Reads one line; `None` for a task that failed, which computed nothing.
///
/// The checksum stands in the result message, as JSON, whose quotes may be doubled as CSV doubles them.
///
/// # Errors
///
/// What is wrong with the line, to be told with its file and row.
pub fn parse_line(line: &str) -> Result<Option<Checksum>, String> {
    let mut cells = line.trim_end_matches(['\r', '\n']).splitn(7, ',');
    let mut cell = |name: &str| cells.next().map(unquoted).ok_or_else(|| format!("it has no {name}"));
    let (bucket, key, _version, status) = (cell("bucket")?, cell("key")?, cell("version")?, cell("task status")?);
    let (_, _, message) = (cell("error code")?, cell("HTTP status")?, cell("result message")?);
    match status {
        "succeeded" => {}
        "failed" => return Ok(None),
        other => return Err(format!("its task status is `{other}`, neither `succeeded` nor `failed`")),
    }
    let key = percent_decode(key).ok_or("its key is not URL-encoded UTF-8")?;
    let json = if message.contains("\"\"") { message.replace("\"\"", "\"") } else { message.to_owned() };
    let told: Value = serde_json::from_str(&json).map_err(|error| format!("its result message is no JSON: {error}"))?;
    // AWS writes some names with underscores and some without.
    let field = |wanted: &str| {
        told.as_object()?.iter().find_map(|(name, value)| {
            let folded: String = name.chars().filter(|letter| *letter != '_').collect();
            value.as_str().filter(|_| folded.eq_ignore_ascii_case(wanted))
        })
    };
    let algorithm = field("checksumAlgorithm").ok_or("its result message names no checksum algorithm")?;
    let value = field("checksumBase64").or_else(|| field("checksumHex"));
    let value = value.ok_or("its result message holds no checksum")?;
    let algorithm = match field("checksumType") {
        Some(kind) if kind != "FULL_OBJECT" => format!("{algorithm} ({kind})"),
        _ => algorithm.to_owned(),
    };
    Ok(Some(Checksum { bucket: bucket.to_owned(), key: key.into_owned(), algorithm, value: value.to_owned() }))
}

/// Whether two values of an algorithm can be compared: those of as many parts, or of none. The same bytes in other parts
/// have another checksum, as `wDTX…=-12` and `qKN3…=-7`.
pub fn are_comparable(one: &str, other: &str) -> bool {
    let parts = |value: &str| value.rsplit_once('-').map(|(_, parts)| parts.to_owned());
    parts(one) == parts(other)
}

fn unquoted(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::{Checksum, parse_line};

    #[test]
    fn a_checksum_is_read_however_its_message_is_quoted() {
        let expected = Checksum {
            bucket: "line-1".to_owned(),
            key: "a b".to_owned(),
            algorithm: "CRC32".to_owned(),
            value: "bS9TOQ==".to_owned(),
        };
        let message = r#"{"checksum_base64":"bS9TOQ\u003d\u003d","etag":"3c3c","checksumAlgorithm":"CRC32","checksumType":"FULL_OBJECT"}"#;
        for quoted in [message.to_owned(), format!("\"{}\"", message.replace('"', "\"\""))] {
            let line = format!("line-1,a%20b,,succeeded,200,,{quoted}\r\n");
            assert_eq!(parse_line(&line).unwrap(), Some(expected.clone()), "{line}");
        }
        assert_eq!(parse_line("line-1,a,,failed,403,AccessDenied,no").unwrap(), None);
    }

    #[test]
    fn a_line_without_a_checksum_is_refused_with_its_reason() {
        for (line, reason) in [
            ("line-1", "it has no key"),
            ("line-1,a,,succeeded,200,,copied", "its result message is no JSON: expected value at line 1 column 1"),
            ("line-1,a,,succeeded,200,,{}", "its result message names no checksum algorithm"),
        ] {
            assert_eq!(parse_line(line).unwrap_err(), reason);
        }
    }
}
