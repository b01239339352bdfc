//! The reference index of one bucket: keys that records name, prefixes and folders they cover, and what the
//! inventory showed of each. Built from records, asked once per object.

use std::sync::atomic::{AtomicU8, Ordering};

use hashbrown::{HashMap, HashSet, HashTable};

use crate::model::key;
use crate::references::directory_filter::DirectoryFilter;
use crate::references::fold::{self, FoldHasher};
use crate::references::texts::Texts;

type Hasher = foldhash::fast::RandomState;

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
    roles: Vec<u8>,
    table: HashTable<u32>,
    /// Directories that hold a key of the index, or the normal form of one.
    near_directories: DirectoryFilter,
    /// Hash of the normal form of an odd key → its number.
    normal: HashMap<u64, Vec<u32>, Hasher>,
    seen: Vec<AtomicU8>,
    prefixes: HashMap<Box<[u8]>, u32, Hasher>,
    prefix_claims: Vec<bool>,
    prefix_seen: Vec<AtomicU8>,
    prefix_texts: Texts,
    /// Bit `n`: some prefix holds `n` slashes (the last bit: that many or more).
    prefix_depths: u64,
    /// (area, folder) that records cover or claim.
    covered: HashSet<(u16, Box<[u8]>), Hasher>,
    /// Folders whose jobs are unfinished.
    unfinished: HashSet<(u16, Box<[u8]>), Hasher>,
    /// Directories that hold a key which a record names.
    directories: HashSet<Box<[u8]>, Hasher>,
    /// Versions that references ask for, and whether each was seen.
    versions: HashMap<u32, Vec<(Box<str>, AtomicU8)>, Hasher>,
    /// Legacy key → the new keys that the records naming it give it, in byte order.
    moves: HashMap<u32, Vec<u32>, Hasher>,
}

impl BucketIndex {
    /// Adds a key, or finds it, and adds roles to it.
    pub(super) fn key(&mut self, key: &str, roles: u8) -> u32 {
        let hash = self.hasher.key(key.as_bytes());
        let number = match self.table.find(hash, |&number| self.keys.get(number) == key.as_bytes()) {
            Some(&number) => number,
            None => {
                let number = self.keys.push(key.as_bytes());
                self.roles.push(0);
                let (keys, hasher) = (&self.keys, self.hasher);
                self.table.insert_unique(hash, number, |&number| hasher.key(keys.get(number)));
                if let Some(normal) = fold::normal_form(key) {
                    let hash = self.hasher.key(normal.as_bytes());
                    self.normal.entry(hash).or_default().push(number);
                }
                number
            }
        };
        self.roles[number as usize] |= roles;
        // A key ending in `/` names a directory, not an object in it.
        if roles & role::NAMED != 0 && !key.ends_with('/') {
            let directory = key::directory(key).as_bytes();
            if !self.directories.contains(directory) {
                self.directories.insert(directory.into());
            }
        }
        number
    }

    /// Adds a prefix (empty, or ending in `/`), or finds it.
    pub(super) fn prefix(&mut self, prefix: &str, claims: bool) -> u32 {
        let number = match self.prefixes.get(prefix.as_bytes()) {
            Some(&number) => number,
            None => {
                let number = self.prefix_texts.push(prefix.as_bytes());
                self.prefixes.insert(prefix.as_bytes().into(), number);
                self.prefix_claims.push(false);
                self.prefix_depths |= depth_bit(prefix.bytes().filter(|&byte| byte == b'/').count());
                number
            }
        };
        self.prefix_claims[number as usize] |= claims;
        number
    }

    /// Says that records cover a folder of an area.
    pub(super) fn cover(&mut self, area: u16, folder: &[u8]) {
        insert_folder(&mut self.covered, area, folder);
    }

    /// Says that a folder's job is unfinished.
    pub(super) fn leave_unfinished(&mut self, area: u16, folder: &[u8]) {
        insert_folder(&mut self.unfinished, area, folder);
    }

