//! What the text of a row means. Every value of a CSV row is judged here, but for sizes and times in the form of AWS, which
//! [`Dialect`](super::csv_dialect::Dialect) takes on its way.

use std::ops::Range;

use memchr::memchr2;

use super::columns::{Column, Shape};
use super::time::Times;
use crate::model::Millis;
use crate::model::key::MAX_KEY_BYTES;
use crate::source::input::hex_digit;

/// Where a value stands in the text that its row was cut from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start..self.end]
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// The values of one row. Texts, and the key still encoded, stay where they are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row {
    pub(super) key: Span,
    /// Whether the key may hold what an encoding has written.
    pub(super) is_encoded: bool,
    pub(super) size: Option<i64>,
    pub(super) last_modified: Option<Millis>,
    pub(super) expires: Option<Millis>,
    pub(super) is_latest: Option<bool>,
    pub(super) is_delete_marker: Option<bool>,
    /// By the number of the column; empty for none.
    pub(super) texts: [Span; Column::ALL.len()],
    /// What is known of dates from the rows before.
    pub(super) times: Times,
}

/// Why a row is left out, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rejection(pub(super) String);

impl Rejection {
    fn value(column: Column, text: &[u8], expected: &str) -> Self {
        Self(format!("`{}` is `{}`, not {expected}", column.aws_name(), shown(text)))
    }
}

/// A value as messages show it: its first 64 characters.
pub(super) fn shown(text: &[u8]) -> String {
    let text = &text[..text.len().min(256)];
    String::from_utf8_lossy(text).chars().take(64).collect()
}

impl Row {
    /// Takes the value of one column.
    ///
    /// # Errors
    ///
    /// A value that is not of the column's kind.
    pub(super) fn take(&mut self, column: Column, text: &[u8], span: Span) -> Result<(), Rejection> {
        let value = span.of(text);
        match column.shape() {
            Shape::Key => self.key = span,
            Shape::Integer => self.size = integer(value).map_err(|()| bad(column, value, "a size in bytes"))?,
            Shape::Time => {
                let time = match value {
                    b"" => None,
                    _ => Some(self.times.parse(value).ok_or_else(|| bad(column, value, "a time"))?),
                };
                if column == Column::LifecycleExpiration {
                    self.expires = time;
                } else {
                    self.last_modified = time;
                }
            }
            Shape::Flag => {
                let flag = flag(value).map_err(|()| bad(column, value, "`true` or `false`"))?;
                if column == Column::IsLatest {
                    self.is_latest = flag;
                } else {
                    self.is_delete_marker = flag;
                }
            }
            Shape::Text => {
                if !value.is_ascii() && std::str::from_utf8(value).is_err() {
                    return Err(bad(column, value, "UTF-8"));
                }
                self.texts[column as usize] = span;
            }
        }
        Ok(())
    }
}

#[cold]
fn bad(column: Column, value: &[u8], expected: &str) -> Rejection {
    Rejection::value(column, value, expected)
}

/// Whether a key is what Amazon S3 takes, once decoded; some are known to be ASCII beforehand.
///
/// # Errors
///
/// An empty or too long key, or one that is not UTF-8.
#[inline]
pub(super) fn check_key(key: &[u8], known_ascii: bool) -> Result<(), Rejection> {
    if known_ascii && !key.is_empty() && key.len() <= MAX_KEY_BYTES { Ok(()) } else { check_any_key(key) }
}

fn check_any_key(key: &[u8]) -> Result<(), Rejection> {
    if key.is_empty() {
        return Err(Rejection("the key is empty".to_owned()));
    }
    if key.len() > MAX_KEY_BYTES {
        return Err(Rejection(format!("the key has {} bytes, more than {MAX_KEY_BYTES}", key.len())));
    }
    if !key.is_ascii() && simdutf8::basic::from_utf8(key).is_err() {
        return Err(Rejection(format!("the key `{}` is not UTF-8", shown(key))));
    }
    Ok(())
}

/// Decodes an encoded key once, behind what `decoded` holds: `%XX` is a byte, and `+` what `plus` says it is.
///
/// # Errors
///
/// A `%` without two hexadecimal digits.
pub(super) fn decode_key(mut encoded: &[u8], plus: u8, decoded: &mut Vec<u8>) -> Result<Marks, Rejection> {
    let whole = encoded;
    let mut marks = Marks::default();
    while let Some(at) = memchr2(b'%', b'+', encoded) {
        decoded.extend_from_slice(&encoded[..at]);
        if encoded[at] == b'+' {
            marks.plus = true;
            decoded.push(plus);
            encoded = &encoded[at + 1..];
            continue;
        }
        let digits = encoded.get(at + 1..at + 3).and_then(|pair| Some(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?));
        let Some(byte) = digits else {
            return Err(Rejection(format!("the key `{}` has a bad percent escape", shown(whole))));
        };
        marks.space |= byte == b' ';
        decoded.push(byte);
        encoded = &encoded[at + 3..];
    }
    decoded.extend_from_slice(encoded);
    Ok(marks)
}

