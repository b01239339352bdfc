//! Places in S3: listed, streamed, read by ranges and written, behind calls that block.
//!
//! The engine is threads that wait for bytes; the SDK is asynchronous. One small runtime, owned by the [`Connection`],
//! fetches ranges ahead of the thread that reads, and every wait looks at the flag that stops the program.

#[cfg(test)]
mod answering;
mod backoff;
mod blocks;
mod connection;
mod error;
mod fetch;
mod list;
mod locate;
mod place;
mod stream;
mod upload;

pub(super) use blocks::{BlockReader, Blocks, open as open_random};
pub(super) use connection::Connection;
pub use error::S3Error;
pub(super) use list::{Found, find, given};
pub(super) use locate::S3Locator;
pub use place::S3Place;
pub(super) use stream::Stream;
pub(super) use upload::put;
