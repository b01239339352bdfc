//! The second pass over the exports: each item whose references change gives one update, with the text that stands
//! there now as its condition.

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::PoisonError;

use rayon::ThreadPool;
use serde_json::Value;

use crate::audit::error::AuditError;
use crate::audit::inputs::AuditInputs;
use crate::audit::migrate::files::{List, PlanFiles};
use crate::audit::migrate::record::{Put, Values, damaged, place_length, put_place, read_place};
use crate::audit::migrate::wishes::{Wish, Wishes};
use crate::audit::pass::{ITEMS_PER_CHECK, check_cancel, is_stopped};
use crate::audit::settings::AuditRequest;
use crate::layout::Layout;
use crate::migration::reference_updates::{Change, ItemUpdate, Transactions};
use crate::migration::rewriting::{rewritten, rewritten_prefix};
use crate::references::{Addresses, PathStep};
use crate::results::plan::ReferencePlan;
use crate::results::sorted::{Merged, SortedRun, SortedRuns, SortedWriter};
use crate::source::export::{Item, ReadingOrder};

/// Of an item: its update.
const UPDATE: u8 = 0;
/// Of an item: a reference to be looked at.
const BY_HAND: u8 = 1;

/// Reads the exports again and writes what becomes of their items to runs; `counted` has an entry for each
/// declaration.
pub(super) fn read_again(
    request: &AuditRequest<'_>,
    pool: &ThreadPool,
    inputs: &AuditInputs,
    wishes: &Wishes,
    runs: &SortedRuns,
    counted: &mut [ReferencePlan],
) -> Result<Vec<SortedRun>, AuditError> {
    let layout = request.layout;
    let tables = &layout.spec().tables;
    let exports: Vec<_> = inputs.exports.iter().filter(|(table, _)| wishes.contains_key(table)).collect();
    let order =
        ReadingOrder::new(exports.iter().map(|(table, export)| (export, tables[usize::from(*table)].key.as_slice())));
    request.progress.begin("reading exports again", order.bytes());
    let counts = Mutex::new(counted);
    let workers = pool.broadcast(|_| -> Result<_, AuditError> {
        let mut writer = runs.writer();
        let mut addresses = Addresses::new(layout);
        let mut mine = vec![(0_u64, 0_u64); counts.lock().unwrap_or_else(PoisonError::into_inner).len()];
        while let Some(turn) = order.next_turn() {
            let (table, _) = exports[turn.export()];
            // What is wrong with a part was told when it was read first.
            let Some(mut reader) = turn.open(false, &mut |_| {})? else {
                turn.end(None, &mut |_| {});
                continue;
            };
            let (mut read, mut bytes) = (0_u64, 0_u64);
            while let Some(item) = reader.next_item_unless(&|| is_stopped(request), &mut |_| {})? {
                let found = wishes.get(table).and_then(|wishes| wishes.get_key_value(addresses.name(*table, item)));
                if let Some((name, wishes)) = found {
                    Rewriting { layout, addresses: &mut addresses, writer: &mut writer, counts: &mut mine }
                        .item(*table, name, item, wishes)?;
                }
                read += 1;
                if read.is_multiple_of(ITEMS_PER_CHECK) {
                    check_cancel(request)?;
                    request.progress.advance(reader.bytes_read() - bytes, ITEMS_PER_CHECK);
                    bytes = reader.bytes_read();
                }
            }
            request.progress.advance(reader.bytes_read() - bytes, read % ITEMS_PER_CHECK);
            turn.end(Some(reader), &mut |_| {});
            check_cancel(request)?;
        }
        let mut all = counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (plan, (rewrite, by_hand)) in all.iter_mut().zip(mine) {
            plan.rewrite += rewrite;
            plan.by_hand += by_hand;
        }
        Ok(writer.finish()?)
    });
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker?);
    }
    request.progress.end();
    Ok(all)
}

struct Rewriting<'r, 'l> {
    layout: &'l Layout,
    addresses: &'r mut Addresses<'l>,
    writer: &'r mut SortedWriter,
    /// By declaration: rewritten, by hand.
    counts: &'r mut [(u64, u64)],
}

