//! An object in any order: blocks are fetched once, the one behind it with each, and a few are kept.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use md5::{Digest as _, Md5};
use tokio::task::JoinHandle;

use super::error::S3Error;
use super::fetch::{Fetched, Span, fetch};
use super::place::S3Place;
use super::stream::{Stream, arrive};
use crate::source::input::Notation;
use crate::source::store::{Digest, Opened, Random};

/// Bytes of a block.
const BLOCK: u64 = 2 << 20;
/// Blocks kept: each column of a part is read at a place of its own.
const KEPT: usize = 24;
/// What is fetched of the end at once: the size, the ETag and most often the whole footer.
const TAIL: u64 = 1 << 20;
/// Bytes per write of a part that is kept aside.
const COPY: usize = 256 << 10;

/// Bytes of an object, by their positions.
pub(in crate::source) struct Blocks {
    place: Arc<S3Place>,
    e_tag: Option<String>,
    size: u64,
    tail: Fetched,
    cache: Mutex<Cache>,
    /// Why a block could not be had: a decoder only passes on that something failed.
    failed: Mutex<Option<S3Error>>,
}

#[derive(Default)]
struct Cache {
    blocks: HashMap<u64, Block>,
    /// Counts look-ups, to tell which block was used last.
    clock: u64,
}

enum Block {
    Here { bytes: Bytes, used: u64 },
    Coming(JoinHandle<Result<Fetched, S3Error>>),
}

/// Opens an object that is read in any order, with its stated MD5 if that is to be verified.
///
/// S3's own MD5, where the ETag is one and the right one, is proof enough, and only what is asked for is fetched. Any
/// other object is fetched once, whole, and kept aside meanwhile.
///
/// # Errors
///
/// What S3 refuses, or the disk.
pub(in crate::source) fn open(place: &S3Place, md5: Option<[u8; 16]>) -> Result<Opened, S3Error> {
    let shared = Arc::new(place.clone());
    let tail = place.connection.wait(fetch(Arc::clone(&shared), Span::Last(TAIL), None))??;
    let size = tail.size;
    let stored = tail.e_tag.as_deref().and_then(|e_tag| Notation::Hex.read(e_tag.trim_matches('"')));
    let digest = match md5 {
        None => Digest::Unasked,
        Some(md5) if stored == Some(md5) => Digest::Known(md5),
        Some(_) if tail.bytes.len() as u64 == size => Digest::Known(Md5::digest(&tail.bytes).into()),
        Some(_) => return keep_aside(place, tail.e_tag),
    };
    let blocks = Blocks {
        place: shared,
        e_tag: tail.e_tag.clone(),
        size,
        tail,
        cache: Mutex::default(),
        failed: Mutex::default(),
    };
    Ok(Opened { file: Random::S3(Arc::new(blocks)), size, digest })
}

/// Fetches an object whole into a file without a name.
fn keep_aside(place: &S3Place, e_tag: Option<String>) -> Result<Opened, S3Error> {
    let folder = place.connection.tmp_dir();
    let aside =
        |source: io::Error| S3Error::Aside { folder: folder.display().to_string(), source: source.kind().into() };
    let mut stream = Stream::open(place, e_tag)?;
    let mut file = tempfile::tempfile_in(folder).map_err(aside)?;
    let (mut md5, mut buffer) = (Md5::new(), vec![0; COPY]);
    loop {
        let length = stream.read_some(&mut buffer).map_err(|error| match error.downcast::<S3Error>() {
            Ok(error) => error,
            Err(error) => aside(error),
        })?;
        if length == 0 {
            break;
        }
        md5.update(&buffer[..length]);
        file.write_all(&buffer[..length]).map_err(aside)?;
    }
    file.seek(SeekFrom::Start(0)).map_err(aside)?;
    Ok(Opened { file: Random::Local(file), size: stream.size(), digest: Digest::Known(md5.finalize().into()) })
}

impl Blocks {
    /// The object's size.
    pub(in crate::source) fn size(&self) -> u64 {
        self.size
    }

