//! The status an administrator sees (Managed OS specification, section 5).

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::case::{UNKNOWN_OFFSET, moment_at};
use super::{NotManageable, Outcome, Status, Suspended, Target};
use crate::catalog::Moment;
use crate::trace::StatusRule;
use crate::{Device, InstallState, Trace};

/// A device that still checks in this long after its deadline has a problem.
const OVERDUE_HOURS: i64 = 48;

pub(super) fn status(
    now: Timestamp,
    outcome: &Outcome,
    device: &Device,
    trace: &mut Trace,
) -> Status {
    match outcome {
        Outcome::Install { target, .. } => match problem(now, target, device) {
            Some(problem) => {
                trace.push(None, problem);
                Status::Error
            }
            None => progress(target, device),
        },
        Outcome::UpToDate | Outcome::NotAssigned => Status::Pass,
        Outcome::Available { .. } => Status::Available,
        // What Apple has yet to list for the device, no administrator can mend on it.
        Outcome::Waiting
        | Outcome::NotManageable(NotManageable::NotInFeed | NotManageable::EmptyCatalog) => {
            Status::Waiting
        }
        Outcome::Incompatible => Status::Incompatible,
        Outcome::Excluded | Outcome::Suspended(Suspended::Exempt) => Status::Excluded,
        Outcome::Suspended(Suspended::Paused | Suspended::Halted) => Status::Pending,
        Outcome::Unresolved(_)
        | Outcome::NotManageable(
            NotManageable::NotSupervised
            | NotManageable::UserEnrollment
            | NotManageable::NoDeclarativeManagement
            | NotManageable::NoUpdateId,
        ) => Status::Error,
    }
}

fn problem(now: Timestamp, target: &Target, device: &Device) -> Option<StatusRule> {
    if device.declaration_problem.is_some() {
        return Some(StatusRule::DeclarationRefused);
    }
    if device.failure_count > 0 {
        return Some(StatusRule::InstallFailed { count: device.failure_count });
    }
    let deadline = target.deadline;
    is_overdue(now, deadline, device).then_some(StatusRule::Overdue { deadline })
}

/// Overdue, and not for want of power or network: it was seen since.
fn is_overdue(now: Timestamp, deadline: DateTime, device: &Device) -> bool {
    let offset = device.utc_offset.unwrap_or(UNKNOWN_OFFSET);
    let overdue_from = moment_at(offset, deadline).plus_hours(OVERDUE_HOURS);
    let is_past = |moment: Timestamp| Moment::from(moment) > overdue_from;
    is_past(now) && device.last_seen.is_some_and(is_past)
}

/// How far the device says it is with this very target.
fn progress(target: &Target, device: &Device) -> Status {
    let work = device.at_work.as_ref().filter(|work| {
        let is_same_build = work.pending_build.as_ref() == Some(&target.build);
        work.pending_version == target.version || is_same_build
    });
    match work.map(|work| work.state) {
        Some(InstallState::Downloading) => Status::Downloading,
        Some(InstallState::Prepared) => Status::Cached,
        Some(InstallState::Installing) => Status::Installing,
        Some(InstallState::None | InstallState::Waiting | InstallState::Failed) | None => {
            Status::Pending
        }
    }
}
