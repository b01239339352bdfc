//! Every finding as a row of CSV (RFC 4180) that no spreadsheet takes for a formula.

use std::borrow::Cow;
use std::io;

use crate::model::Finding;
use crate::model::time::format_utc;
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
        let mut file = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        let io = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => io::Error::other(format!("{other:?}")),
        };
        file.write_record(COLUMNS).map_err(io)?;
        let mut findings = (report.findings)()?;
        while let Some(finding) = findings.next_finding()? {
            let sentence = (report.words.sentence)(&finding);
            for field in fields(&finding, &sentence) {
                file.write_field(harmless(&field).as_bytes()).map_err(io)?;
            }
            file.write_record(None::<&[u8]>).map_err(io)?;
        }
        Ok(file.flush()?)
    }
}

fn fields<'f>(finding: &'f Finding<'_>, sentence: &'f str) -> [Cow<'f, str>; COLUMNS.len()] {
    fn text<'f>(text: &'f Option<Cow<'_, str>>) -> Cow<'f, str> {
        Cow::Borrowed(text.as_deref().unwrap_or_default())
    }
    fn number<'f>(number: Option<u64>) -> Cow<'f, str> {
        number.map_or(Cow::Borrowed(""), |number| Cow::Owned(number.to_string()))
    }
    [
        Cow::Borrowed(&finding.code),
        Cow::Borrowed(finding.severity.name()),
        Cow::Borrowed(finding.subject.name()),
        text(&finding.bucket),
        text(&finding.key),
        text(&finding.version),
        text(&finding.table),
        text(&finding.item),
        text(&finding.path),
        text(&finding.file),
        number(finding.row),
        text(&finding.area),
        number(finding.segment.map(u64::from)),
        text(&finding.value),
        text(&finding.expected),
        text(&finding.suggestion),
        text(&finding.detail),
        Cow::Owned(finding.related.join("\n")),
        number(finding.size),
        finding.modified.map_or(Cow::Borrowed(""), |modified| Cow::Owned(format_utc(modified))),
        number(finding.count),
        Cow::Borrowed(sentence),
        text(&finding.excused),
    ]
}
