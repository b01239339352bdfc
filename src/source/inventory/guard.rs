//! Runs third parties' decoders, so that no bytes they are given end the run.

use std::cell::Cell;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::source::datafile::Stop;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a third party's decoder.
///
/// The decoders of Parquet and ORC are written to return errors, yet they assert on some impossible values that a broken
/// file can hold. A broken part must never end the run, so a panic in there counts as a broken part; the decoder is
/// not used again.
pub(super) fn guard<T, E: Display>(decode: impl FnOnce() -> Result<T, E>) -> Result<T, Stop> {
    match guarded(decode) {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(Stop::Broken(error.to_string())),
        None => Err(Stop::Broken("the file states what cannot be".to_owned())),
    }
}

/// What a third party's decoder makes of its input; nothing if it panics.
pub(in crate::source) fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(decode));
    GUARDED.set(before);
    result.ok()
}

/// Whether this thread runs a decoder whose panics become defects, so that nothing else need be said of them.
pub fn is_guarded() -> bool {
    GUARDED.get()
}