/// What in an encoded key tells the encodings apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Marks {
    /// A bare `+`.
    pub(super) plus: bool,
    /// `%20`, which form encoding never writes.
    pub(super) space: bool,
}

/// A decimal number of bytes; an integral exponent form (`2E+10`) is met in old deliveries.
fn integer(text: &[u8]) -> Result<Option<i64>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > MOST_DIGITS {
        return long_integer(text).map(Some);
    }
    let (mut value, mut digits) = (0_i64, true);
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        digits &= digit <= 9;
        value = value * 10 + i64::from(digit);
    }
    if digits { Ok(Some(value)) } else { exponent_form(text).map(Some).ok_or(()) }
}

/// So many digits cannot overflow, whatever stands in their places: 256 of each place is below 2^63.
const MOST_DIGITS: usize = 16;

#[cold]
fn long_integer(text: &[u8]) -> Result<i64, ()> {
    let text = std::str::from_utf8(text).map_err(|_| ())?;
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok());
    number.unwrap_or_else(|| exponent_form(text.as_bytes())).ok_or(())
}

#[cold]
fn exponent_form(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let zeros = u32::try_from(exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?).ok()?;
    let digits: i64 = format!("{whole}{fraction}").parse().ok()?;
    if digits == 0 { Some(0) } else { digits.checked_mul(10_i64.checked_pow(zeros)?) }
}

fn flag(text: &[u8]) -> Result<Option<bool>, ()> {
    match text {
        b"" => Ok(None),
        b"true" => Ok(Some(true)),
        b"false" => Ok(Some(false)),
        _ if text.eq_ignore_ascii_case(b"true") => Ok(Some(true)),
        _ if text.eq_ignore_ascii_case(b"false") => Ok(Some(false)),
        _ => Err(()),
    }
}

/// Whether two keys are one. Those that follow one another differ at their ends, if anywhere.
#[inline]
pub(super) fn same_key(one: &[u8], other: &[u8]) -> bool {
    one.last_chunk::<8>() == other.last_chunk::<8>() && one == other
}

/// The row before: the same key and version twice in neighbouring rows is a duplicate listing.
#[derive(Debug, Default)]
pub(super) struct Neighbour {
    key: Vec<u8>,
    version: Vec<u8>,
}

impl Neighbour {
    /// Whether this row repeats the one before; it becomes the one before.
    pub(super) fn repeats(&mut self, key: &[u8], version: &[u8]) -> bool {
        // No key is empty, so nothing repeats the row before the first.
        if same_key(&self.key, key) {
            if self.version == version {
                return true;
            }
        } else {
            self.key.clear();
            self.key.extend_from_slice(key);
        }
        self.version.clear();
        self.version.extend_from_slice(version);
        false
    }

    /// The key of the row before, as messages show it.
    pub(super) fn key(&self) -> String {
        String::from_utf8_lossy(&self.key).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, decode_key, flag, integer};

    #[test]
    fn sizes_are_decimal_or_integral() {
        for (text, value) in [
            ("", Ok(None)),
            ("0", Ok(Some(0))),
            ("9223372036854775807", Ok(Some(i64::MAX))),
            ("2E+10", Ok(Some(20_000_000_000))),
            ("2.50e1", Ok(Some(25))),
            ("9223372036854775808", Err(())),
            ("2.55e1", Err(())),
            ("1e-3", Err(())),
            ("1e99", Err(())),
            ("-5", Err(())),
            ("5 ", Err(())),
            ("e5", Err(())),
        ] {
            assert_eq!(integer(text.as_bytes()), value, "{text:?}");
        }
        assert_eq!(flag(b"TRUE"), Ok(Some(true)));
        assert_eq!(flag(b"yes"), Err(()));
    }

    #[test]
    fn keys_are_decoded_exactly_once() {
        for (encoded, decoded) in [
            ("a+b", Some("a b")),
            ("a%2Bb", Some("a+b")),
            ("100%2525", Some("100%25")),
            ("caf%C3%a9", Some("café")),
            ("a%2", None),
            ("a%zz", None),
        ] {
            let mut bytes = b"before".to_vec();
            let result = decode_key(encoded.as_bytes(), b' ', &mut bytes);
            assert_eq!(result.is_ok().then(|| String::from_utf8_lossy(&bytes[6..]).into_owned()).as_deref(), decoded);
        }
        let mut bytes = Vec::new();
        assert_eq!(decode_key(b"a+b%20c", b'+', &mut bytes), Ok(Marks { plus: true, space: true }));
        assert_eq!(bytes, b"a+b c");
    }
}
