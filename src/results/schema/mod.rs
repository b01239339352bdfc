//! `results.json`, version 1: the frozen view of an audit that files promise and templates may name. It may
//! grow, never change.
//!
//! Numbers are raw (bytes, rows, milliseconds UTC where a name ends in `_ms`); times are RFC 3339 UTC text. Everything under
//! `judgement` is a function of the inputs' contents and the configuration alone: no path, host, duration or job count.

mod excused;
mod failing;
mod folder;
mod migration;
mod provenance;
mod rules;
mod since;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use excused::{BaselineResult, ExceptionResult, ExceptionState, KnownResult, ThresholdResult};
pub use folder::FolderRow;
pub use migration::{
    Completion, Equation, Evidence, GenerationOutcome, LateWriter, MatrixCell, MigrationResult, ReferenceCell,
    Rollback, StaleReferences, TaskErrors,
};
pub use provenance::{Configuration, ExportInput, ExportLink, Inputs, InventoryInput, RequirementResult};
pub use rules::{RuleArea, RuleResult, RuleState, SeverityCount};
pub use since::{ChangeCount, ChangeResult, HistoryEntry, SinceResult};

use crate::model::{KeyClass, Outcome, Phase, ReferenceClass, Verdict};

/// The name of this schema.
pub const SCHEMA: &str = "stocktake-results/1";

/// A whole result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// [`SCHEMA`].
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// What was found.
    pub judgement: Judgement,
    /// What was read.
    pub inputs: Inputs,
    /// What it was judged by.
    pub configuration: Configuration,
    /// Earlier runs, oldest first.
    pub history: Vec<HistoryEntry>,
    /// What changed since the audit that was given as the previous one.
    #[serde(default)]
    pub since: Option<SinceResult>,
    /// SHA-256 in hex over input digests, effective configuration, tool version and judgement.
    pub evidence_digest: String,
}

/// The tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `stocktake`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence that says why.
    pub sentence: String,
    /// What to do next, in the imperative.
    pub next_step: String,
    /// The least severity that fails: `error`, `warning`, `note` or `never`.
    pub fail_on: String,
    /// The phase the severities were taken for.
    pub phase: Phase,
    /// Rows and what they are.
    pub totals: Totals,
    /// The three partitions.
    pub classes: Classes,
    /// Every rule, in the registry's order.
    pub rules: Vec<RuleResult>,
    /// Every area of every bucket that has it, in the layout's order.
    pub areas: Vec<AreaResult>,
    /// Every legacy generation that is declared, in the layout's order.
    pub legacy: Vec<LegacyResult>,
    /// Outcomes by table and attribute, in the layout's order.
    pub references: Vec<ReferenceResult>,
    /// Orphans by age, size and folder.
    pub orphans: OrphanResult,
    /// Workflows, in the layout's order.
    pub workflows: Vec<WorkflowResult>,
    /// What was not checked, and why.
    pub not_checked: Vec<NotChecked>,
    /// Exceptions, in the configuration's order.
    #[serde(default)]
    pub exceptions: Vec<ExceptionResult>,
    /// The baseline, if one was given.
    #[serde(default)]
    pub baseline: Option<BaselineResult>,
    /// Limits, in the order in which they were given.
    #[serde(default)]
    pub thresholds: Vec<ThresholdResult>,
    /// What became of a migration, where `migrate verify` made this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<MigrationResult>,
}

/// Rows of the inventories and what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Rows understood.
    pub rows: u64,
    /// Objects: latest versions that are no delete marker.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Noncurrent versions.
    pub noncurrent_versions: u64,
    /// Their bytes.
    pub noncurrent_bytes: u64,
    /// Delete markers.
    pub delete_markers: u64,
    /// Items read from exports.
    pub items: u64,
    /// References that records hold.
    pub references: u64,
    /// Folders of areas.
    pub folders: u64,
    /// Findings of every severity that count.
    pub findings: u64,
}

/// The three partitions; each sums to the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Classes {
    /// Of objects, by their keys.
    pub key: Vec<ClassResult<KeyClass>>,
    /// Of objects, by their references.
    pub reference: Vec<ClassResult<ReferenceClass>>,
    /// Of references.
    pub outcome: Vec<OutcomeResult>,
}

