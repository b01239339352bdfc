//! The layout: `stocktake.toml` read, merged, proved and compiled into something that answers what a key is.

pub mod config;
pub mod error;
pub mod spec;

pub use error::{ConfigError, ConfigErrors};
pub use spec::LayoutSpec;
