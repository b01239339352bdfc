//! The audit report: one HTML file that asks for nothing else.

use std::io;

use crate::render::Templates;
use crate::report::page::Page;
use crate::report::{FormatError, Formatter, ReportView};

/// Writes `audit.html`.
pub(super) struct Html<'a> {
    pub(super) templates: &'a Templates,
}

impl Formatter for Html<'_> {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        self.templates.render("audit.html", &Page::new(report, usize::MAX), out)?;
        Ok(())
    }
}
