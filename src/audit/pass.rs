//! The two parallel passes: exports into the reference index, then inventories past it. Each thread takes the next
//! file that nobody has, and where none is left what others read; what the threads bring home is merged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::ThreadPool;

use crate::audit::columns;
use crate::audit::error::AuditError;
use crate::audit::folder_tally::FolderOrder;
use crate::audit::hand_over::HandOver;
use crate::audit::inputs::{AuditInputs, report_defect};
use crate::audit::migrate::listed;
use crate::audit::migrate::pairing::SideTaker;
use crate::audit::migrate::sides::Sides;
use crate::audit::objects::ObjectPass;
use crate::audit::records::Complaints;
use crate::audit::settings::{AuditRequest, Shared};
use crate::audit::sink::{Emitter, Emitters, Tallies};
use crate::audit::tally::Partial;
use crate::model::{SourceDefect, SourceProblem};
use crate::references::{Declarations, Extractor, References};
use crate::results::findings::Run;
use crate::results::spill::Spill;
use crate::source::DecodeAhead;
use crate::source::export::ReadingOrder;
use crate::source::inventory::{Batch, Checksums, PartReader, ReadOptions};

/// Rows in a batch: large enough that what a batch costs vanishes, small enough to stay in the cache.
pub(super) const BATCH_ROWS: usize = 8_192;
/// Folders or findings of one thread in memory before they are a sorted run, in bytes, however little may be held.
pub(super) const LEAST_RUN_BYTES: u64 = 64 << 10;
/// Items between two looks at whether the user wants to stop.
pub(super) const ITEMS_PER_CHECK: u64 = 4_096;

/// What findings brought home: tallies, and sorted runs.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) tallies: Tallies,
    pub(super) runs: Vec<Run>,
}

impl Gathered {
    pub(super) fn new(emitters: &Emitters<'_>) -> Self {
        Self { tallies: Tallies::new(&emitters.excuses), runs: Vec::new() }
    }

    /// Takes over what others gathered.
    pub(super) fn absorb(&mut self, other: Self) {
        self.tallies.add(&other.tallies);
        self.runs.extend(other.runs);
    }

    pub(super) fn take(&mut self, emitter: Emitter<'_>) -> Result<(), AuditError> {
        let (tallies, runs) = emitter.finish()?;
        self.tallies.add(&tallies);
        self.runs.extend(runs);
        Ok(())
    }
}

/// Which inputs were read whole, by their positions in [`AuditInputs`].
#[derive(Debug)]
pub(super) struct Completeness {
    whole: Vec<AtomicBool>,
    /// Whether an export was seen to be made with a filter (S009).
    filtered: AtomicBool,
}

impl Completeness {
    /// Inputs are complete until a defect says otherwise; those with the given defects are not.
    pub(super) fn new<'d>(inputs: impl Iterator<Item = &'d [SourceDefect]>) -> Self {
        let filtered = AtomicBool::new(false);
        let whole = inputs.map(|defects| {
            filtered.fetch_or(defects.iter().any(|defect| filters(&defect.problem)), Ordering::Relaxed);
            AtomicBool::new(defects.iter().all(|defect| !breaks(&defect.problem)))
        });
        Self { whole: whole.collect(), filtered }
    }

    pub(super) fn note(&self, input: usize, defect: &SourceDefect) {
        if breaks(&defect.problem) {
            self.whole[input].store(false, Ordering::Relaxed);
        }
        self.filtered.fetch_or(filters(&defect.problem), Ordering::Relaxed);
    }

    /// Whether an input was read whole.
    pub(super) fn of(&self, input: usize) -> bool {
        self.whole[input].load(Ordering::Relaxed)
    }

    /// Whether all were.
    pub(super) fn all(&self) -> bool {
        self.whole.iter().all(|whole| whole.load(Ordering::Relaxed))
    }

    /// Whether an export holds only a part of its table.
    pub(super) fn filtered(&self) -> bool {
        self.filtered.load(Ordering::Relaxed)
    }
}

const fn filters(problem: &SourceProblem) -> bool {
    matches!(problem, SourceProblem::PartialExport { .. })
}

/// Whether an input with this problem is not complete.
const fn breaks(problem: &SourceProblem) -> bool {
    !matches!(problem, SourceProblem::Unverified | SourceProblem::PartialExport { .. })
}

