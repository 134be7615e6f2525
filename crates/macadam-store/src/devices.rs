//! Devices, as lists and pages show them.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId, Platform};

use crate::codes::codes;
use crate::db::row;
use crate::{EnrollmentId, Store, StoreError};

codes! {
    /// A device's relation to this server.
    pub enum DeviceState {
        /// Authenticated; no TokenUpdate yet.
        Enrolling = "enrolling",
        Enrolled = "enrolled",
        Unenrolled = "unenrolled",
    }
}

row! {
    /// A device with its current enrollment, main facts and last decision.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DeviceRow {
        pub id: DeviceId,
        pub udid: Option<String>,
        /// Apple's id for a user enrollment, which has no UDID.
        pub enrollment_key: Option<String>,
        pub state: DeviceState,
        pub enrollment_id: EnrollmentId,
        pub generation: i64,
        pub blueprint_id: Option<BlueprintId>,
        pub name: String,
        /// JSON array of an administrator's words for the device.
        pub tags: String,
        pub first_enrolled_at: Timestamp,
        pub last_seen_at: Option<Timestamp>,
        pub platform: Option<Platform>,
        pub serial: String,
        pub model_name: String,
        pub product: String,
        pub os_version: String,
        pub os_build: String,
        pub os_extra: Option<String>,
        pub supervised: Option<bool>,
        pub status: Option<String>,
        pub reason: Option<String>,
        pub item_id: Option<ItemId>,
        pub target_version: Option<String>,
        pub target_build: Option<String>,
        pub deadline_local: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

/// Which devices to list; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Part of the name, serial number, UDID or model, without regard to case.
    pub search: Option<String>,
    pub blueprint: Option<BlueprintId>,
    pub platform: Option<Platform>,
    pub status: Option<String>,
    pub state: Option<DeviceState>,
}

/// The last device of a page; the next page begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageCursor {
    pub name: String,
    pub id: DeviceId,
}

impl Store {
    /// A page of devices by name, after the cursor.
    pub async fn devices(
        &self,
        filter: &DeviceFilter,
        after: Option<&PageCursor>,
        limit: u32,
    ) -> Result<Vec<DeviceRow>, StoreError> {
        todo!()
    }

    /// One device.
    pub async fn device(&self, device: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        todo!()
    }

    /// The device with this UDID, serial number or exact name, if there is exactly one.
    pub async fn device_called(&self, text: &str) -> Result<Option<DeviceRow>, StoreError> {
        todo!()
    }

    /// How many devices a filter matches.
    pub async fn count_devices(&self, filter: &DeviceFilter) -> Result<i64, StoreError> {
        todo!()
    }

    /// Sets the words an administrator has for a device. Says whether the device exists.
    pub async fn set_tags(&self, device: DeviceId, tags: Vec<String>) -> Result<bool, StoreError> {
        todo!()
    }
}
