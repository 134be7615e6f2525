//! What a change of settings would do: the decisions before and after it, side by side.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::{Decision, DeviceId, Mechanism, OsVersion, Status};

/// What a decision asks of a device, for comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    pub version: OsVersion,
    /// Device-local.
    pub deadline: DateTime,
    pub mechanism: Option<Mechanism>,
}

/// What changes for one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewChange {
    pub device: DeviceId,
    pub before: Option<Demand>,
    pub after: Option<Demand>,
    pub status_before: Status,
    pub status_after: Status,
    /// Due within 24 hours, or overdue, by the device's clock.
    pub is_due_soon: bool,
}

/// What changes for all devices: those due within 24 hours first, then by deadline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub changes: Vec<PreviewChange>,
    pub unchanged: usize,
}

/// One device's decisions before and after a change, and what is needed to judge "soon".
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    pub device: DeviceId,
    pub utc_offset: Option<jiff::tz::Offset>,
    pub before: &'a Decision,
    pub after: &'a Decision,
}

impl Preview {
    /// Compares the decisions of every device.
    pub fn new<'a>(
        _now: Timestamp,
        _comparisons: impl IntoIterator<Item = Comparison<'a>>,
    ) -> Self {
        Self::default()
    }

    /// How many devices would be due within 24 hours.
    pub fn due_soon(&self) -> usize {
        self.changes.iter().take_while(|change| change.is_due_soon).count()
    }

    /// A fingerprint of everything shown: a save names it, so that nothing else is saved.
    pub fn digest(&self) -> u64 {
        0
    }
}

/// The day "give everybody N days" puts into an item that reaches devices today.
pub fn everybody_gets(_now: Timestamp, _days: u16) -> Date {
    Date::MIN
}