/// Reads every export.
pub(super) fn read_exports(
    request: &AuditRequest<'_>,
    pool: &ThreadPool,
    inputs: &AuditInputs,
    declarations: &Declarations<'_>,
    emitters: &Emitters<'_>,
    gathered: &mut Gathered,
) -> Result<(References, Completeness, Vec<u64>), AuditError> {
    let complete = Completeness::new(inputs.exports.iter().map(|(_, export)| export.defects.as_slice()));
    let tables = &request.layout.spec().tables;
    let order = ReadingOrder::new(
        inputs.exports.iter().map(|(table, export)| (export, tables[usize::from(*table)].key.as_slice())),
    );
    request.progress.begin("reading exports", order.bytes());
    let first = Extractor::new(request.layout, declarations);
    let workers = pool.broadcast(|_| -> Result<_, AuditError> {
        let mut extractor = first.twin();
        let mut emitter = emitters.emitter();
        let mut items = vec![0_u64; inputs.exports.len()];
        while let Some(turn) = order.next_turn() {
            let number = turn.export();
            let (table, export) = &inputs.exports[number];
            // Items of an unknown moment are judged as if they were of now: the verdict is inconclusive anyway.
            let exported_at = if export.is_dated { export.shows_at() } else { request.now };
            let told = |emitter: &mut Emitter<'_>, defect: &SourceDefect| {
                complete.note(number, defect);
                report_defect(request, emitter, defect);
            };
            let Some(mut reader) = turn.open(request.verify, &mut |defect| told(&mut emitter, &defect))? else {
                turn.end(None, &mut |defect| told(&mut emitter, &defect));
                continue;
            };
            let (mut read, mut bytes) = (0_u64, 0_u64);
            while let Some(item) =
                reader.next_item_unless(&|| is_stopped(request), &mut |defect| told(&mut emitter, &defect))?
            {
                let mut complaints = Complaints { request, declarations, emitter: &mut emitter };
                extractor.item(*table, exported_at, item, &mut complaints);
                read += 1;
                if read.is_multiple_of(ITEMS_PER_CHECK) {
                    emitter.check()?;
                    check_cancel(request)?;
                    request.progress.advance(reader.bytes_read() - bytes, ITEMS_PER_CHECK);
                    bytes = reader.bytes_read();
                }
            }
            items[number] += read;
            request.progress.advance(reader.bytes_read() - bytes, read % ITEMS_PER_CHECK);
            turn.end(Some(reader), &mut |defect| told(&mut emitter, &defect));
            check_cancel(request)?;
        }
        Ok((extractor, emitter, items))
    });
    let mut extractors = Vec::new();
    let mut items = vec![0_u64; inputs.exports.len()];
    for worker in workers {
        let (extractor, emitter, read) = worker?;
        gathered.take(emitter)?;
        items.iter_mut().zip(read).for_each(|(ours, more)| *ours += more);
        extractors.push(extractor);
    }
    request.progress.end();
    Ok((first.merge(extractors), complete, items))
}

/// What a thread that found no part left does for the others.
enum Piece {
    /// To decode the next megabytes of a part.
    Decode(DecodeAhead),
    /// To judge rows of an inventory.
    Judge(usize, Batch),
}

