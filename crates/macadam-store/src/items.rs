//! Library items: their settings are documents that only the server reads.

use jiff::Timestamp;
use macadam_policy::{ItemId, Platform};

use crate::db::row;
use crate::{SaveError, Store, StoreError};

row! {
    /// A library item.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ItemRow {
        pub id: ItemId,
        pub kind: String,
        pub platform: Option<Platform>,
        pub major: Option<u16>,
        pub label: String,
        /// Counts the saves, for `If-Match`.
        pub version: i64,
        pub document: String,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

/// A library item to be created or saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    pub id: ItemId,
    pub kind: String,
    pub platform: Option<Platform>,
    pub major: Option<u16>,
    pub label: String,
    pub document: String,
}

impl Store {
    /// Creates a library item, with version 1.
    pub async fn create_item(&self, at: Timestamp, item: NewItem) -> Result<(), SaveError> {
        todo!()
    }

    /// Saves a library item over `version`; returns the new version.
    pub async fn save_item(
        &self,
        at: Timestamp,
        item: NewItem,
        version: i64,
    ) -> Result<i64, SaveError> {
        todo!()
    }

    /// Deletes a library item of this version, with its reach, requests and exceptions.
    pub async fn delete_item(&self, item: ItemId, version: i64) -> Result<(), SaveError> {
        todo!()
    }

    /// One library item.
    pub async fn item(&self, item: ItemId) -> Result<Option<ItemRow>, StoreError> {
        todo!()
    }

    /// All library items, oldest first.
    pub async fn items(&self) -> Result<Vec<ItemRow>, StoreError> {
        todo!()
    }
}
