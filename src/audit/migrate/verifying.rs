//! `migrate verify`: an audit of *after* that also holds every object of *before* against the plan.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use rayon::ThreadPool;

use crate::audit::error::AuditError;
use crate::audit::excuses::Excuses;
use crate::audit::inputs::{AuditInputs, report_defect};
use crate::audit::migrate::foreign;
use crate::audit::migrate::pairing::{SideTaker, put_checksum, put_move};
use crate::audit::migrate::scan::scan;
use crate::audit::migrate::sides::Sides;
use crate::audit::pass::{self, Gathered, check_cancel};
use crate::audit::provenance::Read;
use crate::audit::settings::AuditRequest;
use crate::audit::sink::{Emitter, Emitters};
use crate::audit::{AuditOutcome, AuditSink, run_with};
use crate::migration::{checksum_report, completion_report};
use crate::model::{Millis, SourceDefect, SourceProblem};
use crate::references::{Declarations, References};
use crate::results::findings::FindingRuns;
use crate::results::moves::MovesReader;
use crate::results::partitions::Partitions;
use crate::results::plan::Plan;
use crate::results::schema::{Completion, Inputs, TaskErrors};

/// Lines between two looks at whether the user wants to stop.
const LINES_PER_CHECK: u64 = 1 << 14;
/// How many errors of tasks a result tells.
const MOST_ERRORS: usize = 10;

/// What a proof is asked for.
pub struct VerifyRequest<'a> {
    /// *After*: what is audited. Its severities judge the migration's rules alone.
    pub after: &'a AuditRequest<'a>,
    /// *Before*, with its exports if they are at hand; nothing of it is judged.
    pub before: &'a AuditRequest<'a>,
    /// The plan.
    pub plan: &'a Plan,
    /// Reports of S3 Batch Operations.
    pub reports: Vec<Report>,
}

/// A report of S3 Batch Operations.
pub struct Report {
    /// Its name, for messages.
    pub name: String,
    /// What it reports.
    pub kind: ReportKind,
    /// Its lines.
    pub lines: Box<dyn BufRead>,
}

/// What a report reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// Whether each copy succeeded.
    Completion,
    /// The checksum of each object.
    Checksum,
}

/// What the pass over *after* is joined by.
pub(in crate::audit) struct Pairing<'a> {
    /// Moves, checksums, and *before*; *after* comes along.
    pub(in crate::audit) sides: Sides,
    /// What is seen of the objects that move, by their old keys, once all keys are settled.
    pub(super) moving: Partitions,
    /// *Before*, to be looked at a second time.
    pub(in crate::audit) before: (&'a AuditRequest<'a>, AuditInputs),
    /// What is wrong with the inputs of *before*.
    pub(in crate::audit) gathered: Option<Gathered>,
    /// Whether *before* was read whole.
    pub(in crate::audit) whole: bool,
    pub(in crate::audit) inputs: Inputs,
    pub(super) earlier: Option<References>,
    pub(super) plan: &'a Plan,
    pub(super) before_at: Option<Millis>,
    pub(super) completion: Option<Completion>,
}

/// Proves what became of a migration.
///
/// # Errors
///
/// As for [`crate::audit::run`], and a plan that cannot be read or was made under a layout that declares something else.
pub fn verify(
    request: VerifyRequest<'_>,
    moves: MovesReader,
    sink: &mut dyn AuditSink,
) -> Result<AuditOutcome, AuditError> {
    let (before, layout) = (request.before, request.before.layout);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(before.jobs.max(1)).build();
    let pool = threads.map_err(|error| AuditError::Write(io::Error::other(error)))?;
    let partitions = |memory: u64| Partitions::new(before.tmp_dir.as_deref(), memory as usize, before.jobs.max(1));
    let (keys, moving) = (partitions(before.memory / 2), partitions(before.memory / 4));
    let mut writer = keys.writer();
    let mut sides = Sides::new(keys, request.plan.totals.legacy.objects);
    before.progress.begin("reading the plan", 0);
    let mut rows = 0_u64;
    moves.read(&mut |planned| {
        rows += 1;
        if rows.is_multiple_of(LINES_PER_CHECK) {
            check_cancel(before)?;
        }
        put_move(layout, &mut writer, &mut sides, planned)?.map_err(AuditError::OtherLayout)
    })?;
    before.progress.end();
    let emitters = Emitters::new(FindingRuns::new(before.tmp_dir.as_deref()), Excuses::new(before));
    let (mut pairing, mut gathered) = read_before(before, &pool, (sides, moving), request.plan, &emitters)?;
    let mut emitter = emitters.emitter();
    let (mut completion, mut reported) = (Completion::default(), false);
    let mut errors: BTreeMap<String, TaskErrors> = BTreeMap::new();
    for report in request.reports {
        reported |= report.kind == ReportKind::Completion;
        read_report(before, report, &mut emitter, &mut |line| match line {
            Line::Task(task) if task.succeeded => {
                completion.succeeded += 1;
                Ok(())
            }
            Line::Task(task) => {
                completion.failed += 1;
                let status = task.http_status.map(|status| status.to_string()).unwrap_or_default();
                let code = if task.error_code.is_empty() { status } else { task.error_code };
                let error = errors.entry(code.clone()).or_insert(TaskErrors { code, tasks: 0, message: task.message });
                error.tasks += 1;
                Ok(())
            }
            Line::Checksum(sum) => {
                let bucket = layout.buckets().iter().position(|bucket| bucket.name() == sum.bucket);
                bucket.map_or(Ok(()), |bucket| {
                    put_checksum(&mut writer, bucket as u16, &sum.key, &sum.algorithm, &sum.value)
                })
            }
        })?;
    }
    let mut errors: Vec<TaskErrors> = errors.into_values().collect();
    errors.sort_by_key(|error| std::cmp::Reverse(error.tasks));
    errors.truncate(MOST_ERRORS);
    completion.errors = errors;
    pairing.completion = reported.then_some(completion);
    gathered.take(emitter)?;
    pairing.gathered = Some(gathered);
    writer.finish()?;
    drop(pool);
    run_with(request.after, Some(pairing), sink)
}

