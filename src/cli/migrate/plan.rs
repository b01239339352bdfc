//! `stocktake migrate plan`.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use clap::Args;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::audit::migrate::{PlanRequest, Planned, plan};
use crate::audit::{AuditError, AuditRequest, FailOn};
use crate::cli::Failure;
use crate::cli::audit::{parse_fail_on, places};
use crate::cli::check::ConfigArgs;
use crate::cli::console::Console;
use crate::cli::interrupt;
use crate::cli::migrate::ResourceArgs;
use crate::cli::migrate::folder::PlanFolder;
use crate::cli::progress::Bar;
use crate::cli::reading::ReadingArgs;
use crate::cli::s3::S3Args;
use crate::layout::Layout;
use crate::migration::Mapping;
use crate::model::bytes::hex;
use crate::model::{Finding, Phase, Severity, Verdict};
use crate::render::Templates;
use crate::render::filters::{bytes, count, plural};
use crate::report::runbook;
use crate::results::plan::{MappingFile, Plan};
use crate::rules::{self, Selection, Severities};

/// Plan what moves: manifests, updates of records, the way back, the page to follow
///
/// Reads inventories and exports as an audit does and decides about every object of an older generation: it is copied to
/// a new key, was copied before, is kept or given up as the layout says, or cannot be copied, because. What to run is
/// written into a new folder, with MIGRATION.md as the place to start. Nothing is moved, and nothing is deleted.
///
/// Run again on the same inputs it writes the same bytes; in the middle of a migration it plans what is left.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stocktake migrate plan --out plan
      with everything in ./stocktake.toml
  stocktake migrate plan --inventory deliveries/line-1 --export deliveries/exports --out plan-1
      of these deliveries; keep them, they are `before` when the outcome is proved

In the folder: MIGRATION.md (start there), plan.json, moves.parquet and moves.csv, batch-operations/ (manifests for S3 \
Batch Operations and the function that copies), references/ (conditional updates for DynamoDB), rollback/ (the reverse of \
both), and lists of what needs a person: blocked.csv, archived.csv, not-kept.csv.

Exits 0 if everything that has to move can; 1 if objects are blocked or have no new key and their severity fails (the plan \
is written all the same); 3 if the inputs are not complete, and 2 if nothing could be read: then nothing is written.")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The folder to write: not there yet, or empty
    #[arg(long, value_name = "DIR", required = true)]
    out: PathBuf,
    /// An inventory, in place of those of the configuration; as for `audit`; repeatable
    #[arg(long, value_name = "PATH", help_heading = "Inputs")]
    inventory: Vec<PathBuf>,
    /// An export, likewise
    #[arg(long, value_name = "PATH", help_heading = "Inputs")]
    export: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Do not compare parts with their checksums; the plan says so
    #[arg(long, help_heading = "Inputs")]
    no_checksums: bool,
    /// The least severity that makes the exit code 1: error, warning, note, never
    #[arg(long, default_value = "error", value_parser = parse_fail_on, value_name = "SEVERITY", help_heading = "Judging")]
    fail_on: FailOn,
    #[command(flatten)]
    resources: ResourceArgs,
    #[command(flatten)]
    s3: S3Args,
}

