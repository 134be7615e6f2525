//! The last decision of each device for lists and counts, and the timeline of statuses.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId, Platform};

use crate::db::row;
use crate::{Store, StoreError};

/// The summary of a decision; the decision itself is derived again whenever it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    pub device: DeviceId,
    pub status: String,
    pub item: Option<ItemId>,
    pub target_version: Option<String>,
    pub target_build: Option<String>,
    pub deadline_local: Option<String>,
    pub mechanism: Option<String>,
    pub meets_floor: bool,
    /// A stable code for filters.
    pub reason: Option<String>,
    /// The sentence an administrator reads.
    pub detail: String,
    /// What led to it: a message of the device, a release, an edit.
    pub source: String,
}

row! {
    /// The last decision of a device.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StoredDecision {
        pub device_id: DeviceId,
        pub status: String,
        pub item_id: Option<ItemId>,
        pub target_version: Option<String>,
        pub target_build: Option<String>,
        pub deadline_local: Option<String>,
        pub mechanism: Option<String>,
        pub meets_floor: bool,
        pub reason: Option<String>,
        pub detail: String,
        pub decided_at: Timestamp,
    }
}

row! {
    /// One change of a device's status.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StatusChange {
        /// Orders the changes; also the cursor of a page.
        pub seq: i64,
        pub device_id: DeviceId,
        pub at: Timestamp,
        pub source: String,
        pub old_status: Option<String>,
        pub new_status: String,
        pub item_id: Option<ItemId>,
        pub detail: String,
    }
}

row! {
    /// How many enrolled devices have a status.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct StatusCount {
        pub blueprint_id: Option<BlueprintId>,
        pub platform: Option<Platform>,
        pub status: Option<String>,
        pub devices: i64,
    }
}

impl Store {
    /// Records decisions, and every change of a status in the timeline.
    pub async fn record_decisions(
        &self,
        at: Timestamp,
        decisions: Vec<DecisionRecord>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// The last decision of a device.
    pub async fn last_decision(
        &self,
        device: DeviceId,
    ) -> Result<Option<StoredDecision>, StoreError> {
        todo!()
    }

    /// A page of a device's status changes, newest first, below the cursor `before`.
    pub async fn timeline(
        &self,
        device: DeviceId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StatusChange>, StoreError> {
        todo!()
    }

    /// How many devices have which status, by blueprint and platform.
    pub async fn status_counts(&self) -> Result<Vec<StatusCount>, StoreError> {
        todo!()
    }
}
