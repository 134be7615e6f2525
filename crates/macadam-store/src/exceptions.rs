//! Exceptions: a device is exempt until a moment, with a reason.

use jiff::Timestamp;
use macadam_policy::{DeviceId, ItemId};

use crate::db::row;
use crate::{ExceptionId, Store, StoreError};

row! {
    /// An exception; it ends by itself.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Exception {
        pub id: ExceptionId,
        pub device_id: DeviceId,
        /// The one item it is about; `None` for all.
        pub item_id: Option<ItemId>,
        pub until: Timestamp,
        pub reason: String,
        pub created_by: String,
        pub created_at: Timestamp,
    }
}

/// An exception to be made.
pub type NewException = Exception;

impl Store {
    /// Makes an exception. Says whether the device exists.
    pub async fn add_exception(&self, exception: NewException) -> Result<bool, StoreError> {
        todo!()
    }

    /// Ends an exception early. Says whether there was one.
    pub async fn end_exception(&self, exception: ExceptionId) -> Result<bool, StoreError> {
        todo!()
    }

    /// The exceptions of a device, ended ones included.
    pub async fn exceptions_of(&self, device: DeviceId) -> Result<Vec<Exception>, StoreError> {
        todo!()
    }

    /// The devices whose exceptions ended after `after` and by `now`: they need a new decision.
    pub async fn exceptions_ended(
        &self,
        after: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<DeviceId>, StoreError> {
        todo!()
    }
}
