//! What one item asks of one device.

use jiff::civil::DateTime;

use super::case::Case;
use super::improvement;
use super::obligations::{conclude, minimum, requested, rolling, specific};
use super::track::Track;
use super::{AssignedItem, Suspended, Unresolved};
use crate::catalog::{KnownRelease, ReviewMoment};
use crate::trace::ScopeRule;
use crate::{Build, Installation, OsVersion, Platform, Trace, VersionEnforcement};

/// What came of looking at one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The item is of no concern to this device.
    OutOfReach,
    /// Below the track, and nothing moves it there.
    LeftAlone,
    /// On the track, and nothing is open.
    Met,
    /// On the track, at the newest it can get, below a floor that its model never had.
    FloorNotPublished,
    Due(Demand),
    Available(OsVersion),
    /// The track is not out for the device yet; its item may already name a floor.
    Waiting {
        has_floor: bool,
    },
    /// The hardware cannot run the track; its item may ask for it all the same.
    Incompatible {
        has_floor: bool,
    },
    Unresolved(Unresolved, DateTime),
    Suspended(Suspended),
}

/// What is to be installed, and by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) version: OsVersion,
    pub(super) build: Build,
    pub(super) send_build: bool,
    pub(super) deadline: DateTime,
}

impl Standing {
    pub(super) const fn deadline(&self) -> Option<DateTime> {
        match self {
            Self::Due(Demand { deadline, .. }) | Self::Unresolved(_, deadline) => Some(*deadline),
            Self::OutOfReach
            | Self::LeftAlone
            | Self::Met
            | Self::FloorNotPublished
            | Self::Available(_)
            | Self::Waiting { .. }
            | Self::Incompatible { .. }
            | Self::Suspended(_) => None,
        }
    }

    /// Whether the device runs what the item asks for; a floor that the hardware cannot reach does
    /// not apply to it.
    pub(super) const fn meets_floor(&self) -> bool {
        match self {
            Self::OutOfReach
            | Self::LeftAlone
            | Self::Met
            | Self::Available(_)
            | Self::Incompatible { .. } => true,
            Self::Waiting { has_floor } => !*has_floor,
            Self::FloorNotPublished | Self::Due(_) | Self::Unresolved(..) | Self::Suspended(_) => {
                false
            }
        }
    }
}

/// Looks at one item for the device's platform.
///
/// `is_newest` tells whether no other item that reaches the device is for a higher major.
pub(super) fn judge(
    case: &Case<'_>,
    index: u8,
    item: &AssignedItem,
    is_newest: bool,
    trace: &mut Trace,
) -> Standing {
    let (running, major) = (case.device.os_version, item.item.settings().major);
    if running.major() > major {
        trace.push(Some(index), ScopeRule::AboveTrack { running, major });
        return Standing::OutOfReach;
    }
    let track = Track::new(case, index, item, is_newest);
    let mut standing =
        if track.is_upgrade { upgrade(case, &track, trace) } else { enforce(case, &track, trace) };
    if !track.is_upgrade && matches!(standing, Standing::Met) {
        standing = improvement::judge(case, &track, trace).unwrap_or(standing);
    }
    suspend(case, &track, standing, trace)
}

fn enforce(case: &Case<'_>, track: &Track<'_>, trace: &mut Trace) -> Standing {
    let typed =
        |version, time| track.schedule.typed(version, time, track.installable_from(case, version));
    match track.settings.enforcement {
        VersionEnforcement::DoNotManage => {
            track.note(trace, ScopeRule::NotManaged);
            Standing::Met
        }
        VersionEnforcement::Rolling { within, at } => rolling(case, track, (within, at), trace),
        VersionEnforcement::Minimum { version, on, at } => {
            minimum(case, track, typed(version, (on, at)), trace)
        }
        VersionEnforcement::Specific { version, on, at } => {
            specific(case, track, typed(version, (on, at)), trace)
        }
    }
}

