//! DynamoDB exports, full and incremental: found, chained, verified, and read as items.
//!
//! A further format is one file that fills an [`Item`], and a variant of [`ExportFormat`].

mod bare;
mod chain;
mod change;
mod discover;
mod dynamodb_json;
mod ion;
mod ion_general;
mod ion_records;
mod item;
mod keys;
mod kind;
mod manifest;
mod number;
mod reader;
mod reading_order;
mod scan;

pub use bare::{Origin, Told};
pub use discover::{Export, ExportFile, Exports, discover, discover_told};
pub use item::{Item, Value, ValueKind};
pub use kind::{ExportFormat, ExportKind, OutputView};
pub use reader::ItemReader;
pub use reading_order::{ReadingOrder, Turn};
