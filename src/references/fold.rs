//! Ways in which two keys are nearly the same: letter case, percent escapes, `+` for a space, empty segments.

use std::borrow::Cow;
use std::hash::BuildHasher;

use crate::model::key::MAX_KEY_BYTES;
use crate::model::uri::percent_decode;

/// Hashes a key so that keys which differ only in ASCII case collide: one look-up finds both the exact key and its
/// case variants.
pub fn fold_hash(hasher: &impl BuildHasher, key: &[u8]) -> u64 {
    let mut folded = [0_u8; MAX_KEY_BYTES];
    let length = key.len().min(MAX_KEY_BYTES);
    for (to, from) in folded[..length].iter_mut().zip(key) {
        *to = from | 0x20;
    }
    hasher.hash_one(&folded[..length])
}

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
    key.first() == Some(&b'/')
        || memchr::memchr2(b'%', b'+', key).is_some()
        || memchr::memmem::find(key, b"//").is_some()
}

#[cfg(test)]
mod tests {
    use super::{fold_hash, normal_form};

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
    fn case_variants_collide() {
        let hasher = foldhash::fast::FixedState::default();
        assert_eq!(fold_hash(&hasher, b"Models/A.tar.gz"), fold_hash(&hasher, b"models/a.TAR.gz"));
        assert_ne!(fold_hash(&hasher, b"models/a"), fold_hash(&hasher, b"models/b"));
    }
}
