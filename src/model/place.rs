//! A place in a text file: file, line and column.

use std::fmt;
use std::sync::Arc;

/// Where a value of the configuration stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file as the user named it, or `preset edge-cv-portal`.
    pub file: Arc<str>,
    /// Line, from 1; 0 where no line is known.
    pub line: u32,
    /// Column in characters, from 1; 0 where no column is known.
    pub column: u32,
}

impl Place {
    /// A place that names only its file.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(formatter, "{}", self.file),
            (line, 0) => write!(formatter, "{}:{line}", self.file),
            (line, column) => write!(formatter, "{}:{line}:{column}", self.file),
        }
    }
}
