//! The program from outside: what it prints, writes and exits with.

mod attributes;
mod commands;
mod determinism;
mod docs;
mod draft;
mod errors;
mod full_disk;
mod help;
mod interrupt;
mod outputs;
mod path;
mod runner;
mod schema;
mod sources;
mod verdicts;
