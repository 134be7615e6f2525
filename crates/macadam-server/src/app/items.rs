//! Library items: created, changed, paused and deleted by administrators.

use std::collections::BTreeMap;

use macadam_api::Named;
use macadam_api::library_items::{
    LibraryItem, LibraryItemFilter, Pause, WriteLibraryItem, WritePause,
};
use macadam_api::people::Permission;
use macadam_api::previews::PreviewRequest;
use macadam_policy::{ItemId, Platform};
use macadam_store::{ItemRow, NewBlueprint, PolicyChange, StoreError};
use serde_json::{Value, json};

use super::caller::Caller;
use super::changes::ChangeError;
use super::draft::{Draft, assigns, new_item};
use super::library::ItemDocument;
use super::{App, Knowledge};

impl App {
    /// The items that match, oldest first.
    pub(crate) async fn library_items(
        &self,
        filter: &LibraryItemFilter,
    ) -> Result<Vec<LibraryItem>, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let stored = self.stored_configuration().await?;
        let reach = self.store.reach_counts().await?;
        let search = filter.search.as_ref().map(|search| search.to_lowercase());
        let platform = filter.platform.map(Platform::from);
        let items = stored.items.iter().filter(|row| {
            search.as_ref().is_none_or(|search| row.label.to_lowercase().contains(search))
                && platform.is_none_or(|platform| row.platform == Some(platform))
        });
        let items = items.filter_map(|row| self.show_row(&knowledge, &stored, &reach, row));
        Ok(items
            .filter(|item| {
                filter.blueprint_id.is_none_or(|id| item.blueprints.iter().any(|one| one.id == id))
            })
            .collect())
    }

    /// One item.
    pub(crate) async fn library_item(&self, id: ItemId) -> Result<LibraryItem, ChangeError> {
        let all = self.library_items(&LibraryItemFilter::default()).await?;
        all.into_iter().find(|item| item.id == id.0).ok_or(ChangeError::Unknown("library item"))
    }

    /// Creates an item, and lets blueprints assign it.
    pub(crate) async fn create_library_item(
        &self,
        caller: &Caller,
        wish: WriteLibraryItem,
    ) -> Result<LibraryItem, ChangeError> {
        let request = PreviewRequest::NewLibraryItem {
            settings: wish.settings.clone(),
            blueprint_ids: wish.blueprint_ids.clone().unwrap_or_default(),
        };
        let proposal = self.propose(&request).await?;
        self.check_proposal(&proposal, wish.preview_digest.as_deref()).await?;
        let change = proposal.draft.changes();
        let Some((item, _)) = change.items.first() else {
            return Err(ChangeError::Unknown("library item"));
        };
        let id = item.id;
        self.save_item(caller, ("create_library_item", id), &wish, change).await
    }

    /// Replaces the settings of an item, and which blueprints assign it.
    pub(crate) async fn update_library_item(
        &self,
        caller: &Caller,
        (id, revision): (ItemId, u64),
        wish: WriteLibraryItem,
    ) -> Result<LibraryItem, ChangeError> {
        let request = PreviewRequest::LibraryItem {
            id: id.0,
            settings: wish.settings.clone(),
            blueprint_ids: wish.blueprint_ids.clone(),
        };
        let proposal = self.propose(&request).await?;
        self.check_proposal(&proposal, wish.preview_digest.as_deref()).await?;
        let row = proposal.draft.item(id).ok_or(ChangeError::Unknown("library item"))?;
        let version = i64::try_from(revision).unwrap_or(i64::MAX);
        let blueprints = proposal.draft.changes().blueprints;
        let change = PolicyChange { items: vec![(new_item(row), version)], blueprints };
        self.save_item(caller, ("update_library_item", id), &wish, change).await
    }

    /// Saves an item and the blueprints that change with it.
    async fn save_item(
        &self,
        caller: &Caller,
        (action, id): (&str, ItemId),
        wish: &WriteLibraryItem,
        change: PolicyChange,
    ) -> Result<LibraryItem, ChangeError> {
        if !change.blueprints.is_empty() && !caller.may(Permission::EditBlueprints) {
            return Err(ChangeError::NoAssigning);
        }
        let target = format!("library_items/{id}");
        self.audit(caller, action, &target, json!(wish.settings)).await?;
        for (blueprint, _) in &change.blueprints {
            let target = format!("blueprints/{}", blueprint.id);
            self.audit(caller, "update_blueprint", &target, shown_blueprint(blueprint)).await?;
        }
        self.store.save_policy(self.fleet_clock.now(), change).await?;
        self.policy_changed();
        self.library_item(id).await
    }

    /// Pauses an item, or lets it go on.
    pub(crate) async fn pause_library_item(
        &self,
        caller: &Caller,
        id: ItemId,
        wish: WritePause,
    ) -> Result<LibraryItem, ChangeError> {
        let now = self.fleet_clock.now();
        let mut draft = self.stored_configuration().await?;
        let row = draft.item(id).ok_or(ChangeError::Unknown("library item"))?;
        let version = row.version;
        let Some(mut document) = read(row) else {
            return Err(ChangeError::Unknown("library item"));
        };
        document.pause = wish
            .paused
            .then(|| document.pause.unwrap_or(Pause { since: now, reason: wish.reason.clone() }));
        draft.put_item_document(now, id, &document);
        let row = draft.item(id).ok_or(ChangeError::Unknown("library item"))?;
        let action = if wish.paused { "pause_library_item" } else { "resume_library_item" };
        let target = format!("library_items/{id}");
        self.audit(caller, action, &target, json!({ "reason": wish.reason })).await?;
        self.store.save_item(now, new_item(row), version).await?;
        self.policy_changed();
        self.library_item(id).await
    }

    /// Deletes an item that no blueprint assigns.
    pub(crate) async fn delete_library_item(
        &self,
        caller: &Caller,
        id: ItemId,
        revision: u64,
    ) -> Result<(), ChangeError> {
        let item = self.library_item(id).await?;
        if !item.blueprints.is_empty() {
            let names = item.blueprints.into_iter().map(|one| one.name);
            return Err(ChangeError::Assigned(names.collect()));
        }
        let target = format!("library_items/{id}");
        self.audit(caller, "delete_library_item", &target, serde_json::Value::Null).await?;
        let version = i64::try_from(revision).unwrap_or(i64::MAX);
        self.store.delete_item(id, version).await?;
        self.policy_changed();
        Ok(())
    }

    fn show_row(
        &self,
        knowledge: &Knowledge,
        stored: &Draft,
        reach: &BTreeMap<ItemId, u64>,
        row: &ItemRow,
    ) -> Option<LibraryItem> {
        let document = read(row)?;
        let now = self.fleet_clock.now();
        let badge = row
            .platform
            .zip(row.major)
            .and_then(|(platform, major)| knowledge.catalog.newest_approved(platform, major, now));
        Some(LibraryItem {
            id: row.id.0,
            revision: u64::try_from(row.version).unwrap_or_default(),
            settings: document.settings,
            version_badge: badge.map(|version| version.to_string()),
            paused: document.pause,
            blueprints: blueprints_with(stored, row.id),
            device_count: reach.get(&row.id).copied().unwrap_or_default(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn read(row: &ItemRow) -> Option<ItemDocument> {
    serde_json::from_str(&row.document).ok()
}

fn blueprints_with(stored: &Draft, item: ItemId) -> Vec<Named> {
    let assigning = stored.blueprints.iter().filter(|row| assigns(row, item));
    assigning.map(|row| Named { id: row.id.0, name: row.name.clone() }).collect()
}

/// A blueprint as the audit log shows what was saved.
fn shown_blueprint(blueprint: &NewBlueprint) -> Value {
    let mut shown: Value = serde_json::from_str(&blueprint.document).unwrap_or_default();
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("name".to_owned(), json!(blueprint.name));
    }
    shown
}
