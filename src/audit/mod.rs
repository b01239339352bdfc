//! The engine: exports first, into the reference index; then the inventory past it, once, in parallel; then what only
//! the whole can show.

mod assemble;
mod case_twins;
mod closing;
mod columns;
mod counting;
mod directory;
mod error;
mod excuses;
mod excusing;
mod features;
mod folder_guess;
mod folder_stream;
mod folder_table;
mod folder_tally;
mod folders;
mod hand_over;
mod inputs;
mod judging;
mod lone_key;
mod look_ahead;
pub mod migrate;
mod names;
mod objects;
mod outcome;
mod pass;
mod passing;
mod population;
mod provenance;
mod records;
mod routine;
mod settings;
mod sink;
mod sort_by_text;
mod tally;
mod unchecked;
mod verdict;
mod whole;
mod workflows;

use rayon::ThreadPool;

pub use error::AuditError;
pub use lone_key::key_findings;
pub use settings::{AuditRequest, FailOn, Progress};

use crate::audit::assemble::Counted;
use crate::audit::case_twins::Room;
use crate::audit::closing::ReferenceClosing;
use crate::audit::excuses::Excuses;
use crate::audit::excusing::{Excused, Excusing, settle_classes};
use crate::audit::folder_stream::FolderStream;
use crate::audit::folder_tally::FolderOrder;
use crate::audit::inputs::{AuditInputs, report};
use crate::audit::migrate::concluding::{After, Crew};
use crate::audit::migrate::verifying::Pairing;
use crate::audit::outcome::BucketView;
use crate::audit::pass::{Completeness, Gathered, LEAST_RUN_BYTES, check_cancel};
use crate::audit::population::Population;
use crate::audit::settings::Shared;
use crate::audit::sink::{Emitter, Emitters};
use crate::audit::tally::Partial;
use crate::audit::verdict::Given;
use crate::audit::whole::{Closed, close};
use crate::model::{Finding, Needs};
use crate::references::Declarations;
use crate::results::findings::{FindingRuns, Run, merge};
use crate::results::{Examples, FolderRow, Results};
use crate::rules::RULES;
use crate::rules::context::SourceContext;
use crate::source::inventory::Column;

/// Findings of one thread in memory before they are a sorted run, in bytes, at most.
const MOST_RUN_BYTES: u64 = 4 << 20;

/// How many folders the drawing of the structure is given.
pub const LARGEST_FOLDERS: usize = 400;

