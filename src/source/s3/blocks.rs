//! An object in any order: blocks are fetched once, the one behind it with each, and a few are kept.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use md5::{Digest as _, Md5};
use tokio::task::JoinHandle;

use super::error::S3Error;
use super::fetch::{Fetched, Span, Version, fetch};
use super::place::S3Place;
use super::stream::{Stream, arrive};
use crate::source::input::Notation;
use crate::source::store::{Digest, Opened, Random};

/// Bytes of a block.
const BLOCK: u64 = 2 << 20;
/// Blocks kept, those under way included: each column of a part is read at a place of its own.
const KEPT: usize = 24;
/// Blocks under way at once.
const IN_FLIGHT: usize = 4;
/// What is fetched of the end at once: the size, the ETag and most often the whole footer.
const TAIL: u64 = 1 << 20;
/// Bytes per write of a part that is kept aside.
const COPY: usize = 256 << 10;

/// Bytes of an object, by their positions.
pub(in crate::source) struct Blocks {
    place: Arc<S3Place>,
    version: Version,
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

struct Block {
    /// When it was asked for or used last.
    used: u64,
    state: State,
}

enum State {
    Here(Bytes),
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
    let size = tail.version.size;
    let stored = tail.version.e_tag.as_deref().and_then(|e_tag| Notation::Hex.read(e_tag.trim_matches('"')));
    let digest = match md5 {
        None => Digest::Unasked,
        Some(md5) if stored == Some(md5) => Digest::Known(md5),
        Some(_) if tail.bytes.len() as u64 == size => Digest::Known(Md5::digest(&tail.bytes).into()),
        Some(_) => return keep_aside(place, tail.version),
    };
    let version = tail.version.clone();
    let blocks = Blocks { place: shared, version, tail, cache: Mutex::default(), failed: Mutex::default() };
    Ok(Opened { file: Random::S3(Arc::new(blocks)), size, digest })
}

/// Fetches an object whole into a file without a name.
fn keep_aside(place: &S3Place, version: Version) -> Result<Opened, S3Error> {
    let folder = place.connection.tmp_dir();
    let aside = |source: io::Error| S3Error::Aside { folder: folder.display().to_string(), source };
    let mut stream = Stream::of(place, Some(version))?;
    // The system's own words, without the name that the file would have had.
    let file = tempfile::tempfile_in(folder).map_err(|error| error.kind().into());
    let mut file = file.map_err(aside)?;
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
        self.version.size
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
        let end = start.saturating_add(length as u64).min(self.size());
        if start >= end {
            return Ok(Bytes::new());
        }
        if start >= self.tail.start {
            let from = (start - self.tail.start) as usize;
            return Ok(self.tail.bytes.slice(from..from + (end - start) as usize));
        }
        let (begin, last) = (start / BLOCK, (end - 1) / BLOCK);
        let mut whole = BytesMut::new();
        for number in begin..=last {
            // The one behind what is wanted comes along: most readers go on.
            self.ask(number, last + 1);
            let block = self.block(number)?;
            let first = number * BLOCK;
            let from = (start.max(first) - first) as usize;
            let to = (end.min(first + block.len() as u64) - first) as usize;
            if begin == last {
                return Ok(block.slice(from..to));
            }
            whole.extend_from_slice(&block[from..to]);
        }
        Ok(whole.freeze())
    }

    /// Sets those blocks under way that are not here, as many as may be at once.
    fn ask(&self, first: u64, last: u64) {
        let mut cache = lock(&self.cache);
        let mut room = IN_FLIGHT.saturating_sub(cache.in_flight());
        for number in first..=last {
            if room == 0 || number * BLOCK >= self.size() {
                break;
            }
            if !cache.blocks.contains_key(&number) {
                let coming = self.place.connection.spawn(self.fetch(number));
                cache.insert(number, State::Coming(coming));
                room -= 1;
            }
        }
    }

    fn fetch(&self, number: u64) -> impl Future<Output = Result<Fetched, S3Error>> + use<> {
        let start = number * BLOCK;
        let span = Span::From { start, length: BLOCK.min(self.size() - start) };
        fetch(Arc::clone(&self.place), span, Some(self.version.clone()))
    }

    fn block(&self, number: u64) -> Result<Bytes, S3Error> {
        // Nobody else waits while this one waits for the network; a task is asked for its answer once only.
        let found = lock(&self.cache).blocks.remove(&number).map(|block| block.state);
        let bytes = match found {
            Some(State::Here(bytes)) => bytes,
            Some(State::Coming(coming)) => arrive(&self.place, coming)?.bytes,
            None => self.place.connection.wait(self.fetch(number))??.bytes,
        };
        lock(&self.cache).insert(number, State::Here(bytes.clone()));
        Ok(bytes)
    }
}

impl Cache {
    fn in_flight(&self) -> usize {
        let coming = |block: &&Block| matches!(&block.state, State::Coming(coming) if !coming.is_finished());
        self.blocks.values().filter(coming).count()
    }

