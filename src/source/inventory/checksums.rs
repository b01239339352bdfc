//! The MD5s of columnar parts: their columns are read in any order, so each file is read once more from its beginning to
//! its end, several of them side by side.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::discover::{Delivery, Part};
use crate::source::md5_lanes::{LANES, Md5Lane, update};
use crate::source::place::Place;
use crate::source::walk;

/// Bytes of a file that are hashed in one go: those of all lanes stay in the cache.
const PIECE: usize = 32 << 10;

/// Hashes the parts of a delivery that have an MD5 and lie on this machine, those that follow each other together.
///
/// They keep step with the rows of whichever part is furthest, so that what is read twice is still in the page cache.
pub struct Checksums(Vec<Arc<Mutex<Lot>>>);

impl Checksums {
    /// Opens nothing until one of the parts is read.
    pub fn new(delivery: &Delivery) -> Self {
        Self(delivery.parts.chunks(LANES).map(|parts| Arc::new(Mutex::new(Lot::new(parts)))).collect())
    }

    /// What hashes a part, by its number in the delivery.
    pub(super) fn of(&self, number: usize) -> LotMember {
        LotMember { lot: Arc::clone(&self.0[number / LANES]), lane: number % LANES }
    }
}

/// A part among those that are hashed with it.
pub(super) struct LotMember {
    lot: Arc<Mutex<Lot>>,
    lane: usize,
}

impl LotMember {
    /// A part that is hashed by itself.
    pub(super) fn alone(part: &Part) -> Self {
        Self { lot: Arc::new(Mutex::new(Lot::new(std::slice::from_ref(part)))), lane: 0 }
    }

    /// Hashes on until so many bytes of this part are done with, unless another thread is at it.
    pub(super) fn follow(&self, goal: u64) {
        if let Ok(mut lot) = self.lot.try_lock() {
            while lot.0[self.lane].hashed < goal && lot.step() {}
        }
    }

