//! The decision for one device.

mod case;
mod improvement;
mod judge;
mod mechanism;
mod obligations;
mod reasons;
mod schedule;
mod select;
mod status;
mod target;
mod track;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use self::case::Case;
pub use self::schedule::instant_in_zone;
use self::select::Choice;
use crate::trace::ScopeRule;
use crate::{Build, Catalog, Device, ItemId, ManagedOs, OsVersion, RingHalt, Trace};

/// A Managed OS item as it reaches one device, with the stored facts that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedItem {
    pub id: ItemId,
    pub item: Arc<ManagedOs>,
    /// When the item first reached the device; minimum notice counts from it.
    pub reached_at: Timestamp,
    /// How specific the node is that placed it.
    pub depth: u8,
    /// Days after the item's schedule, of the ring the device is in.
    pub ring_offset_days: u16,
    /// The item is paused: nothing is enforced.
    pub is_paused: bool,
    /// An assignment rule leaves the device out.
    pub is_excluded: bool,
    /// When its user asked for it in Self Service.
    pub requested_at: Option<Timestamp>,
    /// What the device's clock showed then; it is worked out where nobody noted it.
    pub requested_local: Option<DateTime>,
    /// The device or its user is exempt until the end of this day (device-local).
    pub exempt_until: Option<Date>,
    /// What stops, or stopped, releases for the device's ring because of trouble in an earlier one.
    pub halts: Vec<RingHalt>,
}

/// What one device must run, by when, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    pub status: Status,
    /// How the device is brought to its target, when it has one.
    pub mechanism: Option<Mechanism>,
    /// Whether the device meets every floor that applies to it, due or not.
    pub meets_floor: bool,
    pub trace: Trace,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Install this by its deadline.
    Install {
        target: Target,
        then: Option<OsVersion>,
    },
    /// No open obligation.
    UpToDate,
    /// Offered in Self Service, not requested.
    Available {
        version: OsVersion,
    },
    /// The track is not out for this device yet.
    Waiting,
    Incompatible,
    Excluded,
    /// An obligation is open and nothing installable satisfies it.
    Unresolved(Unresolved),
    /// An obligation is open, and a person's decision keeps it from being enforced for now.
    Suspended(Suspended),
    NotManageable(NotManageable),
    /// No Managed OS item reaches the device.
    NotAssigned,
}

impl Outcome {
    /// What the device has to install, if anything.
    #[must_use]
    pub const fn target(&self) -> Option<&Target> {
        match self {
            Self::Install { target, .. } => Some(target),
            Self::UpToDate
            | Self::Available { .. }
            | Self::Waiting
            | Self::Incompatible
            | Self::Excluded
            | Self::Unresolved(_)
            | Self::Suspended(_)
            | Self::NotManageable(_)
            | Self::NotAssigned => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub item: ItemId,
    pub version: OsVersion,
    /// The build that answers for this device id.
    pub build: Build,
    /// Whether `TargetBuildVersion` is to be sent.
    pub send_build: bool,
    /// Device-local.
    pub deadline: DateTime,
    pub details_url: Option<Arc<str>>,
}

/// What an administrator sees in lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Available,
    Pending,
    Waiting,
    Downloading,
    Cached,
    Installing,
    Pass,
    Error,
    Incompatible,
    Excluded,
}

/// How the device is brought to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mechanism {
    Ddm,
    MdmCommands,
    Agent,
}

/// Why nothing installable satisfies an open obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unresolved {
    NotForThisDevice,
    Held,
    Withdrawn,
    Expired,
    NotApproved,
}

/// Why an open obligation is not enforced for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspended {
    /// The item is paused.
    Paused,
    /// An earlier ring had trouble with the release, and nobody let it go on yet.
    Halted,
    /// The device or its user is exempt for some days.
    Exempt,
}

/// Why a device's OS cannot be managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotManageable {
    NotSupervised,
    UserEnrollment,
    NoDeclarativeManagement,
    NoUpdateId,
    EmptyCatalog,
    NotInFeed,
}

/// Decides what `device` must run, by when, and says why.
///
/// Never fails: a device that can have no target gets the reason an administrator reads.
pub fn decide(
    now: Timestamp,
    catalog: &Catalog,
    items: &[AssignedItem],
    device: &Device,
) -> Decision {
    let mut trace = Trace::new();
    let choice = match select::concerned(items, device, &mut trace) {
        Ok(mut concerned) => match Case::new(now, catalog, device) {
            Ok(case) => select::select(&case, &mut concerned, &mut trace),
            Err(why) => {
                trace.push(None, ScopeRule::NotManageable(why));
                Choice { meets_floor: false, ..Choice::of(Outcome::NotManageable(why)) }
            }
        },
        Err(outcome) => Choice::of(outcome),
    };
    let status = status::status(now, &choice.outcome, device, &mut trace);
    let Choice { outcome, mechanism, meets_floor } = choice;
    Decision { outcome, status, mechanism, meets_floor, trace }
}

#[cfg(test)]
pub(crate) mod tests;
