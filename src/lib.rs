#![doc = include_str!("ARCHITECTURE.md")]

pub mod model;

pub mod layout;
pub mod source;

pub mod references;

pub mod rules;

pub mod results;

pub mod audit;