    /// Takes a block in, and forgets what was not used for the longest time.
    fn insert(&mut self, number: u64, state: State) {
        self.clock += 1;
        self.blocks.insert(number, Block { used: self.clock, state });
        while self.blocks.len() > KEPT {
            let oldest = self.blocks.iter().min_by_key(|(_, block)| block.used).map(|(number, _)| *number);
            let Some(State::Coming(coming)) =
                oldest.and_then(|oldest| self.blocks.remove(&oldest)).map(|block| block.state)
            else {
                continue;
            };
            coming.abort();
        }
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        for block in lock(&self.cache).blocks.values() {
            if let State::Coming(coming) = &block.state {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use md5::{Digest as _, Md5};

    use super::super::answering::{Answer, Server};
    use super::super::place::S3Place;
    use super::{BLOCK, Blocks, IN_FLIGHT, Random, TAIL, open};

    fn whole(blocks: u64) -> Vec<u8> {
        (0..blocks * BLOCK + TAIL).map(|at| (at / 1_000 % 251) as u8).collect()
    }

    fn blocks(place: &S3Place) -> Arc<Blocks> {
        match open(place, None).unwrap().file {
            Random::S3(blocks) => blocks,
            Random::Local(_) => panic!("it was kept aside"),
        }
    }

    #[test]
    fn any_bytes_are_those_of_the_object() {
        let bytes = whole(5);
        let held = bytes.clone();
        let server = Server::start(move |_, _| Answer::Range(held.clone(), Some("one")));
        let blocks = blocks(&server.place("part").0);
        let size = bytes.len() as u64;
        for (start, length) in [
            (0, 0),
            (0, 1),
            (BLOCK - 1, 2),
            (3, 3 * BLOCK as usize),
            (BLOCK, BLOCK as usize),
            (size - TAIL - 1, 2),
            (size - 5, 100),
            (size, 0),
            (size + 7, 10),
            (u64::MAX, usize::MAX),
        ] {
            let end = start.saturating_add(length as u64).min(size) as usize;
            let expected = bytes.get(start as usize..end).unwrap_or_default();
            assert!(blocks.bytes(start, length).unwrap() == expected, "{length} from {start}");
        }
    }

    #[test]
    fn a_long_read_asks_for_a_few_blocks_at_once() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (bytes, seen) = (whole(16), Arc::clone(&most));
        let server = Server::start(move |_, _| {
            seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(30));
            now.fetch_sub(1, Ordering::SeqCst);
            Answer::Range(bytes.clone(), Some("one"))
        });
        let blocks = blocks(&server.place("part").0);
        assert_eq!(blocks.bytes(0, 16 * BLOCK as usize).unwrap().len() as u64, 16 * BLOCK);
        let most = most.load(Ordering::SeqCst);
        assert!((2..=IN_FLIGHT).contains(&most), "{most}");
    }

    #[test]
    fn a_block_that_failed_is_asked_for_anew() {
        let bytes = whole(3);
        let server = Server::start(move |number, _| match number {
            1 | 2 => Answer::Refused(400, "Broken"),
            _ => Answer::Range(bytes.clone(), Some("one")),
        });
        let blocks = blocks(&server.place("part").0);
        assert!(blocks.bytes(0, 10).is_err() && blocks.take_failure().is_some());
        // The one behind it was under way as well.
        let _ = blocks.bytes(BLOCK, 10);
        assert_eq!(blocks.bytes(0, 10).unwrap().len(), 10);
        assert_eq!(blocks.bytes(BLOCK, 10).unwrap().len(), 10);
    }

    #[test]
    fn who_waits_for_one_block_keeps_nobody_from_another() {
        let bytes = whole(8);
        let server = Server::start(move |_, request| {
            let answer = Answer::Range(bytes.clone(), Some("one"));
            let slow = request.range.as_deref() == Some("bytes=0-2097151");
            if slow { Answer::Late(Duration::from_secs(600), answer.into()) } else { answer }
        });
        let (place, cancel) = server.place("part");
        let blocks = blocks(&place);
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| blocks.bytes(0, 1));
            std::thread::sleep(Duration::from_millis(200));
            scope.spawn(|| sender.send(blocks.bytes(4 * BLOCK, 1).map(|bytes| bytes.len())).unwrap());
            let got = receiver.recv_timeout(Duration::from_secs(20));
            cancel.store(true, Ordering::Relaxed);
            assert_eq!(got.unwrap().unwrap(), 1);
        });
    }

    #[test]
    fn where_nothing_can_be_kept_the_folder_and_the_reason_are_told() {
        let bytes = whole(2);
        let stated: [u8; 16] = Md5::digest(&bytes).into();
        let server = Server::start(move |_, _| Answer::Range(bytes.clone(), Some("no-md5-2")));
        let Err(error) = open(&server.place("part").0, Some(stated)) else { panic!("it was kept") };
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "entity not found");
    }
}
