//! The pages of a plan for those who carry it out: `MIGRATION.md`, and the calls of S3 Batch Operations in their order.

use std::io;

use serde::Serialize;

use crate::render::{TemplateError, Templates};
use crate::results::plan::{Plan, ReferencePlan};

#[derive(Serialize)]
struct View<'a> {
    plan: &'a Plan,
    /// Attributes that name an old place.
    attributes: Vec<&'a ReferencePlan>,
    /// Files of transactions, as they are called in `references/`.
    transactions: Vec<&'a str>,
    manifests: Vec<Manifest<'a>>,
    /// Whether some manifest waits for a restore.
    restore: bool,
    /// Buckets with manifests.
    buckets: Vec<&'a str>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    file: &'a str,
    bucket: &'a str,
    restore: bool,
}

impl<'a> View<'a> {
    fn new(plan: &'a Plan) -> Self {
        let files = || plan.files.iter().map(|file| file.name.as_str());
        let manifest = |name: &'a str| {
            let file = name.strip_prefix("batch-operations/")?;
            // `<bucket>-00001.csv`, `<bucket>-after-restore-00001.csv`.
            let (stem, _) = file.strip_suffix(".csv")?.rsplit_once('-')?;
            let restored = stem.strip_suffix("-after-restore");
            Some(Manifest { file, bucket: restored.unwrap_or(stem), restore: restored.is_some() })
        };
        let manifests: Vec<Manifest<'a>> = files().filter_map(manifest).collect();
        let mut buckets: Vec<&str> = manifests.iter().map(|manifest| manifest.bucket).collect();
        buckets.dedup();
        Self {
            plan,
            attributes: plan.references.iter().filter(|reference| reference.legacy > 0).collect(),
            transactions: files()
                .filter_map(|name| name.strip_prefix("references/"))
                .filter(|name| name.ends_with(".transactions.jsonl"))
                .collect(),
            restore: manifests.iter().any(|manifest| manifest.restore),
            manifests,
            buckets,
        }
    }
}

/// `MIGRATION.md`: what moves where, in which order, how to prove it and how to go back.
///
/// # Errors
///
/// A template that was replaced by a bad one.
pub fn migration(plan: &Plan, templates: &Templates) -> Result<String, TemplateError> {
    rendered(plan, templates, "plan.md")
}

/// `batch-operations/README.md`: the calls of the AWS CLI in their order.
///
/// # Errors
///
/// As [`migration`].
pub fn batch_operations(plan: &Plan, templates: &Templates) -> Result<String, TemplateError> {
    rendered(plan, templates, "plan/batch-operations.md")
}

fn rendered(plan: &Plan, templates: &Templates, name: &str) -> Result<String, TemplateError> {
    let mut out = Vec::new();
    templates.render(name, &View::new(plan), &mut out)?;
    String::from_utf8(out).map_err(|error| TemplateError::Write(io::Error::other(error)))
}
