//! The layout: `stocktake.toml` read, merged, proved and compiled into something that answers what a key is.

pub mod config;
pub mod error;
pub mod spec;

mod agreement;
mod automaton;
pub mod build;
mod byte_class;
pub mod captures;
pub mod compile;
mod expansion;
mod folder;
pub mod form;
pub mod glob;
pub mod landing;
mod leading;
pub mod legacy;
mod literals;
pub mod matcher;
pub mod nearest;
mod obligations;
pub mod outline;
pub mod placeholder;
mod proof;
pub mod resolve;
mod shape;
mod template;
pub mod walk;

pub use build::BuildError;
pub use captures::Captures;
pub use compile::Layout;
pub use error::{ConfigError, ConfigErrors};
pub use glob::Glob;
pub use legacy::{LegacyTarget, USE_CASE};
pub use matcher::{BucketLayout, KeyMatch, Placed};
pub use nearest::{Miss, MissKind};
pub use placeholder::PlaceholderId;
pub use resolve::Resolution;
pub use spec::LayoutSpec;
pub use walk::Walk;
