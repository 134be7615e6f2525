//! Which version and build a device is given once it is known that something is due.

use jiff::civil::DateTime;

use super::case::Case;
use super::track::Track;
use crate::catalog::{KnownBuild, KnownRelease, Moment, ReviewMoment};
use crate::trace::TargetRule;
use crate::{AtWork, InstallState, OsVersion, Trace};

/// This long before its deadline the target stays as it is.
const FREEZE_HOURS: i64 = 24;
/// This long after its deadline a device that is at work on the old target may finish.
const FINISH_HOURS: i64 = 48;

/// A release and the build of it that answers for the device.
#[derive(Clone, Copy)]
pub(super) struct Pick<'a> {
    pub(super) release: &'a KnownRelease,
    pub(super) build: &'a KnownBuild,
}

/// What falls due, and when.
#[derive(Clone, Copy)]
pub(super) struct Due {
    pub(super) version: OsVersion,
    pub(super) deadline: DateTime,
}

/// The newest release of the track at the time: what every floor leads to.
///
/// From 24 hours before the deadline it is what was the newest then, so that a download is not
/// wasted, unless that one cannot be used any more or is below what is due. A device that misses
/// the deadline gets the newest, unless it is just at work on the older one.
pub(super) fn settle<'a>(
    case: &Case<'a>,
    track: &Track<'a>,
    newest: &'a KnownRelease,
    due: Due,
    trace: &mut Trace,
) -> Option<Pick<'a>> {
    let deadline = case.moment(due.deadline);
    let frozen_at = deadline.plus_hours(-FREEZE_HOURS);
    if case.now < frozen_at {
        return pick(case, newest, case.now, trace);
    }
    let approvals = ReviewMoment { now: case.now, approvals_until: frozen_at };
    let kept = track
        .newest(case, frozen_at, approvals)
        .filter(|kept| kept.version >= due.version && kept.version < newest.version)
        .filter(|kept| kept.is_usable(case.now));
    let Some(kept) = kept else { return pick(case, newest, case.now, trace) };
    let (version, newer) = (kept.version, newest.version);
    if case.now < deadline {
        trace.push(Some(track.index), TargetRule::KeptUntilDeadline { version, newer });
        return pick(case, kept, frozen_at, trace);
    }
    let at_work = case.device.at_work.as_ref().filter(|work| is_busy_with(work, version));
    match at_work.filter(|_| case.now < deadline.plus_hours(FINISH_HOURS)) {
        Some(AtWork { state, .. }) => {
            let state = *state;
            trace.push(Some(track.index), TargetRule::KeptWhileAtWork { version, newer, state });
            pick(case, kept, frozen_at, trace)
        }
        None => pick(case, newest, case.now, trace),
    }
}

fn is_busy_with(work: &AtWork, version: OsVersion) -> bool {
    let is_busy = match work.state {
        InstallState::Downloading | InstallState::Prepared | InstallState::Installing => true,
        InstallState::None | InstallState::Waiting | InstallState::Failed => false,
    };
    is_busy && work.pending_version == version
}

/// The build of a release for this device: not withdrawn, then public, then first seen last; what
/// lists most devices for a virtual machine, whose id many builds list.
pub(super) fn pick<'a>(
    case: &Case<'a>,
    release: &'a KnownRelease,
    seen_by: Moment,
    trace: &mut Trace,
) -> Option<Pick<'a>> {
    let usable = || release.builds.iter().filter(|build| build.is_usable(case.now));
    let count = usable().count();
    if count == 1 {
        return usable().next().map(|build| Pick { release, build });
    }
    let is_virtual = case.device.update_id.as_ref().is_some_and(|id| id.as_str().starts_with("VM"));
    let build = usable().max_by_key(|build| {
        let devices = if is_virtual {
            case.catalog.device_count(release.version, &build.build, case.now)
        } else {
            0
        };
        (build.is_usable(seen_by), devices, build.public.contains(case.now), build.first_seen)
    })?;
    let count = u8::try_from(count).unwrap_or(u8::MAX);
    trace.push(None, TargetRule::BuildAmong { build: build.build.clone(), count });
    Some(Pick { release, build })
}
