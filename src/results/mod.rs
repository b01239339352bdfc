//! What an audit leaves: `results.json`, `findings.parquet`, `folders.parquet`, written and read.

mod ahead;
pub mod baseline;
mod beside;
mod columns;
pub mod error;
pub mod examples;
pub mod findings;
pub mod folders;
pub mod json;
pub mod location;
pub mod moves;
pub mod partitions;
pub mod plan;
pub mod schema;
pub mod sorted;
pub mod spill;

pub use error::ResultsError;
pub use examples::{Examples, LargestFolders};
pub use schema::{FolderRow, Results};
