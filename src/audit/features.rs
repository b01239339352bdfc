//! What is odd about the bytes of a key: one vectorised test for nothing at all, the exact answer only for the rest.

use crate::model::key::segments;
use crate::rules::context::Trigger;
use crate::rules::key::unsafe_character::is_unsafe;

/// What is odd about a directory or the last segment of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Oddity {
    /// Something in it may trigger a K-rule.
    pub(super) suspicious: bool,
    /// It holds a `+`, which may stand for a space.
    pub(super) plus: bool,
    /// It holds a `/`, so that it is no segment.
    pub(super) slash: bool,
}

/// What is odd about a directory, or about a whole key.
///
/// The test is coarse on the safe side (any `/.` fails it), so that it stays a few instructions for sixteen bytes.
pub(super) fn directory(directory: &[u8]) -> Oddity {
    let mut relative = matches!(directory.first(), Some(b'/' | b'.'));
    // Slices of one length: sixteen pairs at a time.
    let (bytes, nexts) = (&directory[..directory.len().saturating_sub(1)], directory.get(1..).unwrap_or_default());
    for (&byte, &next) in bytes.iter().zip(nexts) {
        relative |= (byte == b'/') & ((next == b'/') | (next == b'.'));
    }
    let (mut suspicious, mut plus) = (false, false);
    for &byte in directory {
        suspicious |= is_suspicious(byte);
        plus |= byte == b'+';
    }
    Oddity { suspicious: suspicious | relative, plus, slash: false }
}

/// What is odd about a last segment.
pub(super) fn name(name: &[u8]) -> Oddity {
    let mut others = [false; BLOCK];
    each_block(name, |block| {
        for (other, &byte) in others.iter_mut().zip(block) {
            *other |= !is_in_plain_name(byte);
        }
    });
    if others == [false; BLOCK] && name.first() != Some(&b'.') { Oddity::default() } else { odd_name(name) }
}

fn odd_name(name: &[u8]) -> Oddity {
    let mut oddity = Oddity { suspicious: name.first() == Some(&b'.'), ..Oddity::default() };
    each_block(name, |block| {
        for &byte in block {
            oddity.suspicious |= is_suspicious(byte);
            oddity.plus |= byte == b'+';
            oddity.slash |= byte == b'/';
        }
    });
    oddity
}

/// Bytes looked at together.
const BLOCK: usize = 16;

/// Calls `look` with all bytes of a name; it sees some of them twice, and `a` where there are too few.
#[inline]
fn each_block(name: &[u8], mut look: impl FnMut(&[u8; BLOCK])) {
    let (blocks, rest) = name.as_chunks::<BLOCK>();
    blocks.iter().for_each(&mut look);
    match name.last_chunk::<BLOCK>() {
        Some(last) if !rest.is_empty() => look(last),
        Some(_) => {}
        None => {
            let mut padded = [b'a'; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            look(&padded);
        }
    }
}

/// A letter, a digit, or a mark of those that most names hold: nothing of it is odd.
#[inline]
const fn is_in_plain_name(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26)
        | (byte.wrapping_sub(b'0') < 10)
        | (byte == b'-')
        | (byte == b'_')
        | (byte == b'.')
}

/// A character of K103's list, or any byte beyond ASCII.
#[inline]
const fn is_suspicious(byte: u8) -> bool {
    (byte < 0x20)
        | (byte >= 0x7b)
        | (byte == b'"')
        | (byte == b'#')
        | (byte == b'%')
        | (byte == b'<')
        | (byte == b'>')
        | ((byte >= b'[') & (byte <= b'^'))
        | (byte == b'`')
}

/// The K-triggers of a key, and its first empty segment (from 0) for which `spelled` does not answer.
pub(super) fn triggers(key: &str, spelled: impl Fn(usize) -> bool) -> (Trigger, Option<u32>) {
    let mut trigger = Trigger::default();
    let mut empty = None;
    let last = segments(key).count() - 1;
    for (number, segment) in segments(key).enumerate() {
        match segment {
            // What follows a trailing `/` is no segment, unless it is the whole key.
            "" if number < last && empty.is_none() && !spelled(number) => {
                empty = Some(number as u32);
                trigger = trigger.or(Trigger::EMPTY_SEGMENT);
            }
            "." | ".." => trigger = trigger.or(Trigger::RELATIVE_SEGMENT),
            _ => {}
        }
    }
    if key.chars().any(is_unsafe) {
        trigger = trigger.or(Trigger::UNSAFE_CHARACTER);
    }
    if !key.is_ascii() {
        trigger = trigger.or(Trigger::NOT_ASCII);
    }
    (trigger, empty)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Oddity, Trigger, directory, name, triggers};
    use crate::references::fold;

    #[test]
    fn the_coarse_test_never_overlooks_what_the_exact_one_finds() {
        for byte in 0..=0x7f_u8 {
            for key in
                [format!("a{}b", char::from(byte)), format!("{}", char::from(byte)), format!("a/{}", char::from(byte))]
            {
                let (trigger, _) = triggers(&key, |_| false);
                assert!(trigger == Trigger::default() || directory(key.as_bytes()).suspicious, "{key:?}");
            }
        }
        assert_eq!(directory(b"models/training/job-1/output/model.tar.gz"), Oddity::default());
    }

    proptest! {
        #[test]
        fn a_name_is_as_odd_as_the_key_it_ends(segment in "[a-z/.+%é]{0,3}[a-z0-9.-]{0,40}[a-z/+~\u{1}]{0,2}") {
            let key = format!("a/{segment}");
            let (oddity, whole) = (name(segment.as_bytes()), directory(key.as_bytes()));
            prop_assert_eq!(oddity.slash, segment.contains('/'));
            prop_assert_eq!(oddity.plus, segment.contains('+'));
            if !oddity.slash {
                prop_assert_eq!((oddity.suspicious, oddity.plus), (whole.suspicious, whole.plus));
            }
            prop_assert!(whole.suspicious || whole.plus || !fold::is_odd(key.as_bytes()));
        }

        /// What is near a key with a `+` in a plain directory lies in that directory.
        #[test]
        fn a_plus_leads_to_no_other_directory(segment in "[a-z+ .=-]{1,9}") {
            let key = format!("a/b c/{segment}");
            if !name(segment.as_bytes()).suspicious && let Some(normal) = fold::normal_form(&key) {
                prop_assert_eq!(fold::split_directory(normal.as_bytes()).0, &b"a/b c/"[..]);
            }
        }
    }

    #[test]
    fn nothing_is_odd_about_no_name() {
        assert_eq!((name(b""), directory(b"")), (Oddity::default(), Oddity::default()));
    }

    #[test]
    fn each_oddity_is_named() {
        let cases = [
            ("a//b", Trigger::EMPTY_SEGMENT, Some(1)),
            ("/a", Trigger::EMPTY_SEGMENT, Some(0)),
            ("a/../b", Trigger::RELATIVE_SEGMENT, None),
            ("a/.", Trigger::RELATIVE_SEGMENT, None),
            ("a#b", Trigger::UNSAFE_CHARACTER, None),
            ("a\u{85}", Trigger::UNSAFE_CHARACTER.or(Trigger::NOT_ASCII), None),
            ("ä", Trigger::NOT_ASCII, None),
            ("a/b/", Trigger::default(), None),
            ("a/.hidden", Trigger::default(), None),
        ];
        for (key, trigger, empty) in cases {
            assert_eq!(triggers(key, |_| false), (trigger, empty), "{key:?}");
        }
        assert_eq!(triggers("a//b", |segment| segment == 1), (Trigger::default(), None));
    }
}
