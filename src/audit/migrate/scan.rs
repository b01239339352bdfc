//! One pass over inventories, in parallel: each thread takes the next part that nobody has.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;

use crate::audit::error::AuditError;
use crate::audit::inputs::report_defect;
use crate::audit::migrate::listed;
use crate::audit::pass::{BATCH_ROWS, Completeness, Gathered, check_cancel};
use crate::audit::settings::AuditRequest;
use crate::audit::sink::Emitters;
use crate::model::SourceDefect;
use crate::source::inventory::{Batch, Checksums, Delivery, PartReader, ReadOptions};

/// Takes the rows of one thread's parts.
pub(super) trait Taker: Send {
    /// The next rows of a bucket.
    fn rows(&mut self, bucket: u16, batch: &Batch) -> Result<(), AuditError>;
}

/// Reads every part of these inventories; gives each thread's taker, and which inventories were read whole, with the
/// rows of each.
pub(super) fn scan<T: Taker>(
    request: &AuditRequest<'_>,
    pool: &ThreadPool,
    inventories: &[(u16, Delivery)],
    emitters: &Emitters<'_>,
    gathered: &mut Gathered,
    taker: impl Fn() -> T + Sync,
) -> Result<(Vec<T>, Completeness, Vec<u64>), AuditError> {
    let complete = Completeness::new(inventories.iter().map(|(_, delivery)| delivery.defects.as_slice()));
    let parts: Vec<(usize, usize)> = inventories
        .iter()
        .enumerate()
        .flat_map(|(number, (_, delivery))| (0..delivery.parts.len()).map(move |part| (number, part)))
        .collect();
    let all = inventories.iter().flat_map(|(_, delivery)| &delivery.parts);
    request.progress.begin("reading inventory", all.map(|part| part.stated_size).sum());
    let options = ReadOptions {
        verify: request.verify,
        batch_rows: BATCH_ROWS,
        columns: listed::wanted(),
        csv_keys: request.csv_keys,
    };
    let checksums: Vec<_> = inventories.iter().map(|(_, delivery)| Checksums::new(delivery)).collect();
    let next = AtomicUsize::new(0);
    let workers = pool.broadcast(|_| -> Result<_, AuditError> {
        let (mut taker, mut emitter) = (taker(), emitters.emitter());
        let mut rows = vec![0_u64; inventories.len()];
        while let Some(&(number, part)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (bucket, delivery) = &inventories[number];
            let mut told = |defect: SourceDefect| {
                complete.note(number, &defect);
                report_defect(request, &mut emitter, &defect);
            };
            let opened = PartReader::open_among(delivery, part, &checksums[number], &options, &mut told)?;
            let Some(mut reader) = opened else { continue };
            let mut bytes = 0;
            while let Some(batch) = reader.next_batch(&mut told)? {
                taker.rows(*bucket, &batch)?;
                rows[number] += batch.len() as u64;
                check_cancel(request)?;
                request.progress.advance(reader.bytes_read() - bytes, batch.len() as u64);
                bytes = reader.bytes_read();
            }
            request.progress.advance(reader.bytes_read().saturating_sub(bytes), 0);
        }
        Ok((taker, emitter, rows))
    });
    let (mut takers, mut rows) = (Vec::new(), vec![0_u64; inventories.len()]);
    for worker in workers {
        let (taker, emitter, read) = worker?;
        gathered.take(emitter)?;
        rows.iter_mut().zip(read).for_each(|(ours, more)| *ours += more);
        takers.push(taker);
    }
    request.progress.end();
    Ok((takers, complete, rows))
}