impl Rewriting<'_, '_> {
    fn item(&mut self, table: u16, name: &str, item: &Item, wishes: &[Wish]) -> std::io::Result<()> {
        let Self { layout, addresses, writer, counts } = self;
        let key = addresses.key(table, item);
        let names = &layout.spec().tables[usize::from(table)].key;
        let is_key = |path: &[PathStep]| matches!(path, [PathStep::Name(name)] if names.contains(name));
        let mut changes = Vec::new();
        let mut failed = None;
        addresses.each(table, item, &mut |path, steps, text| {
            let name_of = |wish: &Wish| layout.buckets()[usize::from(wish.bucket)].name();
            let is_of = |wish: &&Wish| wish.path == path && wish.is_of(name_of(wish), text);
            let Some(wish) = wishes.iter().find(is_of) else { return };
            let bucket = name_of(wish);
            let new_text = |new: &str| {
                let rewrite = if wish.is_prefix { rewritten_prefix } else { rewritten };
                rewrite(text, bucket, &wish.old, new)
            };
            let refused = match (&wish.new, steps) {
                (Ok(new), Ok(path)) if is_key(&path) => {
                    ("it is part of its item's primary key, which no update changes".to_owned(), Some(new.clone()))
                }
                (Ok(new), Ok(path)) => match (new_text(new), &key) {
                    (Ok(new), Some(_)) if new != text => {
                        counts[usize::from(wish.declaration)].0 += 1;
                        changes.push(Change { path, old: text.to_owned(), new });
                        return;
                    }
                    (Ok(_), Some(_)) => ("it says so already".to_owned(), Some(new.clone())),
                    (Ok(_), None) => ("its item has no whole primary key".to_owned(), Some(new.clone())),
                    (Err(refused), _) => (refused.0.to_owned(), Some(new.clone())),
                },
                (Ok(new), Err(unaddressable)) => (unaddressable.reason().to_owned(), Some(new.clone())),
                (Err(reason), _) => (reason.text.clone(), reason.suggestion.clone()),
            };
            counts[usize::from(wish.declaration)].1 += 1;
            let suggestion = refused.1.map(|new| format!("s3://{bucket}/{new}")).unwrap_or_default();
            let written = writer.push(|bytes| {
                put_place(bytes, table, name.as_bytes());
                bytes.push(BY_HAND);
                [path, text, suggestion.as_str(), refused.0.as_str()].iter().for_each(|text| bytes.text(text));
            });
            failed = failed.take().or(written.err());
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let Some(key) = key.filter(|_| !changes.is_empty()) else { return Ok(()) };
        let spec = layout.spec();
        let table_name = format!("{}{}", spec.table_prefix, spec.tables[usize::from(table)].name);
        // The line is not shorter than what DynamoDB counts of an item.
        let update = ItemUpdate { table: table_name, key, changes, bytes: item.raw_line().len() as u64 };
        let json = serde_json::to_string(&update)?;
        writer.push(|bytes| {
            put_place(bytes, table, name.as_bytes());
            bytes.push(UPDATE);
            bytes.text(&json);
        })
    }
}

/// The files of one table, there or back.
struct TableFiles<'f, 's> {
    files: &'f PlanFiles<'s>,
    folder: &'static str,
    table: String,
    open: Option<[std::io::BufWriter<crate::audit::migrate::files::HashedFile>; 3]>,
    transactions: Transactions,
}

impl<'f, 's> TableFiles<'f, 's> {
    fn new(files: &'f PlanFiles<'s>, folder: &'static str, table: &str) -> Self {
        Self { files, folder, table: table.to_owned(), open: None, transactions: Transactions::default() }
    }

    fn push(&mut self, update: &ItemUpdate) -> std::io::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let file = |kind: &str| self.files.create(&format!("{}/{}.{kind}.jsonl", self.folder, self.table));
                none.insert([file("transactions")?, file("updates")?, file("partiql")?])
            }
        };
        if let Some(body) = self.transactions.push(update) {
            line(&mut open[0], &body)?;
        }
        line(&mut open[1], &update.parameters())?;
        line(&mut open[2], &update.statement())
    }

    fn finish(mut self) -> std::io::Result<()> {
        let last = self.transactions.take();
        let Some(mut open) = self.open.take() else { return Ok(()) };
        if let Some(body) = last {
            line(&mut open[0], &body)?;
        }
        open.iter_mut().try_for_each(|file| file.flush())
    }
}

fn line(out: &mut dyn std::io::Write, value: &Value) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Writes the updates of all tables, there and back; gives how many items they are.
pub(super) fn write_updates(layout: &Layout, runs: Vec<SortedRun>, files: &PlanFiles<'_>) -> std::io::Result<u64> {
    let spec = layout.spec();
    let mut merged = Merged::new(runs)?;
    let mut by_hand =
        List::new(files, "references/by-hand.csv", &["table", "item", "path", "value", "suggestion", "reason"]);
    let mut open: Option<(u16, TableFiles<'_, '_>, TableFiles<'_, '_>)> = None;
    let (mut name, mut items) = (Vec::new(), 0);
    while let Some(record) = merged.next_record()? {
        let length = place_length(record).ok_or_else(damaged)?;
        let table = read_place(&record[..length], &mut name).ok_or_else(damaged)?;
        let mut values = Values(&record[length..]);
        let table_name = format!("{}{}", spec.table_prefix, spec.tables[usize::from(table)].name);
        if values.byte() == Some(BY_HAND) {
            let mut text = || values.text().ok_or_else(damaged);
            let item = std::str::from_utf8(&name).map_err(|_| damaged())?;
            by_hand.push(&[&table_name, item, text()?, text()?, text()?, text()?])?;
            continue;
        }
        let update: ItemUpdate = serde_json::from_str(values.text().ok_or_else(damaged)?)?;
        if open.as_ref().is_none_or(|(of, ..)| *of != table) {
            if let Some((_, there, back)) = open.take() {
                there.finish()?;
                back.finish()?;
            }
            let file = crate::audit::migrate::files::safe_name(&table_name);
            let there = TableFiles::new(files, "references", &file);
            open = Some((table, there, TableFiles::new(files, "rollback/references", &file)));
        }
        if let Some((_, there, back)) = &mut open {
            there.push(&update)?;
            back.push(&update.reversed())?;
        }
        items += 1;
    }
    if let Some((_, there, back)) = open {
        there.finish()?;
        back.finish()?;
    }
    by_hand.finish()?;
    Ok(items)
}
