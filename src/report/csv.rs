//! Every finding as a row of CSV (RFC 4180) that no spreadsheet takes for a formula.

use std::fmt::Write as _;
use std::io;

use crate::model::finding::Text;
use crate::model::time::write_utc;
use crate::model::{Finding, Millis};
use crate::render::hostile::harmless;
use crate::report::{FormatError, Formatter, ReportView};

const COLUMNS: [&str; 23] = [
    "code",
    "severity",
    "subject",
    "bucket",
    "key",
    "version",
    "table",
    "item",
    "path",
    "file",
    "row",
    "area",
    "segment",
    "value",
    "expected",
    "suggestion",
    "detail",
    "related",
    "size",
    "modified",
    "count",
    "sentence",
    "excused",
];

/// Writes every finding with its sentence.
pub(super) struct Csv;

impl Formatter for Csv {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let mut findings = (report.findings)()?;
        let mut row = Vec::new();
        COLUMNS.iter().for_each(|column| put(column, &mut row));
        end(&mut row, out)?;
        let mut told = String::new();
        while let Some(finding) = findings.next_finding()? {
            let sentence = (report.words.sentence)(&finding);
            for field in fields(&finding, &sentence) {
                put(field.told(&mut told), &mut row);
            }
            end(&mut row, out)?;
        }
        Ok(out.flush()?)
    }
}

/// What stands in a field; what is absent leaves it empty.
enum Field<'f> {
    Text(Option<&'f str>),
    Number(Option<u64>),
    Time(Option<Millis>),
    Lines(&'f [Text<'f>]),
}

impl<'f> Field<'f> {
    /// Its text, which is made in `buffer` where it is not there already.
    fn told<'t>(&'t self, buffer: &'t mut String) -> &'t str {
        buffer.clear();
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Text(text) => return text.unwrap_or_default(),
            Self::Number(None) | Self::Time(None) | Self::Lines([]) => return "",
            Self::Number(Some(number)) => write!(buffer, "{number}"),
            Self::Time(Some(time)) => write_utc(*time, buffer),
            Self::Lines([first, others @ ..]) => {
                buffer.push_str(first);
                others.iter().try_for_each(|line| write!(buffer, "\n{line}"))
            }
        };
        buffer
    }
}

fn fields<'f>(finding: &'f Finding<'_>, sentence: &'f str) -> [Field<'f>; COLUMNS.len()] {
    let text = |text: &'f Option<Text<'_>>| Field::Text(text.as_deref());
    [
        Field::Text(Some(&finding.code)),
        Field::Text(Some(finding.severity.name())),
        Field::Text(Some(finding.subject.name())),
        text(&finding.bucket),
        text(&finding.key),
        text(&finding.version),
        text(&finding.table),
        text(&finding.item),
        text(&finding.path),
        text(&finding.file),
        Field::Number(finding.row),
        text(&finding.area),
        Field::Number(finding.segment.map(u64::from)),
        text(&finding.value),
        text(&finding.expected),
        text(&finding.suggestion),
        text(&finding.detail),
        Field::Lines(&finding.related),
        Field::Number(finding.size),
        Field::Time(finding.modified),
        Field::Number(finding.count),
        Field::Text(Some(sentence)),
        text(&finding.excused),
    ]
}

/// Appends a field and the comma behind it: in quotes where it could end a field or a row.
fn put(field: &str, row: &mut Vec<u8>) {
    // Most fields of most rows are empty.
    if field.is_empty() {
        return row.push(b',');
    }
    let field = harmless(field);
    if memchr::memchr3(b',', b'"', b'\n', field.as_bytes()).is_none() && !field.contains('\r') {
        row.extend_from_slice(field.as_bytes());
    } else {
        row.push(b'"');
        let mut rest = field.as_bytes();
        while let Some(quote) = memchr::memchr(b'"', rest) {
            row.extend_from_slice(&rest[..=quote]);
            row.push(b'"');
            rest = &rest[quote + 1..];
        }
        row.extend_from_slice(rest);
        row.push(b'"');
    }
    row.push(b',');
}

/// Ends a row in place of its last comma, and writes it.
fn end(row: &mut Vec<u8>, out: &mut dyn io::Write) -> io::Result<()> {
    row.pop();
    row.extend_from_slice(b"\r\n");
    out.write_all(row)?;
    row.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{end, harmless, put};

    proptest! {
        #[test]
        fn rows_are_those_of_the_usual_writer(fields in prop::collection::vec("[a,\"\\n\\r\\t=é\u{0}]{0,4}", 2..6)) {
            let mut usual = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            usual.write_record(fields.iter().map(|field| harmless(field).into_owned())).unwrap();
            let (mut row, mut written) = (Vec::new(), Vec::new());
            fields.iter().for_each(|field| put(field, &mut row));
            end(&mut row, &mut written).unwrap();
            prop_assert_eq!(String::from_utf8(written), String::from_utf8(usual.into_inner().unwrap()));
        }
    }
}
