//! Deliveries on disk or in S3: found, verified while they are read, and turned into batches of rows and into items.
//!
//! Bad data is a result (a `SourceDefect`), bad plumbing an error ([`SourceError`]).

mod datafile;
mod decode_ahead;
mod decoder;
pub mod describe;
mod error;
pub mod export;
mod gzip;
mod input;
pub mod inventory;
mod json_stream;
mod locate;
mod md5_lanes;
mod place;
mod reach;
#[cfg(feature = "s3")]
mod s3;
mod store;
mod walk;

pub use decode_ahead::DecodeAhead;
pub use error::{InputKind, SourceError};
pub use input::{InputFile, PassedOver};
pub use place::Place;
pub use reach::{Reach, S3Options};
#[cfg(feature = "s3")]
pub use s3::{S3Error, S3Place};
