//! Due dates in the device's own, zone-less time, and the brakes that move them later.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::AssignedItem;
use super::track::Asked;
use crate::catalog::{Moment, utc_day};
use crate::trace::DeadlineRule;
use crate::{ManagedOsSettings, OsVersion, Period, RingHalt, Trace};

/// When one release or typed version must run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Obligation {
    /// The lowest version that satisfies it.
    pub(super) version: OsVersion,
    pub(super) due: DateTime,
    /// What it would be without minimum notice.
    pub(super) without_notice: DateTime,
    /// No target from before this moment is kept for it.
    pub(super) since: Moment,
}

impl Obligation {
    /// A request in Self Service is due at the moment it is made.
    pub(super) fn asked(version: OsVersion, asked: Asked) -> Self {
        Self { version, due: asked.local, without_notice: asked.local, since: asked.at }
    }
}

/// One item's schedule for one device.
#[derive(Clone, Copy)]
pub(super) struct Schedule<'a> {
    item: &'a AssignedItem,
    settings: &'a ManagedOsSettings,
    /// Where minimum notice is given: the day the item reached the device, and the day after
    /// which notice given then is over.
    notice: Option<Notice>,
}

#[derive(Clone, Copy)]
struct Notice {
    days: u16,
    reached_on: Date,
    over_on: Date,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(item: &'a AssignedItem) -> Self {
        let settings = item.item.settings();
        let days = settings.minimum_notice_days;
        let notice = (days > 0).then(|| {
            // The day in UTC: a device that travels does not move its deadlines.
            let reached_on = utc_day(item.reached_at);
            Notice { days, reached_on, over_on: add_days(reached_on, days) }
        });
        Self { item, settings, notice }
    }

    /// A release's due date, counted from a day; minimum notice counts from its release.
    pub(super) fn counted(
        &self,
        version: OsVersion,
        from: Date,
        (within, at): (Period, Time),
        released: Date,
    ) -> Obligation {
        let ring = self.item.ring_offset_days;
        let date = match within {
            Period::Days(days) => add_days(from, ring.saturating_add(u16::from(days))),
            Period::Months(_) => add_days(within.after(from), ring),
        };
        self.obligation(version, (date, at), Some(released))
    }

    /// A typed version's due date; minimum notice counts from the day it could be installed.
    pub(super) fn typed(
        &self,
        version: OsVersion,
        (on, at): (Date, Time),
        installable_from: Option<Date>,
    ) -> Obligation {
        let date = add_days(on, self.item.ring_offset_days);
        self.obligation(version, (date, at), installable_from)
    }

    fn obligation(
        &self,
        version: OsVersion,
        (date, at): (Date, Time),
        installable_from: Option<Date>,
    ) -> Obligation {
        let date = add_days(date, self.stood_still(version));
        let without_notice = date.to_datetime(at);
        let noticed = self.notice.map_or(date, |notice| date.max(notice.over(installable_from)));
        Obligation { version, due: noticed.to_datetime(at), without_notice, since: Moment::MIN }
    }

    /// The deadline an obligation sets once every brake had its say. Each moves it later only,
    /// and none changes which of two obligations is the earlier.
    pub(super) fn deadline(&self, first: Obligation, index: u8, trace: &mut Trace) -> DateTime {
        let item = Some(index);
        trace.push(item, DeadlineRule::Earliest { version: first.version, due: first.due });
        // A request of the device's user waits for no ring.
        let is_counted = first.since == Moment::MIN;
        if self.item.ring_offset_days > 0 && is_counted {
            trace.push(item, DeadlineRule::RingOffset { days: self.item.ring_offset_days });
        }
        let days = self.stood_still(first.version);
        if days > 0 && is_counted {
            trace.push(item, DeadlineRule::HaltExtends { version: first.version, days });
        }
        if first.due > first.without_notice {
            let (from, to) = (first.without_notice, first.due);
            trace.push(item, DeadlineRule::NoticeExtends { from, to });
        }
        let exempted = self.after_exemption(first.due);
        if exempted > first.due {
            trace.push(item, DeadlineRule::ExemptionMoves { from: first.due, to: exempted });
        }
        let allowed = next_allowed(self.settings, exempted);
        if allowed > exempted {
            trace.push(item, DeadlineRule::WindowMoves { from: exempted, to: allowed });
        }
        allowed
    }

