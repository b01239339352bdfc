//! Ways in which two keys are nearly the same: letter case, percent escapes, `+` for a space, empty segments.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use crate::model::uri::percent_decode;

/// Hashes keys so that those which differ only in ASCII case collide: one look-up finds both the exact key and its case
/// variants.
///
/// The directory is hashed first, so that the rows of one directory share that part. The seed is drawn at random, so that
/// no bucket can be made to collide, once for the whole process: a key can be hashed before
/// its index is locked.
#[derive(Debug, Clone, Copy)]
pub struct FoldHasher {
    seed: u64,
}

impl Default for FoldHasher {
    fn default() -> Self {
        static SEED: OnceLock<u64> = OnceLock::new();
        Self { seed: *SEED.get_or_init(|| foldhash::fast::RandomState::default().hash_one(0_u8)) }
    }
}

impl FoldHasher {
    /// The hash of a directory: what stands before a key's last segment, its `/` included, perhaps nothing.
    pub fn directory(self, directory: &[u8]) -> u64 {
        fold(self.seed, directory)
    }

    /// The hash of a key in a directory with this hash; `name` is its last segment.
    pub fn name(directory: u64, name: &[u8]) -> u64 {
        fold(directory, name)
    }

    /// The hash of a key.
    pub fn key(self, key: &[u8]) -> u64 {
        let (directory, name) = split_directory(key);
        Self::name(self.directory(directory), name)
    }
}

/// What a table makes of half a hash: it looks at the highest bits and at the lowest.
pub const fn spread(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A key's directory, its `/` included, and its last segment.
pub fn split_directory(key: &[u8]) -> (&[u8], &[u8]) {
    key.split_at(memchr::memrchr(b'/', key).map_or(0, |slash| slash + 1))
}

/// Folds sixteen bytes at a time into a state, as wyhash does: one widening multiplication for both words.
fn fold(seed: u64, bytes: &[u8]) -> u64 {
    // Not every byte of the first has bit 5, so that no folded word equals it and cancels the state.
    const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
    const LENGTH: u64 = 0xa076_1d64_78bd_642f;
    let mix = |state: u64, one: u64, other: u64| {
        let product = u128::from((one | LOWER) ^ FIRST) * u128::from((other | LOWER) ^ state);
        (product as u64) ^ (product >> 64) as u64
    };
    let mut state = seed ^ (bytes.len() as u64).wrapping_mul(LENGTH);
    let (pairs, rest) = bytes.as_chunks::<16>();
    for pair in pairs {
        let (words, _) = pair.as_chunks::<8>();
        state = mix(state, u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1]));
    }
    // Two words that overlap hold whatever is left; the length tells the overlaps apart.
    let (one, other) = match (rest.first_chunk::<8>(), rest.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            (Some(first), Some(last)) => (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last))),
            _ => (rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
        },
    };
    mix(state, one, other)
}

/// Sets the bit in which the cases of an ASCII letter differ; other characters may come to collide too.
const LOWER: u64 = u64::MAX / 255 * 0x20;

/// The normal form of a key that is odd: percent-decoded once, `+` as a space, empty segments left out.
/// Keys with one normal form are near each other. `None` where the key is its own normal form.
pub fn normal_form(key: &str) -> Option<String> {
    if !is_odd(key.as_bytes()) {
        return None;
    }
    let spaced = if key.contains('+') { Cow::Owned(key.replace('+', " ")) } else { Cow::Borrowed(key) };
    let decoded = percent_decode(&spaced).map_or_else(|| spaced.clone().into_owned(), Cow::into_owned);
    let mut collapsed = String::with_capacity(decoded.len());
    for segment in decoded.split('/').filter(|segment| !segment.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push('/');
        }
        collapsed.push_str(segment);
    }
    if decoded.ends_with('/') && !collapsed.is_empty() {
        collapsed.push('/');
    }
    (collapsed != key && !collapsed.is_empty()).then_some(collapsed)
}

/// Whether a key may differ from its normal form.
pub fn is_odd(key: &[u8]) -> bool {
    // No early end: the loop is one comparison of many bytes at a time.
    let (mut escaped, mut empty) = (false, key.first() == Some(&b'/'));
    for byte in key {
        escaped |= matches!(byte, b'%' | b'+');
    }
    for pair in key.iter().zip(key.get(1..).unwrap_or_default()) {
        empty |= (*pair.0 == b'/') & (*pair.1 == b'/');
    }
    escaped | empty
}

#[cfg(test)]
mod tests {
    use super::{FoldHasher, normal_form};

    #[test]
    fn near_keys_share_a_normal_form() {
        for odd in ["a//b c/d", "/a/b c/d", "a/b+c/d", "a/b%20c/d", "a/b%2520c/d"] {
            let expected = if odd.contains("%25") { "a/b%20c/d" } else { "a/b c/d" };
            assert_eq!(normal_form(odd).as_deref(), Some(expected), "{odd}");
        }
        assert_eq!(normal_form("a/b c/d"), None);
        assert_eq!(normal_form("//"), None);
    }

    #[test]
    fn only_case_variants_collide() {
        let hasher = FoldHasher::default();
        let key = "Models/Training/Job-1/Output/A-long-name-of-a-model.tar.gz";
        for end in 0..=key.len() {
            let key = &key[..end];
            assert_eq!(hasher.key(key.as_bytes()), hasher.key(key.to_ascii_lowercase().as_bytes()), "{key}");
            for at in 0..end {
                let mut other = key.as_bytes().to_vec();
                other[at] ^= 1;
                assert_ne!(hasher.key(key.as_bytes()), hasher.key(&other), "{key} at {at}");
            }
        }
    }
}
