//! Classes of bytes that an automaton does not tell apart, which keep its tables and its proofs small.

use std::collections::HashMap;
use std::hash::Hash;

/// Bytes that no state tells apart, numbered so that a class's lowest number has its most readable byte.
#[derive(Clone)]
pub(super) struct Classes {
    /// Each byte's class.
    pub(super) of: Box<[u8; 256]>,
    /// Each class's most readable byte.
    pub(super) representatives: Vec<u8>,
}

impl Classes {
    /// The coarsest classes that keep apart what any of `parts` keeps apart.
    pub(super) fn joint<'a>(parts: impl IntoIterator<Item = &'a [u8; 256]>) -> Self {
        let parts: Vec<&[u8; 256]> = parts.into_iter().collect();
        Self::by(|byte| parts.iter().map(|part| part[usize::from(byte)]).collect::<Vec<u8>>())
    }

    /// The classes of bytes with equal signatures.
    pub(super) fn by<S: Eq + Hash>(signature: impl Fn(u8) -> S) -> Self {
        let mut classes = Self { of: Box::new([0; 256]), representatives: Vec::new() };
        let mut seen = HashMap::new();
        for byte in by_readability() {
            let class = *seen.entry(signature(byte)).or_insert_with(|| {
                classes.representatives.push(byte);
                classes.representatives.len() - 1
            });
            classes.of[usize::from(byte)] = class as u8;
        }
        classes
    }

    /// How many classes there are.
    #[inline]
    pub(super) fn width(&self) -> usize {
        self.representatives.len()
    }
}

/// All bytes, those first that read best in an example.
fn by_readability() -> impl Iterator<Item = u8> {
    let rest = (0x21..0x7f).chain(0x80..=0xff).chain(0..0x21).chain(0x7f..0x80);
    let plain = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z');
    plain.chain(rest.filter(|byte: &u8| !byte.is_ascii_alphanumeric()))
}
