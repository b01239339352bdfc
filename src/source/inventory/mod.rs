//! S3 Inventories: found, verified, and read as batches of rows, whatever their format.
//!
//! A further format is one file that yields batches, a variant of [`InventoryFormat`], and an arm where that is
//! matched (in `part.rs`).

mod bare;
mod bare_parts;
mod batch;
mod checksums;
mod columnar;
mod columnar_values;
mod columns;
mod csv;
mod csv_dialect;
mod csv_general;
mod csv_keys;
mod cut_rows;
mod decoded_rows;
mod digits;
mod discover;
mod guard;
mod listing;
mod manifest;
#[cfg(feature = "orc")]
mod orc;
#[cfg(feature = "orc")]
mod orc_codec;
#[cfg(feature = "orc")]
mod orc_tail;
mod parquet;
mod parquet_footer;
mod parquet_pages;
mod part;
mod row;
mod time;

pub use bare::Told;
pub use batch::Batch;
pub use checksums::Checksums;
pub use columns::{Column, ColumnSet};
pub use csv_keys::CsvKeys;
pub use discover::{Delivery, Discovered, Origin, Part, discover, discover_told};
pub(super) use guard::guarded;
pub use guard::is_guarded;
pub use manifest::InventoryFormat;
pub use part::{PartReader, ReadOptions};
