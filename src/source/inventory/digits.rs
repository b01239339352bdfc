//! Digits read eight or sixteen at a time: no branch depends on how many a number has, which differs from row to row.

const ONES: u64 = u64::MAX / 255;
const ZEROS: u128 = u128::MAX / 255 * b'0' as u128;

/// How many digits are in front, and the number that they write; `None` unless it is one to fifteen.
#[inline]
pub(super) fn leading_number(text: &[u8; 16]) -> Option<(usize, i64)> {
    let values = u128::from_le_bytes(*text) ^ ZEROS;
    // The high half of each byte that holds no digit, and perhaps of bytes above the lowest such one.
    let others = (values.wrapping_add(u128::MAX / 255 * 6) | values) & (u128::MAX / 255 * 0xf0);
    let count = others.trailing_zeros() as usize / 8;
    if count == 0 || count > 15 {
        return None;
    }
    // The last digit moves to the end; zeros stand in front of the first.
    let values = values << (8 * (16 - count));
    let (high, low) = (eight(values as u64), eight((values >> 64) as u64));
    Some((count, (high * 100_000_000 + low) as i64))
}

/// The number of eight digits' values, the first of them in the lowest byte: pairs, then fours, then all eight at once
/// (Lemire, "Quickly parsing eight digits", 2018).
const fn eight(values: u64) -> u64 {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let pairs = values * 10 + (values >> 8);
    let first = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let second = (pairs >> 16 & PAIRS).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

/// The values of the digits in a text that has a digit wherever `form` has a zero, and is `form` everywhere else: a word of
/// digits and marks, xored with the zeros and marks that it should hold, leaves the digits' values and nothing else.
#[inline]
pub(super) fn in_form(text: [u8; 8], form: [u8; 8]) -> Option<[u8; 8]> {
    let values = u64::from_le_bytes(text) ^ u64::from_le_bytes(form);
    // The bits a value may have: those of 0 to 15 for a digit, none for a mark.
    let allowed = form.map(|byte| if byte == b'0' { 0x0f } else { 0 });
    if values & !u64::from_le_bytes(allowed) != 0 {
        return None;
    }
    // Six more than nine carries into the high half of its byte, and no further.
    ((values + ONES * 6) & (ONES * 0xf0) == 0).then(|| values.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::leading_number;

    proptest! {
        #[test]
        fn a_number_ends_where_its_digits_do(digits in "[0-9]{0,16}", rest in "[\"/:a \u{0}\u{7f}-\u{ff}][0-9\"/:\u{7f}-\u{ff}]{0,15}") {
            let text = format!("{digits}{rest}{}", "9".repeat(16));
            let expected = digits.parse().ok().filter(|_| digits.len() < 16).map(|number: i64| (digits.len(), number));
            prop_assert_eq!(leading_number(text.as_bytes().first_chunk().unwrap()), expected);
        }
    }
}
