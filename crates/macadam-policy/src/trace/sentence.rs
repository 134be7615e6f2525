//! The rules in words: stable codes for programs, sentences for people.

use std::fmt;

use jiff::civil::DateTime;

use super::{
    Basis, DeadlineRule, ImprovementRule, ReleaseRule, Rule, ScopeRule, StatusRule, TargetRule,
};
use crate::InstallState;

impl Rule {
    /// A stable name for programs and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Scope(rule) => rule.code(),
            Self::Release(rule) => rule.code(),
            Self::Deadline(rule) => rule.code(),
            Self::Target(rule) => rule.code(),
            Self::Improvement(rule) => rule.code(),
            Self::Status(rule) => rule.code(),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(rule) => rule.fmt(f),
            Self::Release(rule) => rule.fmt(f),
            Self::Deadline(rule) => rule.fmt(f),
            Self::Target(rule) => rule.fmt(f),
            Self::Improvement(rule) => rule.fmt(f),
            Self::Status(rule) => rule.fmt(f),
        }
    }
}

impl ScopeRule {
    const fn code(&self) -> &'static str {
        match self {
            Self::NoItem => "no_item",
            Self::NotManageable(_) => "not_manageable",
            Self::OtherPlatform { .. } => "other_platform",
            Self::ExcludedByRule => "excluded_by_rule",
            Self::YieldsToMoreSpecific { .. } => "yields_to_more_specific",
            Self::YieldsToStricter { .. } => "yields_to_stricter",
            Self::AboveTrack { .. } => "above_track",
            Self::Upgrade { .. } => "upgrade",
            Self::NotManaged => "not_managed",
            Self::OfferedInSelfService { .. } => "offered_in_self_service",
            Self::AskedInSelfService { .. } => "asked_in_self_service",
            Self::MajorNotOut { .. } => "major_not_out",
            Self::MajorNotUsable { .. } => "major_not_usable",
            Self::MajorNotForDevice { .. } => "major_not_for_device",
            Self::Exempt { .. } => "exempt",
            Self::Paused => "paused",
            Self::Halted { .. } => "ring_halted",
        }
    }
}

impl fmt::Display for ScopeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoItem => f.write_str("no Managed OS item reaches this device"),
            Self::NotManageable(why) => write!(f, "{}; {}", why.reason(), why.remedy()),
            Self::OtherPlatform { platform } => write!(f, "the item is for {platform} only"),
            Self::ExcludedByRule => f.write_str("an assignment rule leaves this device out"),
            Self::YieldsToMoreSpecific { to } => {
                write!(f, "item {} is assigned more specifically and is used instead", *to + 1)
            }
            Self::YieldsToStricter { to } => {
                write!(f, "item {} has the earlier deadline and is used instead", *to + 1)
            }
            Self::AboveTrack { running, major } => {
                write!(f, "the device runs {running}, above {major}, and is never taken back")
            }
            Self::Upgrade { running, major } => {
                write!(f, "the device runs {running} and is to be upgraded to {major}")
            }
            Self::NotManaged => f.write_str("the item does not manage versions"),
            Self::OfferedInSelfService { version } => {
                write!(f, "{version} is offered in Self Service and was not asked for")
            }
            Self::AskedInSelfService { at } => {
                write!(f, "its user asked for the upgrade on {}", Local(*at))
            }
            Self::MajorNotOut { platform, major } => {
                write!(f, "{platform} {major} is not out for any device yet")
            }
            Self::MajorNotUsable { major } => write!(
                f,
                "every release of {major} for this device is withdrawn, on hold or not approved"
            ),
            Self::MajorNotForDevice { major } => {
                write!(f, "Apple lists {major} for other devices, but never for this one")
            }
            Self::Exempt { until } => write!(f, "the device is exempt until the end of {until}"),
            Self::Paused => f.write_str("the item is paused"),
            Self::Halted { version, ring, since } => write!(
                f,
                "{version} is halted for this ring since {since}: {} had trouble with it",
                ring_name(ring)
            ),
        }
    }
}

