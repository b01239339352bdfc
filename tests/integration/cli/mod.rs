//! The program from outside: what it prints, writes and exits with.

mod again;
mod attributes;
mod bare;
mod claims;
mod commands;
mod damaged;
mod determinism;
mod docs;
mod draft;
mod errors;
mod excuses;
mod few_files;
mod full_disk;
mod help;
mod inspect;
mod interrupt;
mod migrate;
mod outputs;
mod path;
mod proofs;
mod recipes;
mod results;
pub(crate) mod runner;
mod schema;
mod signoff;
mod sources;
mod verdicts;
