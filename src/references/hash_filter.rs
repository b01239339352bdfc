//! A small filter of hashes. In front of the index it tells whether any key of a directory is worth a look-up: most
//! directories of a bucket hold no key that a record names. What is asked of each is one word of memory.

/// Bits for each hash; with two of a word set, about one in forty passes without cause.
const BITS: usize = 12;

/// A set of hashes that may answer yes without cause, and never no.
#[derive(Debug, Default)]
pub struct HashFilter {
    words: Vec<u64>,
}

impl HashFilter {
    /// Holds these hashes, `most` at the most.
    pub(super) fn new(most: usize, hashes: impl Iterator<Item = u64>) -> Self {
        let mut filter = if most == 0 { Self::default() } else { Self::with_room(most) };
        hashes.for_each(|hash| filter.insert(hash));
        filter
    }

    /// Holds nothing yet and has room for so many, at least one.
    pub fn with_room(most: usize) -> Self {
        Self { words: vec![0; (most.max(1) * BITS).div_ceil(64)] }
    }

    /// Adds a hash.
    pub fn insert(&mut self, hash: u64) {
        let word = self.word(hash);
        self.words[word] |= bits(hash);
    }

    /// Whether a hash may be held.
    pub fn may_hold(&self, hash: u64) -> bool {
        !self.words.is_empty() && self.words[self.word(hash)] & bits(hash) == bits(hash)
    }

    /// Heap bytes held.
    pub(super) fn heap_bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }

    fn word(&self, hash: u64) -> usize {
        // The lower half of the hash as a part of one, of so many words.
        ((u64::from(hash as u32) * self.words.len() as u64) >> 32) as usize
    }
}

/// The two bits of a word, from the part of the hash that does not choose the word.
const fn bits(hash: u64) -> u64 {
    1 << (hash >> 58) | 1 << (hash >> 52 & 63)
}

#[cfg(test)]
mod tests {
    use super::HashFilter;
    use crate::references::fold::FoldHasher;

    #[test]
    fn what_was_put_in_is_never_denied() {
        let hasher = FoldHasher::default();
        let hash = |number: u64| hasher.directory(format!("jobs/{number}/").as_bytes());
        for count in [0, 1, 100, 10_000] {
            let filter = HashFilter::new(count, (0..count as u64).map(hash));
            assert!((0..count as u64).all(|number| filter.may_hold(hash(number))));
            let wrong = (count as u64..count as u64 + 10_000).filter(|number| filter.may_hold(hash(*number))).count();
            assert!(wrong < 1_000, "{wrong} of 10,000 pass a filter of {count}");
        }
    }
}
