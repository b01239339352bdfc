//! Tests that need more than one module, in one binary.

#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod rules;