impl ReleaseRule {
    const fn code(&self) -> &'static str {
        match self {
            Self::Obliges { .. } => "release_obliges",
            Self::Held { .. } => "release_held",
            Self::NotApproved { .. } => "release_not_approved",
            Self::Withdrawn { .. } => "release_withdrawn",
            Self::Expired { .. } => "release_expired",
            Self::FloorObliges { .. } => "floor_obliges",
            Self::VersionObliges { .. } => "version_obliges",
            Self::FloorMet { .. } => "floor_met",
            Self::FloorNotPublished { .. } => "floor_not_published",
            Self::FloorNotInstallable { .. } => "floor_not_installable",
            Self::NothingDue { .. } => "nothing_due",
            Self::NothingInstallable { .. } => "nothing_installable",
            Self::LeavesFeed { .. } => "leaves_feed",
        }
    }
}

impl fmt::Display for ReleaseRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Obliges { version, basis, from, due } => {
                write!(f, "{version} {} {from} and is due by {}", basis.words(), Local(*due))
            }
            Self::Held { version } => write!(f, "{version} is on hold and obliges nobody"),
            Self::NotApproved { version } => {
                write!(f, "{version} is not approved yet and obliges nobody")
            }
            Self::Withdrawn { version } => {
                write!(f, "Apple withdrew {version} from this device; it obliges nobody")
            }
            Self::Expired { version } => {
                write!(f, "{version} can no longer be installed and sets no deadline")
            }
            Self::FloorObliges { version, due } => {
                write!(f, "the device must run at least {version} by {}", Local(*due))
            }
            Self::VersionObliges { version, due } => {
                write!(f, "the device must run exactly {version} by {}", Local(*due))
            }
            Self::FloorMet { running, version } => {
                write!(f, "the device runs {running} and {version} is asked for")
            }
            Self::FloorNotPublished { version } => write!(
                f,
                "the floor is not published for this model: Apple never listed {version} for it"
            ),
            Self::FloorNotInstallable { version, why, instead } => write!(
                f,
                "the floor is not met by {instead}, the newest the device can get: {version} {}",
                why.words()
            ),
            Self::NothingDue { running } => {
                write!(f, "the device runs {running} and nothing newer is asked of it")
            }
            Self::NothingInstallable { version, due, by, why } => write!(
                f,
                "{version} is due by {} and nothing satisfies it: {by} {}",
                Local(*due),
                why.words()
            ),
            Self::LeavesFeed { version, on } => write!(
                f,
                "{version} leaves Apple's feed on {on}; from then on nobody can install it"
            ),
        }
    }
}

impl Basis {
    const fn words(self) -> &'static str {
        match self {
            Self::Released => "was released for this device on",
            Self::Recorded => "was released on",
            Self::Derived => "was released (derived: for every device of its major) on",
            Self::Approved => "was approved, or released from a hold, on",
            Self::Returned => "or a newer version became installable again on",
        }
    }
}

impl DeadlineRule {
    const fn code(&self) -> &'static str {
        match self {
            Self::Earliest { .. } => "deadline_is_earliest",
            Self::RingOffset { .. } => "ring_offset",
            Self::HaltExtends { .. } => "halt_extends",
            Self::NoticeExtends { .. } => "notice_extends",
            Self::ExemptionMoves { .. } => "exemption_moves",
            Self::WindowMoves { .. } => "window_moves",
        }
    }
}

impl fmt::Display for DeadlineRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Earliest { version, due } => {
                write!(f, "the deadline is {}, the earliest due: {version}", Local(*due))
            }
            Self::RingOffset { days } => {
                write!(f, "dates are {days} days later for the device's ring")
            }
            Self::HaltExtends { version, days } => {
                write!(f, "{version} is due {days} days later: what meets it was halted so long")
            }
            Self::NoticeExtends { from, to } => {
                write!(f, "the minimum notice moves {} to {}", Local(*from), Local(*to))
            }
            Self::ExemptionMoves { from, to } => {
                write!(f, "the exemption moves {} to {}", Local(*from), Local(*to))
            }
            Self::WindowMoves { from, to } => {
                write!(f, "freeze and maintenance windows move {} to {}", Local(*from), Local(*to))
            }
        }
    }
}

