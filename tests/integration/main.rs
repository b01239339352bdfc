//! What the crate promises, proved from outside.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod config;
