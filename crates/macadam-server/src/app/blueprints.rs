//! Blueprints: which items reach which devices.

use std::collections::BTreeMap;

use macadam_api::blueprints::{AssignDevices, Blueprint, BlueprintFilter, WriteBlueprint};
use macadam_api::previews::PreviewRequest;
use macadam_policy::{BlueprintId, DeviceId};
use macadam_store::{SaveError, StoreError};
use serde_json::json;

use super::App;
use super::caller::Caller;
use super::changes::ChangeError;
use super::draft::new_blueprint;
use super::library::BlueprintDocument;

impl App {
    /// The blueprints that match, by name.
    pub(crate) async fn list_blueprints(
        &self,
        filter: &BlueprintFilter,
    ) -> Result<Vec<Blueprint>, StoreError> {
        let rows = self.store.blueprints().await?;
        let search = filter.search.as_ref().map(|search| search.to_lowercase());
        let item = filter.item_id.map(|id| id.to_string());
        let matching = rows.into_iter().filter(|row| {
            search.as_ref().is_none_or(|search| row.name.to_lowercase().contains(search))
                && item.as_ref().is_none_or(|item| row.document.contains(item))
        });
        let counts = self.store.blueprint_counts().await?;
        Ok(matching.filter_map(|row| show(row, &counts)).collect())
    }

    /// One blueprint.
    pub(crate) async fn show_blueprint(&self, id: BlueprintId) -> Result<Blueprint, ChangeError> {
        let row = self.store.blueprint(id).await?;
        let counts = self.store.blueprint_counts().await?;
        row.and_then(|row| show(row, &counts)).ok_or(ChangeError::Unknown("blueprint"))
    }

    /// Creates a blueprint without devices.
    pub(crate) async fn create_blueprint(
        &self,
        caller: &Caller,
        wish: WriteBlueprint,
    ) -> Result<Blueprint, ChangeError> {
        let now = self.fleet_clock.now();
        let id = BlueprintId(self.ids.id(self.wall_clock.now()));
        let document = document(&wish);
        let mut draft = self.stored_configuration().await?;
        draft.put_blueprint(now, id, &wish.name, &document);
        let problems = draft.problems();
        let (true, Some(row)) = (problems.is_empty(), draft.blueprint(id)) else {
            return Err(ChangeError::Problems(problems));
        };
        let target = format!("blueprints/{id}");
        self.audit(caller, "create_blueprint", &target, json!(wish)).await?;
        self.store.create_blueprint(now, new_blueprint(row)).await?;
        self.policy_changed();
        self.show_blueprint(id).await
    }

    /// Replaces a blueprint.
    pub(crate) async fn update_blueprint(
        &self,
        caller: &Caller,
        (id, revision): (BlueprintId, u64),
        wish: WriteBlueprint,
    ) -> Result<Blueprint, ChangeError> {
        let now = self.fleet_clock.now();
        let assignment = wish.assignment.clone();
        let request = PreviewRequest::Blueprint { id: id.0, assignment };
        let mut proposal = self.propose(&request).await?;
        proposal.draft.put_blueprint(now, id, &wish.name, &document(&wish));
        self.check_proposal(&proposal, wish.preview_digest.as_deref()).await?;
        let row = proposal.draft.blueprint(id).ok_or(ChangeError::Unknown("blueprint"))?;
        let target = format!("blueprints/{id}");
        self.audit(caller, "update_blueprint", &target, json!(wish)).await?;
        let version = i64::try_from(revision).unwrap_or(i64::MAX);
        self.store.save_blueprint(now, new_blueprint(row), version).await?;
        self.policy_changed();
        self.show_blueprint(id).await
    }

    /// Deletes a blueprint that no device is in.
    pub(crate) async fn delete_blueprint(
        &self,
        caller: &Caller,
        id: BlueprintId,
        revision: u64,
    ) -> Result<(), ChangeError> {
        let blueprint = self.show_blueprint(id).await?;
        if blueprint.device_count > 0 {
            return Err(ChangeError::HasDevices(blueprint.device_count));
        }
        let detail = json!({ "name": blueprint.name });
        self.audit(caller, "delete_blueprint", &format!("blueprints/{id}"), detail).await?;
        let version = i64::try_from(revision).unwrap_or(i64::MAX);
        match self.store.delete_blueprint(self.wall_clock.now(), id, version).await {
            Err(SaveError::InUse) => return Err(ChangeError::Awaited),
            deleted => deleted?,
        }
        self.policy_changed();
        Ok(())
    }

    /// Moves devices into a blueprint.
    pub(crate) async fn assign_devices(
        &self,
        caller: &Caller,
        id: BlueprintId,
        wish: AssignDevices,
    ) -> Result<Blueprint, ChangeError> {
        let device_ids = wish.device_ids.clone();
        let request = PreviewRequest::AssignDevices { blueprint_id: id.0, device_ids };
        let proposal = self.propose(&request).await?;
        self.check_proposal(&proposal, wish.preview_digest.as_deref()).await?;
        let target = format!("blueprints/{id}");
        self.audit(caller, "assign_devices", &target, json!(wish)).await?;
        let devices = wish.device_ids.into_iter().map(DeviceId).collect();
        self.store.move_devices(devices, Some(id)).await?;
        self.policy_changed();
        self.show_blueprint(id).await
    }
}

fn document(wish: &WriteBlueprint) -> BlueprintDocument {
    BlueprintDocument { description: wish.description.clone(), assignment: wish.assignment.clone() }
}

fn show(row: macadam_store::Blueprint, counts: &BTreeMap<BlueprintId, u64>) -> Option<Blueprint> {
    let document: BlueprintDocument = serde_json::from_str(&row.document).ok()?;
    Some(Blueprint {
        id: row.id.0,
        revision: u64::try_from(row.version).unwrap_or_default(),
        name: row.name,
        description: document.description,
        assignment: document.assignment,
        device_count: counts.get(&row.id).copied().unwrap_or_default(),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