impl TargetRule {
    const fn code(&self) -> &'static str {
        match self {
            Self::Newest { .. } => "target_is_newest",
            Self::Exact { .. } => "target_is_exact",
            Self::BuildAmong { .. } => "build_among",
            Self::KeptUntilDeadline { .. } => "kept_until_deadline",
            Self::KeptWhileAtWork { .. } => "kept_while_at_work",
            Self::First { .. } => "first",
            Self::Then { .. } => "then",
            Self::DeliveredBy(_) => "delivered_by",
        }
    }
}

impl fmt::Display for TargetRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest { version, build } => {
                write!(f, "the target is {version} ({build}), the newest it can install")
            }
            Self::Exact { version, build } => {
                write!(f, "the target is {version} ({build}), as typed")
            }
            Self::BuildAmong { build, count } => {
                write!(f, "build {build} is chosen among {count} that list this device")
            }
            Self::KeptUntilDeadline { version, newer } => write!(
                f,
                "{version} stays the target until the deadline: {newer} came too short a time \
                 before it"
            ),
            Self::KeptWhileAtWork { version, newer, state } => write!(
                f,
                "{version} stays the target for at most 48 hours although {newer} is newer: the \
                 device is {} it",
                doing(*state)
            ),
            Self::First { version, deadline } => {
                write!(f, "{version} by {} comes first of the items", Local(*deadline))
            }
            Self::Then { version, deadline } => {
                write!(f, "{version} by {} comes after it", Local(*deadline))
            }
            Self::DeliveredBy(mechanism) => write!(f, "it is delivered by {}", mechanism.words()),
        }
    }
}

const fn doing(state: InstallState) -> &'static str {
    match state {
        InstallState::None | InstallState::Waiting | InstallState::Failed => "not at work on",
        InstallState::Downloading => "downloading",
        InstallState::Prepared => "prepared to install",
        InstallState::Installing => "installing",
    }
}

impl ImprovementRule {
    const fn code(&self) -> &'static str {
        match self {
            Self::NeedsDdm => "improvement_needs_ddm",
            Self::NeedsNewest { .. } => "improvement_needs_newest",
            Self::NeedsBuild { .. } => "improvement_needs_build",
            Self::DueInherited { .. } => "improvement_due_inherited",
        }
    }
}

impl fmt::Display for ImprovementRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsDdm => f.write_str(
                "Background Security Improvements need declarative management, which this OS \
                 version does not offer for updates",
            ),
            Self::NeedsNewest { version, newest } => {
                write!(f, "{version} is only for devices on the newest version, {newest}")
            }
            Self::NeedsBuild { version, prerequisite: Some(build) } => {
                write!(f, "{version} is only for devices on build {build}")
            }
            Self::NeedsBuild { version, prerequisite: None } => {
                write!(f, "{version} is only for certain builds, and the device's is not known")
            }
            Self::DueInherited { version, by, due } => {
                write!(f, "{by} replaces {version} and takes over its due date, {}", Local(*due))
            }
        }
    }
}

impl StatusRule {
    const fn code(&self) -> &'static str {
        match self {
            Self::InstallFailed { .. } => "install_failed",
            Self::DeclarationRefused => "declaration_refused",
            Self::Overdue { .. } => "overdue",
        }
    }
}

impl fmt::Display for StatusRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InstallFailed { count: 1 } => f.write_str("the device failed to install once"),
            Self::InstallFailed { count } => {
                write!(f, "the device failed to install {count} times")
            }
            Self::DeclarationRefused => f.write_str("the device refused the declaration"),
            Self::Overdue { deadline } => write!(
                f,
                "the device still checks in more than 48 hours after the deadline {}",
                Local(*deadline)
            ),
        }
    }
}

/// A civil time to the minute, as people write it.
struct Local(DateTime);

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:{:02}", self.0.date(), self.0.hour(), self.0.minute())
    }
}

fn ring_name(ring: &str) -> String {
    if ring.is_empty() { "the devices in no ring".into() } else { format!("ring '{ring}'") }
}
