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
mod workflows;

pub use error::AuditError;
pub use lone_key::key_findings;
pub use settings::{AuditRequest, FailOn, Progress};

use crate::audit::assemble::Counted;
use crate::audit::case_twins::Room;
use crate::audit::closing::ReferenceClosing;
use crate::audit::excuses::Excuses;
use crate::audit::excusing::{Excusing, settle_classes};
use crate::audit::folder_stream::FolderStream;
use crate::audit::folder_tally::FolderOrder;
use crate::audit::folders::FolderClosing;
use crate::audit::inputs::{AuditInputs, report};
use crate::audit::migrate::concluding::{After, Crew};
use crate::audit::migrate::verifying::Pairing;
use crate::audit::outcome::BucketView;
use crate::audit::pass::{Gathered, LEAST_RUN_BYTES, check_cancel};
use crate::audit::population::Population;
use crate::audit::settings::Shared;
use crate::audit::sink::{Emitter, Emitters};
use crate::audit::verdict::Given;
use crate::model::{Finding, Millis, Needs, ReferenceClass};
use crate::references::Declarations;
use crate::results::findings::{FindingRuns, merge};
use crate::results::{Examples, FolderRow, LargestFolders, Results};
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
    let threads = rayon::ThreadPoolBuilder::new().num_threads(request.jobs.max(1)).build();
    let pool = threads.map_err(|error| AuditError::Write(std::io::Error::other(error)))?;
    let run_bytes = (request.memory / 4 / request.jobs.max(1) as u64).clamp(LEAST_RUN_BYTES, MOST_RUN_BYTES);
    let runs = FindingRuns::with_run_bytes(request.tmp_dir.as_deref(), run_bytes as usize);
    let emitters = Emitters::new(runs, Excuses::new(request));
    let declarations = Declarations::new(spec);
    let mut gathered = Gathered::new(&emitters);

    let (references, exports_complete, export_items) =
        pass::read_exports(request, &pool, &inputs, &declarations, &emitters, &mut gathered)?;
    // S012 of either kind: no orphan is judged.
    let nothing_absent = inputs.absent_tables(layout).is_empty() && inputs.absent_buckets(layout).is_empty();
    let exports_whole = exports_complete.all() && !exports_complete.filtered() && nothing_absent;
    let exported_at = inputs.oldest_export().unwrap_or(Millis::MAX);
    let shared = Shared {
        layout,
        references: &references,
        severities: request.severities,
        object_rules: Shared::object_rules(),
        orphan_rule: crate::rules::index_of("R302").unwrap_or_default(),
        cut_over: spec.migration.cut_over,
        exports_complete: exports_whole,
        has_tables: !spec.tables.is_empty(),
        settled_before: exported_at.saturating_sub(spec.inputs.grace),
        exported_at,
    };
    if let Some(pairing) = &mut pairing {
        pairing.sides.follow(&references);
    }
    let side = pairing.as_ref().map(|pairing| &pairing.sides);
    let (mut partial, inventories_complete, inventory_rows) =
        pass::read_inventories(request, &pool, &inputs, &shared, &emitters, &mut gathered, side)?;
    if let Some(pairing) = &mut pairing {
        pairing.gathered.take().into_iter().for_each(|of_before| gathered.absorb(of_before));
    }

    let names: Vec<&str> = layout.buckets().iter().map(crate::layout::BucketLayout::name).collect();
    let mut held = std::mem::take(&mut partial.more_folders);
    held.push(std::mem::take(&mut partial.folders));
    partial.spilled_folders += held.iter().map(|folders| folders.len() as u64).sum::<u64>();
    let runs_of_folders = std::mem::take(&mut partial.spilled);
    let (order, room) = (FolderOrder::new(&names), Room::of(request));
    let mut folder_stream = pool.install(|| FolderStream::new(held, runs_of_folders, order, room))?;
    let inventories_whole = inventories_complete.all() && inputs.absent_buckets(layout).is_empty();
    let before_whole = pairing.as_ref().is_none_or(|pairing| pairing.whole);
    let given = Given {
        inventories: inventories_whole && before_whole,
        exports: exports_whole,
        columns: columns(&inputs),
        plan: true,
    };
    let views = BucketView::all(&inputs, &inventories_complete, layout.buckets().len(), spec.inputs.grace);
    let mut emitter = emitters.emitter();
    inputs.judge(request, &mut emitter);
    report_absent_columns(request, &inputs, &mut emitter);
    let closing = ReferenceClosing {
        request,
        declarations: &declarations,
        references: &references,
        views: &views,
        partial: &partial,
    };
    let folders = FolderClosing { request, references: &references, views: &views, partial: &partial };
    let mut folder_emitter = emitters.emitter();
    let mut largest = LargestFolders::new(LARGEST_FOLDERS);
    // Neither asks what the other finds.
    let (judged, summary) = pool.join(
        || -> Result<_, AuditError> {
            let outcomes = closing.references(&mut emitter)?;
            closing.shared(&mut emitter);
            closing.mentions(&mut emitter);
            let workflows = closing.workflows(&mut emitter);
            if !request.accept_implausible {
                report_implausible(request, &closing, &outcomes, &mut emitter);
            }
            Ok((outcomes, workflows))
        },
        || {
            folders.names(&mut folder_emitter);
            folders.folders(&mut folder_stream, &mut folder_emitter, &mut |row| {
                largest.push(row);
                check_cancel(request)?;
                Ok(sink.folder(row)?)
            })
        },
    );
    let ((outcomes, workflows), summary) = (judged?, summary?);
    gathered.take(folder_emitter)?;
    gathered.take(emitter)?;
    let before = pairing.as_ref().map(|pairing| Box::new(pairing.inputs.clone()));
    let whole = (inventories_whole, exports_whole);
    let after = After { inputs: &inputs, references: &references, declarations: &declarations, whole };
    let crew = Crew { pool: &pool, emitters: &emitters, gathered: &mut gathered };
    let migration = pairing.map(|pairing| pairing.prove(request, &after, crew)).transpose()?;
    let (migration, is_of_before) = migration.map_or((None, true), |(result, is)| (Some(result), is));
    let given = Given { plan: is_of_before, ..given };

    let excusing = Excusing { request, given };
    let population = Population {
        request,
        partial: &partial,
        folders: &summary,
        references: &references,
        workflows: &workflows,
        items: export_items.iter().sum(),
    };
    let lifted = excusing.lift(&population, &mut gathered.tallies);
    let mut emitter = emitters.emitter();
    let mut excused = excusing.close(&gathered.tallies, &lifted, &mut emitter)?;
    gathered.take(emitter)?;
    excused.thresholds = excusing.thresholds(&population, &gathered.tallies);
    settle_classes(&mut partial, &lifted);

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
        orphans_judged: exports_whole && shared.has_tables,
        migration,
        before,
    };
    let results = counted.results();
    request.progress.begin("writing findings", 0);
    let mut examples = Examples::new(request.examples);
    merge(gathered.runs, &mut |finding| -> Result<(), AuditError> {
        let finding = excused.settled(finding);
        examples.push(&finding);
        check_cancel(request)?;
        Ok(sink.finding(&finding)?)
    })?;
    request.progress.end();
    Ok(AuditOutcome { results, examples, largest_folders: largest.into_sorted() })
}

