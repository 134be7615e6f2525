//! The trace: every rule that fired for one decision, in order, in words an admin understands.

mod facts;
mod sentence;

use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use crate::decide::{Mechanism, NotManageable, Unresolved};
use crate::{Build, InstallState, OsVersion, Platform};

pub use facts::{Facts, OTHER_ITEM};

/// The steps that led to a decision, in the order they were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(pub Vec<TraceStep>);

/// One rule that fired, for the item at this position of the assigned items (if for one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    pub item: Option<u8>,
    pub rule: Rule,
}

/// Rules with the facts they used. `Display` is the sentence an administrator reads.
///
/// The numbers below are those of the Managed OS specification, section 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    Scope(ScopeRule),
    Release(ReleaseRule),
    Deadline(DeadlineRule),
    Target(TargetRule),
    Improvement(ImprovementRule),
    Status(StatusRule),
}

/// Whether an item concerns the device, and whether the device can be managed (6, 11, 14 to 16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeRule {
    NoItem,
    NotManageable(NotManageable),
    OtherPlatform {
        platform: Platform,
    },
    ExcludedByRule,
    YieldsToMoreSpecific {
        to: u8,
    },
    YieldsToStricter {
        to: u8,
    },
    AboveTrack {
        running: OsVersion,
        major: u16,
    },
    Upgrade {
        running: OsVersion,
        major: u16,
    },
    NotManaged,
    OfferedInSelfService {
        version: OsVersion,
    },
    AskedInSelfService {
        at: DateTime,
    },
    MajorNotOut {
        platform: Platform,
        major: u16,
    },
    MajorNotUsable {
        major: u16,
    },
    MajorNotForDevice {
        major: u16,
    },
    Exempt {
        until: Date,
    },
    Paused,
    /// Trouble in this ring stops the release for the device's ring.
    Halted {
        version: OsVersion,
        ring: Arc<str>,
        since: Date,
    },
}

/// Which releases oblige the device, and which do not (8, 13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseRule {
    Obliges { version: OsVersion, basis: Basis, from: Date, due: DateTime },
    Held { version: OsVersion },
    NotApproved { version: OsVersion },
    Withdrawn { version: OsVersion },
    Expired { version: OsVersion },
    FloorObliges { version: OsVersion, due: DateTime },
    VersionObliges { version: OsVersion, due: DateTime },
    FloorMet { running: OsVersion, version: OsVersion },
    FloorNotPublished { version: OsVersion },
    FloorNotInstallable { version: OsVersion, why: Unresolved, instead: OsVersion },
    NothingDue { running: OsVersion },
    NothingInstallable { version: OsVersion, due: DateTime, by: OsVersion, why: Unresolved },
    LeavesFeed { version: OsVersion, on: Date },
}

/// What made the deadline (9, and the brakes of section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadlineRule {
    Earliest { version: OsVersion, due: DateTime },
    RingOffset { days: u16 },
    HaltExtends { version: OsVersion, days: u16 },
    NoticeExtends { from: DateTime, to: DateTime },
    ExemptionMoves { from: DateTime, to: DateTime },
    WindowMoves { from: DateTime, to: DateTime },
}

/// What made the target, among versions, builds and items (7, 10, 11, and section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetRule {
    Newest { version: OsVersion, build: Build },
    Exact { version: OsVersion, build: Build },
    BuildAmong { build: Build, count: u8 },
    KeptUntilDeadline { version: OsVersion, newer: OsVersion },
    KeptWhileAtWork { version: OsVersion, newer: OsVersion, state: InstallState },
    First { version: OsVersion, deadline: DateTime },
    Then { version: OsVersion, deadline: DateTime },
    DeliveredBy(Mechanism),
}

/// Background Security Improvements (12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImprovementRule {
    NeedsDdm,
    NeedsNewest { version: OsVersion, newest: OsVersion },
    NeedsBuild { version: OsVersion, prerequisite: Option<Build> },
    DueInherited { version: OsVersion, by: OsVersion, due: DateTime },
}

/// Why the status is Error (section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusRule {
    InstallFailed { count: u32 },
    DeclarationRefused,
    Overdue { deadline: DateTime },
}

/// What the day a release counts from is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// First seen public for this device id.
    Released,
    /// From before the record, for this device id.
    Recorded,
    /// From before the record, taken to be for every device of the major.
    Derived,
    /// The day it was approved or released from a hold.
    Approved,
    /// The day something became installable again after a long gap.
    Returned,
}

impl From<ScopeRule> for Rule {
    fn from(rule: ScopeRule) -> Self {
        Self::Scope(rule)
    }
}
impl From<ReleaseRule> for Rule {
    fn from(rule: ReleaseRule) -> Self {
        Self::Release(rule)
    }
}
impl From<DeadlineRule> for Rule {
    fn from(rule: DeadlineRule) -> Self {
        Self::Deadline(rule)
    }
}
impl From<TargetRule> for Rule {
    fn from(rule: TargetRule) -> Self {
        Self::Target(rule)
    }
}
impl From<ImprovementRule> for Rule {
    fn from(rule: ImprovementRule) -> Self {
        Self::Improvement(rule)
    }
}
impl From<StatusRule> for Rule {
    fn from(rule: StatusRule) -> Self {
        Self::Status(rule)
    }
}

impl Trace {
    /// Decisions rarely need more steps; one allocation is enough for them.
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(24))
    }

    pub(crate) fn push(&mut self, item: Option<u8>, rule: impl Into<Rule>) {
        self.0.push(TraceStep { item, rule: rule.into() });
    }
}
