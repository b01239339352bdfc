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
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(decode));
    GUARDED.set(before);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Stop::Broken(error.to_string())),
        Err(_) => Err(Stop::Broken("the file states what cannot be".to_owned())),
    }
}

/// Whether this thread runs a decoder whose panics become defects, so that nothing else need be said of them.
pub fn is_guarded() -> bool {
    GUARDED.get()
}
