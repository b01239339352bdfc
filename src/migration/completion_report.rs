//! Completion reports of S3 Batch Operations: which rows of a manifest were performed, and why others were not.

use serde::Deserialize;

use crate::model::uri::percent_decode;

/// One task of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The bucket of the manifest's row.
    pub bucket: String,
    /// The old key.
    pub old_key: String,
    /// The new key.
    pub new_key: String,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// The HTTP status, if there is one.
    pub http_status: Option<u16>,
    /// AWS's error code; empty if there is none.
    pub error_code: String,
    /// What the function said, as far as it stands on the same line.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rename {
    orig_key: String,
    new_key: String,
}

/// Reads one line of a report (without a header, as AWS writes it).
///
/// The documentation puts the error code before the HTTP status, the rows that AWS writes have it behind: three digits
/// tell which is which. Only the message may hold commas, quotes or line breaks, so it is taken as it stands and may
/// be unbalanced.
///
/// # Errors
///
/// What is wrong with the line, to be told with its file and row.
pub fn parse_line(line: &str) -> Result<Task, String> {
    let mut cells = line.trim_end_matches(['\r', '\n']).splitn(7, ',').map(unquoted);
    let mut cell = |name: &str| cells.next().ok_or_else(|| format!("it has no {name}"));
    let (bucket, field, _version) = (cell("bucket")?, cell("key")?, cell("version")?);
    let status = cell("task status")?;
    let (fifth, sixth, message) = (cell("HTTP status")?, cell("error code")?, cell("result message")?);
    let succeeded = match status {
        "succeeded" => true,
        "failed" => false,
        other => return Err(format!("its task status is `{other}`, neither `succeeded` nor `failed`")),
    };
    let (http, error_code) =
        if is_http_status(sixth) && !is_http_status(fifth) { (sixth, fifth) } else { (fifth, sixth) };
    // AWS echoes the manifest's field, in which `+` never stands for itself or a space.
    let json = percent_decode(field).ok_or("its key is not URL-encoded UTF-8")?;
    let keys: Rename =
        serde_json::from_str(&json).map_err(|error| format!("its key names no old and new key: {error}"))?;
    Ok(Task {
        bucket: bucket.to_owned(),
        old_key: keys.orig_key,
        new_key: keys.new_key,
        succeeded,
        http_status: http.parse().ok(),
        error_code: error_code.to_owned(),
        message: message.to_owned(),
    })
}

fn is_http_status(cell: &str) -> bool {
    cell.len() == 3 && cell.bytes().all(|byte| byte.is_ascii_digit())
}

fn unquoted(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}
