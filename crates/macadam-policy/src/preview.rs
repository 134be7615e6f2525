//! What a change of settings would do: the decisions before and after it, side by side.

use std::fmt::{self, Write};

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::{Decision, DeviceId, Mechanism, OsVersion, Status, VersionEnforcement};

/// Devices due this soon are named first.
const SOON: SignedDuration = SignedDuration::from_hours(24);

/// What a decision asks of a device, for comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    pub version: OsVersion,
    /// Device-local.
    pub deadline: DateTime,
    pub mechanism: Option<Mechanism>,
}

/// What changes for one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviewChange {
    pub device: DeviceId,
    pub before: Option<Demand>,
    pub after: Option<Demand>,
    pub status_before: Status,
    pub status_after: Status,
    /// Due within 24 hours, or overdue, by the device's clock.
    pub is_due_soon: bool,
}

/// What changes for all devices: those due within 24 hours first, then by deadline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub changes: Vec<PreviewChange>,
    pub unchanged: usize,
}

/// One device's decisions before and after a change, and what is needed to judge "soon".
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    pub device: DeviceId,
    /// `None` counts as UTC+14 here: nowhere is a deadline sooner.
    pub utc_offset: Option<Offset>,
    pub before: &'a Decision,
    pub after: &'a Decision,
}

impl Preview {
    /// Compares the decisions of every device.
    pub fn new<'a>(now: Timestamp, comparisons: impl IntoIterator<Item = Comparison<'a>>) -> Self {
        let mut preview = Self::default();
        for comparison in comparisons {
            match change(now, comparison) {
                Some(change) => preview.changes.push(change),
                None => preview.unchanged += 1,
            }
        }
        preview.changes.sort_by_key(|change| {
            let deadline = change.after.map(|demand| demand.deadline);
            (!change.is_due_soon, deadline.is_none(), deadline, change.device)
        });
        preview
    }

    /// How many devices would be due within 24 hours.
    pub fn due_soon(&self) -> usize {
        self.changes.iter().take_while(|change| change.is_due_soon).count()
    }

    /// A fingerprint of everything shown, so that a save can name the preview it was made after.
    /// It guards against surprises, not against forgery.
    pub fn digest(&self) -> u64 {
        let mut digest = Fnv::new();
        for change in &self.changes {
            // Writing to a digest cannot fail.
            let _ = write!(digest, "{change:?};");
        }
        let _ = write!(digest, "{}", self.unchanged);
        digest.0
    }
}

fn change(now: Timestamp, comparison: Comparison<'_>) -> Option<PreviewChange> {
    let Comparison { device, utc_offset, before, after } = comparison;
    let (demand_before, demand_after) = (demand(before), demand(after));
    if demand_before == demand_after && before.status == after.status {
        return None;
    }
    let is_due_soon =
        demand_after.filter(|demand| Some(*demand) != demand_before).is_some_and(|demand| {
            let offset = utc_offset.unwrap_or(Offset::constant(14));
            offset
                .to_timestamp(demand.deadline)
                .is_ok_and(|deadline| deadline.duration_since(now) <= SOON)
        });
    Some(PreviewChange {
        device,
        before: demand_before,
        after: demand_after,
        status_before: before.status,
        status_after: after.status,
        is_due_soon,
    })
}

fn demand(decision: &Decision) -> Option<Demand> {
    let target = decision.outcome.target()?;
    let (version, deadline) = (target.version, target.deadline);
    Some(Demand { version, deadline, mechanism: decision.mechanism })
}

/// The enforcement that gives everybody at least this many days, wherever they are.
///
/// Rolling enforcement switched on late would make devices due at once; a minimum of today's
/// newest version does not, and rolling can follow once the fleet is there.
pub fn give_everybody_days(
    enforcement: VersionEnforcement,
    newest: OsVersion,
    now: Timestamp,
    days: u16,
) -> VersionEnforcement {
    let earliest = now.checked_add(SignedDuration::from_hours(24 * i64::from(days)));
    // Nowhere is a time of day reached sooner than at UTC+14.
    let first = Offset::constant(14).to_datetime(earliest.unwrap_or(Timestamp::MAX));
    let first_day = |at| match first.date().tomorrow() {
        Ok(next) if first.time() > at => next,
        Ok(_) | Err(_) => first.date(),
    };
    match enforcement {
        VersionEnforcement::DoNotManage => enforcement,
        VersionEnforcement::Rolling { at, .. } => {
            VersionEnforcement::Minimum { version: newest, on: first_day(at), at }
        }
        VersionEnforcement::Minimum { version, on, at } => {
            VersionEnforcement::Minimum { version, on: on.max(first_day(at)), at }
        }
        VersionEnforcement::Specific { version, on, at } => {
            VersionEnforcement::Specific { version, on: on.max(first_day(at)), at }
        }
    }
}

/// The 64-bit FNV-1a hash: the same in every run and on every machine.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
