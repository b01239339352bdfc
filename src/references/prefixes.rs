//! The prefixes that records name: which of them keep what lies below from being an orphan, and what was seen below.

use std::sync::atomic::{AtomicU8, Ordering};

use hashbrown::HashTable;

use crate::references::fold::FoldHasher;
use crate::references::texts::{Column, Texts};

/// An object lies below the prefix.
const SEEN: u8 = 1;
/// The prefix keeps what lies below it from being an orphan.
const CLAIMS: u8 = 1 << 1;

/// Prefixes of one bucket, each empty or ending in `/`.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    table: HashTable<u32>,
    texts: Texts,
    marks: Column<AtomicU8>,
    /// Bit `n`: some prefix holds `n` slashes (the last bit: that many or more).
    depths: u64,
    heads: Heads,
}

/// What prefixes begin with: most keys begin with none of it.
#[derive(Debug, Default)]
struct Heads {
    /// Up to sixteen bytes as a number, and which of its bits count.
    all: Vec<(u128, u128)>,
    /// They begin in too many ways.
    any: bool,
}

/// The most beginnings that are worth a look at each.
const MOST_HEADS: usize = 8;

impl Heads {
    fn add(&mut self, prefix: &[u8]) {
        let bits = prefix.len().min(size_of::<u128>()) as u32 * 8;
        let mask = u128::MAX.checked_shr(u128::BITS - bits).unwrap_or(0);
        let head = (head(prefix), mask);
        if !self.all.contains(&head) {
            self.any = self.any || self.all.len() == MOST_HEADS;
            self.all.truncate(MOST_HEADS - 1);
            self.all.push(head);
        }
    }

    /// Whether a prefix may begin a key; `false` is certain.
    fn may_begin(&self, key: &[u8]) -> bool {
        let begins = || {
            let start = head(key);
            self.all.iter().any(|&(head, mask)| start & mask == head)
        };
        self.any || begins()
    }
}

/// The first sixteen bytes as a number, the first of them lowest; zeros stand for those that there are not.
fn head(text: &[u8]) -> u128 {
    match text.first_chunk() {
        Some(head) => u128::from_le_bytes(*head),
        None => text.iter().rev().fold(0, |head, &byte| head << 8 | u128::from(byte)),
    }
}

impl Prefixes {
    /// Adds a prefix, or finds it.
    pub(super) fn add(&mut self, hasher: FoldHasher, prefix: &str, claims: bool) -> u32 {
        let number = match self.number(hasher, prefix.as_bytes()) {
            Some(number) => number,
            None => {
                let number = self.texts.push(prefix);
                self.marks.push(AtomicU8::new(0));
                let texts = &self.texts;
                let hash = |number: &u32| hasher.directory(texts.get(*number));
                self.table.insert_unique(hash(&number), number, hash);
                self.heads.add(prefix.as_bytes());
                self.depths |= depth_bit(prefix.bytes().filter(|&byte| byte == b'/').count());
                number
            }
        };
        if claims {
            *self.marks.get_mut(number).get_mut() |= CLAIMS;
        }
        number
    }

    fn number(&self, hasher: FoldHasher, prefix: &[u8]) -> Option<u32> {
        self.table.find(hasher.directory(prefix), |&number| self.texts.get(number) == prefix).copied()
    }

    /// Reads what a look-up of a prefix with this hash will read first.
    pub(super) fn touch(&self, hash: u64) -> u8 {
        self.table.find(hash, |_| true).map_or(0, |&number| self.texts.touch(number))
    }

    /// A prefix by its number.
    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.text(number)
    }

    /// Whether an object lies below a prefix.
    pub(super) fn is_seen(&self, number: u32) -> bool {
        self.marks.get(number).load(Ordering::Relaxed) & SEEN != 0
    }

    fn claims(&self, number: u32) -> bool {
        self.marks.get(number).load(Ordering::Relaxed) & CLAIMS != 0
    }

    /// Notes that an object lies below each prefix of `key`; says whether one of them claims it.
    pub(super) fn mark(&self, hasher: FoldHasher, key: &[u8]) -> bool {
        if !self.heads.may_begin(key) {
            return false;
        }
        let mut claimed = self.mark_one(hasher, b"", 0);
        for (depth, slash) in (1..).zip(memchr::memchr_iter(b'/', key)) {
            if slash + 1 < key.len() {
                claimed |= self.mark_one(hasher, &key[..=slash], depth);
            }
        }
        claimed
    }

    fn mark_one(&self, hasher: FoldHasher, prefix: &[u8], depth: usize) -> bool {
        if self.depths & depth_bit(depth) == 0 {
            return false;
        }
        let Some(number) = self.number(hasher, prefix) else { return false };
        let marks = self.marks.get(number);
        if marks.load(Ordering::Relaxed) & SEEN == 0 {
            marks.fetch_or(SEEN, Ordering::Relaxed);
        }
        self.claims(number)
    }

    /// Whether a prefix claims a folder marker, which satisfies none.
    pub(super) fn claims_marker(&self, hasher: FoldHasher, key: &[u8]) -> bool {
        let claims = |prefix: &[u8]| self.number(hasher, prefix).is_some_and(|number| self.claims(number));
        self.heads.may_begin(key) && memchr::memchr_iter(b'/', key).any(|slash| claims(&key[..=slash]))
    }

    /// Bytes of the prefixes' texts.
    pub(super) fn text_bytes(&self) -> usize {
        self.texts.text_bytes()
    }

    /// Heap bytes held, capacity included.
    pub(super) fn heap_bytes(&self) -> usize {
        self.table.allocation_size() + self.texts.heap_bytes() + self.marks.heap_bytes()
    }
}

const fn depth_bit(slashes: usize) -> u64 {
    1 << if slashes < 63 { slashes } else { 63 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FoldHasher, Prefixes};

    proptest! {
        #[test]
        fn a_key_lies_below_the_prefixes_that_it_begins_with(
            prefixes in proptest::collection::vec("([a-b]{0,9}/){0,4}", 0..12),
            keys in proptest::collection::vec("[ab/]([a-b]{0,9}/){0,4}[a-b]{0,2}", 1..12),
        ) {
            let hasher = FoldHasher::default();
            let mut index = Prefixes::default();
            let numbers: Vec<_> = prefixes.iter().map(|prefix| index.add(hasher, prefix, prefix.contains("a/"))).collect();
            for key in &keys {
                let below = |prefix: &&String| key.starts_with(&***prefix) && key.len() > prefix.len();
                let claimed = prefixes.iter().filter(below).any(|prefix| prefix.contains("a/"));
                prop_assert_eq!(index.mark(hasher, key.as_bytes()), claimed, "{}", key);
            }
            for (prefix, number) in prefixes.iter().zip(numbers) {
                let seen = keys.iter().any(|key| key.starts_with(prefix) && key.len() > prefix.len());
                prop_assert_eq!(index.is_seen(number), seen, "{}", prefix);
            }
        }
    }
}
