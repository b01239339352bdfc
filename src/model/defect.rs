//! What is wrong with an input: data that readers report and the S-rules turn into findings.

use serde::Serialize;

/// One defect of one input. Bad data is a result; only bad plumbing is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceDefect {
    /// The file concerned, as the manifest lists it (a key), or the manifest's own name.
    pub file: String,
    /// The row in the decoded file, from 1, where one is known.
    pub row: Option<u64>,
    /// What is wrong.
    pub problem: SourceProblem,
}

/// The kinds of defect, each belonging to one S-rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SourceProblem {
    /// S001: the MD5 is not the one stated (both as the delivery writes them).
    Checksum {
        /// As stated.
        stated: String,
        /// As computed.
        actual: String,
    },
    /// S001: the size in bytes is not the one stated.
    Size {
        /// As stated.
        stated: u64,
        /// As found.
        actual: u64,
    },
    /// S002: listed and not there; `looked` are the places that were tried.
    Missing {
        /// The places tried, in order.
        looked: Vec<String>,
    },
    /// S003: broken after the row given.
    Unreadable {
        /// The reader's own words.
        reason: String,
    },
    /// S004: fewer or more rows or items than stated.
    Count {
        /// As stated.
        stated: u64,
        /// As found.
        actual: u64,
        /// `items` or `rows`.
        what: &'static str,
    },
    /// S004: a listing that goes on behind its last page.
    Continued,
    /// S005: a row that cannot be understood.
    Rejected {
        /// Why, in a few words.
        reason: String,
    },
    /// S009: the export was made with a filter.
    PartialExport {
        /// How that was recognised.
        reason: String,
    },
    /// S010: a part named twice in one manifest.
    DuplicatePart,
    /// S010: the same key and version in neighbouring rows.
    DuplicateRow {
        /// The key.
        key: String,
    },
    /// S010: an item that an incremental export holds twice.
    DuplicateItem {
        /// Its primary key, as findings name it.
        key: String,
    },
    /// S010: an incremental export starts before the one that it goes on from has ended.
    OverlappingExport {
        /// Where it starts, RFC 3339 in UTC.
        from: String,
        /// Where the one before has ended.
        end: String,
    },
    /// S012: nothing shows what changed before an incremental export starts.
    MissingExport {
        /// Where the exports before have ended, RFC 3339 in UTC; `None` if there is no full export to begin with.
        end: Option<String>,
        /// Where it starts.
        from: String,
    },
    /// S013: no checksum beside the manifest.
    Unverified,
}

impl SourceProblem {
    /// The code of the rule that this problem belongs to.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Checksum { .. } | Self::Size { .. } => "S001",
            Self::Missing { .. } => "S002",
            Self::Unreadable { .. } => "S003",
            Self::Count { .. } | Self::Continued => "S004",
            Self::Rejected { .. } => "S005",
            Self::PartialExport { .. } => "S009",
            Self::DuplicatePart
            | Self::DuplicateRow { .. }
            | Self::DuplicateItem { .. }
            | Self::OverlappingExport { .. } => "S010",
            Self::MissingExport { .. } => "S012",
            Self::Unverified => "S013",
        }
    }
}