/// The device is below the track: it is upgraded on the item's schedule, offered the upgrade, or
/// left alone.
fn upgrade(case: &Case<'_>, track: &Track<'_>, trace: &mut Trace) -> Standing {
    let (running, major) = (case.device.os_version, track.settings.major);
    let is_self_service = case.device.platform == Platform::MacOs
        && track.settings.installation == Installation::SelfService;
    let is_managed = track.settings.enforcement != VersionEnforcement::DoNotManage;
    if !is_managed && !is_self_service {
        track.note(trace, ScopeRule::NotManaged);
        return Standing::LeftAlone;
    }
    let newest = track.newest_now(case);
    let is_offered_only = is_self_service && track.asked.is_none();
    if newest.is_none()
        && let Some(standing) = not_out(case, track, is_managed && !is_offered_only, trace)
    {
        return standing;
    }
    let Some(asked) = track.asked else {
        if is_offered_only {
            return offer(case, track, newest, trace);
        }
        track.note(trace, ScopeRule::Upgrade { running, major });
        return enforce(case, track, trace);
    };
    track.note(trace, ScopeRule::AskedInSelfService { at: asked.local });
    match newest {
        Some(newest) if !is_managed => {
            conclude(case, track, requested(case, track, Some(newest)), Some(newest), trace)
        }
        Some(_) | None => enforce(case, track, trace),
    }
}

/// Offers the version the item would install.
fn offer(
    case: &Case<'_>,
    track: &Track<'_>,
    newest: Option<&KnownRelease>,
    trace: &mut Trace,
) -> Standing {
    let offered = match track.settings.enforcement {
        VersionEnforcement::Specific { version, .. } => {
            Some(version).filter(|version| track.obstacle(case, *version).is_none())
        }
        VersionEnforcement::DoNotManage
        | VersionEnforcement::Rolling { .. }
        | VersionEnforcement::Minimum { .. } => newest.map(|newest| newest.version),
    };
    let Some(version) = offered else {
        track.note(trace, ScopeRule::MajorNotUsable { major: track.settings.major });
        return Standing::Waiting { has_floor: false };
    };
    track.note(trace, ScopeRule::OfferedInSelfService { version });
    Standing::Available(version)
}

/// Why nothing of the track can be installed, where that is nobody's mistake; `None` when its
/// releases have merely expired.
///
/// A typed floor is one before its major is out, a rolling one only then; what is merely offered
/// is none.
fn not_out(
    case: &Case<'_>,
    track: &Track<'_>,
    is_enforced: bool,
    trace: &mut Trace,
) -> Option<Standing> {
    let (platform, major) = (case.device.platform, track.settings.major);
    let is_typed = match track.settings.enforcement {
        VersionEnforcement::Minimum { .. } | VersionEnforcement::Specific { .. } => true,
        VersionEnforcement::DoNotManage | VersionEnforcement::Rolling { .. } => false,
    };
    let waiting = Standing::Waiting { has_floor: is_enforced && is_typed };
    if !case.known.lists_major(major, case.now) {
        if case.catalog.is_major_known(platform, major, case.now) {
            track.note(trace, ScopeRule::MajorNotForDevice { major });
            return Some(Standing::Incompatible { has_floor: is_enforced });
        }
        track.note(trace, ScopeRule::MajorNotOut { platform, major });
        return Some(waiting);
    }
    let reviews = ReviewMoment::at(case.now);
    let is_barred = |release: &KnownRelease| {
        release.is_withdrawn(case.now)
            || !case.review(release, track.item.id, reviews).is_approved()
    };
    let known = track.newer.iter().filter(|release| release.is_known(case.now));
    if known.into_iter().all(is_barred) {
        track.note(trace, ScopeRule::MajorNotUsable { major });
        return Some(waiting);
    }
    None
}

/// Nothing is enforced on an exempt device or by a paused item, whatever is due; and no release
/// that an earlier ring had trouble with.
fn suspend(case: &Case<'_>, track: &Track<'_>, standing: Standing, trace: &mut Trace) -> Standing {
    if standing.deadline().is_none() {
        return standing;
    }
    if let Some(until) = track.item.exempt_until.filter(|until| case.local.date() <= *until) {
        track.note(trace, ScopeRule::Exempt { until });
        return Standing::Suspended(Suspended::Exempt);
    }
    if track.item.is_paused {
        track.note(trace, ScopeRule::Paused);
        return Standing::Suspended(Suspended::Paused);
    }
    if let Standing::Due(Demand { version, .. }) = standing
        && let Some(halt) = track.item.halts.iter().find(|halt| halt.stops(version))
    {
        let (ring, since) = (halt.ring.as_str().into(), halt.halted_on);
        track.note(trace, ScopeRule::Halted { version, ring, since });
        return Standing::Suspended(Suspended::Halted);
    }
    standing
}
