#![doc = include_str!("ARCHITECTURE.md")]

pub mod model;

pub mod layout;
pub mod render;

pub mod rules;

pub mod results;

pub mod report;
