//! The versions of keys that references ask for, and what the inventory showed of each.

use std::sync::atomic::{AtomicU8, Ordering};

use hashbrown::HashMap;

/// Versions by the number of their key.
#[derive(Debug, Default)]
pub(super) struct Versions(HashMap<u32, Vec<(Box<str>, AtomicU8)>>);

impl Versions {
    /// Adds a version, unless it is there.
    pub(super) fn ask(&mut self, number: u32, version: &str) {
        let asked = self.0.entry(number).or_default();
        if !asked.iter().any(|(known, _)| &**known == version) {
            asked.push((version.into(), AtomicU8::new(0)));
        }
    }

    /// Notes what was seen of a version of a key.
    pub(super) fn mark(&self, number: u32, version: &str, bits: u8) {
        if let Some(seen) = self.seen_of(number, version) {
            seen.fetch_or(bits, Ordering::Relaxed);
        }
    }

    /// What was seen of a version of a key.
    pub(super) fn seen(&self, number: u32, version: &str) -> u8 {
        self.seen_of(number, version).map_or(0, |seen| seen.load(Ordering::Relaxed))
    }

    fn seen_of(&self, number: u32, version: &str) -> Option<&AtomicU8> {
        let mut asked = self.0.get(&number).into_iter().flatten();
        asked.find_map(|(known, seen)| (&**known == version).then_some(seen))
    }

    /// Heap bytes held, capacity included.
    pub(super) fn heap_bytes(&self) -> usize {
        let of_key = |asked: &Vec<(Box<str>, AtomicU8)>| {
            asked.capacity() * size_of::<(Box<str>, AtomicU8)>()
                + asked.iter().map(|(version, _)| version.len()).sum::<usize>()
        };
        self.0.allocation_size() + self.0.values().map(of_key).sum::<usize>()
    }
}
