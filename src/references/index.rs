//! The reference index of one bucket: keys that records name, prefixes and folders they cover, and what the
//! inventory showed of each. Built from records, asked once per object.

use std::sync::atomic::{AtomicU8, Ordering};

use hashbrown::{HashMap, HashTable};

use crate::model::bytes::same;
use crate::model::key;
use crate::references::fold::{self, FoldHasher};
use crate::references::folders::{Covered, CoveredFolder, Folders};
use crate::references::hash_filter::HashFilter;
use crate::references::prefixes::Prefixes;
use crate::references::texts::{Column, TextPlace, Texts};
use crate::references::versions::Versions;

type Hasher = foldhash::fast::RandomState;

/// What was seen of a key stands this many bits above what it is there for.
const SEEN: u8 = 4;
/// What a key in the index is there for.
pub mod role {
    /// A judged reference names it, or its mapped new key is this.
    pub const NAMED: u8 = 1;
    /// An undeclared attribute holds its URI.
    pub const MENTIONED: u8 = 1 << 1;
    /// A reference asks for one version of it.
    pub const VERSIONED: u8 = 1 << 2;
}

/// What the inventory showed of a key.
pub mod seen {
    /// Its latest version is an object.
    pub const LIVE: u8 = 1;
    /// Its latest version is a delete marker.
    pub const DELETED: u8 = 1 << 1;
    /// Its latest version lies in an archive tier.
    pub const ARCHIVED: u8 = 1 << 2;
}

/// The index of one bucket.
#[derive(Debug, Default)]
pub struct BucketIndex {
    hasher: FoldHasher,
    keys: Texts,
    /// By key: its roles, and above them what was seen of it.
    marks: Column<AtomicU8>,
    table: HashTable<u32>,
    /// Directories that hold a key of the index, or the normal form of one.
    near_directories: HashFilter,
    /// The numbers of odd keys, by the hashes of their normal forms.
    normal: HashTable<u32>,
    prefixes: Prefixes,
    /// Folders of areas that records cover or claim.
    folders: Folders,
    /// Of each directory that somebody may ask for and that holds a key which a record names, one such key.
    directories: HashTable<u32>,
    versions: Versions,
    /// Legacy key → the new keys that the records naming it give it, in byte order.
    moves: HashMap<u32, Vec<u32>, Hasher>,
}

impl BucketIndex {
    /// Adds a key, or finds it, and adds roles to it.
    pub(super) fn key(&mut self, key: &str, roles: u8) -> u32 {
        self.key_hashed(key, self.hasher.key(key.as_bytes()), roles)
    }

    /// The same for a key with this hash ([`FoldHasher::key`]).
    pub(super) fn key_hashed(&mut self, key: &str, hash: u64, roles: u8) -> u32 {
        let number = match self.table.find(hash, |&number| self.keys.get(number) == key.as_bytes()) {
            Some(&number) => number,
            None => self.insert(key, hash),
        };
        *self.marks.get_mut(number).get_mut() |= roles;
        number
    }

    fn insert(&mut self, key: &str, hash: u64) -> u32 {
        if self.table.len() == self.table.capacity() {
            self.grow();
        }
        let number = self.keys.push(key);
        self.marks.push(AtomicU8::new(0));
        let (keys, hasher) = (&self.keys, self.hasher);
        self.table.insert_unique(hash, number, |&number| hasher.key(keys.get(number)));
        if let Some(hash) = normal_hash(hasher, key) {
            // Only odd keys are in that table, so that each has a normal form.
            let rehash = |number: &u32| normal_hash(hasher, keys.text(*number)).unwrap_or_default();
            self.normal.insert_unique(hash, number, rehash);
        }
        number
    }

    /// Makes the table anew with twice the room. The keys are read in the order in which they lie in memory, and the
    /// old table is gone before.
    #[cold]
    fn grow(&mut self) {
        let room = (self.keys.len() * 2).max(16);
        self.table = HashTable::new();
        self.table = HashTable::with_capacity(room);
        let (keys, hasher) = (&self.keys, self.hasher);
        let hash = |number: u32| hasher.key(keys.get(number));
        for number in 0..keys.len() as u32 {
            self.table.insert_unique(hash(number), number, |&number| hash(number));
        }
    }

