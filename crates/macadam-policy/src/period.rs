//! A length of time in calendar terms: whole days or whole months.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use thiserror::Error;

/// The time an administrator gives a fleet after a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// 1 to 120 days.
    Days(u8),
    /// 1 to 3 calendar months, clamped to the last day of the month.
    Months(u8),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not a period; 1d to 120d, 1w to 17w or 1m to 3m is expected")]
pub struct ParsePeriodError(String);

impl Period {
    /// The choices every interface offers first.
    pub const PRESETS: [Self; 8] = [
        Self::Days(1),
        Self::Days(2),
        Self::Days(7),
        Self::Days(14),
        Self::Days(21),
        Self::Months(1),
        Self::Months(2),
        Self::Months(3),
    ];

    pub const fn days(days: u8) -> Option<Self> {
        if days >= 1 && days <= 120 { Some(Self::Days(days)) } else { None }
    }

    pub const fn months(months: u8) -> Option<Self> {
        if months >= 1 && months <= 3 { Some(Self::Months(months)) } else { None }
    }

    /// The day this period after `day`; a month is never chained (January 31 + 1 month is
    /// February 28 or 29).
    pub fn after(self, day: Date) -> Date {
        match self {
            Self::Days(days) => day.saturating_add(i64::from(days).days()),
            Self::Months(months) => day.saturating_add(i64::from(months).months()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Days(days) if days % 7 == 0 => write!(f, "{}w", days / 7),
            Self::Days(days) => write!(f, "{days}d"),
            Self::Months(months) => write!(f, "{months}m"),
        }
    }
}

impl FromStr for Period {
    type Err = ParsePeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_period(text).ok_or_else(|| ParsePeriodError(text.chars().take(20).collect()))
    }
}

/// How many days are left until a deadline, as people are told: the nearest whole number, and
/// nothing once it has passed.
pub fn days_left(deadline: Timestamp, now: Timestamp) -> Option<u32> {
    let left = deadline.duration_since(now);
    if left < SignedDuration::ZERO {
        return None;
    }
    let day = SignedDuration::from_hours(24);
    u32::try_from((left + day / 2).as_secs() / day.as_secs()).ok()
}

fn parse_period(text: &str) -> Option<Period> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u8 = number.parse().ok()?;
    match unit {
        "d" => Period::days(number),
        "w" => Period::days(number.checked_mul(7)?),
        "m" => Period::months(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(minutes: i64) -> Option<u32> {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        days_left(now + SignedDuration::from_mins(minutes), now)
    }

    #[test]
    fn days_7_6_shows_8() {
        assert_eq!(left(24 * 60 * 76 / 10), Some(8));
    }

    #[test]
    fn days_left_are_the_nearest_whole_number() {
        let half = 12 * 60;
        let shown = [0, half - 1, half, 3 * half - 1, 3 * half].map(left);
        assert_eq!(shown, [Some(0), Some(0), Some(1), Some(1), Some(2)]);
        assert_eq!(left(-1), None);
    }
}
