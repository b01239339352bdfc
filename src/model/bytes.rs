//! Bytes: equality of short texts, and digits for people.

/// Bytes as pairs of hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Whether two texts are one. The library's equality goes through a call that is made for long ones, and a row of an
/// inventory costs less than two such calls.
#[inline]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() || one.len() > LONG {
        return one == other;
    }
    // What both ends of a text share with those of the other is all of it, if they meet.
    ends::<32>(one, other)
        .or_else(|| ends::<16>(one, other))
        .or_else(|| ends::<8>(one, other))
        .unwrap_or_else(|| one == other)
}

/// Texts up to this length are compared in line.
const LONG: usize = 64;

/// Whether the ends of two texts are the same, if they have so many bytes.
#[inline]
fn ends<const LENGTH: usize>(one: &[u8], other: &[u8]) -> Option<bool> {
    let (first, last) = (one.first_chunk::<LENGTH>()?, one.last_chunk::<LENGTH>()?);
    Some(other.first_chunk() == Some(first) && other.last_chunk() == Some(last))
}

/// Whether a text begins with another.
#[inline]
pub fn begins_with(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len()).is_some_and(|text| same(text, start))
}

#[cfg(test)]
mod tests {
    use super::{LONG, begins_with, hex, same};

    #[test]
    fn every_byte_is_two_digits() {
        assert_eq!(hex(b"\x00\x0f\xa0\xff"), "000fa0ff");
    }

    #[test]
    fn one_byte_makes_two_texts_differ_wherever_it_stands() {
        let text: Vec<u8> = (0..2 * LONG).map(|number| number as u8).collect();
        for length in 0..text.len() {
            let one = &text[..length];
            let copy = one.to_vec();
            assert!(same(one, &copy), "{length}");
            assert!(begins_with(&text, one) && !begins_with(&one[..length.saturating_sub(1)], &text[..=length]));
            for at in 0..length {
                let mut other = one.to_vec();
                other[at] ^= 1;
                assert!(!same(one, &other) && !begins_with(&text, &other), "{length} at {at}");
            }
        }
    }
}
