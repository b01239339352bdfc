//! What changed since the audit before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Verdict;

/// An earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryEntry {
    /// The newest time of its inputs.
    pub at: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its objects.
    pub objects: u64,
    /// Its findings.
    pub findings: u64,
}

/// What changed since the audit that was given as the previous one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SinceResult {
    /// The newest time of its inputs.
    pub at: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its evidence digest.
    pub evidence_digest: String,
    /// All rules together.
    pub total: ChangeResult,
    /// Each rule with findings in either, by code.
    pub rules: Vec<ChangeResult>,
}

/// Findings of one rule then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeResult {
    /// The rule's code, or `all`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Only now.
    pub new: ChangeCount,
    /// In both.
    pub persisting: ChangeCount,
    /// Only then, and the rule was judged again.
    pub fixed: ChangeCount,
    /// Only then, and the rule was not judged again as a whole.
    pub deferred: ChangeCount,
}

/// Findings, and the bytes of what they are about as far as they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeCount {
    /// Findings.
    pub findings: u64,
    /// Bytes.
    pub bytes: u64,
}
