//! What can be wrong with a baseline, where, and how to mend it.

use crate::model::UserError;

/// Why a baseline cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The file cannot be opened or read.
    #[error("the baseline cannot be read")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The first line names no baseline that this version knows.
    #[error("this is not a baseline: its first line does not name the schema `{expected}`")]
    Schema {
        /// The file.
        file: String,
        /// What was wanted.
        expected: &'static str,
    },
    /// A line that is no entry.
    #[error("this is not an entry of a baseline: {reason}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

impl UserError for BaselineError {
    fn place(&self) -> Option<String> {
        Some(match self {
            Self::Io { file, .. } | Self::Schema { file, .. } => file.clone(),
            Self::Line { file, line, .. } => format!("{file}:{line}"),
        })
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Io { .. } => "check that the file is there and may be read".to_owned(),
            Self::Schema { .. } => "name a file that `stocktake baseline create` wrote".to_owned(),
            Self::Line { .. } => {
                "take the line out, or write the file again with `stocktake baseline create`".to_owned()
            }
        })
    }
}
