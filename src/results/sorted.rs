//! Records on their way to one order: each writer sorts its own runs, and one merge reads them all. What a record is,
//! its owner knows: here it is bytes, and their order is its order.
//!
//! A run is held in memory while there is room and lies in one temporary file otherwise; the file has no name, so nothing
//! is ever left behind. Memory is bounded by the size of a run for each writer at work and as much again for all
//! finished runs.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use crate::results::spill::Spill;

/// Runs are addressed with 32 bits, and one record may still follow the bound.
const MOST_RUN_BYTES: usize = 1 << 30;
/// What all runs that are read back may buffer together, and the least for one of them, in bytes.
const READ_BYTES: usize = 32 << 20;
const LEAST_READ_BYTES: usize = 8 << 10;

/// Where runs are kept until they are merged.
#[derive(Debug, Clone)]
pub struct SortedRuns {
    store: Arc<Store>,
}

#[derive(Debug)]
struct Store {
    run_bytes: usize,
    spill: Spill,
}

impl SortedRuns {
    /// Runs that spill to an unnamed file in `tmp_dir`, or in the system's directory for temporary files, once they
    /// have `run_bytes` bytes.
    pub fn new(tmp_dir: Option<&Path>, run_bytes: usize) -> Self {
        let run_bytes = run_bytes.min(MOST_RUN_BYTES);
        let spill = Spill::new(tmp_dir.map(Path::to_owned), run_bytes);
        Self { store: Arc::new(Store { run_bytes, spill }) }
    }

    /// A writer for one part. What it took counts only once it is finished; dropped before, it leaves nothing.
    pub fn writer(&self) -> SortedWriter {
        SortedWriter { store: Arc::clone(&self.store), arena: Arena::default(), runs: Vec::new() }
    }

    /// Bytes of finished runs that are held in memory.
    pub fn held_bytes(&self) -> usize {
        self.store.spill.held_bytes()
    }
}

impl Store {
    /// Appends a run to the file; returns where it begins and ends.
    fn spill(&self, arena: &Arena) -> io::Result<(u64, u64)> {
        self.spill.append(|file| {
            let mut out = BufWriter::with_capacity(1 << 20, file);
            for index in 0..arena.spans.len() {
                let record = arena.record(index);
                out.write_all(&(record.len() as u32).to_le_bytes())?;
                out.write_all(record)?;
            }
            out.flush()
        })
    }
}

/// Records, end to end.
#[derive(Debug, Default)]
struct Arena {
    bytes: Vec<u8>,
    /// Of each record the first bytes, as a number that sorts as they do, and its start and end in `bytes`.
    spans: Vec<(u64, u32, u32)>,
    unsorted: bool,
}

impl Arena {
    fn record(&self, index: usize) -> &[u8] {
        let (_, start, end) = self.spans[index];
        slice(&self.bytes, (start, end))
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.spans.len() * size_of::<(u64, u32, u32)>()
    }

    fn push(&mut self, encode: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        encode(&mut self.bytes);
        let record = &self.bytes[start..];
        let head = head_of(record);
        self.unsorted |= self
            .spans
            .last()
            .is_some_and(|&(last, from, to)| last > head || (last == head && slice(&self.bytes, (from, to)) > record));
        self.spans.push((head, start as u32, self.bytes.len() as u32));
    }

    /// A merge sort: parts are sorted but for their neighbours, and it keeps the runs it finds.
    fn sort(&mut self) {
        if std::mem::take(&mut self.unsorted) {
            let bytes = &self.bytes;
            let record = |span: &(u64, u32, u32)| slice(bytes, (span.1, span.2));
            self.spans.sort_by(|left, right| left.0.cmp(&right.0).then_with(|| record(left).cmp(record(right))));
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
    }
}

/// The first eight bytes as a number: most records are told apart by it, without a look at where they lie.
fn head_of(record: &[u8]) -> u64 {
    let mut head = [0; 8];
    let length = record.len().min(8);
    head[..length].copy_from_slice(&record[..length]);
    u64::from_be_bytes(head)
}

fn slice(bytes: &[u8], (start, end): (u32, u32)) -> &[u8] {
    &bytes[start as usize..end as usize]
}

/// Takes the records of one part.
#[derive(Debug)]
pub struct SortedWriter {
    store: Arc<Store>,
    arena: Arena,
    runs: Vec<SortedRun>,
}

impl SortedWriter {
    /// Takes one record, which `encode` appends to the bytes it is given.
    ///
    /// # Errors
    ///
    /// When a run cannot be written away.
    pub fn push(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.arena.push(encode);
        if self.arena.size() >= self.store.run_bytes {
            self.spill()?;
        }
        Ok(())
    }

    /// The part ended well: its records count.
    ///
    /// # Errors
    ///
    /// When the last run cannot be written away.
    pub fn finish(mut self) -> io::Result<Vec<SortedRun>> {
        if self.arena.spans.is_empty() {
            return Ok(self.runs);
        }
        self.arena.bytes.shrink_to_fit();
        self.arena.spans.shrink_to_fit();
        if self.store.spill.hold(self.arena.size()) {
            self.arena.sort();
            self.runs.push(SortedRun(Origin::Memory { arena: self.arena, store: self.store }));
        } else {
            self.spill()?;
        }
        Ok(self.runs)
    }

