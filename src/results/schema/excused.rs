//! What keeps findings from counting, or from failing an audit: exceptions, the baseline, limits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionState {
    /// It hides findings.
    InForce,
    /// It hides none (C602).
    Unused,
    /// It hides none, and its rule was not judged as a whole: nobody knows.
    NotJudged,
    /// There are more findings than it may hide: it hides none.
    Exceeded,
    /// Its last day has passed: it hides none (C601).
    Expired,
}

impl ExceptionState {
    /// The words used in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::InForce => "in force",
            Self::Unused => "unused",
            Self::NotJudged => "not judged",
            Self::Exceeded => "exceeded",
            Self::Expired => "expired",
        }
    }
}

/// One `[[allow]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExceptionResult {
    /// The rule's code.
    pub rule: String,
    /// What it is for, as `R302 where area = training`.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds, UTC.
    pub expires: Option<String>,
    /// The most findings it may hide, as `40` or `2%`.
    pub at_most: Option<String>,
    /// What became of it.
    pub state: ExceptionState,
    /// Findings that it hides; where it is exceeded, those that it would.
    pub findings: u64,
    /// Objects concerned.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The baseline that an audit was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineResult {
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// How many findings it knows.
    pub entries: u64,
    /// Findings of this audit that it knows, which do not count.
    pub findings: u64,
    /// Objects concerned.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Entries whose finding no longer occurs (C603).
    pub stale: u64,
    /// Entries whose finding does not occur, and whose rule was not judged as a whole: nobody knows.
    pub deferred: u64,
    /// Known findings by rule, in the registry's order; rules without any left out.
    pub rules: Vec<KnownResult>,
}

/// Known findings of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownResult {
    /// The rule's code.
    pub code: String,
    /// Findings.
    pub findings: u64,
}

/// One limit of `--max-findings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdResult {
    /// The rule's code.
    pub rule: String,
    /// The area that it is for, if it is not for all of the rule's findings.
    pub area: Option<String>,
    /// Whether it is for the findings elsewhere: those in areas with a limit of their own count there.
    #[serde(default)]
    pub elsewhere: bool,
    /// The most findings, as `40` or `2%`.
    pub limit: String,
    /// Findings that count towards it.
    pub findings: u64,
    /// What the rule judged there.
    pub judged: u64,
    /// What that is, in the plural.
    pub of: String,
    /// Whether the findings are within the limit.
    pub holds: bool,
    /// Whether the rule was judged, on inputs that allow a verdict: else there being few findings says nothing.
    #[serde(default = "settled")]
    pub settled: bool,
}

/// Results from before this was told say nothing against it.
const fn settled() -> bool {
    true
}