/// Reads the objects of *before*, and its records if they are at hand.
fn read_before<'a>(
    before: &'a AuditRequest<'a>,
    pool: &ThreadPool,
    (mut sides, moving): (Sides, Partitions),
    plan: &'a Plan,
    emitters: &Emitters<'_>,
) -> Result<(Pairing<'a>, Gathered), AuditError> {
    let layout = before.layout;
    let inputs = AuditInputs::find(before)?;
    let declarations = Declarations::new(layout.spec());
    let mut gathered = Gathered::new(emitters);
    let (earlier, exports_complete, export_items) =
        pass::read_exports(before, pool, &inputs, &declarations, emitters, &mut gathered)?;
    let before_at = inputs.inventories.iter().filter_map(|(_, delivery)| delivery.created_at).min();
    sides.listed_at(before_at);
    let other_layout = foreign::other_layout(plan, layout);
    let (takers, complete, rows) =
        scan(before, pool, &inputs.inventories, emitters, &mut gathered, || SideTaker::before(&sides, other_layout))?;
    let mut emitter = emitters.emitter();
    let defects = inputs.inventories.iter().flat_map(|(_, delivery)| &delivery.defects);
    defects.for_each(|defect| report_defect(before, &mut emitter, defect));
    gathered.take(emitter)?;
    takers.into_iter().try_for_each(SideTaker::finish)?;
    let read = Read {
        request: before,
        inputs: &inputs,
        inventory_rows: &rows,
        export_items: &export_items,
        inventories_complete: &complete,
        exports_complete: &exports_complete,
    };
    let read = read.results();
    let pairing = Pairing {
        sides,
        moving,
        whole: complete.all() && inputs.absent_buckets(layout).is_empty(),
        earlier: (!inputs.exports.is_empty()).then_some(earlier),
        before_at,
        inputs: read,
        before: (before, inputs),
        gathered: None,
        plan,
        completion: None,
    };
    Ok((pairing, gathered))
}

enum Line {
    Task(completion_report::Task),
    Checksum(checksum_report::Checksum),
}

/// Reads a report line by line; a line that cannot be understood is a defect of the input.
fn read_report(
    request: &AuditRequest<'_>,
    mut report: Report,
    emitter: &mut Emitter<'_>,
    each: &mut dyn FnMut(Line) -> io::Result<()>,
) -> Result<(), AuditError> {
    let (mut bytes, mut row) = (Vec::new(), 0_u64);
    loop {
        bytes.clear();
        if report.lines.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        row += 1;
        if row.is_multiple_of(LINES_PER_CHECK) {
            check_cancel(request)?;
        }
        let read = match std::str::from_utf8(&bytes) {
            Err(_) => Err("it is no UTF-8".to_owned()),
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => match report.kind {
                ReportKind::Completion => completion_report::parse_line(line).map(|task| Some(Line::Task(task))),
                ReportKind::Checksum => checksum_report::parse_line(line).map(|sum| sum.map(Line::Checksum)),
            },
        };
        match read {
            Ok(Some(line)) => each(line)?,
            Ok(None) => {}
            Err(reason) => {
                let problem = SourceProblem::Rejected { reason };
                report_defect(request, emitter, &SourceDefect { file: report.name.clone(), row: Some(row), problem });
            }
        }
    }
}
