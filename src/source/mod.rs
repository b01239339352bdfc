//! Deliveries on disk: found, verified while they are read, and turned into batches of rows and into items.
//!
//! Bad data is a result (a `SourceDefect`), bad plumbing an error ([`SourceError`]).

mod datafile;
pub mod describe;
mod error;
pub mod export;
mod gzip;
mod input;
pub mod inventory;
mod locate;
mod place;
mod store;
mod walk;

pub use error::{InputKind, SourceError};
pub use input::{InputFile, PassedOver};
pub use place::Place;
