//! Where a finding is, in one line: the form in which formats for machines name it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::{Finding, Subject};
use crate::render::hostile::visible;

/// Everything but the unreserved characters of RFC 3986 and the `/` between segments.
const OUTSIDE_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The place as people name it: `s3://bucket/key`, `table item path`, `file:row`; hidden characters are escapes.
pub fn shown(finding: &Finding<'_>) -> String {
    let text = match finding.subject {
        Subject::Source => {
            let file = finding.file.as_deref().unwrap_or_default();
            finding.row.map_or_else(|| file.to_owned(), |row| format!("{file}:{row}"))
        }
        Subject::Reference | Subject::Workflow => {
            let parts = [&finding.table, &finding.item, &finding.path];
            parts.into_iter().flatten().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
        }
        Subject::Object | Subject::Folder | Subject::Migration | Subject::Configuration => {
            let key = finding.key.as_deref().unwrap_or_default();
            finding.bucket.as_ref().map_or_else(|| key.to_owned(), |bucket| format!("s3://{bucket}/{key}"))
        }
    };
    visible(&text).into_owned()
}

/// The place as a URI (RFC 3986): an object's with its key percent-encoded, an input's as a relative path.
pub fn uri(finding: &Finding<'_>) -> Option<String> {
    let encoded = |text: &str| Cow::from(utf8_percent_encode(text, OUTSIDE_PATH)).into_owned();
    match finding.subject {
        Subject::Source => finding.file.as_deref().map(encoded),
        _ => {
            let (bucket, key) = (finding.bucket.as_deref()?, finding.key.as_deref()?);
            Some(format!("s3://{bucket}/{}", encoded(key)))
        }
    }
}
