//! What is due: every release under rolling enforcement, or the version an administrator typed.

use jiff::civil::{Date, DateTime, Time};

use super::Unresolved;
use super::case::Case;
use super::improvement;
use super::judge::{Demand, Standing};
use super::schedule::{Obligation, earlier};
use super::target::{Due, Pick, settle, settle_exact};
use super::track::{Start, Track};
use crate::catalog::{KnownRelease, ReviewMoment, leaves_soon};
use crate::trace::{ReleaseRule, TargetRule};
use crate::{OsVersion, Period, ReviewState, Trace};

/// Every release of the track above the device's version is due some time after it came out.
pub(super) fn rolling(
    case: &Case<'_>,
    track: &Track<'_>,
    within: (Period, Time),
    trace: &mut Trace,
) -> Standing {
    let newest = track.newest_now(case);
    let mut first = requested(case, track, newest);
    let mut first_start = None;
    for release in track.newer.iter().filter(|release| release.is_known(case.now)) {
        let Some(start) = start(case, track, release, newest, trace) else { continue };
        let due = track.schedule.counted(release.version, start.day, within, release.released);
        let (version, due_at) = (release.version, due.due);
        track.note(
            trace,
            ReleaseRule::Obliges { version, basis: start.basis, from: start.day, due: due_at },
        );
        first = Some(earlier(first, due));
        let begins = (start.day, release.known_from);
        first_start = Some(first_start.map_or(begins, |earliest| begins.min(earliest)));
    }
    if let Some((newest, begins)) = newest.zip(first_start)
        && let Some(inherited) = improvement::inherited(case, track, begins, newest.version, trace)
    {
        first = Some(earlier(first, inherited));
    }
    conclude(case, track, first, newest, trace)
}

/// The day a release counts from, if it obliges the device; the trace says why it does not.
pub(super) fn start(
    case: &Case<'_>,
    track: &Track<'_>,
    release: &KnownRelease,
    newest: Option<&KnownRelease>,
    trace: &mut Trace,
) -> Option<Start> {
    let version = release.version;
    let since = match case.review(release, track.item.id, ReviewMoment::at(case.now)) {
        ReviewState::Approved { since } => since,
        ReviewState::Held => {
            track.note(trace, ReleaseRule::Held { version });
            return None;
        }
        ReviewState::NotApproved => {
            track.note(trace, ReleaseRule::NotApproved { version });
            return None;
        }
    };
    if release.is_withdrawn(case.now) {
        track.note(trace, ReleaseRule::Withdrawn { version });
        return None;
    }
    if newest.is_some_and(|newest| version > newest.version) {
        track.note(trace, ReleaseRule::Expired { version });
        return None;
    }
    Some(Start::of(release, since, case.now))
}

/// The device must run at least the typed version; it is given the newest.
pub(super) fn minimum(
    case: &Case<'_>,
    track: &Track<'_>,
    floor: Obligation,
    trace: &mut Trace,
) -> Standing {
    let (running, version) = (case.device.os_version, floor.version);
    if running >= version {
        track.note(trace, ReleaseRule::FloorMet { running, version });
        return Standing::Met;
    }
    track.note(trace, ReleaseRule::FloorObliges { version, due: floor.due });
    let newest = track.newest_now(case);
    match newest {
        Some(newest) if newest.version < version => {
            let (version, why) = missing(case, track, version);
            let instead = newest.version;
            track.note(trace, ReleaseRule::FloorNotInstallable { version, why, instead });
        }
        Some(_) => {}
        None if !track.is_upgrade && track.find(case, version).is_none() => {
            track.note(trace, ReleaseRule::FloorNotPublished { version });
            return Standing::FloorNotPublished;
        }
        None => {}
    }
    let first = requested(case, track, newest).map_or(floor, |asked| earlier(Some(asked), floor));
    conclude(case, track, Some(first), newest, trace)
}

