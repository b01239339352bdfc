//! The audit report: one HTML file that asks for nothing else.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::render::Templates;
use crate::report::page::Page;
use crate::report::{FormatError, Formatter, ReportView};

/// Writes `audit.html`.
pub(super) struct Html<'a> {
    pub(super) templates: &'a Templates,
}

impl Formatter for Html<'_> {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        // The page runs its own script and no other, whatever a key might smuggle in.
        let mut script = Vec::new();
        self.templates.render("audit/filter.js", &(), &mut script)?;
        let mut page = Page::new(report, usize::MAX);
        page.script = format!("'sha256-{}'", STANDARD.encode(Sha256::digest(&script)));
        self.templates.render("audit.html", &page, out)?;
        Ok(())
    }
}
