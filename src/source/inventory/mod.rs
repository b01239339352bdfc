//! S3 Inventories: found, verified, and read as Arrow record batches of one schema.
//!
//! A further format is one file that yields batches, a variant of [`InventoryFormat`], and an arm where that is
//! matched (in `part.rs`).

mod batch;
mod columns;
mod csv;
mod csv_dialect;
mod csv_general;
mod discover;
mod manifest;
mod parquet;
mod parquet_footer;
mod parquet_values;
mod part;
mod row;
mod time;

pub use columns::{Column, ColumnSet, schema};
pub use discover::{Delivery, Discovered, Part, discover};
pub use manifest::InventoryFormat;
pub use part::{PartReader, ReadOptions};
