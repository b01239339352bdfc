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
    /// Begins to read all findings, those among them that are excused and do not count.
    pub findings: &'a dyn Fn() -> Result<FindingStream<'a>, ResultsError>,
}
