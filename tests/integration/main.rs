//! Everything that is tested from outside, in one binary.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod reports;
mod results;
mod sample;
