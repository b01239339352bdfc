//! What a result rests on: what was read, and what it was judged by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inputs {
    /// Inventories, by bucket and configuration.
    pub inventories: Vec<InventoryInput>,
    /// Exports, by table.
    pub exports: Vec<ExportInput>,
    /// The pinned time of judging, if the clock was pinned.
    pub now: Option<String>,
    /// Newest minus oldest input, in milliseconds.
    pub skew_ms: Option<i64>,
    /// Whether parts were checked against their checksums.
    pub checksums: bool,
    /// What was read of *before*, where a migration is proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Inputs>>,
}

/// One inventory delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InventoryInput {
    /// The bucket it lists.
    pub bucket: String,
    /// The configuration's id, where the path tells it.
    pub configuration: Option<String>,
    /// Its `creationTimestamp`.
    pub created_at: Option<String>,
    /// `CSV`, `Parquet`, …
    pub format: String,
    /// The manifest's SHA-256 in hex.
    pub manifest_sha256: String,
    /// Whether a checksum beside the manifest held.
    pub verified: bool,
    /// Parts listed.
    pub parts: u64,
    /// Bytes of its parts, compressed, as stated.
    pub bytes: u64,
    /// Rows understood.
    pub rows: u64,
    /// Columns of ours that it has.
    pub columns: Vec<String>,
    /// Columns that were skipped.
    pub unknown_columns: Vec<String>,
    /// Whether everything listed was read whole.
    pub complete: bool,
    /// Things told about it, as a newer incomplete delivery that was passed over.
    pub remarks: Vec<String>,
}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportInput {
    /// The table's real name.
    pub table: String,
    /// The declared table, if one is.
    pub declared: Option<String>,
    /// The moment that it shows: its `exportTime`, or where the last incremental export ends.
    pub exported_at: Option<String>,
    /// `DYNAMODB_JSON` or `ION`; of a chain the format of its first export.
    pub format: Option<String>,
    /// The summary's SHA-256 in hex.
    pub manifest_sha256: String,
    /// Whether a checksum beside the manifest held.
    pub verified: bool,
    /// Data files.
    pub files: u64,
    /// Items read; of a chain those of the table at its end.
    pub items: u64,
    /// Whether everything listed was read whole.
    pub complete: bool,
    /// Things told about it.
    pub remarks: Vec<String>,
    /// The exports that incremental ones make a chain of, the oldest first; empty for a full export alone.
    pub chain: Vec<ExportLink>,
}

/// One export of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportLink {
    /// `full` or `incremental`.
    pub kind: String,
    /// Where the window of an incremental export starts.
    pub from: Option<String>,
    /// The moment that it shows: its `exportTime` or `exportToTime`.
    pub to: String,
    /// `NEW_IMAGE` or `NEW_AND_OLD_IMAGES` of an incremental export.
    pub view: Option<String>,
    /// `DYNAMODB_JSON` or `ION`.
    pub format: String,
    /// The summary's SHA-256 in hex.
    pub manifest_sha256: String,
    /// Whether checksums beside both manifests held.
    pub verified: bool,
    /// Data files.
    pub files: u64,
    /// Items or changes, as stated.
    pub items: u64,
}

/// What it was judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Configuration {
    /// The title of reports.
    pub title: String,
    /// The preset's name, if one was extended.
    pub preset: Option<String>,
    /// The preset's SHA-256 in hex.
    pub preset_sha256: Option<String>,
    /// The effective configuration's SHA-256 in hex.
    pub sha256: String,
    /// Requirements with how each is shown.
    pub requirements: Vec<RequirementResult>,
    /// Switches that were given and change what is judged: `--config …`, `--no-checksums`, `--phase …`, `--ignore …`.
    pub switches: Vec<String>,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequirementResult {
    /// Its number.
    pub id: String,
    /// What it asks for.
    pub text: String,
    /// The codes that show it.
    pub rules: Vec<String>,
    /// The commands that show it.
    pub commands: Vec<String>,
    /// The areas concerned.
    pub areas: Vec<String>,
    /// What cannot be shown.
    pub limits: Option<String>,
    /// What would show it.
    #[serde(default)]
    pub shown_by: Option<String>,
    /// The requirements it contradicts.
    pub conflicts_with: Vec<String>,
    /// Why it is waived.
    pub waived: Option<String>,
}