/// Takes what an audit streams out: every finding in total order, every folder by name.
pub trait AuditSink: Send {
    /// The next folder, by bucket, name and area.
    ///
    /// # Errors
    ///
    /// What the output says.
    fn folder(&mut self, row: &FolderRow) -> std::io::Result<()>;
    /// The next finding in total order.
    ///
    /// # Errors
    ///
    /// What the output says.
    fn finding(&mut self, finding: &Finding<'_>) -> std::io::Result<()>;
}

/// What an audit leaves in memory.
#[derive(Debug)]
pub struct AuditOutcome {
    /// The complete summary.
    pub results: Results,
    /// The first findings of each rule.
    pub examples: Examples,
    /// The folders with most bytes, most first.
    pub largest_folders: Vec<FolderRow>,
}

/// Carries out an audit.
///
/// # Errors
///
/// An input that cannot be opened or does not belong to the layout, an output that cannot be written, or
/// [`AuditError::Interrupted`]. What is wrong *inside* an input is a finding.
pub fn run(request: &AuditRequest<'_>, sink: &mut dyn AuditSink) -> Result<AuditOutcome, AuditError> {
    run_with(request, None, sink)
}

/// The same, joined by what a migration is to be proved from.
fn run_with(
    request: &AuditRequest<'_>,
    mut pairing: Option<Pairing<'_>>,
    sink: &mut dyn AuditSink,
) -> Result<AuditOutcome, AuditError> {
    let layout = request.layout;
    let spec = layout.spec();
    let inputs = AuditInputs::find(request)?;
    check_cancel(request)?;
    let pool = pool(request)?;
    let emitters = Emitters::new(runs(request), Excuses::new(request));
    let declarations = Declarations::new(spec);
    let mut gathered = Gathered::new(&emitters);

    // Exports first.
    let (references, exports_complete, export_items) =
        pass::read_exports(request, &pool, &inputs, &declarations, &emitters, &mut gathered)?;
    let given = given(request, &inputs, &exports_complete);
    let shared = Shared::new(request, &references, inputs.oldest_export(), given.exports && given.every_bucket);
    if let Some(pairing) = &mut pairing {
        pairing.sides.follow(&references);
    }

    // Inventories past it.
    let side = pairing.as_ref().map(|pairing| &pairing.sides);
    let (mut partial, inventories_complete, inventory_rows) =
        pass::read_inventories(request, &pool, &inputs, &shared, &emitters, &mut gathered, side)?;
    if let Some(pairing) = &mut pairing {
        pairing.gathered.take().into_iter().for_each(|of_before| gathered.absorb(of_before));
    }

    // Closing.
    let mut folder_stream = folder_stream(request, &pool, &mut partial)?;
    let inventories_whole = inventories_complete.all() && given.every_bucket;
    let before_whole = pairing.as_ref().is_none_or(|pairing| pairing.whole);
    let given = Given { inventories: inventories_whole && before_whole, ..given };
    let before = pairing.as_ref().map(|pairing| (pairing.before.0, &pairing.before.1));
    let sizes_told = before.is_none_or(|(_, inputs)| columns(inputs).contains(Needs::SIZE));
    let views = BucketView::all(&inputs, &inventories_complete, layout.buckets().len(), spec.inputs.grace);
    let closing = ReferenceClosing {
        request,
        declarations: &declarations,
        references: &references,
        views: &views,
        partial: &partial,
    };
    let mut emitter = emitters.emitter();
    inputs.judge(request, &mut emitter);
    report_absent_columns(request, &inputs, &NEEDED, &mut emitter);
    if let Some((request, inputs)) = before {
        // Of *before* nothing else is judged.
        report_absent_columns(request, inputs, &[(Column::Size, Needs::SIZE)], &mut emitter);
    }
    let Closed { outcomes, workflows, summary, largest } =
        close(&pool, &closing, &mut folder_stream, (emitter, emitters.emitter()), &mut gathered, sink)?;
    let before = pairing.as_ref().map(|pairing| Box::new(pairing.inputs.clone()));
    let whole = (inventories_whole, given.exports);
    let after = After { inputs: &inputs, references: &references, declarations: &declarations, whole };
    let crew = Crew { pool: &pool, emitters: &emitters, gathered: &mut gathered };
    let proved = pairing.map(|pairing| pairing.prove(request, &after, crew)).transpose()?;
    let unproved = proved.as_ref().and_then(|proved| proved.why_not);
    let is_told = proved.as_ref().is_none_or(|proved| proved.is_told);
    let exports = given.exports && proved.as_ref().is_none_or(|proved| proved.has_tables);
    let columns = if sizes_told && is_told { given.columns } else { given.columns.without(Needs::SIZE) };
    let migration = proved.map(|proved| proved.result);
    let targets = migration.as_ref().is_none_or(|result| result.equation.unjudged.objects == 0);
    let given = Given { unproved, exports, columns, targets, ..given };
    let population = Population {
        request,
        partial: &partial,
        folders: &summary,
        references: &references,
        workflows: &workflows,
        items: export_items.iter().sum(),
    };
    let (excused, lifted) = excuse(&Excusing { request, given }, &population, emitters.emitter(), &mut gathered)?;
    settle_classes(&mut partial, &lifted);

    // Results.
    let counted = Counted {
        request,
        inputs: &inputs,
        declarations: &declarations,
        references: &references,
        partial: &partial,
        folders: &summary,
        tallies: &gathered.tallies,
        excused: &excused,
        given,
        outcomes: &outcomes,
        workflows: &workflows,
        inventory_rows: &inventory_rows,
        export_items: &export_items,
        inventories_complete: &inventories_complete,
        exports_complete: &exports_complete,
        orphans_judged: shared.orphans_can_be_judged && shared.has_tables,
        migration,
        before,
    };
    let results = counted.results();
    let examples = write_findings(request, gathered.runs, &excused, sink)?;
    Ok(AuditOutcome { results, examples, largest_folders: largest.into_sorted() })
}

fn pool(request: &AuditRequest<'_>) -> Result<ThreadPool, AuditError> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(request.jobs.max(1)).build();
    threads.map_err(|error| AuditError::Write(std::io::Error::other(error)))
}

fn runs(request: &AuditRequest<'_>) -> FindingRuns {
    let run_bytes = (request.memory / 4 / request.jobs.max(1) as u64).clamp(LEAST_RUN_BYTES, MOST_RUN_BYTES);
    FindingRuns::with_run_bytes(request.tmp_dir.as_deref(), run_bytes as usize)
}

/// What the inputs allow, before an inventory is read.
fn given(request: &AuditRequest<'_>, inputs: &AuditInputs, exports_complete: &Completeness) -> Given {
    let every_table = inputs.absent_tables(request.layout).is_empty();
    let every_bucket = inputs.absent_buckets(request.layout).is_empty();
    Given {
        inventories: every_bucket,
        exports: exports_complete.all() && !exports_complete.filtered() && every_table,
        every_bucket,
        columns: columns(inputs),
        unproved: None,
        targets: true,
    }
}

/// The folders that all threads saw, in the order of their names.
fn folder_stream<'a>(
    request: &'a AuditRequest<'a>,
    pool: &ThreadPool,
    partial: &mut Partial,
) -> Result<FolderStream<'a>, AuditError> {
    let names: Vec<&str> = request.layout.buckets().iter().map(crate::layout::BucketLayout::name).collect();
    let mut held = std::mem::take(&mut partial.more_folders);
    held.push(std::mem::take(&mut partial.folders));
    partial.spilled_folders += held.iter().map(|folders| folders.len() as u64).sum::<u64>();
    let runs_of_folders = std::mem::take(&mut partial.spilled);
    let (order, room) = (FolderOrder::new(&names), Room::of(request));
    Ok(pool.install(|| FolderStream::new(held, runs_of_folders, order, room))?)
}

