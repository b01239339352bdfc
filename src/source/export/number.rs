//! The one form in which numbers are compared and shown: `2000`, `2E3` and Ion's `2d3` are the same text.

/// A number beyond 10^±200 is written with an exponent; those of DynamoDB end at 10^±130 and never are.
const PLAIN_MAGNITUDE: i64 = 200;
/// Any plain number of up to so many characters lies within [`PLAIN_MAGNITUDE`].
const SURELY_PLAIN: usize = 64;

/// Whether a number is in normal form: no `+`, no exponent, no zero that says nothing. Long ones are not looked at.
pub(super) fn is_normal(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let whole = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (whole, rest) = unsigned.split_at(whole);
    let fits = match rest {
        [] => unsigned.len() == text.len() || whole != b"0",
        [b'.', fraction @ .., b'1'..=b'9'] => fraction.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    fits && text.len() <= SURELY_PLAIN && (whole == b"0" || whole.first().is_some_and(|first| *first != b'0'))
}

/// Appends the normal form of `-12.50e+3`, whose exponent is led by `e`, `E`, `d` or `D`. The text is known to be a
/// number.
pub(super) fn push_normal(text: &[u8], out: &mut String) {
    let mantissa_length = text.iter().position(|byte| matches!(byte, b'e' | b'E' | b'd' | b'D')).unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(mantissa_length);
    let whole = mantissa.split(|byte| *byte == b'.').next().unwrap_or_default();
    let digits: Vec<u8> = mantissa.iter().copied().filter(u8::is_ascii_digit).collect();
    let whole_digits = whole.iter().filter(|byte| byte.is_ascii_digit()).count() as i64;
    let leading = digits.iter().take_while(|digit| **digit == b'0').count();
    let trailing = digits[leading..].iter().rev().take_while(|digit| **digit == b'0').count();
    let significant = &digits[leading..digits.len() - trailing];
    if significant.is_empty() {
        out.push('0');
        return;
    }
    // The number is 0.SIGNIFICANT times ten to the power of `point`.
    let point = whole_digits.saturating_sub(leading as i64).saturating_add(read_exponent(exponent));
    if mantissa.first() == Some(&b'-') {
        out.push('-');
    }
    let mut push = |digits: &[u8]| digits.iter().for_each(|digit| out.push(char::from(*digit)));
    let length = significant.len() as i64;
    if !(-PLAIN_MAGNITUDE..=PLAIN_MAGNITUDE).contains(&point) || length > 2 * PLAIN_MAGNITUDE {
        push(&significant[..1]);
        if length > 1 {
            push(b".");
            push(&significant[1..]);
        }
        push(format!("E{}", point.saturating_sub(1)).as_bytes());
    } else if point <= 0 {
        push(b"0.");
        (point..0).for_each(|_| push(b"0"));
        push(significant);
    } else {
        let (whole, fraction) = significant.split_at(point.min(length) as usize);
        push(whole);
        (length..point).for_each(|_| push(b"0"));
        if !fraction.is_empty() {
            push(b".");
            push(fraction);
        }
    }
}

/// The value of `e+12`; a vast one is as good as the largest there is.
fn read_exponent(text: &[u8]) -> i64 {
    let negative = text.get(1) == Some(&b'-');
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let value = digits.fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    // Room to add what the digits shift.
    let value = value.min(i64::MAX / 4);
    if negative { -value } else { value }
}

/// `-12.5e+3`: a sign, digits with a point, an exponent.
pub(super) fn is_number(text: &[u8]) -> bool {
    let digits = |text: &mut &[u8]| {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *text = &text[count..];
        count
    };
    let sign = |text: &mut &[u8]| {
        if let [b'+' | b'-', rest @ ..] = *text {
            *text = rest;
        }
    };
    let mut rest = text;
    sign(&mut rest);
    let mut count = digits(&mut rest);
    if let [b'.', after @ ..] = rest {
        rest = after;
        count += digits(&mut rest);
    }
    if count == 0 {
        return false;
    }
    if let [b'e' | b'E', after @ ..] = rest {
        rest = after;
        sign(&mut rest);
        if digits(&mut rest) == 0 {
            return false;
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{is_normal, is_number, push_normal};

    #[test]
    fn every_spelling_of_a_number_becomes_one() {
        for (normal, spellings) in [
            ("2000", &["2d3", "2000", "2e+3", "+2000", "02000.00", "20E2", "0.2D4", "200000d-2"][..]),
            ("0", &["0", "-0", "0.", ".0", "0d5", "-0.000e-9", "00"]),
            ("103", &["103.", "103", "1.03d2"]),
            ("-0.05", &["-0.05", "-5d-2", "-.050", "-500E-4"]),
            ("12.5", &["12.5", "12.50", "125d-1"]),
            ("1E300", &["1e300", "10d299"]),
            ("-1.5E-400", &["-1.5e-400", "-15d-401"]),
            ("1E2305843009213693951", &["1d99999999999999999999"]),
        ] {
            for spelling in spellings {
                let mut out = String::new();
                push_normal(spelling.as_bytes(), &mut out);
                assert_eq!(out, normal, "{spelling}");
                assert_eq!(is_normal(spelling.as_bytes()), *spelling == normal && !normal.contains('E'), "{spelling}");
            }
        }
        for other in ["", "-", ".", "1.", "x", "1x", "1.x1"] {
            assert!(!is_normal(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn numbers_are_told_from_other_texts() {
        for good in ["0", "-1", "+1", "3.14", "1e130", "-9.9E-129", "12345678901234567890123456789012345678"] {
            assert!(is_number(good.as_bytes()), "{good}");
        }
        for bad in ["", "-", ".", "1e", "NaN", "0x1", "1 ", "1.2.3", "--1"] {
            assert!(!is_number(bad.as_bytes()), "{bad}");
        }
    }
}
