//! Migrations: what becomes of each object and each record, and what AWS's own engine is given to do it.
//!
//! Nothing here opens a file, and nothing here moves or deletes an object.

pub mod batch_operations;
pub mod checksum_report;
pub mod completion_report;
pub mod content;
pub mod decision;
pub mod mapping;
pub mod moves;
pub mod reference_updates;
pub mod rewriting;

pub use content::{Content, Sameness};
pub use decision::{Decider, Decision};
pub use mapping::{Mapping, MappingError};
pub use moves::{Action, Move};