    /// Notes that a record names a key, so that [`Self::names_in`] knows its directory.
    fn note_directory(&mut self, number: u32) {
        let (keys, hasher) = (&self.keys, self.hasher);
        let directory = |number: u32| key::directory(keys.text(number)).as_bytes();
        let own = directory(number);
        // A key ending in `/` names a directory, not an object in it.
        if keys.get(number).ends_with(b"/") {
            return;
        }
        let hash = |number: u32| hasher.directory(directory(number));
        let known = self.directories.find(hash(number), |&known| directory(known) == own);
        if known.is_none() {
            self.directories.insert_unique(hash(number), number, |&number| hash(number));
        }
    }

    /// Adds a prefix (empty, or ending in `/`), or finds it.
    pub(super) fn prefix(&mut self, prefix: &str, claims: bool) -> u32 {
        self.prefixes.add(self.hasher, prefix, claims)
    }

    /// Says of a key that a record names which folder the record covers, and whether somebody may ask for the key's
    /// directory ([`Self::names_in`]).
    pub(super) fn note(&mut self, number: u32, covered: Option<Covered>, is_asked_for: bool) {
        if is_asked_for {
            self.note_directory(number);
        }
        if let Some(covered) = covered {
            self.folders.cover(&self.keys, number, covered);
        }
    }

    /// Says that a record claims a folder of an area with this [`folders::hash`], and whether its job is unfinished.
    pub(super) fn claim(&mut self, area: u16, hash: u32, folder: &str, unfinished: bool) {
        self.folders.claim(&self.keys, area, hash, folder, unfinished);
    }

    /// Says that a reference asks for one version of a key.
    pub(super) fn ask_version(&mut self, number: u32, version: &str) {
        *self.marks.get_mut(number).get_mut() |= role::VERSIONED;
        self.versions.ask(number, version);
    }

    /// Says that a record which names a legacy key gives it this new key.
    pub(super) fn move_to(&mut self, legacy: u32, new: u32) {
        let places = self.moves.entry(legacy).or_default();
        if !places.contains(&new) {
            places.push(new);
            let keys = &self.keys;
            places.sort_unstable_by(|left, right| keys.get(*left).cmp(keys.get(*right)));
        }
    }

    /// The new keys that records give a legacy key.
    pub fn moves(&self, legacy: u32) -> &[u32] {
        self.moves.get(&legacy).map_or(&[], Vec::as_slice)
    }

    /// Notes what was [`seen`] of a version of a key.
    pub fn mark_version(&self, number: u32, version: &str, bits: u8) {
        self.versions.mark(number, version, bits);
    }

    /// What was [`seen`] of a version of a key.
    pub fn version_seen(&self, number: u32, version: &str) -> u8 {
        self.versions.seen(number, version)
    }

    /// Prepares [`BucketIndex::may_name_in`]; no key may be added after this.
    pub(super) fn freeze(&mut self) {
        let odd: Vec<String> =
            self.normal.iter().filter_map(|&number| fold::normal_form(self.key_text(number))).collect();
        let keys = (0..self.keys.len() as u32).map(|number| self.keys.get(number));
        let hashes =
            keys.chain(odd.iter().map(String::as_bytes)).map(|key| self.hasher.directory(fold::split_directory(key).0));
        self.near_directories = HashFilter::new(self.keys.len() + odd.len(), hashes);
    }

    /// The hash of a directory (ends in `/`, or empty), for [`BucketIndex::may_name_in`] and [`FoldHasher::name`].
    pub fn directory_hash(&self, directory: &[u8]) -> u64 {
        self.hasher.directory(directory)
    }

    /// Whether a key of a directory with this hash may be found, or one that differs from it only in case or oddities.
    /// `false` is certain.
    pub fn may_name_in(&self, directory: u64) -> bool {
        self.near_directories.may_hold(directory)
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.keys.len()
    }

