//! How the keys of a CSV inventory are encoded: AWS writes a space as `+`, some compatible stores as `%20`, others
//! write keys as they are.

use std::sync::atomic::{AtomicBool, Ordering};

use super::row::{Marks, Rejection, decode_key};

/// An encoding of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvKeys {
    /// As AWS does it, until `%20` shows another producer; both `%20` and a bare `+` stop the reading.
    #[default]
    Auto,
    /// `+` is a space, `%XX` a byte: AWS.
    Form,
    /// `+` is itself, `%XX` a byte: RFC 3986.
    Percent,
    /// Keys stand as they are.
    Plain,
}

impl CsvKeys {
    /// Those that can be asked for.
    pub const NAMED: &'static [Self] = &[Self::Form, Self::Percent, Self::Plain];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Form => "form",
            Self::Percent => "percent",
            Self::Plain => "none",
        }
    }

    /// Whether keys are encoded at all.
    pub(super) fn is_encoded(self) -> bool {
        self != Self::Plain
    }

    /// Decodes a key behind what `decoded` holds, and notes what it shows of its producer.
    pub(super) fn decode(self, key: &[u8], decoded: &mut Vec<u8>, seen: &KeysSeen) -> Result<(), Rejection> {
        let plus = if self == Self::Percent { b'+' } else { b' ' };
        let marks = decode_key(key, plus, decoded)?;
        if self == Self::Auto && (marks.plus || marks.space) {
            seen.note(marks);
        }
        Ok(())
    }
}

/// What the keys of a delivery showed of their producer, in all of its parts.
#[derive(Debug, Default)]
pub(super) struct KeysSeen {
    plus: AtomicBool,
    space: AtomicBool,
}

impl KeysSeen {
    fn note(&self, marks: Marks) {
        for (seen, now) in [(&self.plus, marks.plus), (&self.space, marks.space)] {
            // Threads share this: what is known already is not written again.
            if now && !seen.load(Ordering::Relaxed) {
                seen.store(true, Ordering::SeqCst);
            }
        }
    }

    /// Whether `+` may be a space as well as itself.
    pub(super) fn are_ambiguous(&self) -> bool {
        self.plus.load(Ordering::SeqCst) && self.space.load(Ordering::SeqCst)
    }
}