    fn spill(&mut self) -> io::Result<()> {
        self.arena.sort();
        let (start, end) = self.store.spill(&self.arena)?;
        self.arena.clear();
        self.runs.push(SortedRun(Origin::File { store: Arc::clone(&self.store), start, end }));
        Ok(())
    }
}

/// A sorted run of records.
#[derive(Debug)]
pub struct SortedRun(Origin);

#[derive(Debug)]
enum Origin {
    Memory { arena: Arena, store: Arc<Store> },
    File { store: Arc<Store>, start: u64, end: u64 },
}

impl SortedRun {
    fn store(&self) -> &Store {
        match &self.0 {
            Origin::Memory { store, .. } | Origin::File { store, .. } => store,
        }
    }
}

impl Drop for SortedRun {
    fn drop(&mut self) {
        if let Origin::Memory { arena, store } = &self.0 {
            store.spill.release(arena.size());
        }
    }
}

/// Every record of all runs, in their order.
pub struct Merged {
    heads: BinaryHeap<Box<Head>>,
    begun: bool,
}

impl Merged {
    /// Merges these runs.
    ///
    /// # Errors
    ///
    /// When a run cannot be read back.
    pub fn new(runs: Vec<SortedRun>) -> io::Result<Self> {
        // Who may hold little while writing may hold little while reading.
        let bound = runs.first().map_or(READ_BYTES, |run| run.store().run_bytes.min(READ_BYTES));
        let chunk = (bound / runs.len().max(1)).max(LEAST_READ_BYTES);
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for run in runs {
            let mut head = Box::new(Head { run, position: 0, buffer: Vec::new(), record: (0, 0), head: 0, chunk });
            if head.advance()? {
                heads.push(head);
            }
        }
        Ok(Self { heads, begun: false })
    }

    /// The next record.
    ///
    /// # Errors
    ///
    /// When a run cannot be read back.
    pub fn next_record(&mut self) -> io::Result<Option<&[u8]>> {
        // Runs seldom overlap: the same head mostly stays on top, which costs two comparisons.
        if std::mem::replace(&mut self.begun, true)
            && let Some(mut head) = self.heads.peek_mut()
            && !head.advance()?
        {
            PeekMut::pop(head);
        }
        Ok(self.heads.peek().map(|head| head.record()))
    }
}

/// A run being read, at one of its records.
struct Head {
    run: SortedRun,
    /// In memory the next record; in the file bytes read so far.
    position: u64,
    buffer: Vec<u8>,
    /// Start and end of the record in `buffer`, or in the arena.
    record: (u32, u32),
    /// Its first bytes, by [`head_of`].
    head: u64,
    chunk: usize,
}

impl Head {
    fn record(&self) -> &[u8] {
        match &self.run.0 {
            Origin::Memory { arena, .. } => slice(&arena.bytes, self.record),
            Origin::File { .. } => slice(&self.buffer, self.record),
        }
    }

    /// Goes to the next record, if there is one.
    fn advance(&mut self) -> io::Result<bool> {
        if let Origin::Memory { arena, .. } = &self.run.0 {
            let Some(&(head, start, end)) = arena.spans.get(self.position as usize) else { return Ok(false) };
            (self.head, self.record) = (head, (start, end));
            self.position += 1;
            return Ok(true);
        }
        let Some(at) = self.have(self.record.1 as usize, 4)? else { return Ok(false) };
        let length = [self.buffer[at], self.buffer[at + 1], self.buffer[at + 2], self.buffer[at + 3]];
        let whole = 4 + u32::from_le_bytes(length) as usize;
        let Some(at) = self.have(at, whole)? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        self.record = ((at + 4) as u32, (at + whole) as u32);
        self.head = head_of(self.record());
        Ok(true)
    }

    /// Sees that `wanted` bytes from `at` on are in the buffer; returns where they begin now, or `None` at the end.
    fn have(&mut self, at: usize, wanted: usize) -> io::Result<Option<usize>> {
        if self.buffer.len() - at >= wanted {
            return Ok(Some(at));
        }
        let Origin::File { store, start, end } = &self.run.0 else { return Ok(None) };
        self.buffer.drain(..at);
        self.record = (0, 0);
        let kept = self.buffer.len();
        let offset = start + self.position;
        let more = (end - offset).min(self.chunk.max(wanted - kept) as u64) as usize;
        self.buffer.resize(kept + more, 0);
        store.spill.read(offset, &mut self.buffer[kept..])?;
        self.position += more as u64;
        Ok((self.buffer.len() >= wanted).then_some(0))
    }
}

/// The least record is the greatest head, as the heap wants it.
impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other.head.cmp(&self.head).then_with(|| other.record().cmp(self.record()))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}
