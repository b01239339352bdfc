//! Every finding of an audit, in one total order: as bytes, as sorted runs, as `findings.parquet`.

pub mod encode;
pub mod file;
pub mod runs;

pub use file::{FindingsReader, FindingsWriter};
pub use runs::{FindingRuns, Run, RunWriter, merge};

use crate::model::Finding;
use crate::results::ResultsError;

/// Every finding, in total order.
pub type FindingStream<'a> = Box<dyn Iterator<Item = Result<Finding<'static>, ResultsError>> + Send + 'a>;
