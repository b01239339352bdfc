//! What was found by each rule.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Severity;

/// Whether a rule was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleState {
    /// It was.
    Judged,
    /// It was, in part: single rows that were seen.
    Partly,
    /// The inputs did not allow it.
    NotJudged,
    /// It is off.
    Off,
    /// It belongs to another command (migration) or nothing in the configuration asks for it.
    NotAsked,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleResult {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its family's letter.
    pub family: String,
    /// Its severity in this phase where no area, table or reference says otherwise.
    pub severity: Severity,
    /// Whether it was judged.
    pub state: RuleState,
    /// Why not, where it was not or in part.
    pub why: Option<String>,
    /// Findings.
    pub findings: u64,
    /// Findings by severity: note, warning, error (told and inconclusive for S-rules).
    pub by_severity: Vec<SeverityCount>,
    /// Objects concerned.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Findings by area, of those that name one, by the areas' names.
    #[serde(default)]
    pub areas: Vec<RuleArea>,
    /// Findings that do not count: hidden by an exception, or known to the baseline.
    #[serde(default)]
    pub excused: u64,
    /// Of these, those of severity warning or above; not told by results from before there was this.
    #[serde(default)]
    pub excused_weighing: Option<u64>,
}

/// Findings of one rule in one area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleArea {
    /// The area's name.
    pub area: String,
    /// Findings by severity.
    pub by_severity: Vec<SeverityCount>,
    /// Findings that an exception hides or the baseline knows.
    #[serde(default)]
    pub excused: u64,
    /// Of these, those of severity warning or above; not told by results from before there was this.
    #[serde(default)]
    pub excused_weighing: Option<u64>,
}

/// Findings of one severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityCount {
    /// The severity.
    pub severity: Severity,
    /// Findings.
    pub findings: u64,
}
