//! DynamoDB exports: found, verified, and read as items.
//!
//! A further format is one file that fills an [`Item`], and an arm where `outputFormat` is matched (in
//! `manifest.rs`).

mod bare;
mod discover;
mod dynamodb_json;
mod item;
mod manifest;
mod reader;
mod scan;

pub use bare::{Origin, Told};
pub use discover::{Export, ExportFile, Exports, discover, discover_told};
pub use item::{Item, Value, ValueKind};
pub use reader::ItemReader;
