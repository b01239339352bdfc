//! Some rows ahead of the judge: where each key's directory ends and whether it is that of the row before. What the judge
//! will ask the index is touched for several rows at once, so that the waits for memory overlap.

use std::hint::black_box;

use crate::audit::columns::is_live;
use crate::audit::features::{self, Oddity};
use crate::audit::objects::ObjectPass;
use crate::model::bytes::begins_with;
use crate::references::fold::{FoldHasher, split_directory};
use crate::source::inventory::Batch;

/// Rows that are looked at together: as many loads are under way at once.
const ROWS: usize = 32;
/// Rows are strewn if more than one in so many is in another directory than the row before: then directories come back.
const STREWN: u64 = 3;

/// What is seen of a row ahead of its judgement.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Foreseen {
    /// Whether the row's directory is that of the row before. An old version is not looked at, and no row before.
    pub(super) is_same: bool,
    /// The length of the directory in bytes.
    pub(super) length: usize,
    /// The directory's hash.
    pub(super) directory: u64,
    /// What is odd about the last segment.
    pub(super) name: Oddity,
    /// The key's hash, if the index may know a key of the directory.
    pub(super) hash: Option<u64>,
}

impl Foreseen {
    /// With the hash of the key, if the index may know a key of its directory.
    #[inline]
    fn named(self, key: &[u8], may_be_named: bool) -> Self {
        let hash = may_be_named.then(|| FoldHasher::name(self.directory, &key[self.length..]));
        Self { hash, ..self }
    }
}

impl ObjectPass<'_> {
    /// Takes the rows of a batch.
    pub(super) fn rows(&mut self, batch: &Batch) {
        let rows = batch.len();
        self.partial.rows += rows as u64;
        self.partial.bucket_rows[usize::from(self.bucket)] += rows as u64;
        let before = self.directories;
        if self.strewn {
            self.guess.fit();
            let mut seen = [Foreseen::default(); ROWS];
            for start in (0..rows).step_by(ROWS) {
                let seen = &mut seen[..ROWS.min(rows - start)];
                self.look_ahead(batch, start, seen);
                (start..).zip(&*seen).for_each(|(row, seen)| self.take(batch, row, batch.key(row), seen));
            }
        } else {
            for row in 0..rows {
                let key = batch.key(row);
                if self.take_alike(batch, row, key) {
                    continue;
                }
                let before = (self.directory.name(), self.directory.hash(), self.directory.may_be_named());
                let seen = if is_live(batch, row) { self.see(key, before) } else { Foreseen::default() };
                self.take(batch, row, key, &seen);
            }
        }
        self.settle();
        self.strewn = (self.directories - before) * STREWN > rows as u64;
    }

    /// Looks at a key; the directory of the row before is given by its name, its hash, and whether the index may know a
    /// key of it.
    #[inline]
    fn see(&self, key: &[u8], (before, hash, may_be_named): (&[u8], u64, bool)) -> Foreseen {
        let seen = self.see_directory(key, (before, hash));
        let may_be_named = if seen.is_same { may_be_named } else { self.index.may_name_in(seen.directory) };
        seen.named(key, may_be_named)
    }

    /// Looks at a key without asking the index.
    #[inline]
    fn see_directory(&self, key: &[u8], (before, hash): (&[u8], u64)) -> Foreseen {
        if let Some(name) = within(before, key) {
            return Foreseen { is_same: true, length: before.len(), directory: hash, name, hash: None };
        }
        let (directory, last) = split_directory(key);
        let (length, name) = (directory.len(), features::name(last));
        Foreseen { is_same: false, length, directory: self.index.directory_hash(directory), name, hash: None }
    }

    /// Looks at the rows from `start` on, and reads a byte of everything that the judge will ask for, a kind at a time.
    fn look_ahead(&self, batch: &Batch, start: usize, seen: &mut [Foreseen]) {
        let mut before = (self.directory.name(), self.directory.hash());
        for (row, seen) in (start..).zip(seen.iter_mut()) {
            *seen = Foreseen::default();
            if is_live(batch, row) {
                let key = batch.key(row);
                *seen = self.see_directory(key, before);
                before = (&key[..seen.length], seen.directory);
            }
        }
        let mut may_be_named = [false; ROWS];
        for (may_be_named, seen) in may_be_named.iter_mut().zip(&*seen) {
            *may_be_named = self.index.may_name_in(seen.directory);
        }
        for ((row, seen), may_be_named) in (start..).zip(seen.iter_mut()).zip(may_be_named) {
            if is_live(batch, row) {
                *seen = seen.named(batch.key(row), may_be_named);
            }
        }
        let mut keys = [None; ROWS];
        for (key, seen) in keys.iter_mut().zip(&*seen) {
            *key = seen.hash.and_then(|hash| self.index.touch(hash));
        }
        let turning = || seen.iter().filter(|seen| !seen.is_same);
        let mut folders = [None; ROWS];
        for (folder, seen) in folders.iter_mut().zip(turning()) {
            *folder = self.guess.get(seen.directory);
        }
        let names = folders.map(|folder| folder.map(|folder| self.partial.folders.touch(folder)));
        let all = |warmth: u8, touched: u8| warmth ^ touched;
        let mut warmth = turning().map(|seen| self.index.touch_prefix(seen.directory)).fold(0, all);
        warmth ^= names.iter().flatten().map(|&name| self.partial.folders.touch_name(name)).fold(0, all);
        warmth ^= keys.iter().flatten().map(|&key| self.index.touch_text(key)).fold(0, all);
        black_box(warmth);
    }
}

/// What is odd about the last segment of a key, if the key lies in this directory. The root holds none.
#[inline]
pub(super) fn within(directory: &[u8], key: &[u8]) -> Option<Oddity> {
    if directory.is_empty() || key.len() == directory.len() || !begins_with(key, directory) {
        return None;
    }
    Some(features::name(&key[directory.len()..])).filter(|oddity| !oddity.slash)
}