/// The columns that every inventory has, of those that rules need.
fn columns(inputs: &AuditInputs) -> Needs {
    let needs = [
        (Column::Size, Needs::SIZE),
        (Column::LastModified, Needs::MODIFIED),
        (Column::StorageClass, Needs::STORAGE_CLASS),
    ];
    // An inventory without parts has no row that could lack a column.
    let everywhere = |column: Column| {
        inputs.inventories.iter().all(|(_, delivery)| delivery.parts.is_empty() || delivery.columns.contains(column))
    };
    needs.into_iter().filter(|(column, _)| everywhere(*column)).fold(Needs::NOTHING, |all, (_, need)| all.and(need))
}

/// S008: a column that a selected rule needs is missing from an inventory.
fn report_absent_columns(request: &AuditRequest<'_>, inputs: &AuditInputs, emitter: &mut Emitter) {
    let columns = [
        (Column::Size, Needs::SIZE),
        (Column::LastModified, Needs::MODIFIED),
        (Column::StorageClass, Needs::STORAGE_CLASS),
    ];
    for (_, delivery) in &inputs.inventories {
        for (column, need) in columns {
            if delivery.parts.is_empty() || delivery.columns.contains(column) {
                continue;
            }
            let given = Given { inventories: true, exports: true, columns: Needs(!need.0), plan: true };
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

/// S011: numbers that say the mapping is wrong, not the bucket.
fn report_implausible(
    request: &AuditRequest<'_>,
    closing: &ReferenceClosing<'_>,
    outcomes: &closing::OutcomeCounts,
    emitter: &mut Emitter,
) {
    let limits = &request.layout.spec().inputs;
    let mut tell = |detail, part, whole, bucket| {
        report(request, emitter, "S011", &SourceContext::Implausible { detail, part, whole, bucket });
    };
    let (judged, reached) = closing.plausibility(outcomes);
    if judged >= limits.implausible_references && reached * 100 < judged * limits.implausible_resolved_percent {
        tell("references", reached, judged, None);
    }
    let of = |class: ReferenceClass| closing.partial.references[class as usize].objects;
    let orphans = of(ReferenceClass::Orphan);
    let objects = orphans + of(ReferenceClass::Referenced) + of(ReferenceClass::Covered) + of(ReferenceClass::Expected);
    if objects >= limits.implausible_objects && orphans * 100 > objects * limits.implausible_orphan_percent {
        tell("orphans", orphans, objects, None);
    }
    let mut named: Vec<(u16, u64)> = closing.named_buckets().into_iter().collect();
    named.sort_unstable();
    for (bucket, references) in named {
        let view = &closing.views[usize::from(bucket)];
        if view.complete && closing.partial.bucket_rows[usize::from(bucket)] == 0 {
            tell("empty", 0, references, Some(request.layout.buckets()[usize::from(bucket)].name()));
        }
    }
}
