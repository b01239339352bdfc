//! The promises of the whole, each kept by a test.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod delivery;
mod dynamodb_json;
mod exports;
mod inventories;
mod inventory_defects;
