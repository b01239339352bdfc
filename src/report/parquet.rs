//! `findings.parquet`, again.

use std::io;

use crate::report::{FormatError, Formatter, ReportView};
use crate::results::findings::FindingsWriter;

/// Writes every finding.
pub(super) struct Parquet;

impl Formatter for Parquet {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let mut file = FindingsWriter::new(out)?;
        let mut findings = (report.findings)()?;
        while let Some(finding) = findings.next_finding()? {
            file.push(&finding)?;
        }
        Ok(file.finish()?)
    }
}
