//! Numbers and times as people read them. Ratios are made here, once, from integers.

use crate::model::time::{format_utc, parse_rfc3339};

/// Bytes in binary units with one decimal: `512 B`, `1.5 KiB`, `2.0 TiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1_024 {
        return format!("{count} B");
    }
    let mut unit = (count.ilog2() / 10) as usize - 1;
    let mut tenths = tenths_of(count, unit);
    if tenths == 10_240 && unit + 1 < UNITS.len() {
        unit += 1;
        tenths = tenths_of(count, unit);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// How many tenths of a unit (from 0: KiB) these bytes are, rounded half up.
fn tenths_of(count: u64, unit: usize) -> u128 {
    let size = 1_u128 << (10 * (unit + 1));
    (u128::from(count) * 10 + size / 2) / size
}

/// A number with a comma after each three digits.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share with one decimal that says 0 or 100 only when it is: `98.7 %`, `<0.1 %`, `>99.9 %`; `–` of nothing.
pub fn percent(part: u64, whole: u64) -> String {
    match (part, whole) {
        (_, 0) => "–".to_owned(),
        (0, _) => "0 %".to_owned(),
        (part, whole) if part == whole => "100 %".to_owned(),
        _ => match (u128::from(part) * 2_000 + u128::from(whole)) / (u128::from(whole) * 2) {
            0 => "<0.1 %".to_owned(),
            tenths if tenths >= 1_000 && part < whole => ">99.9 %".to_owned(),
            tenths => format!("{}.{} %", tenths / 10, tenths % 10),
        },
    }
}

/// A share as a CSS width with two decimals.
pub fn width(part: u64, whole: u64) -> String {
    let hundredths = (u128::from(part) * 10_000).checked_div(u128::from(whole)).unwrap_or(0).min(10_000);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A number with its noun: `1 object`, `3,214 objects`; `many` where the plural is not made with `s`.
pub fn plural(number: u64, one: &str, many: Option<&str>) -> String {
    match (number, many) {
        (1, _) => format!("1 {one}"),
        (_, Some(many)) => format!("{} {many}", count(number)),
        (_, None) => format!("{} {one}s", count(number)),
    }
}

/// An RFC 3339 time to the minute, in UTC: `2026-11-22 01:00 UTC`; other text as it is.
pub fn utc(time: &str) -> String {
    parse_rfc3339(time).map_or_else(|| time.to_owned(), utc_millis)
}

/// The day of an RFC 3339 time, in UTC: `2026-11-22`; other text as it is.
pub fn date(time: &str) -> String {
    let day = parse_rfc3339(time).map(format_utc);
    day.and_then(|text| Some(text.split_once('T')?.0.to_owned())).unwrap_or_else(|| time.to_owned())
}

/// To the minute, of milliseconds since the epoch.
pub fn utc_millis(millis: i64) -> String {
    let text = format_utc(millis);
    match text.split_once('T') {
        Some((date, time)) if time.is_char_boundary(5) => format!("{date} {} UTC", &time[..5]),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, date, percent, plural, utc, width};

    #[test]
    fn sizes_have_one_decimal_and_the_unit_that_fits() {
        let cases = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_536, "1.5 KiB"),
            ((1 << 20) - 1, "1.0 MiB"),
            (5 << 40, "5.0 TiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (number, text) in cases {
            assert_eq!(bytes(number), text, "{number}");
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_none_or_all() {
        let cases = [
            (0, 0, "–"),
            (0, 9, "0 %"),
            (9, 9, "100 %"),
            (1, 1_000_000, "<0.1 %"),
            (999_999, 1_000_000, ">99.9 %"),
            (1, 3, "33.3 %"),
            (u64::MAX - 1, u64::MAX, ">99.9 %"),
            (3, 2, "150.0 %"),
        ];
        for (part, whole, text) in cases {
            assert_eq!(percent(part, whole), text, "{part} of {whole}");
        }
        assert_eq!((width(1, 3), width(5, 0), width(7, 5)), ("33.33%".into(), "0.00%".into(), "100.00%".into()));
    }

    #[test]
    fn numbers_nouns_and_times_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            (plural(1, "entry", Some("entries")), plural(2_000, "row", None)),
            ("1 entry".into(), "2,000 rows".into())
        );
        assert_eq!(
            (utc("2026-11-22T01:00:59.5Z"), utc("long ago")),
            ("2026-11-22 01:00 UTC".into(), "long ago".into())
        );
        assert_eq!((date("2026-11-22T01:00:59+02:00"), date("long ago")), ("2026-11-21".into(), "long ago".into()));
    }
}