    /// Hashes what is left of this part.
    ///
    /// # Errors
    ///
    /// What the system says of its file.
    pub(super) fn finish(self) -> io::Result<[u8; 16]> {
        let mut lot = self.lot.lock().unwrap_or_else(PoisonError::into_inner);
        while !lot.0[self.lane].has_ended() && lot.step() {}
        match std::mem::take(&mut lot.0[self.lane].stage) {
            Stage::Known(md5) => Ok(md5),
            Stage::Failed(error) => Err(error),
            // Whoever asks has found the file, and asks once.
            Stage::Open(_) | Stage::Unopened(_) | Stage::Over => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Files that are hashed together.
struct Lot(Vec<Lane>);

/// One of them.
struct Lane {
    stage: Stage,
    md5: Md5Lane,
    /// Bytes done with.
    hashed: u64,
    piece: Vec<u8>,
}

#[derive(Default)]
enum Stage {
    Unopened(PathBuf),
    Open(File),
    Known([u8; 16]),
    Failed(io::Error),
    /// There was nothing to hash, or it was asked for already.
    #[default]
    Over,
}

impl Lot {
    fn new(parts: &[Part]) -> Self {
        let stage = |part: &Part| match &part.path {
            Some(Place::Local(path)) if part.stated_md5.is_some() => Stage::Unopened(path.clone()),
            _ => Stage::Over,
        };
        let lane = |part| Lane { stage: stage(part), md5: Md5Lane::default(), hashed: 0, piece: Vec::new() };
        Self(parts.iter().map(lane).collect())
    }

    /// Hashes the next piece of every file; says whether there was any left.
    fn step(&mut self) -> bool {
        let mut open: Vec<&mut Lane> = self.0.iter_mut().filter_map(Lane::read).collect();
        let mut pieces: Vec<_> = open.iter_mut().map(|lane| (&mut lane.md5, lane.piece.as_slice())).collect();
        update(&mut pieces);
        let rests: Vec<usize> = pieces.iter().map(|(_, rest)| rest.len()).collect();
        for (lane, rest) in open.iter_mut().zip(rests) {
            lane.hashed += lane.piece.len() as u64;
            if lane.piece.len() < PIECE {
                lane.stage = Stage::Known(lane.md5.finish(&lane.piece[lane.piece.len() - rest..]));
                lane.piece = Vec::new();
            }
        }
        !open.is_empty()
    }
}

impl Lane {
    const fn has_ended(&self) -> bool {
        !matches!(self.stage, Stage::Unopened(_) | Stage::Open(_))
    }

    /// Reads the next piece, of which only the last is shorter than others; `None` without a file to read.
    fn read(&mut self) -> Option<&mut Self> {
        if let Stage::Unopened(path) = &self.stage {
            self.stage = open(path).map_or_else(Stage::Failed, Stage::Open);
        }
        let Stage::Open(file) = &mut self.stage else { return None };
        self.piece.clear();
        match file.take(PIECE as u64).read_to_end(&mut self.piece) {
            Ok(_) => Some(self),
            Err(error) => {
                self.stage = Stage::Failed(error);
                None
            }
        }
    }
}

/// Opens a file. A pipe would wait for whoever writes to it; the reader of the part refuses it.
fn open(path: &Path) -> io::Result<File> {
    if walk::is_pipe_or_device(path)? {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    File::open(path)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use md5::{Digest as _, Md5};

    use super::{Lot, LotMember, PIECE};
    use crate::source::inventory::Part;

    /// Files of such lengths, and their MD5s; the last part is not there.
    fn parts(folder: &std::path::Path, lengths: &[usize]) -> (Vec<Part>, Vec<[u8; 16]>) {
        let part = |name: String| Part {
            path: Some(folder.join(&name).into()),
            file: name,
            looked: Vec::new(),
            stated_size: 0,
            stated_md5: Some([0; 16]),
        };
        let written = lengths.iter().enumerate().map(|(number, &length)| {
            let content: Vec<u8> = (0..length).map(|at| (at * 31 + number * 7 + (at >> 8)) as u8).collect();
            std::fs::write(folder.join(number.to_string()), &content).unwrap();
            Md5::digest(&content).into()
        });
        let written = written.collect();
        let mut parts: Vec<Part> = (0..lengths.len()).map(|number| part(number.to_string())).collect();
        parts.push(part("absent".to_owned()));
        (parts, written)
    }

    #[test]
    fn each_file_has_its_md5_whatever_the_lengths_and_whoever_asks_first() {
        let folder = tempfile::TempDir::new().unwrap();
        let lengths = [3 * PIECE + 17, 0, PIECE];
        let (parts, md5s) = parts(folder.path(), &lengths);
        for first in 0..parts.len() {
            let lot = Arc::new(Mutex::new(Lot::new(&parts)));
            let order = (0..parts.len()).map(|number| (number + first) % parts.len());
            for lane in order {
                let member = LotMember { lot: Arc::clone(&lot), lane };
                member.follow(lengths.get(lane).map_or(1, |&length| length as u64 / 2));
                match md5s.get(lane) {
                    Some(md5) => assert_eq!(member.finish().unwrap(), *md5, "{lane} after {first}"),
                    None => assert_eq!(member.finish().unwrap_err().kind(), io::ErrorKind::NotFound),
                }
            }
        }
    }

    #[test]
    fn threads_share_the_work_on_a_lot() {
        let folder = tempfile::TempDir::new().unwrap();
        let lengths = [40 * PIECE, 50 * PIECE + 1, 60 * PIECE - 1, 9];
        let (parts, md5s) = parts(folder.path(), &lengths);
        let lot = Arc::new(Mutex::new(Lot::new(&parts[..4])));
        thread::scope(|scope| {
            for (lane, &length) in lengths.iter().enumerate() {
                let member = LotMember { lot: Arc::clone(&lot), lane };
                let md5s = &md5s;
                scope.spawn(move || {
                    (0..=length as u64).step_by(PIECE).for_each(|goal| member.follow(goal));
                    assert_eq!(member.finish().unwrap(), md5s[lane]);
                });
            }
        });
    }

    #[test]
    fn a_part_whose_md5_nobody_states_is_not_opened() {
        let folder = tempfile::TempDir::new().unwrap();
        let (mut parts, _) = parts(folder.path(), &[100, 100]);
        parts[0].stated_md5 = None;
        let mut lot = Lot::new(&parts);
        assert!(lot.step());
        assert_eq!(lot.0.iter().map(|lane| lane.hashed).collect::<Vec<_>>(), [0, 100, 0]);
        assert!(!lot.step());
    }
}
