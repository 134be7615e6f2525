//! When a person is told about an enforced update.
//!
//! Once a day leading up to the deadline, every hour in the last 24 hours, and in the last hour
//! at 30 minutes and then every 10 minutes.

use jiff::{SignedDuration, Timestamp};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const LAST_HOUR: [SignedDuration; 3] =
    [SignedDuration::from_mins(30), SignedDuration::from_mins(20), SignedDuration::from_mins(10)];

/// Which notices the managed settings leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notifications {
    /// The whole schedule.
    All,
    /// Only the one an hour before; the countdown of the restart itself is always shown.
    LastHourOnly,
}

/// The first notice after `now` for an installation that is due at `due`.
#[must_use]
pub fn next_notice(
    now: Timestamp,
    due: Timestamp,
    notifications: Notifications,
) -> Option<Timestamp> {
    let left = due - now;
    let before = match notifications {
        Notifications::All if left > DAY => last_multiple_below(left, DAY),
        Notifications::All if left > HOUR => last_multiple_below(left, HOUR),
        Notifications::All => LAST_HOUR.into_iter().find(|before| *before < left)?,
        Notifications::LastHourOnly if left > HOUR => HOUR,
        Notifications::LastHourOnly => return None,
    };
    Some(due - before)
}

/// The largest multiple of `step` that is below `left`, which must be above `step`.
fn last_multiple_below(left: SignedDuration, step: SignedDuration) -> SignedDuration {
    let steps = (left.as_nanos() - 1) / step.as_nanos();
    let nanos = steps * step.as_nanos();
    SignedDuration::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks minute by minute, as a device does, and gives the minutes left at each notice.
    fn minutes_left(from: &str, due: &str, notifications: Notifications) -> Vec<i64> {
        let (mut now, due): (Timestamp, Timestamp) = (from.parse().unwrap(), due.parse().unwrap());
        let mut minutes = Vec::new();
        while now < due {
            let minute = now;
            now += SignedDuration::from_mins(1);
            if next_notice(minute, due, notifications) == Some(now) {
                minutes.push((due - now).as_mins());
            }
        }
        minutes
    }

    #[test]
    fn notices_come_daily_then_hourly_then_every_ten_minutes() {
        let minutes = minutes_left("2026-03-01T08:59Z", "2026-03-05T09:00Z", Notifications::All);
        let mut expected: Vec<i64> = vec![4 * 1440, 3 * 1440, 2 * 1440];
        expected.extend((1..=24).rev().map(|hours| hours * 60));
        expected.extend([30, 20, 10]);
        assert_eq!(minutes, expected);
    }

    #[test]
    fn late_start_joins_the_schedule_where_it_is() {
        let minutes = minutes_left("2026-03-05T07:10Z", "2026-03-05T09:00Z", Notifications::All);
        assert_eq!(minutes, [60, 30, 20, 10]);
    }

    #[test]
    fn switched_off_notifications_leave_the_last_hour() {
        let minutes =
            minutes_left("2026-03-01T08:59Z", "2026-03-05T09:00Z", Notifications::LastHourOnly);
        assert_eq!(minutes, [60]);
    }

    #[test]
    fn nothing_is_announced_once_it_is_due() {
        let due = "2026-03-05T09:00Z".parse().unwrap();
        assert_eq!(next_notice(due, due, Notifications::All), None);
    }
}
