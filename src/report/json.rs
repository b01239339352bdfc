//! `results.json`.

use std::io;

use crate::report::{FormatError, Formatter, ReportView};
use crate::results;

/// Writes the result as it is.
pub(super) struct Json;

impl Formatter for Json {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        Ok(results::json::write(report.results, out)?)
    }
}
