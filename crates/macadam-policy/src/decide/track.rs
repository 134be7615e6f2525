//! The releases of one item's major for one device, as the rules see them.

use jiff::civil::{Date, DateTime};

use super::case::Case;
use super::schedule::Schedule;
use super::{AssignedItem, Unresolved};
use crate::catalog::{KnownRelease, Moment, ReviewMoment, Source};
use crate::trace::Basis;
use crate::{ManagedOsSettings, OsVersion, ReviewState, Rule, Trace};

/// One item's releases for one device.
#[derive(Clone, Copy)]
pub(super) struct Track<'a> {
    pub(super) index: u8,
    pub(super) item: &'a AssignedItem,
    pub(super) settings: &'a ManagedOsSettings,
    pub(super) schedule: Schedule<'a>,
    /// Whether no other item that reaches the device is for a higher major.
    pub(super) is_newest: bool,
    /// Whether the device runs a lower major.
    pub(super) is_upgrade: bool,
    /// When its user asked for the upgrade.
    pub(super) asked: Option<Asked>,
    /// The releases for this device id above the version it runs, oldest first.
    pub(super) newer: &'a [KnownRelease],
}

/// A request in Self Service.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) at: Moment,
    /// By the device's clock.
    pub(super) local: DateTime,
}

/// The day a release counts from, and why that day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) day: Date,
    pub(super) basis: Basis,
}

impl<'a> Track<'a> {
    pub(super) fn new(case: &Case<'a>, index: u8, item: &'a AssignedItem, is_newest: bool) -> Self {
        let settings = item.item.settings();
        let running = case.device.os_version;
        let is_upgrade = running.major() < settings.major;
        let asked = item.requested_at.filter(|at| is_upgrade && Moment::from(*at) <= case.now);
        Self {
            index,
            item,
            settings,
            schedule: Schedule::new(item),
            is_newest,
            is_upgrade,
            asked: asked.map(|at| {
                let local = item.requested_local.unwrap_or_else(|| case.local_time(at));
                Asked { at: at.into(), local: whole_second(local) }
            }),
            newer: case.known.track_above(settings.major, running),
        }
    }

    /// The same item over the Background Security Improvements of the running version.
    pub(super) fn improvements(case: &Case<'a>, track: &Self) -> Self {
        let running = case.device.os_version;
        let newer = case.known.improvements_above(running);
        Self { newer, asked: None, ..*track }
    }

    /// The newest release above the device's version that was installable and approved.
    pub(super) fn newest(
        &self,
        case: &Case<'_>,
        at: Moment,
        reviews: ReviewMoment,
    ) -> Option<&'a KnownRelease> {
        self.newer.iter().rev().find(|release| {
            release.is_usable(at)
                && case.has_prerequisite(release)
                && case.review(release, self.item.id, reviews).is_approved()
        })
    }

    pub(super) fn newest_now(&self, case: &Case<'_>) -> Option<&'a KnownRelease> {
        self.newest(case, case.now, ReviewMoment::at(case.now))
    }

    /// A version as the catalog knows it for this device.
    pub(super) fn find(&self, case: &Case<'a>, version: OsVersion) -> Option<&'a KnownRelease> {
        let list = case.known.list_of(version);
        let found = list.partition_point(|release| release.version < version);
        let same = list.get(found..)?.iter().take_while(|release| release.version == version);
        same.filter(|release| release.is_known(case.now))
            .find(|release| case.has_prerequisite(release))
    }

    /// What keeps a version from being installed, if anything does.
    pub(super) fn obstacle(&self, case: &Case<'a>, version: OsVersion) -> Option<Unresolved> {
        let Some(release) = self.find(case, version) else {
            return Some(Unresolved::NotForThisDevice);
        };
        match case.review(release, self.item.id, ReviewMoment::at(case.now)) {
            ReviewState::Held => Some(Unresolved::Held),
            ReviewState::NotApproved => Some(Unresolved::NotApproved),
            ReviewState::Approved { .. } if release.is_withdrawn(case.now) => {
                Some(Unresolved::Withdrawn)
            }
            ReviewState::Approved { .. } if !release.is_usable(case.now) => {
                Some(Unresolved::Expired)
            }
            ReviewState::Approved { .. } => None,
        }
    }

    /// The day from which a typed version could be installed: after a long gap, its end.
    pub(super) fn installable_from(&self, case: &Case<'a>, version: OsVersion) -> Option<Date> {
        let release = self.find(case, version)?;
        Some(release.returned_on(case.now).unwrap_or(release.released).max(release.released))
    }

    pub(super) fn note(&self, trace: &mut Trace, rule: impl Into<Rule>) {
        trace.push(Some(self.index), rule);
    }
}

/// Deadlines have no fraction of a second.
fn whole_second(local: DateTime) -> DateTime {
    local.with().subsec_nanosecond(0).build().unwrap_or(local)
}

impl Start {
    /// The day an approved release counts from: the latest of its release, its approval and the
    /// end of a gap in which it could not be had.
    pub(super) fn of(release: &KnownRelease, approved: Option<Date>, now: Moment) -> Self {
        let basis = match release.source {
            Source::Feed => Basis::Released,
            Source::History => Basis::Recorded,
            Source::Derived => Basis::Derived,
        };
        let mut start = Self { day: release.released, basis };
        if let Some(day) = approved.filter(|day| *day > start.day) {
            start = Self { day, basis: Basis::Approved };
        }
        if let Some(day) = release.returned_on(now).filter(|day| *day > start.day) {
            start = Self { day, basis: Basis::Returned };
        }
        start
    }
}
