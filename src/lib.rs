#![doc = include_str!("ARCHITECTURE.md")]

pub mod model;

pub mod layout;
pub mod render;
pub mod source;

pub mod references;

pub mod migration;

pub mod rules;

pub mod results;

pub mod audit;

pub mod codegen;
pub mod docs;
pub mod draft;
pub mod report;

pub mod compare;

pub mod cli;
