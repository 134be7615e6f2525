//! The trace: every rule that fired for one decision, in order, in words an admin understands.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::{Build, OsVersion};

/// The steps that led to a decision, in the order they were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(pub Vec<TraceStep>);

/// One rule that fired, for the item at this position of the assigned items (if for one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    pub item: Option<u8>,
    pub rule: Rule,
}

/// Rules by name, with the facts they used. `Display` is the sentence an administrator reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    // Filled in by `decide`; each variant names its section of the Managed OS specification.
    ReleaseObliges { version: OsVersion, released: Date, due: DateTime },
    TargetIsNewest { version: OsVersion, build: Option<Build> },
    DeadlineIsEarliest { version: OsVersion, due: DateTime },
    NothingDue { version: OsVersion },
    ReachedOn { at: Timestamp },
}

impl Rule {
    /// A stable name for programs and logs.
    pub const fn code(&self) -> &'static str {
        ""
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
