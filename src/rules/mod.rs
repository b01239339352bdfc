//! The rules: one file each, a registry of all of them, and what the engine shows them.

pub mod context;
