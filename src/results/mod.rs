//! What an audit leaves: `results.json`, `findings.parquet`, `folders.parquet`, written and read.

pub mod schema;
