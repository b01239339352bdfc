//! `results.json`: written with its fields in their declared order, read back only if its schema is known.

use std::io;

use serde::Deserialize;

use crate::results::error::{ResultsError, check_schema};
use crate::results::schema::{Results, SCHEMA};

/// Writes a result, indented, with a final newline.
pub fn write(results: &Results, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, results)?;
    out.write_all(b"\n")
}

/// Reads a result; `file` is what errors call it. Fields that a later writer of this version added are passed over.
pub fn read(text: &[u8], file: &str) -> Result<Results, ResultsError> {
    #[derive(Deserialize)]
    struct Head {
        schema: Option<String>,
    }
    let json = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        ResultsError::Json { file: file.to_owned(), line, column, reason }
    };
    let head: Head = serde_json::from_slice(text).map_err(json)?;
    check_schema(file, SCHEMA, head.schema.as_deref())?;
    serde_json::from_slice(text).map_err(json)
}

/// The JSON Schema (draft 2020-12) of a result, derived from its types.
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Results).to_value();
    // The name of the schema is a promise, not any text.
    schema["properties"]["schema"]["const"] = SCHEMA.into();
    schema
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::UserError;

    #[test]
    fn what_is_no_result_is_refused_with_its_place() {
        let cases = [
            ("{", "this is not a result: EOF while parsing an object", "r.json:1:1"),
            ("[1]", "this is not a result: invalid type: integer `1`, expected a string", "r.json:1:2"),
            ("{}", "the schema is not stated, where `stocktake-results/1` is wanted", "r.json"),
            (
                r#"{"schema":"stocktake-findings/1"}"#,
                "the schema is `stocktake-findings/1`, where `stocktake-results/1` is wanted",
                "r.json",
            ),
            (
                r#"{"schema":"stocktake-results/2"}"#,
                "the schema `stocktake-results/2` is newer than `stocktake-results/1`",
                "r.json",
            ),
            (r#"{"schema":"stocktake-results/1"}"#, "this is not a result: missing field `tool`", "r.json:1:32"),
        ];
        for (text, message, place) in cases {
            let error = read(text.as_bytes(), "r.json").map(|_| ()).unwrap_err();
            assert_eq!((error.to_string().as_str(), error.place().as_deref()), (message, Some(place)), "{text}");
            assert!(error.help().is_some());
        }
    }
}
