//! What can be wrong with a file of results, where, and how to mend it.

use crate::model::UserError;

/// Why a file of results cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResultsError {
    /// The file cannot be opened or read.
    #[error("the file cannot be read")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not JSON, or not of the shape that its schema promises.
    #[error("this is not a result: {reason}")]
    Json {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The parser's own words.
        reason: String,
    },
    /// Not Parquet, or damaged.
    #[error("this is not a whole Parquet file")]
    Parquet {
        /// The file.
        file: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something else than what was asked for.
    #[error("the schema is {}, where `{expected}` is wanted", found.as_ref().map_or("not stated".to_owned(), |name| format!("`{name}`")))]
    Schema {
        /// The file.
        file: String,
        /// What was wanted.
        expected: &'static str,
        /// What is stated.
        found: Option<String>,
    },
    /// Written by a newer version of the tool.
    #[error("the schema `{found}` is newer than `{known}`")]
    Newer {
        /// The file.
        file: String,
        /// What this version knows.
        known: &'static str,
        /// What is stated.
        found: String,
    },
    /// A column is missing or of another type.
    #[error("the column `{column}` is missing or of another type")]
    Column {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// A value that no version writes.
    #[error("`{value}` is no value of the column `{column}`")]
    Value {
        /// The file.
        file: String,
        /// The row, from 1.
        row: u64,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
}

impl UserError for ResultsError {
    fn place(&self) -> Option<String> {
        Some(match self {
            Self::Json { file, line, column, .. } => format!("{file}:{line}:{column}"),
            Self::Value { file, row, .. } => format!("{file}: row {row}"),
            Self::Io { file, .. }
            | Self::Parquet { file, .. }
            | Self::Schema { file, .. }
            | Self::Newer { file, .. }
            | Self::Column { file, .. } => file.clone(),
            Self::Interrupted => return None,
        })
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Io { .. } => "check that the file is there and may be read".to_owned(),
            Self::Newer { .. } => format!(
                "read it with the version of stocktake that wrote it, or a later one; this is {}",
                env!("CARGO_PKG_VERSION")
            ),
            Self::Schema { .. } => "name a file that `stocktake audit` wrote".to_owned(),
            Self::Json { .. } | Self::Parquet { .. } | Self::Column { .. } | Self::Value { .. } => {
                "write it again with `stocktake audit`; it was changed or cut off since".to_owned()
            }
            Self::Interrupted => return None,
        })
    }
}

/// Checks the name of a schema, as `stocktake-results/1`, against the one that is known.
pub(crate) fn check_schema(file: &str, known: &'static str, found: Option<&str>) -> Result<(), ResultsError> {
    let split = |name: &str| {
        let (kind, version) = name.rsplit_once('/')?;
        Some((kind.to_owned(), version.parse::<u32>().ok()?))
    };
    let file = file.to_owned();
    match (found.and_then(split), split(known)) {
        (Some((kind, version)), Some((known_kind, known_version))) if kind == known_kind => {
            if version <= known_version {
                return Ok(());
            }
            Err(ResultsError::Newer { file, known, found: format!("{kind}/{version}") })
        }
        _ => Err(ResultsError::Schema { file, expected: known, found: found.map(str::to_owned) }),
    }
}