    /// For how many days the clock of a release stood still because of trouble in earlier rings:
    /// while what meets an obligation is halted, nothing else is offered for it.
    fn stood_still(&self, version: OsVersion) -> u16 {
        let halts = self.item.halts.iter().filter(|halt| halt.version >= version);
        halts.map(RingHalt::days).fold(0, u16::saturating_add)
    }

    /// What fell due during an exemption is due on the day after it, at the same time of day.
    fn after_exemption(&self, due: DateTime) -> DateTime {
        match self.item.exempt_until {
            Some(until) if due.date() <= until => add_days(until, 1).to_datetime(due.time()),
            Some(_) | None => due,
        }
    }
}

impl Notice {
    /// The day on which notice is over of what could be installed from a day on.
    fn over(self, installable_from: Option<Date>) -> Date {
        match installable_from {
            Some(day) if day > self.reached_on => add_days(day, self.days),
            Some(_) | None => self.over_on,
        }
    }
}

/// The earlier of two obligations; of equal ones the lower version, which is what is due.
pub(super) fn earlier(first: Option<Obligation>, other: Obligation) -> Obligation {
    match first {
        Some(first) if (first.due, first.version) <= (other.due, other.version) => first,
        Some(_) | None => other,
    }
}

/// The first minute, at or after `deadline`, that no freeze window forbids and a maintenance
/// window allows.
fn next_allowed(settings: &ManagedOsSettings, deadline: DateTime) -> DateTime {
    let mut moment = deadline;
    // Every round but the last leaves a freeze window behind for good.
    for _ in 0..=settings.freeze_windows.len() {
        moment = into_maintenance(settings, after_freeze(settings, moment));
        if after_freeze(settings, moment) == moment {
            break;
        }
    }
    moment
}

fn after_freeze(settings: &ManagedOsSettings, moment: DateTime) -> DateTime {
    let windows = settings.freeze_windows.iter();
    let frozen = windows.filter(|window| window.from <= moment && moment < window.until);
    frozen.map(|window| window.until).max().unwrap_or(moment)
}

fn into_maintenance(settings: &ManagedOsSettings, moment: DateTime) -> DateTime {
    if settings.maintenance_windows.is_empty() {
        return moment;
    }
    let today = moment.weekday();
    // From yesterday, whose window may reach into today, to the same day next week.
    for days in -1..=7_i8 {
        let weekday = today.wrapping_add(days);
        let mut next: Option<DateTime> = None;
        for window in settings.maintenance_windows.iter().filter(|w| w.days.contains(&weekday)) {
            let day = shift_days(moment.date(), i64::from(days));
            let from = day.to_datetime(window.from);
            let last_day = if window.until > window.from { day } else { shift_days(day, 1) };
            if from <= moment && moment < last_day.to_datetime(window.until) {
                return moment;
            }
            if from > moment {
                next = Some(next.map_or(from, |next| next.min(from)));
            }
        }
        // The windows of later days begin no earlier.
        if let Some(next) = next {
            return next;
        }
    }
    moment
}

fn add_days(date: Date, days: u16) -> Date {
    if days == 0 { date } else { shift_days(date, i64::from(days)) }
}

fn shift_days(date: Date, days: i64) -> Date {
    date.saturating_add(SignedDuration::from_hours(24 * days))
}

/// The moment a civil deadline has in the enforcement time zone: a time that a clock change skips
/// is the next minute that exists, and one that comes twice is its first.
///
/// Only for devices that are not managed by declarations; those know their own zone.
pub fn instant_in_zone(deadline: DateTime, zone: &TimeZone) -> Timestamp {
    let at = |offset: Offset| offset.to_timestamp(deadline).unwrap_or(Timestamp::MAX);
    match zone.to_ambiguous_timestamp(deadline).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset),
        AmbiguousOffset::Fold { before, .. } => at(before),
        AmbiguousOffset::Gap { before, after } => {
            // Read with the later offset it lies before the change, and within a gap's length.
            let change = zone.following(at(after)).next();
            change.map_or_else(|| at(before), |transition| transition.timestamp())
        }
    }
}
