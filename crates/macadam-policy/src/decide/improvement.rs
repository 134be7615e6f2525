//! Background Security Improvements: small releases for one build of the newest version.

use jiff::civil::{Date, Time};

use super::Mechanism;
use super::case::Case;
use super::judge::Standing;
use super::mechanism::mechanism;
use super::obligations::{conclude, start};
use super::schedule::{Obligation, earlier};
use super::track::{Start, Track};
use crate::catalog::{KnownRelease, Moment, ReviewMoment};
use crate::trace::{ImprovementRule, ReleaseRule};
use crate::{BsiEnforcement, OsVersion, Period, ReviewState, Trace};

/// What the item asks of a device that meets its version enforcement; `None` is nothing.
pub(super) fn judge(case: &Case<'_>, track: &Track<'_>, trace: &mut Trace) -> Option<Standing> {
    let within = schedule(track)?;
    let offered = Track::improvements(case, track);
    let latest = offered.newer.iter().rev().find(|release| release.is_usable(case.now))?;
    let version = latest.version;
    if !has_ddm(case) {
        track.note(trace, ImprovementRule::NeedsDdm);
        return None;
    }
    if let Some(newest) = track.newest_now(case) {
        let newest = newest.version;
        track.note(trace, ImprovementRule::NeedsNewest { version, newest });
        return None;
    }
    let matching = || offered.newer.iter().filter(|release| case.has_prerequisite(release));
    if matching().next().is_none() {
        let known = case.device.build.is_some();
        let prerequisite = latest.prerequisite.clone().filter(|_| known);
        track.note(trace, ImprovementRule::NeedsBuild { version, prerequisite });
        return None;
    }
    let newest = offered.newest_now(case)?;
    let mut first = None;
    for release in matching().filter(|release| release.is_known(case.now)) {
        let Some(start) = start(case, &offered, release, Some(newest), trace) else { continue };
        let due = offered.schedule.counted(release.version, start.day, within, release.released);
        let (version, basis, from, due_at) = (release.version, start.basis, start.day, due.due);
        offered.note(trace, ReleaseRule::Obliges { version, basis, from, due: due_at });
        first = Some(earlier(first, due));
    }
    Some(conclude(case, &offered, first, Some(newest), trace))
}

/// The due date of an improvement that was open until a newer minor took its place: the device
/// must not win time by not having installed it.
///
/// `begins` is when the first of the newer releases began to count.
pub(super) fn inherited(
    case: &Case<'_>,
    track: &Track<'_>,
    begins: (Date, Moment),
    by: OsVersion,
    trace: &mut Trace,
) -> Option<Obligation> {
    let within = schedule(track).filter(|_| !track.is_upgrade && has_ddm(case))?;
    let offered = Track::improvements(case, track);
    let mut first = None;
    for release in offered.newer.iter().filter(|release| case.has_prerequisite(release)) {
        let Some(start) = open_start(case, track, release) else { continue };
        if (start.day, release.known_from) < begins {
            let due = track.schedule.counted(release.version, start.day, within, release.released);
            first = Some(earlier(first, due));
        }
    }
    let first = first?;
    let (version, due) = (first.version, first.due);
    track.note(trace, ImprovementRule::DueInherited { version, by, due });
    Some(first)
}

fn open_start(case: &Case<'_>, track: &Track<'_>, release: &KnownRelease) -> Option<Start> {
    if !release.is_known(case.now) || release.is_withdrawn(case.now) {
        return None;
    }
    match case.review(release, track.item.id, ReviewMoment::at(case.now)) {
        ReviewState::Approved { since } => Some(Start::of(release, since, case.now)),
        ReviewState::NotApproved | ReviewState::Held => None,
    }
}

/// The item's schedule for improvements, if it enforces them and no item is for a higher major.
fn schedule(track: &Track<'_>) -> Option<(Period, Time)> {
    match track.settings.bsi {
        BsiEnforcement::Automatic { within, at } if track.is_newest => Some((within, at)),
        BsiEnforcement::Automatic { .. } | BsiEnforcement::None => None,
    }
}

fn has_ddm(case: &Case<'_>) -> bool {
    mechanism(case.device, case.device.os_version.major()) == Some(Mechanism::Ddm)
}
