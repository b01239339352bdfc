//! `plan.json`, version 1: what a migration plan rests on, what it comes to, and which files it is. It may grow, never
//! change.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::results::schema::{Inputs, Tool};

/// The name of this schema.
pub const SCHEMA: &str = "stocktake-plan/1";

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Amount {
    /// How many.
    pub objects: u64,
    /// Their bytes; an object without a size counts none.
    pub bytes: u64,
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// A whole plan, but for the rows of its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// [`SCHEMA`].
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// SHA-256 in hex over inputs, layout, tool and the digests of all files: two plans with it are the same.
    pub digest: String,
    /// The title of reports.
    pub title: String,
    /// The effective configuration's SHA-256 in hex.
    pub configuration_sha256: String,
    /// The preset's name, if one was extended.
    pub preset: Option<String>,
    /// Mapping files, in their order.
    pub mapping: Vec<MappingFile>,
    /// What was read.
    pub inputs: Inputs,
    /// What it comes to.
    pub totals: PlanTotals,
    /// By bucket, area and generation, in the layout's order.
    pub generations: Vec<GenerationPlan>,
    /// By table and attribute, in the layout's order.
    pub references: Vec<ReferencePlan>,
    /// Every file of the plan, by name, but this one and the pages for readers (`*.md`).
    pub files: Vec<PlanFile>,
}

/// What a plan comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanTotals {
    /// Objects listed: latest versions that are no delete markers and no folder markers.
    pub before: Amount,
    /// Of these, in areas of the layout: they stay.
    pub in_place: Amount,
    /// Of these, in no area and of no generation: they stay, and `audit` speaks of them.
    pub elsewhere: Amount,
    /// Folder markers, which are no objects of the plan.
    pub folder_markers: u64,
    /// Objects of older generations; the next six add up to it. One that goes to several places is blocked if any of
    /// its copies is, else to be copied if any is.
    pub legacy: Amount,
    /// To be copied.
    pub copy: Amount,
    /// Copied before.
    pub done: Amount,
    /// Whose new key is contested or holds something else (M403).
    pub blocked: Amount,
    /// For which no new key can be made (M404).
    pub unmapped: Amount,
    /// That the layout keeps where they are.
    pub keep: Amount,
    /// That the layout gives up.
    pub retire: Amount,
    /// Copies to be made: an object to several places counts as often.
    pub copies: Amount,
    /// Of these, by S3 Batch Operations.
    pub by_batch_operations: Amount,
    /// Of these, whose manifest field would be too long.
    pub overflow: Amount,
    /// Of these, from an archive: to be restored first.
    pub archived: Amount,
    /// Of these, above 5 GiB: copied in parts.
    pub in_parts: Amount,
    /// Of these, to new keys that no inventory lists: what stands there was not seen.
    #[serde(default)]
    pub unlisted: Amount,
    /// Objects to be copied whose old copy stays for good.
    pub keeps_source: Amount,
    /// Objects to be copied that have noncurrent versions.
    pub with_noncurrent: u64,
    /// Objects to be copied under Object Lock or a legal hold.
    pub locked: u64,
    /// Items to be updated.
    pub items: u64,
    /// References in them.
    pub references: u64,
    /// References that have to be looked at by hand.
    pub by_hand: u64,
}

/// One generation of one area in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GenerationPlan {
    /// The bucket.
    pub bucket: String,
    /// The area.
    pub area: String,
    /// The generation.
    pub generation: String,
    /// Where its keys go, as the layout writes it; or why they do not.
    pub fate: String,
    /// To be copied, in copies.
    pub copy: Amount,
    /// Copied before.
    pub done: Amount,
    /// Blocked (M403).
    pub blocked: Amount,
    /// Without a new key (M404).
    pub unmapped: Amount,
    /// Kept.
    pub keep: Amount,
    /// Given up.
    pub retire: Amount,
}

/// One reference attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReferencePlan {
    /// The table's real name.
    pub table: String,
    /// The attribute.
    pub attribute: String,
    /// References that name a key of an older generation, or a prefix above some.
    pub legacy: u64,
    /// Of these, to be rewritten.
    pub rewrite: u64,
    /// Of these, that keep their place.
    pub keep: u64,
    /// Of these, to be looked at by hand.
    pub by_hand: u64,
}

/// A mapping file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MappingFile {
    /// As the configuration writes it.
    pub name: String,
    /// Its SHA-256 in hex.
    pub sha256: String,
}

/// One file of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanFile {
    /// Its path in the plan's folder.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256 in hex.
    pub sha256: String,
}