    /// Says that a reference asks for one version of a key.
    pub(super) fn ask_version(&mut self, number: u32, version: &str) {
        self.roles[number as usize] |= role::VERSIONED;
        let asked = self.versions.entry(number).or_default();
        if !asked.iter().any(|(known, _)| &**known == version) {
            asked.push((version.into(), AtomicU8::new(0)));
        }
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

    /// Notes that a version of a key exists.
    pub fn mark_version(&self, number: u32, version: &str) {
        let asked = self.versions.get(&number).into_iter().flatten();
        asked.filter(|(known, _)| &**known == version).for_each(|(_, seen)| seen.store(1, Ordering::Relaxed));
    }

    /// Whether a version of a key exists.
    pub fn version_seen(&self, number: u32, version: &str) -> bool {
        let mut asked = self.versions.get(&number).into_iter().flatten();
        asked.any(|(known, seen)| &**known == version && seen.load(Ordering::Relaxed) != 0)
    }

    /// Makes room for what the inventory will show; no key may be added after this.
    pub(super) fn freeze(&mut self) {
        self.seen = (0..self.keys.len()).map(|_| AtomicU8::new(0)).collect();
        self.prefix_seen = (0..self.prefix_texts.len()).map(|_| AtomicU8::new(0)).collect();
        let odd: Vec<String> =
            self.normal.values().flatten().filter_map(|&number| fold::normal_form(self.key_text(number))).collect();
        let keys = (0..self.keys.len() as u32).map(|number| self.keys.get(number));
        let hashes =
            keys.chain(odd.iter().map(String::as_bytes)).map(|key| self.hasher.directory(fold::split_directory(key).0));
        self.near_directories = DirectoryFilter::new(self.keys.len() + odd.len(), hashes);
    }

    /// The hash of a directory (ends in `/`, or empty), for [`BucketIndex::may_name_in`] and [`BucketIndex::find_in`].
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
        self.prefix_texts.text(number)
    }

    /// What a key is there for.
    pub fn roles(&self, number: u32) -> u8 {
        self.roles[number as usize]
    }

    /// What the inventory showed of a key.
    pub fn seen(&self, number: u32) -> u8 {
        self.seen[number as usize].load(Ordering::Relaxed)
    }

    /// Whether an object lies below a prefix.
    pub fn prefix_seen(&self, number: u32) -> bool {
        self.prefix_seen[number as usize].load(Ordering::Relaxed) != 0
    }

    /// The number of a key of an object, and in `near` the numbers of keys that differ from it only in case or oddities.
    pub fn find(&self, key: &[u8], near: impl FnMut(u32)) -> Option<u32> {
        let (directory, _) = fold::split_directory(key);
        let hash = self.directory_hash(directory);
        if self.may_name_in(hash) { self.find_in(hash, directory.len(), key, near) } else { None }
    }

