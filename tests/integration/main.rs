//! What the crate promises, proved from outside, in one binary.
#![allow(clippy::unwrap_used, reason = "a failed test may panic")]

mod architecture;
mod cli;
mod codegen;
mod config;
mod delivery;
mod dynamodb_json;
mod export_chains;
mod exports;
mod fixtures;
mod fuzz_seeds;
mod inventories;
mod inventory_defects;
mod json_schema;
mod layout_build;
mod layout_errors;
mod layout_explain;
mod layout_match;
mod layout_naive;
mod layout_portal;
mod layout_proof;
mod layout_resolve;
mod migration;
mod oracle;
mod raw_delivery;
mod readme;
mod reports;
mod results;
mod rules;
mod rules_fixtures;
#[cfg(feature = "s3")]
mod s3;
mod sample;
mod wild_csv;
mod wild_parquet;