/// The device must run exactly the typed version, unless it is above it.
pub(super) fn specific(
    case: &Case<'_>,
    track: &Track<'_>,
    wish: Obligation,
    trace: &mut Trace,
) -> Standing {
    let (running, version) = (case.device.os_version, wish.version);
    if running >= version {
        track.note(trace, ReleaseRule::FloorMet { running, version });
        return Standing::Met;
    }
    track.note(trace, ReleaseRule::VersionObliges { version, due: wish.due });
    let first = match track.asked {
        Some(asked) => earlier(Some(Obligation::asked(version, asked)), wish),
        None => wish,
    };
    let deadline = track.schedule.deadline(first, track.index, trace);
    if let Some(why) = track.obstacle(case, version) {
        return unresolved(track, (version, deadline), (version, why), trace);
    }
    let due = Due { version, deadline, since: first.since };
    let release = track.find(case, version);
    let pick = release.and_then(|found| settle_exact(case, found, due, trace));
    let Some(pick @ Pick { build, .. }) = pick else {
        let missing = (version, Unresolved::Expired);
        return unresolved(track, (version, deadline), missing, trace);
    };
    let is_leaving = |on: &Date| leaves_soon(*on, case.local.date());
    if let Some(on) = build.expires(case.now).filter(is_leaving) {
        track.note(trace, ReleaseRule::LeavesFeed { version, on });
    }
    track.note(trace, TargetRule::Exact { version, build: build.build.clone() });
    Standing::Due(demand(case, track, pick, deadline))
}

/// What the open obligations come to: the newest release by the earliest due date.
pub(super) fn conclude(
    case: &Case<'_>,
    track: &Track<'_>,
    first: Option<Obligation>,
    newest: Option<&KnownRelease>,
    trace: &mut Trace,
) -> Standing {
    let Some(first) = first else {
        track.note(trace, ReleaseRule::NothingDue { running: case.device.os_version });
        return Standing::Met;
    };
    let deadline = track.schedule.deadline(first, track.index, trace);
    let due = Due { version: first.version, deadline, since: first.since };
    let pick = newest.and_then(|newest| settle(case, track, newest, due, trace));
    let Some(pick @ Pick { release, build, .. }) = pick else {
        let missing = missing(case, track, first.version);
        return unresolved(track, (first.version, deadline), missing, trace);
    };
    let version = release.version;
    track.note(trace, TargetRule::Newest { version, build: build.build.clone() });
    Standing::Due(demand(case, track, pick, deadline))
}

fn unresolved(
    track: &Track<'_>,
    (version, due): (OsVersion, DateTime),
    (by, why): (OsVersion, Unresolved),
    trace: &mut Trace,
) -> Standing {
    track.note(trace, ReleaseRule::NothingInstallable { version, due, by, why });
    Standing::Unresolved(why, due)
}

fn demand(case: &Case<'_>, track: &Track<'_>, pick: Pick<'_>, deadline: DateTime) -> Demand {
    let version = pick.release.version;
    let send_build = track.settings.pin_build
        || version.letter().is_some()
        || case.catalog.is_forked(case.device.platform, version, pick.as_of);
    Demand { version, build: pick.build.build.clone(), send_build, deadline }
}

/// What keeps a version, and everything above it, from the device: where it is an administrator's
/// word about a release that Apple still offers, that, because it can be changed.
fn missing(case: &Case<'_>, track: &Track<'_>, version: OsVersion) -> (OsVersion, Unresolved) {
    let above = track.newer.iter().rev().take_while(|release| release.version >= version);
    let mut offered = above
        .filter(|release| release.is_usable(case.now) && case.has_prerequisite(release))
        .map(|release| release.version);
    let barred = offered.find_map(|offered| Some((offered, track.obstacle(case, offered)?)));
    barred
        .unwrap_or_else(|| (version, track.obstacle(case, version).unwrap_or(Unresolved::Expired)))
}

/// A request in Self Service makes what was the newest at that moment due at that moment.
pub(super) fn requested(
    case: &Case<'_>,
    track: &Track<'_>,
    newest: Option<&KnownRelease>,
) -> Option<Obligation> {
    let (asked, newest) = track.asked.zip(newest)?;
    let offered = track.newest(case, asked.at, ReviewMoment::at(case.now));
    let version = offered.map_or(newest.version, |offered| offered.version.min(newest.version));
    Some(Obligation::asked(version, asked))
}