    /// Why bytes could not be had, if that happened.
    pub(in crate::source) fn take_failure(&self) -> Option<S3Error> {
        lock(&self.failed).take()
    }

    /// So many bytes from there, or as many as there are.
    pub(in crate::source) fn bytes(&self, start: u64, length: usize) -> io::Result<Bytes> {
        self.read(start, length).map_err(|error| {
            let told = io::Error::other(error.to_string());
            lock(&self.failed).get_or_insert(error);
            told
        })
    }

    fn read(&self, start: u64, length: usize) -> Result<Bytes, S3Error> {
        let end = start.saturating_add(length as u64).min(self.size);
        let start = start.min(end);
        if start >= self.tail.start {
            let from = (start - self.tail.start) as usize;
            return Ok(self.tail.bytes.slice(from..from + (end - start) as usize));
        }
        let wanted = start / BLOCK..=(end - 1) / BLOCK;
        self.ask(*wanted.start(), *wanted.end() + 1);
        let mut whole = BytesMut::new();
        for number in wanted.clone() {
            let block = self.block(number)?;
            let first = number * BLOCK;
            let from = (start.max(first) - first) as usize;
            let to = (end.min(first + block.len() as u64) - first) as usize;
            if wanted.start() == wanted.end() {
                return Ok(block.slice(from..to));
            }
            whole.extend_from_slice(&block[from..to]);
        }
        Ok(whole.freeze())
    }

    /// Sets those blocks under way that are not here.
    fn ask(&self, first: u64, last: u64) {
        let mut cache = lock(&self.cache);
        for number in first..=last {
            let start = number * BLOCK;
            if start < self.size && !cache.blocks.contains_key(&number) {
                let span = Span::From { start, length: BLOCK.min(self.size - start) };
                let work = fetch(Arc::clone(&self.place), span, self.e_tag.clone());
                cache.blocks.insert(number, Block::Coming(self.place.connection.spawn(work)));
            }
        }
    }

    fn block(&self, number: u64) -> Result<Bytes, S3Error> {
        let mut cache = lock(&self.cache);
        cache.clock += 1;
        let now = cache.clock;
        let bytes = match cache.blocks.get_mut(&number) {
            Some(Block::Here { bytes, used }) => {
                *used = now;
                return Ok(bytes.clone());
            }
            Some(Block::Coming(coming)) => arrive(&self.place, coming)?.bytes,
            None => {
                let span = Span::From { start: number * BLOCK, length: BLOCK };
                let work = fetch(Arc::clone(&self.place), span, self.e_tag.clone());
                self.place.connection.wait(work)??.bytes
            }
        };
        cache.blocks.insert(number, Block::Here { bytes: bytes.clone(), used: now });
        cache.bound();
        Ok(bytes)
    }
}

impl Cache {
    /// Forgets what was not used for the longest time.
    fn bound(&mut self) {
        while self.blocks.len() > KEPT {
            let age = |block: &Block| match block {
                Block::Here { used, .. } => *used,
                Block::Coming(_) => u64::MAX,
            };
            let Some(oldest) = self.blocks.iter().min_by_key(|(_, block)| age(block)).map(|(number, _)| *number) else {
                return;
            };
            if let Some(Block::Coming(coming)) = self.blocks.remove(&oldest) {
                coming.abort();
            }
        }
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        for block in lock(&self.cache).blocks.values() {
            if let Block::Coming(coming) = block {
                coming.abort();
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads on from some byte of an object.
pub(in crate::source) struct BlockReader {
    blocks: Arc<Blocks>,
    at: u64,
}

impl BlockReader {
    /// From this byte.
    pub(in crate::source) fn new(blocks: &Arc<Blocks>, at: u64) -> Self {
        Self { blocks: Arc::clone(blocks), at }
    }
}

impl Read for BlockReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Never over the end of a block: what is asked for is often far less than the buffer.
        let room = (BLOCK - self.at % BLOCK).min(buffer.len() as u64) as usize;
        let bytes = self.blocks.bytes(self.at, room)?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}
