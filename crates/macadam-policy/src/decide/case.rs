//! One device at one moment: what every rule looks at.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::mechanism::mechanism;
use super::{Mechanism, NotManageable};
use crate::catalog::{DeviceReleases, KnownRelease, Moment, ReviewMoment};
use crate::{Catalog, Device, EnrollmentKind, ItemId, Platform, ReviewState};

/// Where a device lives that never told its offset: nowhere is a deadline over later.
pub(super) const UNKNOWN_OFFSET: Offset = Offset::constant(-12);
/// Where it lives when nothing may come too late: nowhere is a deadline over sooner.
const SOONEST_OFFSET: Offset = Offset::constant(14);

/// A device that can be managed, with what the catalog knows about it.
pub(super) struct Case<'a> {
    pub(super) now: Moment,
    /// The time on the device's own clock.
    pub(super) local: DateTime,
    pub(super) catalog: &'a Catalog,
    pub(super) device: &'a Device,
    pub(super) known: &'a DeviceReleases,
    offset: Offset,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        now: Timestamp,
        catalog: &'a Catalog,
        device: &'a Device,
    ) -> Result<Self, NotManageable> {
        if catalog.is_empty(now) {
            return Err(NotManageable::EmptyCatalog);
        }
        if device.enrollment == EnrollmentKind::User {
            return Err(NotManageable::UserEnrollment);
        }
        if device.platform == Platform::MacOs && !device.supervised {
            return Err(NotManageable::NotSupervised);
        }
        let needs_ddm = match mechanism(device, device.os_version.major()) {
            Some(Mechanism::Ddm) => true,
            Some(Mechanism::MdmCommands | Mechanism::Agent) => false,
            None => return Err(NotManageable::NoDeclarativeManagement),
        };
        if needs_ddm && !device.has_ddm_enforcement {
            return Err(NotManageable::NoDeclarativeManagement);
        }
        let moment = Moment::from(now);
        let id = device.update_id.as_ref().ok_or(NotManageable::NoUpdateId)?;
        let known = catalog.device(id).ok_or(NotManageable::NotInFeed)?;
        if !known.releases.iter().any(|release| release.is_known(moment)) {
            return Err(NotManageable::NotInFeed);
        }
        let offset = device.utc_offset.unwrap_or(UNKNOWN_OFFSET);
        let local = offset.to_datetime(now);
        Ok(Self { now: moment, local, catalog, device, known, offset })
    }

    /// The device-local time of a moment.
    pub(super) fn local_time(&self, moment: Timestamp) -> DateTime {
        self.offset.to_datetime(moment)
    }

    /// The moment at which the device's clock shows this time; the latest, where that is not known.
    pub(super) fn moment(&self, local: DateTime) -> Moment {
        moment_at(self.offset, local)
    }

    /// The soonest moment at which the device's clock may show this time.
    pub(super) fn soonest_moment(&self, local: DateTime) -> Moment {
        moment_at(self.device.utc_offset.unwrap_or(SOONEST_OFFSET), local)
    }

    pub(super) fn review(
        &self,
        release: &KnownRelease,
        item: ItemId,
        moment: ReviewMoment,
    ) -> ReviewState {
        self.catalog.review(self.device.platform, release, Some(item), moment)
    }

    /// Whether a release is for the build the device runs; only Background Security Improvements
    /// ask for one.
    pub(super) fn has_prerequisite(&self, release: &KnownRelease) -> bool {
        release.prerequisite.is_none() || release.prerequisite == self.device.build
    }
}

/// The moment at which a clock with this offset shows a time; the end of time when it never does.
pub(super) fn moment_at(offset: Offset, local: DateTime) -> Moment {
    offset.to_timestamp(local).map_or(Moment::MAX, Moment::from)
}
