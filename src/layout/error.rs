//! What can be wrong with a configuration, where, and how to mend it.

use crate::model::{Place, UserError};

/// One thing wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ConfigError {
    /// What is wrong: one sentence, lower case, no full stop, values in backticks.
    pub problem: String,
    /// Where.
    pub place: Option<Place>,
    /// How to mend it, in the imperative.
    pub help: Option<String>,
}

impl ConfigError {
    /// An error at a place.
    pub fn at(place: &Place, problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), place: Some(place.clone()), help: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl UserError for ConfigError {
    fn place(&self) -> Option<String> {
        self.place.as_ref().map(ToString::to_string)
    }

    fn help(&self) -> Option<String> {
        self.help.clone()
    }
}

/// Everything wrong with a configuration, in the order of the file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}
