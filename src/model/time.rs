//! Times as the tool keeps them: milliseconds since 1970-01-01T00:00:00Z.

use std::fmt;

use jiff::Timestamp;

/// Milliseconds since the epoch, UTC.
pub type Millis = i64;

/// One second, minute, hour and day in milliseconds.
pub const SECOND: Millis = 1_000;
/// One minute in milliseconds.
pub const MINUTE: Millis = 60 * SECOND;
/// One hour in milliseconds.
pub const HOUR: Millis = 60 * MINUTE;
/// One day in milliseconds.
pub const DAY: Millis = 24 * HOUR;
/// 2006-01-01T00:00:00Z: Amazon S3 opened in March 2006, so no record of an object is older.
pub const BEGINNING_OF_S3: Millis = 1_136_073_600_000;

/// Writes `2026-11-22T01:00:00Z`, or with `.123` where there are milliseconds.
pub fn format_utc(millis: Millis) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_utc(millis, &mut text);
    text
}

/// The same, at the end of a text.
///
/// # Errors
///
/// What the text cannot be written for.
pub fn write_utc(millis: Millis, text: &mut impl fmt::Write) -> fmt::Result {
    match Timestamp::from_millisecond(millis) {
        Ok(timestamp) => write!(text, "{timestamp}"),
        Err(_) => write!(text, "{millis} ms"),
    }
}

/// Reads an RFC 3339 time with its offset, or a bare UTC date, to milliseconds. A time without an offset is none: whose
/// clock it was is not known.
pub fn parse_rfc3339(text: &str) -> Option<Millis> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    // The parser of dates takes times as well, and leaves the clock out.
    if text.len() != "YYYY-MM-DD".len() {
        return None;
    }
    let date = text.parse::<jiff::civil::Date>().ok()?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

/// Reads `90s`, `30m`, `48h`, `14d`, `500ms` or several of them in a row (`1d12h`) to milliseconds.
pub fn parse_duration(text: &str) -> Option<Millis> {
    let mut total: Millis = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: Millis = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match &rest[..letters] {
            "ms" => 1,
            "s" => SECOND,
            "m" | "min" => MINUTE,
            "h" => HOUR,
            "d" => DAY,
            _ => return None,
        };
        rest = rest[letters..].trim_start();
        total = total.checked_add(number.checked_mul(unit)?)?;
    }
    Some(total)
}

/// Writes a duration with its two largest units: `3d 4h`, `2h`, `45s`.
pub fn format_duration(millis: Millis) -> String {
    const UNITS: [(&str, Millis); 4] = [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)];
    let (sign, mut rest) = if millis < 0 { ("-", millis.saturating_neg()) } else { ("", millis) };
    let mut words = Vec::new();
    for (unit, length) in UNITS {
        if words.len() < 2 && rest >= length {
            words.push(format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if words.is_empty() { "0s".to_owned() } else { format!("{sign}{}", words.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, format_duration, format_utc, parse_duration, parse_rfc3339};

    #[test]
    fn durations_are_read_and_written() {
        assert_eq!(parse_duration("48h"), Some(48 * HOUR));
        assert_eq!(parse_duration("1d12h"), Some(DAY + 12 * HOUR));
        for bad in ["", "h", "12", "3w", "-1h", "99999999999999999999d"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
        assert_eq!(format_duration(DAY + 12 * HOUR + 5), "1d 12h");
        assert_eq!(format_duration(0), "0s");
    }

    #[test]
    fn times_are_read_and_written_in_utc() {
        assert_eq!(parse_rfc3339("2024-05-07T03:00:00+02:00"), Some(1_715_043_600_000));
        assert_eq!(parse_rfc3339("2024-05-07"), Some(1_715_040_000_000));
        for without_offset in ["2024-05-07T03:00:00", "2024-05-07 03:00:00.000", "20240507T03", "2024-05-07[UTC]"] {
            assert_eq!(parse_rfc3339(without_offset), None, "{without_offset}");
        }
        assert_eq!(format_utc(1_715_043_600_000), "2024-05-07T01:00:00Z");
    }
}
