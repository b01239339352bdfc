//! Everything that is tested through the library's public face.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod layout_build;
mod layout_errors;
mod layout_explain;
mod layout_match;
mod layout_naive;
mod layout_portal;
mod layout_proof;
