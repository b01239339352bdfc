//! A plan, from its inputs to its last file.

use std::io;
use std::sync::atomic::Ordering;

use sha2::{Digest, Sha256};

use crate::audit::error::AuditError;
use crate::audit::excuses::Excuses;
use crate::audit::inputs::AuditInputs;
use crate::audit::migrate::files::{PlanFiles, PlanSink};
use crate::audit::migrate::meeting::meet;
use crate::audit::migrate::placing::{Placing, PlacingPass, Seen};
use crate::audit::migrate::prefixes::PrefixMoves;
use crate::audit::migrate::rewriting::{read_again, write_updates};
use crate::audit::migrate::rows::Rows;
use crate::audit::migrate::scan::scan;
use crate::audit::migrate::wishes::Judge;
use crate::audit::pass::{self, Gathered};
use crate::audit::provenance::Read;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::Emitters;
use crate::migration::Mapping;
use crate::migration::batch_operations::LAMBDA_HANDLER;
use crate::migration::reference_updates::APPLY_SCRIPT;
use crate::model::bytes::hex;
use crate::model::{Finding, Severity, SourceDefect, SourceProblem};
use crate::references::Declarations;
use crate::results::findings::{FindingRuns, merge};
use crate::results::plan::{MappingFile, Plan, PlanTotals, ReferencePlan, SCHEMA};
use crate::results::schema::Tool;
use crate::results::sorted::SortedRuns;

/// What sorted runs may take before they go to disk, at least and at most, for one writer.
const LEAST_RUN_BYTES: u64 = 256 << 10;
const MOST_RUN_BYTES: u64 = 256 << 20;

/// What a plan is asked for, beside what every reading of inputs is.
pub struct PlanRequest<'a> {
    /// What is read, and with what.
    pub audit: &'a AuditRequest<'a>,
    /// What mapping files say.
    pub mapping: &'a Mapping,
    /// The mapping files.
    pub mapping_files: Vec<MappingFile>,
}

