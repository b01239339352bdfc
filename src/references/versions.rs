//! The versions of keys that references ask for, and whether the inventory showed each.

use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashMap;

/// Versions by the number of their key.
#[derive(Debug, Default)]
pub(super) struct Versions(HashMap<u32, Vec<(Box<str>, AtomicBool)>>);

impl Versions {
    /// Adds a version, unless it is there.
    pub(super) fn ask(&mut self, number: u32, version: &str) {
        let asked = self.0.entry(number).or_default();
        if !asked.iter().any(|(known, _)| &**known == version) {
            asked.push((version.into(), AtomicBool::new(false)));
        }
    }

    /// Notes that a version of a key exists.
    pub(super) fn mark(&self, number: u32, version: &str) {
        let asked = self.0.get(&number).into_iter().flatten();
        asked.filter(|(known, _)| &**known == version).for_each(|(_, seen)| seen.store(true, Ordering::Relaxed));
    }

    /// Whether a version of a key exists.
    pub(super) fn is_seen(&self, number: u32, version: &str) -> bool {
        let mut asked = self.0.get(&number).into_iter().flatten();
        asked.any(|(known, seen)| &**known == version && seen.load(Ordering::Relaxed))
    }

    /// Heap bytes held, capacity included.
    pub(super) fn heap_bytes(&self) -> usize {
        let of_key = |asked: &Vec<(Box<str>, AtomicBool)>| {
            asked.capacity() * size_of::<(Box<str>, AtomicBool)>()
                + asked.iter().map(|(version, _)| version.len()).sum::<usize>()
        };
        self.0.allocation_size() + self.0.values().map(of_key).sum::<usize>()
    }
}
