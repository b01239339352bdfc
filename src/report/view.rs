//! What every format is given: a frozen result, and ways to ask for what it does not hold.

use crate::report::words::Words;
use crate::results::findings::FindingStream;
use crate::results::{Examples, FolderRow, Results, ResultsError};

/// A result as formats see it.
#[derive(Clone, Copy)]
pub struct ReportView<'a> {
    /// The result.
    pub results: &'a Results,
    /// The first findings of each rule.
    pub examples: &'a Examples,
    /// The largest folders, most bytes first.
    pub largest_folders: &'a [FolderRow],
    /// What rules say of their findings.
    pub words: Words,
    /// Begins to read all findings, excused ones among them.
    pub findings: &'a dyn Fn() -> Result<FindingStream<'a>, ResultsError>,
}

impl<'a> ReportView<'a> {
    /// Begins to read the findings that count.
    ///
    /// # Errors
    ///
    /// What they cannot be read for.
    pub fn counted(&self) -> Result<FindingStream<'a>, ResultsError> {
        let all = (self.findings)()?;
        Ok(Box::new(all.filter(|finding| finding.as_ref().map_or(true, |finding| finding.excused.is_none()))))
    }
}
