//! What an export is: full or incremental, in which format.

use serde::Serialize;

use crate::model::Millis;

/// The format of an export's data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ExportFormat {
    /// DynamoDB JSON, a line for each item.
    #[serde(rename = "DYNAMODB_JSON")]
    DynamoDbJson,
    /// Amazon Ion text.
    #[serde(rename = "ION")]
    Ion,
}

impl ExportFormat {
    /// Its name in manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DynamoDbJson => "DYNAMODB_JSON",
            Self::Ion => "ION",
        }
    }
}

/// Which images an incremental export holds of an item that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum OutputView {
    /// The item as it was at the end.
    #[serde(rename = "NEW_IMAGE")]
    NewImage,
    /// The item as it was at the start and at the end.
    #[serde(rename = "NEW_AND_OLD_IMAGES")]
    NewAndOldImages,
}

impl OutputView {
    /// Its name in the API; the documentation has `NEW_IMAGES` for the first.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewImage => "NEW_IMAGE",
            Self::NewAndOldImages => "NEW_AND_OLD_IMAGES",
        }
    }
}

/// What an export shows of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// Every item at one moment.
    Full,
    /// Every item that changed in a window of time, once each.
    Incremental {
        /// The start of the window, ms UTC; its end is the moment that the export shows.
        from: Millis,
        /// Which images it holds.
        view: OutputView,
    },
}

impl ExportKind {
    /// `full` or `incremental`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental { .. } => "incremental",
        }
    }
}
