//! The date of a row: AWS's own form without any search, every other RFC 3339 form by the calendar library.

use crate::model::{Millis, time};

/// `2024-05-06T22:37:48.000Z`, or any RFC 3339 time; `None` for everything else.
pub(super) fn parse(text: &[u8]) -> Option<Millis> {
    match text.try_into() {
        Ok(fixed) => fixed_form(fixed).or_else(|| general(text)),
        Err(_) => general(text),
    }
}

fn general(text: &[u8]) -> Option<Millis> {
    time::parse_rfc3339(std::str::from_utf8(text).ok()?)
}

fn fixed_form(text: &[u8; 24]) -> Option<Millis> {
    const MARKS: [(usize, u8); 7] = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
    if MARKS.iter().any(|&(at, mark)| text[at] != mark) {
        return None;
    }
    let digit = |at: usize| match text[at].wrapping_sub(b'0') {
        digit @ 0..=9 => Some(i64::from(digit)),
        _ => None,
    };
    let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
    let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    let millis = two(20)? * 10 + digit(22)?;
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    // A leap second goes to the library, which knows what to make of it.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(days_since_epoch(year, month, day) * time::DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + millis)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, for years from 0.
///
/// Years begin in March, so that the leap day is the last of its year (Hinnant, "chrono-compatible low-level date
/// algorithms").
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{fixed_form, general, parse};

    #[test]
    fn every_form_means_its_instant() {
        for text in ["2024-05-06T22:37:48.000Z", "2024-05-06T22:37:48Z", "2024-05-07T00:37:48+02:00"] {
            assert_eq!(parse(text.as_bytes()), Some(1_715_035_068_000), "{text}");
        }
        for bad in ["", "yesterday", "2024-13-06T22:37:48.000Z", "2023-02-29T00:00:00.000Z", "2024-05-06T24:00:00.000Z"]
        {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_fixed_form_agrees_with_the_calendar_library(
            year in 0i64..10_000, month in 0u8..14, day in 0u8..33, hour in 0u8..26, minute in 0u8..62, millis in 0u16..1_000,
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:07.{millis:03}Z");
            let fixed: &[u8; 24] = text.as_bytes().try_into().unwrap();
            prop_assert_eq!(fixed_form(fixed), general(text.as_bytes()));
        }
    }
}
