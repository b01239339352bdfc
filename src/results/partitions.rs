//! Records on their way to those of their like. Each begins with a hash, whose first bits name the partition that it goes
//! to; a partition is read back alone, in order, so that several threads take one each. What a record is beyond its
//! hash, its owner knows.
//!
//! Memory is bounded: half of what is given holds whole partitions, the rest is what is gathered before it is written to
//! a temporary file without a name, and what threads read back. A partition that is too large for that is read in
//! several passes, each for the records of some hashes.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::results::spill::Spill;

/// How many partitions there are: the first eight bits of a hash.
pub const PARTITIONS: usize = 256;
/// What is gathered for one partition before it is put away, in bytes: at least, and at most.
const LEAST_CHUNK: usize = 1 << 10;
const MOST_CHUNK: usize = 64 << 10;
/// Records are addressed with 32 bits.
const MOST_LOADED: usize = 1 << 30;
/// Bytes before each record that say how long it is.
const LENGTH: usize = 4;

/// Where partitions are kept until they are read.
#[derive(Debug, Clone)]
pub struct Partitions {
    store: Arc<Store>,
}

#[derive(Debug)]
struct Store {
    spill: Spill,
    chunk_bytes: usize,
    /// What one thread may load at once.
    load_bytes: usize,
    partitions: Vec<Mutex<Vec<Chunk>>>,
}

/// Records of one partition, end to end.
#[derive(Debug)]
enum Chunk {
    Held(Vec<u8>),
    Written { start: u64, end: u64 },
}

impl Chunk {
    const fn size(&self) -> usize {
        match self {
            Self::Held(bytes) => bytes.len(),
            Self::Written { start, end } => (*end - *start) as usize,
        }
    }
}

impl Partitions {
    /// Partitions that `threads` threads write and then read, in about `memory` bytes; the rest goes to a file in
    /// `tmp_dir`, or in the system's directory for temporary files.
    pub fn new(tmp_dir: Option<&Path>, memory: usize, threads: usize) -> Self {
        let share = memory / 4 / threads.max(1);
        let store = Store {
            spill: Spill::new(tmp_dir.map(Path::to_owned), memory / 2),
            chunk_bytes: (share / PARTITIONS).clamp(LEAST_CHUNK, MOST_CHUNK),
            load_bytes: share.clamp(LEAST_CHUNK, MOST_LOADED),
            partitions: (0..PARTITIONS).map(|_| Mutex::default()).collect(),
        };
        Self { store: Arc::new(store) }
    }

    /// A writer for one thread. What it took counts only once it is finished; dropped before, it leaves nothing.
    pub fn writer(&self) -> PartitionsWriter {
        PartitionsWriter {
            store: Arc::clone(&self.store),
            buffers: (0..PARTITIONS).map(|_| Vec::new()).collect(),
            chunks: (0..PARTITIONS).map(|_| Vec::new()).collect(),
            record: Vec::new(),
        }
    }

    /// In how many passes a partition is to be loaded: a power of two.
    pub fn passes(&self, partition: usize) -> usize {
        let bytes: usize = self.store.partition(partition).iter().map(Chunk::size).sum();
        // The places of the records come on top.
        (bytes + bytes / 4).div_ceil(self.store.load_bytes).next_power_of_two().min(1 << 16)
    }

    /// Loads the records that one of so many passes over a partition sees. The last pass leaves the partition empty.
    ///
    /// # Errors
    ///
    /// When the file cannot be read back.
    pub fn load(&self, partition: usize, pass: usize, passes: usize, loaded: &mut Loaded) -> io::Result<()> {
        loaded.clear();
        let (store, is_last) = (&self.store, pass + 1 == passes);
        let mut chunks = std::mem::take(&mut *store.partition(partition));
        for chunk in &mut chunks {
            match chunk {
                Chunk::Held(bytes) if is_last => {
                    store.spill.release(bytes.len());
                    loaded.take(&std::mem::take(bytes), pass, passes);
                }
                Chunk::Held(bytes) => loaded.take(bytes, pass, passes),
                Chunk::Written { start, end } => {
                    let mut buffer = std::mem::take(&mut loaded.buffer);
                    buffer.resize((*end - *start) as usize, 0);
                    store.spill.read(*start, &mut buffer)?;
                    loaded.take(&buffer, pass, passes);
                    loaded.buffer = buffer;
                }
            }
        }
        if !is_last {
            *store.partition(partition) = chunks;
        }
        if u32::try_from(loaded.bytes.len()).is_err() {
            // No number of passes parts the records of one hash.
            return Err(io::Error::other("the records of one key take more than four gibibytes"));
        }
        loaded.sort();
        Ok(())
    }
}

impl Store {
    fn partition(&self, partition: usize) -> std::sync::MutexGuard<'_, Vec<Chunk>> {
        self.partitions[partition].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_away(&self, bytes: &mut Vec<u8>) -> io::Result<Chunk> {
        if self.spill.hold(bytes.len()) {
            bytes.shrink_to_fit();
            return Ok(Chunk::Held(std::mem::take(bytes)));
        }
        let (start, end) = self.spill.append(|file| file.write_all(bytes))?;
        bytes.clear();
        Ok(Chunk::Written { start, end })
    }
}

