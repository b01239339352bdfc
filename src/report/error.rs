//! Why a report could not be written.

use std::io;

use crate::model::UserError;
use crate::model::suggest::nearest;
use crate::render::TemplateError;
use crate::results::ResultsError;

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The template.
    #[error(transparent)]
    Template(TemplateError),
    /// The findings cannot be read.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The output.
    #[error("the report cannot be written")]
    Write(#[from] io::Error),
    /// A worklist without a rule.
    #[error("a worklist holds the keys of one rule, and none is named")]
    NoRule,
    /// A rule whose findings are not about keys.
    #[error("findings of `{rule}` name no key")]
    NoKeys {
        /// The rule's code.
        rule: String,
    },
    /// Lines have no room for a bucket.
    #[error("`{rule}` has findings in `{first}` and in `{second}`, and lines of keys cannot tell them apart")]
    SeveralBuckets {
        /// The rule's code.
        rule: String,
        /// A bucket.
        first: String,
        /// Another.
        second: String,
    },
    /// A worklist of a bucket of which nothing was read.
    #[error("no inventory of the bucket `{bucket}` was read")]
    UnknownBucket {
        /// The name given.
        bucket: String,
        /// The buckets whose inventories were.
        read: Vec<String>,
    },
    /// A key with a line break.
    #[error("the key `{key}` holds a line break, which a list of lines cannot carry")]
    LineBreak {
        /// The key, its hidden characters as escapes.
        key: String,
    },
}

impl From<TemplateError> for FormatError {
    /// What cannot be written is told of the output, not of the template.
    fn from(error: TemplateError) -> Self {
        match error {
            TemplateError::Write(error) => Self::Write(error),
            error => Self::Template(error),
        }
    }
}

impl UserError for FormatError {
    fn place(&self) -> Option<String> {
        match self {
            Self::Template(error) => error.place(),
            Self::Results(error) => error.place(),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Template(error) => error.help(),
            Self::Results(error) => error.help(),
            Self::Write(_) => Some("check that there is room and that the place may be written to".to_owned()),
            Self::NoRule => Some("name it with `--worklist-rule`, as `--worklist-rule R302`".to_owned()),
            Self::NoKeys { .. } => Some("take `csv` or `parquet`, which hold tables, items and paths too".to_owned()),
            Self::UnknownBucket { bucket, read } => Some(match nearest(bucket, read.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("choose one of `{}`", read.join("`, `")),
            }),
            Self::SeveralBuckets { .. } | Self::LineBreak { .. } => {
                Some("take `csv` or `parquet`, which hold bucket and key of every finding".to_owned())
            }
        }
    }
}