/// Streams every inventory past the references; with `side`, every object also goes there, for a migration to
/// be proved.
pub(super) fn read_inventories(
    request: &AuditRequest<'_>,
    pool: &ThreadPool,
    inputs: &AuditInputs,
    shared: &Shared<'_>,
    emitters: &Emitters<'_>,
    gathered: &mut Gathered,
    side: Option<&Sides>,
) -> Result<(Partial, Completeness, Vec<u64>), AuditError> {
    let complete = Completeness::new(inputs.inventories.iter().map(|(_, delivery)| delivery.defects.as_slice()));
    let spec = request.layout.spec();
    let empty = || Partial::new(&shared.references.buckets, spec.areas.len(), spec.singular.len());
    let parts: Vec<(usize, usize)> = inputs
        .inventories
        .iter()
        .enumerate()
        .flat_map(|(number, (_, delivery))| (0..delivery.parts.len()).map(move |part| (number, part)))
        .collect();
    let all = inputs.inventories.iter().flat_map(|(_, delivery)| &delivery.parts);
    request.progress.begin("reading inventory", all.map(|part| part.stated_size).sum());
    let names: Vec<&str> = request.layout.buckets().iter().map(crate::layout::BucketLayout::name).collect();
    let order = FolderOrder::new(&names);
    // What the threads keep is merged in the end, so each has its share.
    let folder_bytes = (request.memory / 2 / request.jobs.max(1) as u64).max(LEAST_RUN_BYTES) as usize;
    let options = ReadOptions {
        verify: request.verify,
        batch_rows: BATCH_ROWS,
        columns: if side.is_some() { listed::wanted() } else { columns::wanted() },
        csv_keys: request.csv_keys,
    };
    let checksums: Vec<_> = inputs.inventories.iter().map(|(_, delivery)| Checksums::new(delivery)).collect();
    let next = AtomicUsize::new(0);
    let hand_over = HandOver::new(pool.current_num_threads());
    let workers = pool.broadcast(|_| -> Result<_, AuditError> {
        let reading = hand_over.reader();
        let mut pass = ObjectPass::new(shared, empty(), emitters.emitter());
        let spill = Arc::new(Spill::new(request.tmp_dir.clone(), 0));
        let mut side = side.map(SideTaker::after);
        let mut rows = vec![0_u64; inputs.inventories.len()];
        let mut judge = |pass: &mut ObjectPass<'_>, number: usize, batch: &Batch| -> Result<(), AuditError> {
            let before = pass.partial.rows;
            pass.rows(batch);
            if let Some(side) = &mut side {
                side.take(inputs.inventories[number].0, batch)?;
            }
            rows[number] += pass.partial.rows - before;
            pass.emitter.check()?;
            pass.bound_folders(folder_bytes, &order, &spill)?;
            request.progress.advance(0, pass.partial.rows - before);
            check_cancel(request)
        };
        while let Some(&(number, part)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (bucket, delivery) = &inputs.inventories[number];
            pass.enter(*bucket);
            let mut bytes = 0;
            let told = |pass: &mut ObjectPass<'_>, defect: &SourceDefect| {
                complete.note(number, defect);
                report_defect(request, &mut pass.emitter, defect);
            };
            let tell = &mut |defect| told(&mut pass, &defect);
            let opened = PartReader::open_among(delivery, part, &checksums[number], &options, tell)?;
            let Some(mut reader) = opened else { continue };
            while let Some(batch) = reader.next_batch(&mut |defect| told(&mut pass, &defect))? {
                request.progress.advance(reader.bytes_read() - bytes, 0);
                bytes = reader.bytes_read();
                if reading.is_wanted() {
                    reader.decode_ahead(&mut |ahead| match reading.offer(Piece::Decode(ahead)) {
                        Some(Piece::Decode(ahead)) => Some(ahead),
                        _ => None,
                    });
                }
                match reading.offer(Piece::Judge(number, batch)) {
                    Some(Piece::Judge(number, batch)) => judge(&mut pass, number, &batch)?,
                    _ => check_cancel(request)?,
                }
            }
            request.progress.advance(reader.bytes_read().saturating_sub(bytes), 0);
            check_cancel(request)?;
        }
        drop(reading);
        while let Some(piece) = hand_over.take() {
            match piece {
                Piece::Decode(ahead) => ahead.run(),
                Piece::Judge(number, batch) => {
                    pass.enter(inputs.inventories[number].0);
                    judge(&mut pass, number, &batch)?;
                }
            }
        }
        side.map_or(Ok(()), SideTaker::finish)?;
        Ok((pass.partial, pass.emitter, rows))
    });
    let mut whole = empty();
    let mut rows = vec![0_u64; inputs.inventories.len()];
    for worker in workers {
        let (partial, emitter, read) = worker?;
        gathered.take(emitter)?;
        rows.iter_mut().zip(read).for_each(|(ours, more)| *ours += more);
        whole.merge(partial);
    }
    request.progress.end();
    Ok((whole, complete, rows))
}

/// Whether the user wants to stop.
pub(super) fn is_stopped(request: &AuditRequest<'_>) -> bool {
    request.cancel.load(Ordering::Relaxed)
}

pub(super) fn check_cancel(request: &AuditRequest<'_>) -> Result<(), AuditError> {
    if is_stopped(request) { Err(AuditError::Interrupted) } else { Ok(()) }
}
