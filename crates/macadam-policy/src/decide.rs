//! The decision for one device.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::{Build, Catalog, Device, ItemId, ManagedOs, OsVersion, Trace};

/// A Managed OS item as it reaches one device, with the stored facts that go with it.
#[derive(Clone, Debug)]
pub struct AssignedItem {
    pub id: ItemId,
    pub item: Arc<ManagedOs>,
    /// When the item first reached the device; minimum notice counts from it.
    pub reached_at: Timestamp,
    /// How specific the node is that placed it.
    pub depth: u8,
    /// Days after the item's schedule, of the ring the device is in.
    pub ring_offset_days: u16,
    /// The ring is halted, or the item is paused: no new obligation is enforced.
    pub is_paused: bool,
    /// An assignment rule leaves the device out.
    pub is_excluded: bool,
    /// When its user asked for it in Self Service.
    pub requested_at: Option<Timestamp>,
    /// The device or its user is exempt until the end of this day (device-local).
    pub exempt_until: Option<Date>,
}

/// What one device must run, by when, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub outcome: Outcome,
    pub status: Status,
    pub mechanism: Option<Mechanism>,
    /// Whether the device meets every floor that is due or not.
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
    /// The item is paused, or the device's ring is halted.
    Paused,
    /// The device or its user is exempt for some days.
    Exempt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotManageable {
    NotSupervised,
    UserEnrollment,
    NoDeclarativeManagement,
    NoUpdateId,
    EmptyCatalog,
    NotInFeed,
}

impl Unresolved {
    /// The reason an administrator reads.
    pub const fn reason(self) -> &'static str {
        ""
    }

    /// What would fix it.
    pub const fn remedy(self) -> &'static str {
        ""
    }
}

impl NotManageable {
    /// The reason an administrator reads.
    pub const fn reason(self) -> &'static str {
        ""
    }

    /// What would fix it.
    pub const fn remedy(self) -> &'static str {
        ""
    }
}

/// The moment a civil deadline has in the enforcement time zone: a time that a clock change skips
/// is the next minute that exists, and one that comes twice is its first.
///
/// Only for devices that are not managed by declarations; those know their own zone.
pub fn instant_in_zone(_deadline: DateTime, _zone: &jiff::tz::TimeZone) -> Timestamp {
    Timestamp::MIN
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
    let _ = (now, catalog, items, device);
    Decision {
        outcome: Outcome::NotAssigned,
        status: Status::Pass,
        mechanism: None,
        meets_floor: true,
        trace: Trace::default(),
    }
}
