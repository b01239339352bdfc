//! Migrations: what becomes of each object, and what Amazon S3 Batch Operations is given to do it.
//!
//! Nothing here opens a file, and nothing here moves or deletes an object.

pub mod batch_operations;
pub mod collisions;
pub mod completion_report;
pub mod decision;
pub mod proof;
pub mod reference_updates;