/// Settles exceptions, baseline and limits once every finding is counted, and says which exceptions are lifted.
fn excuse<'a>(
    excusing: &Excusing<'a>,
    population: &Population<'_>,
    mut emitter: Emitter<'a>,
    gathered: &mut Gathered,
) -> Result<(Excused, Vec<usize>), AuditError> {
    let lifted = excusing.lift(population, &mut gathered.tallies);
    let mut excused = excusing.close(&gathered.tallies, &lifted, &mut emitter)?;
    gathered.take(emitter)?;
    excused.thresholds = excusing.thresholds(population, &gathered.tallies);
    Ok((excused, lifted))
}

/// Streams every finding out in total order, and keeps the first of each rule.
fn write_findings(
    request: &AuditRequest<'_>,
    runs: Vec<Run>,
    excused: &Excused,
    sink: &mut dyn AuditSink,
) -> Result<Examples, AuditError> {
    request.progress.begin("writing findings", 0);
    let mut examples = Examples::new(request.examples);
    merge(runs, &mut |finding| -> Result<(), AuditError> {
        let finding = excused.settled(finding);
        examples.push(&finding);
        check_cancel(request)?;
        Ok(sink.finding(&finding)?)
    })?;
    request.progress.end();
    Ok(examples)
}

/// The columns that rules need.
const NEEDED: [(Column, Needs); 3] = [
    (Column::Size, Needs::SIZE),
    (Column::LastModified, Needs::MODIFIED),
    (Column::StorageClass, Needs::STORAGE_CLASS),
];

/// Those of them that every inventory has in each of its parts.
fn columns(inputs: &AuditInputs) -> Needs {
    let everywhere = |column| inputs.inventories.iter().all(|(_, delivery)| delivery.has_everywhere(column));
    NEEDED.into_iter().filter(|(column, _)| everywhere(*column)).fold(Needs::NOTHING, |all, (_, need)| all.and(need))
}

/// S008: a column that a selected rule needs is missing from an inventory, or from a part of it.
fn report_absent_columns(
    request: &AuditRequest<'_>,
    inputs: &AuditInputs,
    columns: &[(Column, Needs)],
    emitter: &mut Emitter,
) {
    for (_, delivery) in &inputs.inventories {
        for &(column, need) in columns {
            if delivery.has_everywhere(column) {
                continue;
            }
            let given = Given {
                inventories: true,
                exports: true,
                every_bucket: true,
                columns: Needs(!0).without(need),
                unproved: None,
                targets: true,
            };
            let asked = RULES.iter().enumerate().filter(|(rule, registered)| {
                let tally = sink::RuleTally::default();
                registered.meta.needs.contains(need)
                    && verdict::state(request, *rule, given, &tally).0 == crate::results::schema::RuleState::NotJudged
            });
            let rules = asked.map(|(_, registered)| registered.meta.code).collect::<Vec<_>>().join(", ");
            if !rules.is_empty() {
                let (file, column) = (delivery.manifest.name.as_str(), column.aws_name());
                report(request, emitter, "S008", &SourceContext::AbsentColumn { file, column, rules: &rules });
            }
        }
    }
}
