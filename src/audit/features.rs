//! What is odd about the bytes of a key: one vectorised test for nothing at all, the exact answer only for the rest.

use crate::rules::context::Trigger;

/// Whether nothing in a key or directory can trigger a K-rule, and it is its own normal form: only plain characters, no
/// `+`, no empty and no relative segment.
///
/// The test is coarse on the safe side (any `/.` fails it), so that it stays a few instructions for sixteen bytes.
pub(super) fn is_plain(key: &[u8]) -> bool {
    let mut odd = matches!(key.first(), Some(b'/' | b'.'));
    for (&byte, &next) in key.iter().zip(key.iter().skip(1)) {
        odd |= is_suspicious(byte) | ((byte == b'/') & ((next == b'/') | (next == b'.')));
    }
    !odd & !key.last().copied().is_some_and(is_suspicious)
}

/// What is odd about the last segment of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Oddity {
    /// It holds a `/`, so that it is no segment.
    pub(super) slash: bool,
    /// It is not plain, in the sense of [`is_plain`].
    pub(super) odd: bool,
}

/// What is odd about a last segment.
pub(super) fn name(name: &[u8]) -> Oddity {
    let (mut odd, mut slash) = (name.first() == Some(&b'.'), false);
    let mut look = |block: &[u8; BLOCK]| {
        for &byte in block {
            odd |= is_suspicious(byte);
            slash |= byte == b'/';
        }
    };
    let (blocks, rest) = name.as_chunks::<BLOCK>();
    blocks.iter().for_each(&mut look);
    match name.last_chunk::<BLOCK>() {
        // Some bytes are seen twice, which changes nothing.
        Some(last) if !rest.is_empty() => look(last),
        Some(_) => {}
        None => {
            let mut padded = [b'a'; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            look(&padded);
        }
    }
    Oddity { slash, odd }
}

/// Bytes looked at together.
const BLOCK: usize = 16;

/// A character of K103's list, any byte beyond ASCII, or `+`.
#[inline]
const fn is_suspicious(byte: u8) -> bool {
    (byte < 0x20)
        | (byte >= 0x7b)
        | (byte == b'"')
        | (byte == b'#')
        | (byte == b'%')
        | (byte == b'+')
        | (byte == b'<')
        | (byte == b'>')
        | ((byte >= b'[') & (byte <= b'^'))
        | (byte == b'`')
}

/// The K-triggers of a key, and its first empty segment (from 0) for which `spelled` does not answer.
pub(super) fn triggers(key: &str, spelled: impl Fn(usize) -> bool) -> (Trigger, Option<u32>) {
    let mut trigger = Trigger::default();
    let mut empty = None;
    let last = key.split('/').count() - 1;
    for (number, segment) in key.split('/').enumerate() {
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

/// A character of K103's list (User Guide, "Naming Amazon S3 objects": characters to avoid, and control characters).
fn is_unsafe(character: char) -> bool {
    matches!(character, '\\' | '{' | '^' | '}' | '%' | '`' | ']' | '"' | '>' | '[' | '~' | '<' | '#' | '|')
        || character.is_control()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Oddity, Trigger, is_plain, name, triggers};

    #[test]
    fn the_coarse_test_never_overlooks_what_the_exact_one_finds() {
        for byte in 0..=0x7f_u8 {
            for key in
                [format!("a{}b", char::from(byte)), format!("{}", char::from(byte)), format!("a/{}", char::from(byte))]
            {
                let (trigger, _) = triggers(&key, |_| false);
                assert!(trigger == Trigger::default() || !is_plain(key.as_bytes()), "{key:?}");
            }
        }
        assert!(is_plain(b"models/training/job-1/output/model.tar.gz"));
    }

    proptest! {
        #[test]
        fn a_name_is_as_plain_as_the_key_it_ends(segment in "[a-z/.+%é]{0,3}[a-z0-9.-]{0,40}[a-z/+~\u{1}]{0,2}") {
            let key = format!("a/{segment}");
            let oddity = name(segment.as_bytes());
            prop_assert_eq!(oddity.slash, segment.contains('/'));
            if !oddity.slash {
                prop_assert_eq!(oddity.odd, !is_plain(key.as_bytes()));
            }
            prop_assert!(!is_plain(key.as_bytes()) || !crate::references::fold::is_odd(key.as_bytes()));
        }
    }

    #[test]
    fn nothing_is_odd_about_no_name() {
        assert_eq!(name(b""), Oddity::default());
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
