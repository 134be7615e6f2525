//! Since when an item reaches a device, and what users asked for: both start clocks.

use jiff::Timestamp;
use macadam_policy::{DeviceId, ItemId};

use crate::db::row;
use crate::{Store, StoreError};

row! {
    /// An item reached a device for the first time at this moment.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Reach {
        pub device_id: DeviceId,
        pub item_id: ItemId,
        pub at: Timestamp,
    }
}

row! {
    /// A user asked for an item in Self Service.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct SelfServiceRequest {
        pub device_id: DeviceId,
        pub item_id: ItemId,
        pub at: Timestamp,
    }
}

impl Store {
    /// Notes items that reach devices; an earlier moment stays.
    pub async fn record_reach(&self, reached: Vec<Reach>) -> Result<(), StoreError> {
        todo!()
    }

    /// Forgets items that do not reach devices any more, with what was asked for of them.
    pub async fn forget_reach(&self, left: Vec<(DeviceId, ItemId)>) -> Result<(), StoreError> {
        todo!()
    }

    /// Notes what a user asked for; an earlier moment stays.
    pub async fn request_item(&self, request: SelfServiceRequest) -> Result<(), StoreError> {
        todo!()
    }
}
