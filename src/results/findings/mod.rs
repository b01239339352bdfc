//! Every finding of an audit, in one total order: as bytes, as sorted runs, as `findings.parquet`.

pub mod encode;
pub mod file;
pub mod runs;

pub use file::{FindingsReader, FindingsWriter};
pub use runs::{FindingRuns, Run, RunWriter, merge};

use crate::model::Finding;
use crate::results::ResultsError;

/// Findings that come one by one, in total order.
///
/// Each may borrow its text from what it is read from, and is gone when the next is asked for: reading many of them
/// takes no memory for each.
pub trait Findings {
    /// The next finding, if there is one.
    ///
    /// # Errors
    ///
    /// What the findings cannot be read for; nothing is said of what comes after that.
    fn next_finding(&mut self) -> Result<Option<Finding<'_>>, ResultsError>;
}

/// Every finding, in total order.
pub type FindingStream<'a> = Box<dyn Findings + Send + 'a>;

/// Findings that hold their own text.
#[derive(Debug)]
pub struct Owned<I>(pub I);

impl<I: Iterator<Item = Result<Finding<'static>, ResultsError>>> Findings for Owned<I> {
    fn next_finding(&mut self) -> Result<Option<Finding<'_>>, ResultsError> {
        self.0.next().transpose()
    }
}