/// Takes the records of one thread.
#[derive(Debug)]
pub struct PartitionsWriter {
    store: Arc<Store>,
    /// By partition.
    buffers: Vec<Vec<u8>>,
    chunks: Vec<Vec<Chunk>>,
    /// Room for one record.
    record: Vec<u8>,
}

impl PartitionsWriter {
    /// Takes one record, which `encode` appends to the bytes it is given: first its hash.
    ///
    /// # Errors
    ///
    /// When records cannot be written away.
    pub fn push(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.record.clear();
        encode(&mut self.record);
        let partition = usize::from(self.record.first().copied().unwrap_or_default());
        let buffer = &mut self.buffers[partition];
        buffer.extend_from_slice(&(self.record.len() as u32).to_le_bytes());
        buffer.extend_from_slice(&self.record);
        if buffer.len() >= self.store.chunk_bytes {
            self.chunks[partition].push(self.store.put_away(buffer)?);
        }
        Ok(())
    }

    /// The thread ended well: its records count.
    ///
    /// # Errors
    ///
    /// When records cannot be written away.
    pub fn finish(mut self) -> io::Result<()> {
        for (partition, buffer) in self.buffers.iter_mut().enumerate() {
            let mut chunks = std::mem::take(&mut self.chunks[partition]);
            if !buffer.is_empty() {
                chunks.push(self.store.put_away(buffer)?);
            }
            self.store.partition(partition).extend(chunks);
        }
        Ok(())
    }
}

impl Drop for PartitionsWriter {
    fn drop(&mut self) {
        for chunk in self.chunks.iter().flatten() {
            if let Chunk::Held(bytes) = chunk {
                self.store.spill.release(bytes.len());
            }
        }
    }
}

/// Records of one partition, in their order.
#[derive(Debug, Default)]
pub struct Loaded {
    bytes: Vec<u8>,
    /// Of each record its hash, and its start and end in `bytes`.
    spans: Vec<(u64, u32, u32)>,
    /// What is read back before the records of this pass are taken out of it.
    buffer: Vec<u8>,
}

impl Loaded {
    /// Every record, by hash and then by its bytes.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().map(|&(_, start, end)| &self.bytes[start as usize..end as usize])
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
    }

    /// Takes those of these records that the pass is for.
    fn take(&mut self, mut chunk: &[u8], pass: usize, passes: usize) {
        while let Some((length, rest)) = chunk.split_first_chunk::<LENGTH>() {
            let Some((record, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize) else { return };
            chunk = rest;
            let hash = record.first_chunk().map_or(0, |hash| u64::from_be_bytes(*hash));
            // The bits behind those that name the partition.
            if (hash >> 40) as usize & (passes - 1) == pass {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(record);
                self.spans.push((hash, start as u32, self.bytes.len() as u32));
            }
        }
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        let record = |&(_, start, end): &(u64, u32, u32)| &bytes[start as usize..end as usize];
        self.spans.sort_unstable_by(|left, right| left.0.cmp(&right.0).then_with(|| record(left).cmp(record(right))));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Loaded, PARTITIONS, Partitions};

    fn read(partitions: &Partitions) -> Vec<Vec<u8>> {
        let (mut loaded, mut all) = (Loaded::default(), Vec::new());
        for partition in 0..PARTITIONS {
            let passes = partitions.passes(partition);
            for pass in 0..passes {
                partitions.load(partition, pass, passes, &mut loaded).unwrap();
                let records: Vec<&[u8]> = loaded.records().collect();
                assert!(records.is_sorted());
                assert!(records.iter().all(|record| usize::from(record[0]) == partition));
                all.extend(records.into_iter().map(<[u8]>::to_vec));
            }
        }
        all
    }

    proptest! {
        #[test]
        fn every_record_comes_back_once_however_little_memory_there_is(
            given in prop::collection::vec((prop::array::uniform8(any::<u8>()), prop::collection::vec(any::<u8>(), 0..40)), 0..400),
            few in any::<bool>(), memory in prop_oneof![Just(0_usize), Just(16 << 10), Just(64 << 20)],
        ) {
            let partitions = Partitions::new(None, memory, 2);
            let mut expected = Vec::new();
            for half in given.chunks(given.len().div_ceil(2).max(1)) {
                let mut writer = partitions.writer();
                for (mut hash, value) in half.iter().cloned() {
                    // Few partitions make large ones, which take several passes.
                    if few { hash[0] %= 2; }
                    let record = [&hash[..], &value].concat();
                    writer.push(|bytes| bytes.extend_from_slice(&record)).unwrap();
                    expected.push(record);
                }
                writer.finish().unwrap();
            }
            expected.sort();
            let mut all = read(&partitions);
            all.sort();
            prop_assert_eq!(all, expected);
            prop_assert_eq!(partitions.store.spill.held_bytes(), 0);
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let partitions = Partitions::new(None, 64 << 20, 1);
        let mut writer = partitions.writer();
        for number in 0..100_000_u64 {
            writer.push(|bytes| bytes.extend_from_slice(&(number & 3).to_le_bytes())).unwrap();
        }
        assert!(partitions.store.spill.held_bytes() > 0);
        drop(writer);
        assert_eq!(partitions.store.spill.held_bytes(), 0);
        assert!(read(&partitions).is_empty());
    }
}
