//! A limit on a number of findings: so many, or so many percent of what was judged.

use std::fmt;
use std::str::FromStr;

/// The most findings that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many.
    Count(u64),
    /// A share of what the rule judged, in hundredths of a percent.
    Share(u64),
}

impl Limit {
    /// Whether so many findings of so many that were judged are within the limit. Whole numbers, so that no rounding
    /// decides.
    pub fn holds(self, findings: u64, judged: u64) -> bool {
        match self {
            Self::Count(most) => findings <= most,
            Self::Share(hundredths) => u128::from(findings) * 10_000 <= u128::from(judged) * u128::from(hundredths),
        }
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a limit is a number, as 40, or a share, as 2% or 0.25%".to_owned();
        let whole = |digits: &str| -> Result<u64, String> {
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            digits.parse().map_err(|_| wrong())
        };
        let Some(share) = text.strip_suffix('%') else { return whole(text).map(Self::Count) };
        let (percent, fraction) = share.trim_end().split_once('.').unwrap_or((share.trim_end(), "0"));
        if fraction.len() > 2 {
            return Err("a share has at most two decimals".to_owned());
        }
        let hundredths = whole(fraction)? * if fraction.len() == 1 { 10 } else { 1 };
        let share = whole(percent)?.checked_mul(100).and_then(|percent| percent.checked_add(hundredths));
        share.filter(|share| *share <= 10_000).map(Self::Share).ok_or_else(|| "a share is at most 100%".to_owned())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(most) => write!(out, "{most}"),
            Self::Share(share) if share % 100 == 0 => write!(out, "{}%", share / 100),
            Self::Share(share) if share % 10 == 0 => write!(out, "{}.{}%", share / 100, share % 100 / 10),
            Self::Share(share) => write!(out, "{}.{:02}%", share / 100, share % 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn a_limit_is_read_as_it_is_written() {
        for (text, limit) in [
            ("0", Limit::Count(0)),
            ("40", Limit::Count(40)),
            ("2%", Limit::Share(200)),
            ("0.25%", Limit::Share(25)),
            ("12.5%", Limit::Share(1_250)),
            ("100%", Limit::Share(10_000)),
        ] {
            assert_eq!(text.parse(), Ok(limit));
            assert_eq!(limit.to_string(), text);
        }
        for text in ["", "%", "-1", "1.5", "0.255%", "101%", "99999999999999999999", "five", "1,5%", "2 %%"] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_of_what_was_judged() {
        let share = Limit::Share(200);
        assert!(share.holds(2, 100) && !share.holds(3, 100) && share.holds(0, 0) && !share.holds(1, 0));
        assert!(Limit::Count(3).holds(3, 0) && !Limit::Count(3).holds(4, u64::MAX));
        assert!(Limit::Share(10_000).holds(u64::MAX, u64::MAX));
    }
}
