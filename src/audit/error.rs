//! Why an audit could not be carried out at all.

use std::io;

use crate::model::UserError;
use crate::results::ResultsError;
use crate::results::baseline::BaselineError;
use crate::source::SourceError;

/// Nothing was judged, or what was judged could not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// An input cannot be opened.
    #[error(transparent)]
    Source(SourceError),
    /// The configuration declares no bucket.
    #[error("the configuration declares no bucket, so there is nothing to audit")]
    NoBucket,
    /// No inventory was named.
    #[error("no inventory is named")]
    NoInventory,
    /// An inventory lists a bucket that is not declared.
    #[error("this inventory lists the bucket `{bucket}`, which the configuration does not declare")]
    UndeclaredBucket {
        /// The bucket.
        bucket: String,
        /// The manifest.
        manifest: String,
        /// The declared buckets, as a message lists them.
        declared: String,
    },
    /// An export is of a table that is not declared, and was named by itself.
    #[error("none of the exports is of a table that the configuration declares: found {found}")]
    NoDeclaredTable {
        /// The tables found, as a message lists them.
        found: String,
        /// The tables declared, as a message lists them.
        declared: String,
    },
    /// Two exports are of tables with one name, as in two accounts or regions, or of one table and of a scan of it.
    #[error("two exports of the table `{table}`: {first}, {second}")]
    TwoExports {
        /// The table.
        table: String,
        /// Where the one lies.
        first: String,
        /// Where the other lies.
        second: String,
    },
    /// An input's time lies in the future.
    #[error("`{input}` was made {ahead} after the time of judging")]
    Future {
        /// The input.
        input: String,
        /// How long after.
        ahead: String,
    },
    /// A plan cannot be read.
    #[error(transparent)]
    Plan(#[from] ResultsError),
    /// A plan was made under a layout that declares something else.
    #[error("the plan moves objects of {0}, which the configuration does not declare")]
    OtherLayout(String),
    /// The baseline cannot be read.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// An inventory is not what it was when it was read first.
    #[error("an inventory changed while it was read")]
    Changed,
    /// Findings could not be kept.
    #[error("findings could not be written")]
    Write(#[from] io::Error),
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
}

impl From<SourceError> for AuditError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Interrupted => Self::Interrupted,
            error => Self::Source(error),
        }
    }
}

impl UserError for AuditError {
    fn place(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.place(),
            Self::Plan(error) => error.place(),
            Self::Baseline(error) => error.place(),
            Self::UndeclaredBucket { manifest, .. } => Some(format!("{manifest}: sourceBucket")),
            Self::Future { input, .. } => Some(input.clone()),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Source(error) => return error.help(),
            Self::Plan(error) => return error.help(),
            Self::OtherLayout(_) => {
                "give the configuration that the plan was made with, or plan again with this one".to_owned()
            }
            Self::Baseline(error) => return error.help(),
            Self::NoBucket => "add `[[bucket]]` with the bucket's `name` to the configuration".to_owned(),
            Self::NoInventory => {
                "give `--inventory PATH`, or set `inventory` under `[inputs]` in the configuration".to_owned()
            }
            Self::UndeclaredBucket { bucket, declared, .. } => format!(
                "declare it (`[[bucket]]` with `name = \"{bucket}\"`), or give the inventory of a declared bucket: {declared}"
            ),
            Self::NoDeclaredTable { declared, .. } => {
                format!("check `table_prefix`, or declare the tables; declared are: {declared}")
            }
            Self::TwoExports { .. } => "give the summary of the one that is meant".to_owned(),
            Self::Future { .. } => "check `--now`, `[inputs] now`, and the clock of this machine".to_owned(),
            Self::Changed => "run it again when nobody writes to the inventories; a copy of them is safe".to_owned(),
            Self::Write(_) => "make room, or name another folder with `--tmp-dir`".to_owned(),
            Self::Interrupted => return None,
        })
    }
}
