//! The integration tests, in one binary.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod delivery;
mod fixtures;
mod oracle;
mod rules_fixtures;
