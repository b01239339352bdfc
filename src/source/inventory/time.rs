//! The date of a row: AWS's own form without any search, every other RFC 3339 form by the calendar library.

use super::digits::in_form;
use crate::model::{Millis, time};

/// A time as AWS writes it.
pub(super) type FixedForm = [u8; 24];

/// Reads the dates of one row after another: most are of the minute of the row before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    /// A minute in AWS's form, and when it began.
    minute: Option<([u8; 16], Millis)>,
}

impl Times {
    /// `2024-05-06T22:37:48.000Z`, or any RFC 3339 time; `None` for everything else.
    pub(super) fn parse(&mut self, text: &[u8]) -> Option<Millis> {
        match text.try_into() {
            Ok(fixed) => self.fixed_form(fixed).or_else(|| general(text)),
            Err(_) => general(text),
        }
    }

    /// A time in AWS's own form.
    #[inline]
    pub(super) fn fixed_form(&mut self, text: &FixedForm) -> Option<Millis> {
        let (minute, seconds) = (text.first_chunk()?, text.last_chunk()?);
        let start = match self.minute {
            Some((known, start)) if known == *minute => start,
            _ => {
                let start = fixed_minute(minute)?;
                self.minute = Some((*minute, start));
                start
            }
        };
        Some(start + fixed_seconds(*seconds)?)
    }
}

fn general(text: &[u8]) -> Option<Millis> {
    time::parse_rfc3339(std::str::from_utf8(text).ok()?)
}

/// When a minute in the form of AWS began.
fn fixed_minute(text: &[u8; 16]) -> Option<Millis> {
    let (words, _) = text.as_chunks::<8>();
    let date = in_form(words[0], *b"0000-00-")?;
    let noon = in_form(words[1], *b"00T00:00")?;
    let (year, month, day) = (two(date, 0) * 100 + two(date, 2), two(date, 5), two(noon, 0));
    let (hour, minute) = (two(noon, 3), two(noon, 6));
    if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) || hour > 23 || minute > 59 {
        return None;
    }
    Some(days_since_epoch(year, month, day) * time::DAY + Millis::from((hour * 60 + minute) * 60_000))
}

/// The rest of the form of AWS: seconds and their thousandths, as milliseconds.
fn fixed_seconds(text: [u8; 8]) -> Option<Millis> {
    let rest = in_form(text, *b":00.000Z")?;
    let (second, millis) = (two(rest, 1), two(rest, 4) * 10 + u32::from(rest[6]));
    // A leap second goes to the library, which knows what to make of it.
    (second < 60).then_some(Millis::from(second * 1_000 + millis))
}

fn two(digits: [u8; 8], at: usize) -> u32 {
    u32::from(digits[at]) * 10 + u32::from(digits[at + 1])
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, for years from 0.
///
/// Years begin in March, so that the leap day is the last of its year (Hinnant, "chrono-compatible low-level date
/// algorithms"), and one cycle of 400 years early, so that no number is negative on the way.
fn days_since_epoch(year: u32, month: u32, day: u32) -> i64 {
    let year = year + 400 - u32::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    i64::from(days) - 719_468 - 146_097
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Times, general};

    #[test]
    fn every_form_means_its_instant() {
        let mut times = Times::default();
        for text in ["2024-05-06T22:37:48.000Z", "2024-05-06T22:37:48Z", "2024-05-07T00:37:48+02:00"] {
            assert_eq!(times.parse(text.as_bytes()), Some(1_715_035_068_000), "{text}");
        }
        for bad in ["", "yesterday", "2024-13-06T22:37:48.000Z", "2023-02-29T00:00:00.000Z", "2024-05-06T24:00:00.000Z"]
        {
            assert_eq!(times.parse(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_fixed_form_agrees_with_the_calendar_library(
            year in 0i64..10_000, month in 0u8..14, day in 0u8..33, hour in 0u8..26, minute in 0u8..62,
            seconds in proptest::collection::vec((0u8..62, 0u16..1_000), 1..4),
        ) {
            let mut times = Times::default();
            for (second, millis) in seconds {
                let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z");
                let fixed: &[u8; 24] = text.as_bytes().try_into().unwrap();
                if second < 60 {
                    prop_assert_eq!(times.fixed_form(fixed), general(text.as_bytes()));
                } else {
                    prop_assert_eq!(times.fixed_form(fixed), None);
                }
            }
        }

        #[test]
        fn a_byte_that_does_not_belong_is_never_read_over(at in 0usize..24, byte: u8) {
            let mut text = *b"2024-05-06T22:37:48.120Z";
            let mut times = Times::default();
            times.fixed_form(&text);
            text[at] = byte;
            for mut times in [times, Times::default()] {
                if let Some(time) = times.fixed_form(&text) {
                    prop_assert_eq!(Some(time), general(&text), "{}", text.escape_ascii());
                }
            }
        }
    }
}
