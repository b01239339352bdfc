//! What the pages show: the frozen view that their templates may name.

use std::collections::BTreeMap;

use serde::Serialize;

use super::areas::{AreaDocs, areas};
use super::rules::{FamilyDocs, families};
use super::tree::{Tree, trees};
use crate::layout::Layout;
use crate::model::time::format_utc;
use crate::results::schema::{FolderRow, Results};

/// Everything that the documentation says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Docs {
    /// The title.
    pub title: String,
    /// The program's version.
    pub version: String,
    /// The effective configuration's SHA-256 in hex.
    pub sha256: String,
    /// The preset's name, if one was extended.
    pub preset: Option<String>,
    /// The buckets, in file order.
    pub buckets: Vec<BucketDocs>,
    /// The layout drawn.
    pub trees: Vec<Tree>,
    /// The areas, wanted ones first.
    pub areas: Vec<AreaDocs>,
    /// Whether any area has a legacy generation.
    pub has_legacy: bool,
    /// The migration's phase.
    pub phase: Option<&'static str>,
    /// From when on no writer may use a legacy path.
    pub cut_over: Option<String>,
    /// The workflows.
    pub workflows: Vec<WorkflowDocs>,
    /// The requirements.
    pub requirements: Vec<RequirementDocs>,
    /// What neither input can show, with the reason.
    pub unchecked: Vec<(String, String)>,
    /// The audit whose figures are shown.
    pub audit: Option<AuditDocs>,
    /// Every rule.
    pub families: Vec<FamilyDocs>,
}

/// A bucket entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketDocs {
    /// Its URI, with the prefix.
    pub uri: String,
    /// Its role.
    pub role: String,
    /// Whether an inventory of it is expected.
    pub inventory: bool,
    /// Other names that records use.
    pub aliases: Vec<String>,
}

/// A workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkflowDocs {
    /// Its name.
    pub name: String,
    /// Its table, with the prefix.
    pub table: String,
    /// Its attributes, first step first.
    pub steps: Vec<String>,
}

/// A requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequirementDocs {
    /// Its number.
    pub id: String,
    /// What it asks for.
    pub text: String,
    /// The rules that show it.
    pub rules: Vec<String>,
    /// The commands that show it.
    pub commands: Vec<String>,
    /// What cannot be shown.
    pub limits: Option<String>,
    /// The requirements it contradicts.
    pub conflicts_with: Vec<String>,
    /// Why it is waived.
    pub waived: Option<String>,
}

/// The audit that figures come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditDocs {
    /// Its verdict.
    pub verdict: String,
    /// The newest inventory's time.
    pub at: Option<String>,
    /// Objects it saw.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether it was judged by this very configuration.
    pub same_configuration: bool,
}

/// The largest folder of each area, gathered from the folders of an audit as they stream past.
#[derive(Debug, Clone, Default)]
pub struct FolderTotals {
    largest: BTreeMap<String, (String, u64)>,
}

impl FolderTotals {
    /// Takes the next folder.
    pub fn add(&mut self, row: &FolderRow) {
        let known = self.largest.get(&row.area);
        if known.is_none_or(|(_, bytes)| row.bytes > *bytes) {
            let uri = format!("s3://{}/{}", row.bucket, row.folder);
            self.largest.insert(row.area.clone(), (uri, row.bytes));
        }
    }

    pub(super) fn largest(&self, area: &str) -> Option<(String, u64)> {
        self.largest.get(area).cloned()
    }
}

impl Docs {
    /// Gathers what is to be told of a layout, with the figures of an audit where there is one.
    pub fn new(layout: &Layout, results: Option<&Results>, folders: Option<&FolderTotals>) -> Self {
        let spec = layout.spec();
        let areas = areas(layout, results, folders);
        Self {
            title: spec.title.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: spec.digest.clone(),
            preset: spec.preset.as_ref().map(|(name, _)| name.clone()),
            buckets: spec
                .buckets
                .iter()
                .map(|bucket| BucketDocs {
                    uri: format!("s3://{}/{}", bucket.name, bucket.prefix),
                    role: bucket.role.clone(),
                    inventory: bucket.inventory,
                    aliases: bucket.aliases.iter().map(|(name, below)| format!("s3://{name}/{below}")).collect(),
                })
                .collect(),
            trees: trees(spec),
            has_legacy: areas.iter().any(|area| !area.legacy.is_empty()),
            areas,
            phase: spec.migration.phase.map(crate::model::Phase::name),
            cut_over: spec.migration.cut_over.map(format_utc),
            workflows: spec
                .workflows
                .iter()
                .map(|workflow| WorkflowDocs {
                    name: workflow.name.clone(),
                    table: format!("{}{}", spec.table_prefix, spec.tables[workflow.table].name),
                    steps: workflow.steps.iter().map(|step| step.text.clone()).collect(),
                })
                .collect(),
            requirements: spec
                .requirements
                .iter()
                .map(|requirement| RequirementDocs {
                    id: requirement.id.clone(),
                    text: requirement.text.clone(),
                    rules: requirement.rules.clone(),
                    commands: requirement.commands.clone(),
                    limits: requirement.limits.clone(),
                    conflicts_with: requirement.conflicts_with.clone(),
                    waived: requirement.waived.clone(),
                })
                .collect(),
            unchecked: spec.unchecked.iter().map(|entry| (entry.what.clone(), entry.why.clone())).collect(),
            audit: results.map(|results| AuditDocs {
                verdict: results.judgement.verdict.name().to_owned(),
                at: results.inputs.inventories.iter().filter_map(|input| input.created_at.clone()).max(),
                objects: results.judgement.totals.objects,
                bytes: results.judgement.totals.bytes,
                same_configuration: results.configuration.sha256 == spec.digest,
            }),
            families: families(),
        }
    }
}