    /// The same for a key whose directory has so many bytes and this hash.
    pub fn find_in(&self, directory: u64, length: usize, key: &[u8], mut near: impl FnMut(u32)) -> Option<u32> {
        let hash = FoldHasher::name(directory, &key[length..]);
        let mut exact = None;
        for &number in self.table.iter_hash(hash) {
            let other = self.keys.get(number);
            if other == key {
                exact = Some(number);
            } else if other.eq_ignore_ascii_case(key) {
                near(number);
            }
        }
        if let Some(odd) = self.normal.get(&hash) {
            for &number in odd {
                if self.keys.get(number) != key
                    && fold::normal_form(self.key_text(number)).is_some_and(|normal| normal.as_bytes() == key)
                {
                    near(number);
                }
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
        self.seen[number as usize].fetch_or(bits, Ordering::Relaxed);
    }

    /// Notes that an object lies below each prefix of `key`; says whether one of them claims it.
    pub fn mark_prefixes(&self, key: &[u8]) -> bool {
        if self.prefix_depths == 0 {
            return false;
        }
        let mut claimed = self.mark_prefix(b"", 0);
        for (depth, slash) in (1..).zip(memchr::memchr_iter(b'/', key)) {
            if slash + 1 < key.len() {
                claimed |= self.mark_prefix(&key[..=slash], depth);
            }
        }
        claimed
    }

    /// Whether a prefix reference claims a folder marker, which satisfies none.
    pub fn claims_marker(&self, key: &[u8]) -> bool {
        let claims =
            |prefix: &[u8]| self.prefixes.get(prefix).is_some_and(|&number| self.prefix_claims[number as usize]);
        self.prefix_depths != 0 && memchr::memchr_iter(b'/', key).any(|slash| claims(&key[..=slash]))
    }

    fn mark_prefix(&self, prefix: &[u8], depth: usize) -> bool {
        if self.prefix_depths & depth_bit(depth) == 0 {
            return false;
        }
        let Some(&number) = self.prefixes.get(prefix) else { return false };
        self.prefix_seen[number as usize].store(1, Ordering::Relaxed);
        self.prefix_claims[number as usize]
    }

    /// Whether records cover or claim a folder.
    pub fn covers(&self, area: u16, folder: &[u8]) -> bool {
        contains_folder(&self.covered, area, folder)
    }

    /// Whether an unfinished job owns a folder.
    pub fn is_unfinished(&self, area: u16, folder: &[u8]) -> bool {
        contains_folder(&self.unfinished, area, folder)
    }

    /// Whether a record names a key in this directory (ends in `/`, or empty).
    pub fn names_in(&self, directory: &[u8]) -> bool {
        self.directories.contains(directory)
    }

    /// Areas with a covered folder: records name them.
    pub fn covered_areas(&self) -> impl Iterator<Item = u16> {
        self.covered.iter().map(|(area, _)| *area)
    }

    /// Takes over everything of another index of the same bucket; gives the new numbers of its keys and prefixes.
    pub(super) fn absorb(&mut self, other: Self) -> (Vec<u32>, Vec<u32>) {
        let numbers = |texts: &Texts| 0..texts.len() as u32;
        let keys: Vec<u32> =
            numbers(&other.keys).map(|number| self.key(other.key_text(number), other.roles(number))).collect();
        for (number, versions) in &other.versions {
            versions.iter().for_each(|(version, _)| self.ask_version(keys[*number as usize], version));
        }
        let prefixes = numbers(&other.prefix_texts)
            .map(|number| self.prefix(other.prefix_text(number), other.prefix_claims[number as usize]))
            .collect();
        self.covered.extend(other.covered);
        self.unfinished.extend(other.unfinished);
        (keys, prefixes)
    }
}

const fn depth_bit(slashes: usize) -> u64 {
    1 << if slashes < 63 { slashes } else { 63 }
}

fn insert_folder(set: &mut HashSet<(u16, Box<[u8]>), Hasher>, area: u16, folder: &[u8]) {
    if !contains_folder(set, area, folder) {
        set.insert((area, folder.into()));
    }
}

/// A borrowed look-up key that hashes like its owned form.
#[derive(Hash, PartialEq, Eq)]
struct FolderKey<'a>(u16, &'a [u8]);

impl hashbrown::Equivalent<(u16, Box<[u8]>)> for FolderKey<'_> {
    fn equivalent(&self, other: &(u16, Box<[u8]>)) -> bool {
        self.0 == other.0 && self.1 == &*other.1
    }
}

fn contains_folder(set: &HashSet<(u16, Box<[u8]>), Hasher>, area: u16, folder: &[u8]) -> bool {
    set.contains(&FolderKey(area, folder))
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
        index.freeze();
        assert!(!index.mark_prefixes(b"images2/a"));
        assert!(!index.mark_prefixes(b"images/"));
        assert!(!index.prefix_seen(images));
        assert!(index.mark_prefixes(b"images/a"));
        assert!(index.prefix_seen(images) && index.prefix_seen(all));
    }
}