    /// A key by its number.
    pub fn key_text(&self, number: u32) -> &str {
        self.keys.text(number)
    }

    /// A prefix by its number.
    pub fn prefix_text(&self, number: u32) -> &str {
        self.prefixes.text(number)
    }

    /// What a key is there for.
    pub fn roles(&self, number: u32) -> u8 {
        self.marks.get(number).load(Ordering::Relaxed) & ((1 << SEEN) - 1)
    }

    /// What the inventory showed of a key.
    pub fn seen(&self, number: u32) -> u8 {
        self.marks.get(number).load(Ordering::Relaxed) >> SEEN
    }

    /// Whether an object lies below a prefix.
    pub fn prefix_seen(&self, number: u32) -> bool {
        self.prefixes.is_seen(number)
    }

    /// The number of a key of an object, and in `near` the numbers of keys that differ from it only in case or oddities.
    pub fn find(&self, key: &[u8], near: impl FnMut(u32)) -> Option<u32> {
        let (directory, _) = fold::split_directory(key);
        let hash = self.directory_hash(directory);
        let named = self.may_name_in(hash).then(|| FoldHasher::name(hash, &key[directory.len()..]));
        named.and_then(|hash| self.find_hashed(hash, key, near))
    }

    /// Reads what [`BucketIndex::find_hashed`] will read first; gives the number of a key that may be the one.
    pub fn touch(&self, hash: u64) -> Option<u32> {
        self.table.find(hash, |_| true).copied()
    }

    /// Reads the text of a key, and its mark.
    pub fn touch_text(&self, number: u32) -> u8 {
        self.keys.touch(number) ^ self.marks.get(number).load(Ordering::Relaxed)
    }

    /// Reads what covering or claiming a folder with this [`folders::hash`] will read first; gives the number of a key that
    /// may begin with its name.
    pub(super) fn touch_folder(&self, hash: u32) -> Option<u32> {
        self.folders.touch(hash)
    }

    /// Reads what [`BucketIndex::mark_prefixes`] will read of a directory with this hash.
    pub fn touch_prefix(&self, directory: u64) -> u8 {
        self.prefixes.touch(directory)
    }

    /// The same for a key with this hash ([`FoldHasher::name`]).
    pub fn find_hashed(&self, hash: u64, key: &[u8], mut near: impl FnMut(u32)) -> Option<u32> {
        let mut exact = None;
        for &number in self.table.iter_hash(hash) {
            let other = self.keys.get(number);
            if same(other, key) {
                exact = Some(number);
            } else if other.eq_ignore_ascii_case(key) {
                near(number);
            }
        }
        for &number in self.normal.iter_hash(hash) {
            if self.keys.get(number) != key
                && fold::normal_form(self.key_text(number)).is_some_and(|normal| normal.as_bytes() == key)
            {
                near(number);
            }
        }
        exact
    }

    /// The keys that share their normal form with an odd key of an object.
    pub fn find_near_odd(&self, key: &str, mut near: impl FnMut(u32)) {
        let Some(normal) = fold::normal_form(key) else { return };
        self.find(normal.as_bytes(), &mut near).into_iter().for_each(&mut near);
    }

    /// Notes what a row shows of a key.
    pub fn mark(&self, number: u32, bits: u8) {
        self.marks.get(number).fetch_or(bits << SEEN, Ordering::Relaxed);
    }

    /// Notes that an object lies below each prefix of `key`; says whether one of them claims it.
    pub fn mark_prefixes(&self, key: &[u8]) -> bool {
        self.prefixes.mark(self.hasher, key)
    }

    /// Whether a prefix reference claims a folder marker, which satisfies none.
    pub fn claims_marker(&self, key: &[u8]) -> bool {
        self.prefixes.claims_marker(self.hasher, key)
    }

    /// Whether records cover or claim a folder.
    pub fn covers(&self, area: u16, folder: &[u8]) -> bool {
        self.folders.find(&self.keys, area, folder).is_some()
    }

