//! The times of records: read in their declared unit, and held against what can be meant.

use crate::layout::spec::TimeUnit;
use crate::model::Millis;
use crate::model::time::{self, BEGINNING_OF_S3, DAY};

/// Reads a record's time in a unit.
pub(super) fn read(text: &str, unit: TimeUnit) -> Option<Millis> {
    let text = text.trim();
    match unit {
        TimeUnit::Rfc3339 => time::parse_rfc3339(text),
        TimeUnit::Seconds => scaled(text, 1_000, 1),
        TimeUnit::Milliseconds => scaled(text, 1, 1),
        TimeUnit::Microseconds => scaled(text, 1, 1_000),
    }
}

/// A decimal number times `times` over `over`, rounded down; digits after the third decimal do not matter.
fn scaled(text: &str, times: i64, over: i64) -> Option<Millis> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let mut thousandths = 0;
    for digit in fraction.bytes().chain(std::iter::repeat(b'0')).take(3) {
        thousandths = thousandths * 10 + i64::from(digit - b'0');
    }
    Some(whole.checked_mul(times)?.checked_add(thousandths * times / 1_000)? / over)
}

/// Whether a record can have changed then: not before S3 opened, not more than a day after its export.
pub(super) const fn is_plausible(time: Millis, exported_at: Millis) -> bool {
    time >= BEGINNING_OF_S3 && time <= exported_at.saturating_add(DAY)
}

/// The other unit in which a time would be plausible.
pub(super) fn likely_unit(text: &str, unit: TimeUnit, exported_at: Millis) -> Option<TimeUnit> {
    let others = [TimeUnit::Milliseconds, TimeUnit::Seconds, TimeUnit::Microseconds, TimeUnit::Rfc3339];
    others
        .into_iter()
        .filter(|&other| other != unit)
        .find(|&other| read(text, other).is_some_and(|time| is_plausible(time, exported_at)))
}

#[cfg(test)]
mod tests {
    use super::{TimeUnit, is_plausible, likely_unit, read};

    #[test]
    fn seconds_taken_for_milliseconds_are_never_young() {
        let export = 1_732_237_200_000;
        assert_eq!(read("1732237200.5", TimeUnit::Seconds), Some(export + 500));
        assert_eq!(read("1732237200000000", TimeUnit::Microseconds), Some(export));
        assert_eq!(read("2024-11-22T01:00:00Z", TimeUnit::Rfc3339), Some(export));
        let wrong = read("1732237200", TimeUnit::Milliseconds).unwrap();
        assert!(!is_plausible(wrong, export));
        assert_eq!(likely_unit("1732237200", TimeUnit::Milliseconds, export), Some(TimeUnit::Seconds));
        assert_eq!(likely_unit("1732237200000", TimeUnit::Seconds, export), Some(TimeUnit::Milliseconds));
        for bad in ["", "soon", "1e", "9223372036854775807"] {
            assert!(read(bad, TimeUnit::Seconds).is_none(), "{bad}");
        }
    }
}
