//! Library items and blueprints as decisions need them, and how they are stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use macadam_api::blueprints::{Assignment as WireAssignment, item_by_id};
use macadam_api::library_items::{LibraryItemSettings, Pause};
use macadam_policy::{
    Assignment, BlueprintId, ItemId, LibraryEntry, LibraryItem, SoftwareUpdateSettingsItem,
};
use macadam_store::{Blueprint, ItemRow, StoreError};
use serde::{Deserialize, Serialize};

use super::App;

/// What is stored of a library item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ItemDocument {
    pub(crate) settings: LibraryItemSettings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pause: Option<Pause>,
}

/// What is stored of a blueprint; items are named by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BlueprintDocument {
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) assignment: WireAssignment,
}

/// One state of everything that administrators configured and decisions depend on.
#[derive(Debug, Default)]
pub(crate) struct Library {
    /// Version by id, to see whether anything changed.
    versions: Vec<(uuid::Uuid, i64)>,
    pub(crate) managed_os: BTreeMap<ItemId, LibraryEntry>,
    pub(crate) settings_items: BTreeMap<ItemId, Arc<SoftwareUpdateSettingsItem>>,
    pub(crate) assignments: BTreeMap<BlueprintId, Assignment>,
    pub(crate) blueprints_by_name: BTreeMap<String, BlueprintId>,
    pub(crate) blueprint_names: BTreeMap<BlueprintId, Arc<str>>,
}

impl Library {
    /// What a library with other items or assignments would be, for previews.
    pub(crate) fn from_rows(items: &[ItemRow], blueprints: &[Blueprint]) -> Self {
        let mut library = Self { versions: versions(items, blueprints), ..Self::default() };
        for row in items {
            match stored_item(row) {
                Ok((item, document)) => library.insert_item(row.id, item, &document),
                Err(problem) => {
                    tracing::error!(item.id = %row.id, problem, "a library item cannot be used");
                }
            }
        }
        for row in blueprints {
            library.blueprints_by_name.insert(row.name.clone(), row.id);
            library.blueprint_names.insert(row.id, row.name.as_str().into());
            match stored_assignment(row) {
                Ok(assignment) => {
                    library.assignments.insert(row.id, assignment);
                }
                Err(problem) => {
                    tracing::error!(blueprint.id = %row.id, problem, "a blueprint cannot be used");
                }
            }
        }
        library
    }

    /// What administrators call an item.
    pub(crate) fn label(&self, id: ItemId) -> Option<&str> {
        let settings_label =
            || self.settings_items.get(&id).map(|item| item.settings().label.as_str());
        self.managed_os_label(id).or_else(settings_label)
    }

    /// The same, for Managed OS items only.
    pub(crate) fn managed_os_label(&self, id: ItemId) -> Option<&str> {
        self.managed_os.get(&id).map(|entry| entry.item.settings().label.as_str())
    }

    fn insert_item(&mut self, id: ItemId, item: LibraryItem, document: &ItemDocument) {
        match item {
            LibraryItem::ManagedOs(item) => {
                let is_paused = document.pause.is_some();
                self.managed_os.insert(id, LibraryEntry { item: Arc::new(item), is_paused });
            }
            LibraryItem::SoftwareUpdateSettings(item) => {
                self.settings_items.insert(id, Arc::new(item));
            }
        }
    }

    fn is_of(&self, items: &[ItemRow], blueprints: &[Blueprint]) -> bool {
        self.versions == versions(items, blueprints)
    }
}

impl App {
    /// The library as it is stored now; `known` itself if nothing changed.
    pub(super) async fn load_library(
        &self,
        known: &Arc<Library>,
    ) -> Result<Arc<Library>, StoreError> {
        let (items, blueprints) = (self.store.items().await?, self.store.blueprints().await?);
        if known.is_of(&items, &blueprints) {
            return Ok(Arc::clone(known));
        }
        Ok(Arc::new(Library::from_rows(&items, &blueprints)))
    }
}

fn versions(items: &[ItemRow], blueprints: &[Blueprint]) -> Vec<(uuid::Uuid, i64)> {
    let items = items.iter().map(|row| (row.id.0, row.version));
    items.chain(blueprints.iter().map(|row| (row.id.0, row.version))).collect()
}

/// An item was checked when it was saved; that it cannot be used means that a newer server saved
/// it, or that somebody changed the database.
fn stored_item(row: &ItemRow) -> Result<(LibraryItem, ItemDocument), String> {
    let document: ItemDocument =
        serde_json::from_str(&row.document).map_err(|error| error.to_string())?;
    let item = LibraryItem::try_from(&document.settings).map_err(|details| {
        details.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    })?;
    Ok((item, document))
}

fn stored_assignment(row: &Blueprint) -> Result<Assignment, String> {
    let document: BlueprintDocument =
        serde_json::from_str(&row.document).map_err(|error| error.to_string())?;
    document
        .assignment
        .to_policy(&item_by_id)
        .map_err(|details| details.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}