    /// A folder, if records cover or claim it.
    pub fn covered_folder(&self, area: u16, folder: &[u8]) -> Option<CoveredFolder> {
        self.folders.get(&self.keys, area, folder)
    }

    /// The first so many bytes of a key.
    #[inline]
    pub fn key_at(&self, place: TextPlace, length: usize) -> &str {
        self.keys.at(place, length)
    }

    /// Whether an unfinished job owns a folder.
    pub fn is_unfinished(&self, area: u16, folder: &[u8]) -> bool {
        self.folders.find(&self.keys, area, folder) == Some(true)
    }

    /// Whether a record names a key in this directory (ends in `/`, or empty) with this hash, in which the layout expects objects that
    /// no record names.
    pub fn names_in(&self, directory: &[u8], hash: u64) -> bool {
        if self.directories.is_empty() {
            return false;
        }
        let is = |number: &u32| key::directory(self.key_text(*number)).as_bytes() == directory;
        self.directories.find(hash, is).is_some()
    }

    /// Areas with a covered folder: records name them.
    pub fn covered_areas(&self) -> impl Iterator<Item = u16> {
        self.folders.areas()
    }

    /// Bytes of the texts of keys and prefixes.
    pub fn text_bytes(&self) -> usize {
        self.keys.text_bytes() + self.prefixes.text_bytes()
    }

    /// Heap bytes held, capacity and the keys' texts included.
    pub fn heap_bytes(&self) -> usize {
        let tables = [&self.table, &self.normal, &self.directories];
        let moves: usize = self.moves.values().map(|moves| moves.capacity() * size_of::<u32>()).sum();
        self.keys.heap_bytes()
            + self.marks.heap_bytes()
            + self.prefixes.heap_bytes()
            + self.near_directories.heap_bytes()
            + self.folders.heap_bytes()
            + tables.iter().map(|table| table.allocation_size()).sum::<usize>()
            + self.versions.heap_bytes()
            + self.moves.allocation_size()
            + moves
    }
}

/// The hash of an odd key's normal form.
fn normal_hash(hasher: FoldHasher, key: &str) -> Option<u64> {
    Some(hasher.key(fold::normal_form(key)?.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{BucketIndex, role, seen};

    fn near(index: &BucketIndex, key: &str) -> Vec<String> {
        let mut found = Vec::new();
        let exact = index.find(key.as_bytes(), |number| found.push(index.key_text(number).to_owned()));
        assert!(exact.is_none_or(|number| index.key_text(number) == key));
        index.find_near_odd(key, |number| found.push(index.key_text(number).to_owned()));
        found
    }

    #[test]
    fn an_object_finds_its_reference_and_the_near_ones() {
        let mut index = BucketIndex::default();
        let exact = index.key("a/b.gz", role::NAMED);
        index.key("a//c d", role::NAMED);
        index.freeze();
        assert_eq!(index.find(b"a/b.gz", |_| {}), Some(exact));
        index.mark(exact, seen::LIVE);
        assert_eq!(index.seen(exact), seen::LIVE);
        assert_eq!(near(&index, "A/B.gz"), ["a/b.gz"]);
        assert_eq!(near(&index, "a//b.gz"), ["a/b.gz"]);
        assert_eq!(near(&index, "a/c+d"), ["a//c d"]);
        assert_eq!(near(&index, "a/c d"), ["a//c d"]);
        assert!(near(&index, "a/other").is_empty());
    }

    #[test]
    fn a_prefix_covers_what_lies_below_it_and_not_its_marker() {
        let mut index = BucketIndex::default();
        let images = index.prefix("images/", true);
        let all = index.prefix("", false);
        assert!(!index.mark_prefixes(b"images2/a"));
        assert!(!index.mark_prefixes(b"images/"));
        assert!(!index.prefix_seen(images));
        assert!(index.mark_prefixes(b"images/a"));
        assert!(index.prefix_seen(images) && index.prefix_seen(all));
    }
}