/// What became of a plan.
#[derive(Debug)]
pub enum Planned {
    /// It is made: all files but `plan.json` and the pages for readers are written.
    Made(Box<Plan>),
    /// The inputs do not allow one, because; each with its finding. Nothing written counts.
    Inconclusive(Vec<Finding<'static>>),
}

/// The bytes of a run for each writer, where so many write at once.
pub(in crate::audit) fn run_bytes(memory: u64, writers: usize) -> usize {
    // As much again is held of finished runs.
    (memory / (writers as u64 + 2)).clamp(LEAST_RUN_BYTES, MOST_RUN_BYTES) as usize
}

/// Makes a plan.
///
/// # Errors
///
/// An input that cannot be opened or does not belong to the layout, an output that cannot be written, or
/// [`AuditError::Interrupted`].
pub fn plan(request: &PlanRequest<'_>, sink: &mut dyn PlanSink) -> Result<Planned, AuditError> {
    let audit = request.audit;
    let layout = audit.layout;
    let inputs = AuditInputs::find(audit)?;
    pass::check_cancel(audit)?;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(audit.jobs.max(1)).build();
    let pool = threads.map_err(|error| AuditError::Write(io::Error::other(error)))?;
    let findings = FindingRuns::with_run_bytes(audit.tmp_dir.as_deref(), LEAST_RUN_BYTES as usize);
    let emitters = Emitters::new(findings, Excuses::new(audit));
    let declarations = Declarations::new(layout.spec());
    let mut gathered = Gathered::new(&emitters);
    let (references, exports_complete, export_items) =
        pass::read_exports(audit, &pool, &inputs, &declarations, &emitters, &mut gathered)?;
    let runs = SortedRuns::new(audit.tmp_dir.as_deref(), run_bytes(audit.memory / 2, 2 * audit.jobs.max(1)));
    let placing = Placing::new(layout, &references, request.mapping);
    let prefixes = PrefixMoves::of(&references);
    let pass = || PlacingPass::new(&placing, runs.writer(), runs.writer(), prefixes.clone());
    let (takers, inventories_complete, inventory_rows) =
        scan(audit, &pool, &inputs.inventories, &emitters, &mut gathered, pass)?;
    let mut emitter = emitters.emitter();
    inputs.judge(audit, &mut emitter);
    gathered.take(emitter)?;
    // The part of a table that is left out may disagree about where an object goes.
    let is_filter = |defect: &SourceDefect| matches!(defect.problem, SourceProblem::PartialExport { .. });
    let has_filtered = inputs.exports.iter().any(|(_, export)| export.defects.iter().any(is_filter));
    if let Some(why) = inconclusive(&mut gathered, has_filtered)? {
        return Ok(Planned::Inconclusive(why));
    }

    let (mut meeting, mut decided, mut seen, mut prefixes) = (Vec::new(), Vec::new(), Seen::default(), prefixes);
    for taker in takers {
        meeting.extend(taker.meeting.finish()?);
        decided.extend(taker.decided.finish()?);
        seen.add(&taker.seen);
        prefixes.absorb(&taker.prefixes);
    }
    audit.progress.begin("pairing moves with objects", 0);
    let stop = &mut || audit.cancel.load(Ordering::Relaxed);
    let stopped = |error: io::Error| match error.kind() {
        io::ErrorKind::Interrupted => AuditError::Interrupted,
        _ => AuditError::Write(error),
    };
    let mut writer = runs.writer();
    meet(meeting, &mut writer, stop).map_err(stopped)?;
    decided.extend(writer.finish()?);
    audit.progress.end();

    audit.progress.begin("writing the plan", 0);
    let files = PlanFiles::new(sink);
    let counted = Rows::new(layout, &references, &files, &mut prefixes)?.write(decided, stop).map_err(stopped)?;
    audit.progress.end();
    let mut by_declaration = reference_plans(audit, &declarations);
    let judge =
        Judge { references: &references, declarations: &declarations, named: &counted.named, prefixes: &prefixes };
    let wishes = judge.wishes(&mut by_declaration);
    let updates = read_again(audit, &pool, &inputs, &wishes, &runs, &mut by_declaration)?;
    let items = write_updates(layout, updates, &files)?;
    files.write("batch-operations/copy_object.py", LAMBDA_HANDLER)?;
    if items > 0 {
        files.write("references/apply.py", APPLY_SCRIPT)?;
    }
    let read = Read {
        request: audit,
        inputs: &inputs,
        inventory_rows: &inventory_rows,
        export_items: &export_items,
        inventories_complete: &inventories_complete,
        exports_complete: &exports_complete,
    };
    // Two plans of the same inputs are the same, whenever they are made.
    let inputs = crate::results::schema::Inputs { now: None, ..read.results() };
    let by_attribute = joined(by_declaration);
    let totals = PlanTotals {
        before: seen.objects,
        in_place: seen.in_place,
        elsewhere: seen.elsewhere,
        folder_markers: seen.markers,
        items,
        references: by_attribute.iter().map(|plan| plan.rewrite).sum(),
        by_hand: by_attribute.iter().map(|plan| plan.by_hand).sum(),
        ..counted.totals
    };
    let spec = layout.spec();
    let mut plan = Plan {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: "stocktake".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        digest: String::new(),
        title: spec.output.title.clone().unwrap_or_else(|| spec.title.clone()),
        configuration_sha256: spec.digest.clone(),
        preset: spec.preset.as_ref().map(|(name, _)| name.clone()),
        mapping: request.mapping_files.clone(),
        inputs,
        totals,
        generations: counted.generations.into_values().collect(),
        references: by_attribute,
        files: files.list(),
    };
    plan.digest = hex(&Sha256::digest(serde_json::to_string(&plan).unwrap_or_default()));
    Ok(Planned::Made(Box::new(plan)))
}

/// The S-findings that leave no ground for a plan.
fn inconclusive(gathered: &mut Gathered, has_filtered: bool) -> Result<Option<Vec<Finding<'static>>>, AuditError> {
    let grave = |tally: &crate::audit::sink::RuleTally| tally.by_severity[Severity::Inconclusive as usize] > 0;
    if !has_filtered && !gathered.tallies.rules.iter().any(grave) {
        return Ok(None);
    }
    let mut why = Vec::new();
    merge(std::mem::take(&mut gathered.runs), &mut |finding| -> Result<(), AuditError> {
        let stands_in_the_way = finding.severity == Severity::Inconclusive || finding.code == PARTIAL;
        if stands_in_the_way && why.len() < MOST_REASONS {
            why.push(finding.clone().into_owned());
        }
        Ok(())
    })?;
    Ok(Some(why))
}

/// The rule about exports of a part of a table.
const PARTIAL: &str = "S009";
/// The most reasons that are told of inputs that allow no plan.
const MOST_REASONS: usize = 20;

/// A plan for each declaration, with nothing counted.
fn reference_plans(request: &AuditRequest<'_>, declarations: &Declarations<'_>) -> Vec<ReferencePlan> {
    let prefix = &request.layout.spec().table_prefix;
    let plan = |number: usize| ReferencePlan {
        table: format!("{prefix}{}", declarations.table(number as u16).name),
        attribute: declarations.reference(number as u16).attribute.text.clone(),
        legacy: 0,
        rewrite: 0,
        keep: 0,
        by_hand: 0,
    };
    (0..declarations.len()).map(plan).collect()
}

/// The declarations of one attribute are told together.
fn joined(plans: Vec<ReferencePlan>) -> Vec<ReferencePlan> {
    let mut joined: Vec<ReferencePlan> = Vec::new();
    for plan in plans {
        let same = |known: &&mut ReferencePlan| known.table == plan.table && known.attribute == plan.attribute;
        match joined.iter_mut().find(same) {
            Some(known) => {
                known.legacy += plan.legacy;
                known.rewrite += plan.rewrite;
                known.keep += plan.keep;
                known.by_hand += plan.by_hand;
            }
            None => joined.push(plan),
        }
    }
    joined
}
