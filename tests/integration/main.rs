//! What the crate promises, proved from outside, in one binary.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod config;
mod delivery;
mod fixtures;
mod results;
mod rules;
mod rules_fixtures;