/// One class of objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassResult<C> {
    /// The class.
    pub class: C,
    /// Objects in it.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// One outcome of references.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeResult {
    /// The outcome.
    pub outcome: Outcome,
    /// References with it.
    pub references: u64,
}

/// One area in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AreaResult {
    /// The bucket.
    pub bucket: String,
    /// The area's name.
    pub area: String,
    /// Its template, with the bucket entries' prefixes left out.
    pub path: String,
    /// What lies there.
    pub about: String,
    /// `wanted`, `tolerated` or `outside`.
    pub standing: String,
    /// Objects in it (folder markers aside).
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Of these, compliant.
    pub compliant_objects: u64,
    /// Their bytes.
    pub compliant_bytes: u64,
    /// Of these, violating.
    pub violating_objects: u64,
    /// Whether any rule was on that could find one violating: if not, no share of it is compliant.
    #[serde(default = "yes")]
    pub compliance_judged: bool,
    /// Referenced or covered by records.
    pub referenced_objects: u64,
    /// Orphans.
    pub orphan_objects: u64,
    /// Their bytes.
    pub orphan_bytes: u64,
    /// Whether orphans were judged in it.
    #[serde(default = "yes")]
    pub orphans_judged: bool,
    /// Keys in no area that came nearest to this one.
    pub near_misses: u64,
    /// Its folders.
    pub folders: u64,
    /// The newest modification.
    pub newest: Option<String>,
    /// Whether records name it and no inventory row lies in it: told as "not covered?".
    pub not_covered: bool,
}

/// What results without such a field say by that.
const fn yes() -> bool {
    true
}

/// One legacy generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LegacyResult {
    /// The bucket.
    pub bucket: String,
    /// The area it belongs to.
    pub area: String,
    /// The generation's name.
    pub generation: String,
    /// `move`, `keep` or `retire`.
    pub fate: String,
    /// Objects at its keys.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The newest modification.
    pub newest: Option<String>,
}

/// One reference attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReferenceResult {
    /// The table, as declared.
    pub table: String,
    /// The attribute.
    pub attribute: String,
    /// `object`, `prefix`, `key`, `key-prefix` or `bucket`.
    pub kind: String,
    /// The areas it may name.
    pub areas: Vec<String>,
    /// How many references.
    pub references: u64,
    /// By outcome: every outcome, in order, zero counts included.
    pub outcomes: Vec<OutcomeResult>,
    /// Records that should have one and have none.
    pub absent: u64,
}

/// Orphans in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrphanResult {
    /// Whether orphans were judged.
    pub judged: bool,
    /// Orphans.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// By age at the exports' time: under 30 days, 90 days, a year, older.
    pub by_age: Vec<Bucketed>,
    /// By size: under 1 MiB, 100 MiB, 1 GiB, larger.
    pub by_size: Vec<Bucketed>,
    /// The folders with most orphan bytes, most first, then by name; at most fifty.
    pub folders: Vec<OrphanFolder>,
    /// Folders with orphans.
    pub folder_count: u64,
}

/// A bar of a histogram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bucketed {
    /// Its label.
    pub label: String,
    /// Objects.
    pub objects: u64,
    /// Bytes.
    pub bytes: u64,
}

/// A folder with orphans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrphanFolder {
    /// The bucket.
    pub bucket: String,
    /// The folder's prefix.
    pub folder: String,
    /// Its area.
    pub area: String,
    /// Orphans in it.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The newest modification in the folder.
    pub newest: Option<String>,
}

/// One workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowResult {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Items that run it.
    pub items: u64,
    /// Items in which every step holds.
    pub whole: u64,
    /// Items in which a step is broken.
    pub broken: u64,
    /// Items that could not be judged.
    pub unjudged: u64,
    /// Its steps with how many items break there first.
    pub steps: Vec<WorkflowStep>,
}

/// One step of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowStep {
    /// The attribute.
    pub attribute: String,
    /// Items that break here first.
    pub broken: u64,
}

/// Something that was not checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotChecked {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}
