//! The program from outside: what it prints, writes and exits with.

mod attributes;
mod commands;
mod determinism;
mod errors;
mod full_disk;
mod help;
mod interrupt;
mod outputs;
pub(crate) mod runner;
mod sources;
mod verdicts;
