//! Blueprints, and which device belongs to which.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId};

use crate::db::row;
use crate::{SaveError, Store, StoreError};

row! {
    /// A blueprint.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Blueprint {
        pub id: BlueprintId,
        pub name: String,
        /// `classic` or `map`.
        pub kind: String,
        /// Counts the saves, for `If-Match`.
        pub version: i64,
        pub document: String,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        /// How many devices belong to it.
        pub devices: i64,
    }
}

/// A blueprint to be created or saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBlueprint {
    pub id: BlueprintId,
    pub name: String,
    pub kind: String,
    pub document: String,
}

impl Store {
    /// Creates a blueprint, with version 1; its name must be free.
    pub async fn create_blueprint(
        &self,
        at: Timestamp,
        blueprint: NewBlueprint,
    ) -> Result<(), SaveError> {
        todo!()
    }

    /// Saves a blueprint over `version`; returns the new version.
    pub async fn save_blueprint(
        &self,
        at: Timestamp,
        blueprint: NewBlueprint,
        version: i64,
    ) -> Result<i64, SaveError> {
        todo!()
    }

    /// Deletes a blueprint of this version that no device belongs to.
    pub async fn delete_blueprint(
        &self,
        blueprint: BlueprintId,
        version: i64,
    ) -> Result<(), SaveError> {
        todo!()
    }

    /// One blueprint.
    pub async fn blueprint(&self, blueprint: BlueprintId) -> Result<Option<Blueprint>, StoreError> {
        todo!()
    }

    /// All blueprints by name.
    pub async fn blueprints(&self) -> Result<Vec<Blueprint>, StoreError> {
        todo!()
    }

    /// Moves devices to a blueprint, or out of theirs (`None`); returns those that moved.
    pub async fn move_devices(
        &self,
        devices: Vec<DeviceId>,
        blueprint: Option<BlueprintId>,
    ) -> Result<Vec<DeviceId>, SaveError> {
        todo!()
    }

    /// The devices of a blueprint that are enrolled, in the order of their ids, after `after`.
    pub async fn devices_of_blueprint(
        &self,
        blueprint: BlueprintId,
        after: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<DeviceId>, StoreError> {
        todo!()
    }
}
