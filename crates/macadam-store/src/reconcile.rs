//! Everything the decision needs of many devices, page by page, so that a fleet fits in memory.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId};

use crate::{DeviceFacts, EnrollmentId, SetToken, Store, StoreError};

/// One device with all stored facts that a decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSituation {
    pub device: DeviceId,
    pub enrollment: EnrollmentId,
    pub is_user_enrollment: bool,
    pub name: String,
    pub tags: Vec<String>,
    pub blueprint: Option<BlueprintId>,
    pub has_bootstrap_token: bool,
    pub last_seen_at: Option<Timestamp>,
    pub facts: DeviceFacts,
    pub assigned_set: Option<SetToken>,
    /// When each item first reached the device.
    pub reached: Vec<(ItemId, Timestamp)>,
    /// What its user asked for in Self Service.
    pub requested: Vec<(ItemId, Timestamp)>,
    /// Until when it is exempt; from one item, or from all of them (`None`).
    pub exempt: Vec<(Option<ItemId>, Timestamp)>,
    /// The status of the last decision.
    pub status: Option<String>,
}

impl Store {
    /// The enrolled devices after `after` in the order of their ids, `limit` at most.
    pub async fn situations(
        &self,
        after: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<DeviceSituation>, StoreError> {
        todo!()
    }

    /// These devices, those of them that are enrolled.
    pub async fn situations_of(
        &self,
        devices: &[DeviceId],
    ) -> Result<Vec<DeviceSituation>, StoreError> {
        todo!()
    }
}
