//! The rules: one file each, a registry of all of them, and what the engine shows them.

pub mod context;

pub mod configuration;
pub mod key;
pub mod layout;
pub mod migration;
pub mod reference;
pub mod source;
pub mod workflow;

mod declare;
pub mod exceptions;
mod excuse_context;
mod facts;
pub mod pages;
pub mod registry;
pub mod rule;
pub mod selection;
pub mod severities;
pub mod thresholds;
mod wording;

pub use exceptions::Exceptions;
pub use pages::{page_markdown, reference_markdown, table_markdown};
pub use registry::{RULES, UnknownRule, find, find_or_suggest, help, index_of, known_rules, sentence};
pub use rule::{Check, Rule};
pub use selection::{Selection, SelectionError};
pub use severities::Severities;
pub use thresholds::{Threshold, ThresholdError};