impl PlanArgs {
    pub(super) fn run(self, console: &Console) -> Result<u8, Failure> {
        let stop = interrupt::watch().map_err(|error| Failure::internal(error.to_string()))?;
        let layout = self.config.compile()?;
        let spec = layout.spec();
        let severities = Severities::new(spec, Phase::Before, &Selection::default());
        let severities = severities.map_err(|error| Failure::of(&error))?;
        let (mapping, mapping_files) = read_mapping(&layout)?;
        let templates = spec.output.templates.as_ref().map(|dir| spec.directory.join(dir));
        let templates = Templates::new(templates.as_deref()).map_err(|error| Failure::of(&error))?;
        let tmp_dir = self.resources.tmp_dir();
        let reach = self.s3.reach(&tmp_dir, Arc::clone(&stop));
        let inventories = places(&reach, &self.inventory, &spec.inputs.inventory, &spec.directory)?;
        let exports = places(&reach, &self.export, &spec.inputs.exports, &spec.directory)?;
        let mut folder = PlanFolder::create(&self.out)?;
        let bar = Bar::new(console);
        let now = spec.inputs.now;
        let audit = AuditRequest {
            layout: &layout,
            severities: &severities,
            phase: Phase::Before,
            fail_on: self.fail_on,
            inventories,
            exports,
            now: now.unwrap_or_else(|| Timestamp::now().as_millisecond()),
            now_is_pinned: now.is_some(),
            jobs: self.resources.jobs(),
            verify: !self.no_checksums,
            inventory_told: self.reading.inventory(None),
            export_told: self.reading.export(None),
            csv_keys: self.reading.csv_keys(),
            proves_migration: false,
            accept_implausible: true,
            baseline: None,
            thresholds: Vec::new(),
            switches: Vec::new(),
            memory: self.resources.memory,
            tmp_dir: Some(tmp_dir),
            examples: 0,
            progress: &bar,
            cancel: &stop,
        };
        let request = PlanRequest { audit: &audit, mapping: &mapping, mapping_files };
        let planned = plan(&request, &mut folder).map_err(|error| match error {
            AuditError::Write(error) => Failure::write_file(&self.out, error),
            error => error.into(),
        })?;
        let made = match planned {
            Planned::Made(made) => made,
            Planned::Inconclusive(why) => {
                console.warn(
                    "the inputs do not allow a plan: an object or a record that was not listed would be left behind",
                );
                why.iter().for_each(|finding| console.warn(&told(finding)));
                return Ok(Verdict::exit_code(Verdict::Inconclusive));
            }
        };
        let page = |text: Result<String, crate::render::TemplateError>| text.map_err(|error| Failure::of(&error));
        folder.write("MIGRATION.md", &page(runbook::migration(&made, &templates))?)?;
        folder.write("batch-operations/README.md", &page(runbook::batch_operations(&made, &templates))?)?;
        let mut json = serde_json::to_string_pretty(&*made).map_err(|error| Failure::internal(error.to_string()))?;
        json.push('\n');
        folder.write("plan.json", &json)?;
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::interrupted());
        }
        folder.commit()?;
        tell(&made, console);
        console.say(&format!("wrote {}: start with MIGRATION.md", self.out.display()));
        let fails = |code: &str, objects: u64| {
            let severity = rules::index_of(code).map_or(Severity::Ignore, |rule| severities.base(rule));
            objects > 0 && self.fail_on.fails(severity)
        };
        let failed = fails("M403", made.totals.blocked.objects) || fails("M404", made.totals.unmapped.objects);
        Ok(Verdict::exit_code(if failed { Verdict::Fail } else { Verdict::Pass }))
    }
}

/// The mapping files of the configuration.
fn read_mapping(layout: &Layout) -> Result<(Mapping, Vec<MappingFile>), Failure> {
    let spec = layout.spec();
    let (mut mapping, mut files) = (Mapping::default(), Vec::new());
    for name in &spec.migration.mapping {
        let path = spec.directory.join(name);
        let text = fs::read(&path).map_err(|error| {
            let message = format!("the mapping file `{}` cannot be read: {error}", path.display());
            Failure::usage(message, "check `[migration] mapping`; its paths are relative to the configuration")
        })?;
        let known = |name: &str| layout.placeholder(name).is_some();
        let shown = path.display().to_string();
        mapping.add(&shown, &mut text.as_slice(), &known).map_err(|error| Failure::of(&error))?;
        let sha256 = hex(&Sha256::digest(&text));
        files.push(MappingFile { name: name.clone(), sha256 });
    }
    Ok((mapping, files))
}

/// A finding about an input, in a line.
fn told(finding: &Finding<'_>) -> String {
    let place = finding.file.as_deref().map(|file| format!("{file}: ")).unwrap_or_default();
    format!("{} {place}{}", finding.code, rules::sentence(finding))
}

/// What the plan comes to, for people.
fn tell(plan: &Plan, console: &Console) {
    let totals = &plan.totals;
    let figures = [
        ("to be copied", totals.copy),
        ("to be copied to keys that no inventory lists: what stands there was not seen", totals.unlisted),
        ("copied before", totals.done),
        ("kept", totals.keep),
        ("given up", totals.retire),
        ("blocked (M403, blocked.csv)", totals.blocked),
        ("without a new key (M404, blocked.csv)", totals.unmapped),
    ];
    for (what, amount) in figures.into_iter().filter(|(_, amount)| amount.objects > 0) {
        console.say(&format!("{}, {}: {what}", plural(amount.objects, "object", None), bytes(amount.bytes)));
    }
    if totals.legacy.objects == 0 {
        console.say("no object is of an older generation: nothing has to move");
    }
    if totals.items > 0 {
        console.say(&format!(
            "{} references in {} items: to be rewritten",
            count(totals.references),
            count(totals.items)
        ));
    }
    if totals.by_hand > 0 {
        console.say(&format!("{} references: to be looked at by hand (references/by-hand.csv)", count(totals.by_hand)));
    }
}
