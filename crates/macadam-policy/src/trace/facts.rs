//! What the sentence of a rule is made of, by name: for programs, and for other languages.
//!
//! Versions, builds and numbers are as people write them, days `2026-02-25`, times by the device's
//! clock `2026-02-25T12:30:00`, and words of a small set their stable names.

use super::{
    Basis, DeadlineRule, ImprovementRule, ReleaseRule, Rule, ScopeRule, StatusRule, TargetRule,
};
use crate::InstallState;

/// The facts of one rule.
pub type Facts = Vec<(&'static str, String)>;

/// The name of the fact that is another item's place among those assigned, counted from one.
pub const OTHER_ITEM: &str = "other_item";

macro_rules! facts {
    ($($name:ident: $value:expr),* $(,)?) => {
        vec![$((stringify!($name), $value.to_string())),*]
    };
}

impl Rule {
    /// What its sentence is made of.
    pub fn facts(&self) -> Facts {
        match self {
            Self::Scope(rule) => rule.facts(),
            Self::Release(rule) => rule.facts(),
            Self::Deadline(rule) => rule.facts(),
            Self::Target(rule) => rule.facts(),
            Self::Improvement(rule) => rule.facts(),
            Self::Status(rule) => rule.facts(),
        }
    }
}

impl ScopeRule {
    fn facts(&self) -> Facts {
        match self {
            Self::NoItem | Self::ExcludedByRule | Self::NotManaged | Self::Paused => Facts::new(),
            Self::NotManageable(why) => facts!(why: why.code()),
            Self::OtherPlatform { platform } => facts!(platform: platform),
            Self::YieldsToMoreSpecific { to } | Self::YieldsToStricter { to } => {
                vec![(OTHER_ITEM, (u16::from(*to) + 1).to_string())]
            }
            Self::AboveTrack { running, major } | Self::Upgrade { running, major } => {
                facts!(running: running, major: major)
            }
            Self::OfferedInSelfService { version } => facts!(version: version),
            Self::AskedInSelfService { at } => facts!(at: at),
            Self::MajorNotOut { platform, major } => facts!(platform: platform, major: major),
            Self::MajorNotUsable { major } | Self::MajorNotForDevice { major } => {
                facts!(major: major)
            }
            Self::Exempt { until } => facts!(until: until),
            Self::Halted { version, ring, since } => {
                facts!(version: version, ring: ring, since: since)
            }
        }
    }
}

impl ReleaseRule {
    fn facts(&self) -> Facts {
        match self {
            Self::Obliges { version, basis, from, due } => {
                facts!(version: version, basis: basis.code(), from: from, due: due)
            }
            Self::Held { version }
            | Self::NotApproved { version }
            | Self::Withdrawn { version }
            | Self::Expired { version }
            | Self::FloorNotPublished { version } => facts!(version: version),
            Self::FloorObliges { version, due } | Self::VersionObliges { version, due } => {
                facts!(version: version, due: due)
            }
            Self::FloorMet { running, version } => facts!(running: running, version: version),
            Self::FloorNotInstallable { version, why, instead } => {
                facts!(version: version, why: why.code(), instead: instead)
            }
            Self::NothingDue { running } => facts!(running: running),
            Self::NothingInstallable { version, due, by, why } => {
                facts!(version: version, due: due, by: by, why: why.code())
            }
            Self::LeavesFeed { version, on } => facts!(version: version, on: on),
        }
    }
}

impl Basis {
    const fn code(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Recorded => "recorded",
            Self::Derived => "derived",
            Self::Approved => "approved",
            Self::Returned => "returned",
        }
    }
}

impl DeadlineRule {
    fn facts(&self) -> Facts {
        match self {
            Self::Earliest { version, due } => facts!(version: version, due: due),
            Self::RingOffset { days } => facts!(days: days),
            Self::HaltExtends { version, days } => facts!(version: version, days: days),
            Self::NoticeExtends { from, to }
            | Self::ExemptionMoves { from, to }
            | Self::WindowMoves { from, to } => facts!(from: from, to: to),
        }
    }
}

impl TargetRule {
    fn facts(&self) -> Facts {
        match self {
            Self::Newest { version, build } | Self::Exact { version, build } => {
                facts!(version: version, build: build)
            }
            Self::BuildAmong { build, count } => facts!(build: build, count: count),
            Self::KeptUntilDeadline { version, newer } => {
                facts!(version: version, newer: newer)
            }
            Self::KeptWhileAtWork { version, newer, state } => {
                facts!(version: version, newer: newer, state: doing(*state))
            }
            Self::First { version, deadline } | Self::Then { version, deadline } => {
                facts!(version: version, deadline: deadline)
            }
            Self::DeliveredBy(mechanism) => facts!(mechanism: mechanism.code()),
        }
    }
}

const fn doing(state: InstallState) -> &'static str {
    match state {
        InstallState::None | InstallState::Waiting | InstallState::Failed => "idle",
        InstallState::Downloading => "downloading",
        InstallState::Prepared => "prepared",
        InstallState::Installing => "installing",
    }
}

impl ImprovementRule {
    fn facts(&self) -> Facts {
        match self {
            Self::NeedsDdm => Facts::new(),
            Self::NeedsNewest { version, newest } => facts!(version: version, newest: newest),
            Self::NeedsBuild { version, prerequisite: Some(build) } => {
                facts!(version: version, build: build)
            }
            Self::NeedsBuild { version, prerequisite: None } => facts!(version: version),
            Self::DueInherited { version, by, due } => {
                facts!(version: version, by: by, due: due)
            }
        }
    }
}

impl StatusRule {
    fn facts(&self) -> Facts {
        match self {
            Self::InstallFailed { count } => facts!(count: count),
            Self::DeclarationRefused => Facts::new(),
            Self::Overdue { deadline } => facts!(deadline: deadline),
        }
    }
}
