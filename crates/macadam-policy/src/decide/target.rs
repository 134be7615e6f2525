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
    /// The catalog's facts as of this moment made it the target.
    pub(super) as_of: Moment,
}

/// What falls due, and when.
#[derive(Clone, Copy)]
pub(super) struct Due {
    /// The lowest version that satisfies it.
    pub(super) version: OsVersion,
    pub(super) deadline: DateTime,
    /// No target from before this moment is kept.
    pub(super) since: Moment,
}

/// When the target of a deadline stands still.
#[derive(Clone, Copy)]
struct Freeze {
    from: Moment,
    until: Moment,
    /// A device that is at work on the old target may go on until then.
    finish: Moment,
}

impl Freeze {
    /// For a device whose clock is not known it begins by the soonest clock and ends by the latest.
    fn around(case: &Case<'_>, due: Due) -> Self {
        let from = case.soonest_moment(due.deadline).plus_hours(-FREEZE_HOURS);
        let until = case.moment(due.deadline);
        Self { from: from.max(due.since), until, finish: until.plus_hours(FINISH_HOURS) }
    }
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
    let freeze = Freeze::around(case, due);
    let newer = newest.version;
    if case.now < freeze.from {
        return pick(case, newest, case.now, trace);
    }
    if case.now < freeze.until {
        let kept = newest_at(case, track, freeze.from, due)
            .filter(|kept| kept.version >= due.version.min(newer))
            .filter(|kept| kept.is_usable(case.now));
        let Some(kept) = kept else { return pick(case, newest, case.now, trace) };
        let version = kept.version;
        if version < newer {
            trace.push(Some(track.index), TargetRule::KeptUntilDeadline { version, newer });
        }
        return pick(case, kept, freeze.from, trace);
    }
    let work = busy(case).filter(|_| case.now < freeze.finish);
    let kept = work
        .and_then(|work| target_at_work(case, track, work, (freeze, due)).zip(Some(work.state)));
    let Some(((kept, as_of), state)) = kept else { return pick(case, newest, case.now, trace) };
    let version = kept.version;
    if version < newer {
        trace.push(Some(track.index), TargetRule::KeptWhileAtWork { version, newer, state });
    }
    pick(case, kept, as_of, trace)
}

/// The build of a typed version, which stays as it is while any other target would.
pub(super) fn settle_exact<'a>(
    case: &Case<'a>,
    release: &'a KnownRelease,
    due: Due,
    trace: &mut Trace,
) -> Option<Pick<'a>> {
    let freeze = Freeze::around(case, due);
    let is_at_work = || busy(case).is_some_and(|work| is_about(work, release));
    let stands_still = freeze.from <= case.now
        && (case.now < freeze.until || (case.now < freeze.finish && is_at_work()));
    let as_of = release.usable_since(case.now).filter(|_| stands_still);
    pick(case, release, as_of.map_or(case.now, |since| since.max(freeze.from)), trace)
}

/// What was the newest for this obligation: where it is a Background Security Improvement whose
/// place a newer minor took, the improvement until there was one.
fn newest_at<'a>(
    case: &Case<'a>,
    track: &Track<'a>,
    at: Moment,
    due: Due,
) -> Option<&'a KnownRelease> {
    let approvals = ReviewMoment { now: case.now, approvals_until: at };
    track.newest(case, at, approvals).or_else(|| {
        due.version.letter()?;
        Track::improvements(case, track).newest(case, at, approvals)
    })
}

/// The release the device is at work on, if that was its target at some time since the target
/// stood still, and when it became that: then, when it came, or when something newer went.
fn target_at_work<'a>(
    case: &Case<'a>,
    track: &Track<'a>,
    work: &AtWork,
    (freeze, due): (Freeze, Due),
) -> Option<(&'a KnownRelease, Moment)> {
    let improvements = due.version.letter().map(|_| Track::improvements(case, track).newer);
    let releases = || track.newer.iter().chain(improvements.unwrap_or_default());
    let release = releases()
        .filter(|release| is_about(work, release) && case.has_prerequisite(release))
        .find(|release| release.is_usable(case.now))?;
    let came = freeze.from.max(release.usable_since(case.now)?);
    let newer = releases().filter(|newer| newer.version > release.version);
    let went = newer.flat_map(KnownRelease::usable_until);
    let went = went.filter(|went| came < *went && *went <= case.now);
    let is_target = |at: &Moment| {
        newest_at(case, track, *at, due).is_some_and(|target| std::ptr::eq(target, release))
    };
    let as_of = [came].into_iter().chain(went).filter(is_target).min()?;
    Some((release, as_of))
}

/// What the device reports to be downloading, about to install, or installing.
fn busy<'a>(case: &Case<'a>) -> Option<&'a AtWork> {
    case.device.at_work.as_ref().filter(|work| match work.state {
        InstallState::Downloading | InstallState::Prepared | InstallState::Installing => true,
        InstallState::None | InstallState::Waiting | InstallState::Failed => false,
    })
}

fn is_about(work: &AtWork, release: &KnownRelease) -> bool {
    let is_build = |build: &KnownBuild| work.pending_build.as_ref() == Some(&build.build);
    release.version == work.pending_version || release.builds.iter().any(is_build)
}

/// The build of a release for this device: not withdrawn, then public, then first seen last; what
/// lists most devices for a virtual machine, whose id many builds list.
fn pick<'a>(
    case: &Case<'a>,
    release: &'a KnownRelease,
    as_of: Moment,
    trace: &mut Trace,
) -> Option<Pick<'a>> {
    let usable = || release.builds.iter().filter(|build| build.is_usable(case.now));
    let count = usable().count();
    // What could not be had then makes the facts of today count.
    let picked = |build: &'a KnownBuild| {
        let as_of = if build.is_usable(as_of) { as_of } else { case.now };
        Pick { release, build, as_of }
    };
    if count == 1 {
        return usable().next().map(picked);
    }
    let is_virtual = case.device.update_id.as_ref().is_some_and(|id| id.as_str().starts_with("VM"));
    let build = usable().max_by_key(|build| {
        let devices = if is_virtual {
            case.catalog.device_count(release.version, &build.build, as_of)
        } else {
            0
        };
        (build.is_usable(as_of), devices, build.public.contains(as_of), build.first_seen)
    })?;
    let count = u8::try_from(count).unwrap_or(u8::MAX);
    trace.push(None, TargetRule::BuildAmong { build: build.build.clone(), count });
    Some(picked(build))
}
