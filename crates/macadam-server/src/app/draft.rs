//! The configuration with a change applied but not stored: what a change is checked, previewed
//! and saved from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use macadam_api::Detail;
use macadam_api::blueprints::{Assignment as WireAssignment, Node, item_by_id};
use macadam_api::library_items::LibraryItemSettings;
use macadam_policy::{
    BlueprintId, DeviceId, ItemId, LibraryItem, Review, all_items, check_assignment,
};
use macadam_store::{Blueprint, ItemRow, NewBlueprint, NewItem, PolicyChange, StoreError};

use super::App;
use super::library::{BlueprintDocument, ItemDocument, Library};

/// The longest label or name.
const NAME_CHARACTERS: usize = 200;

/// Library items and blueprints as they would be after a change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(super) items: Vec<ItemRow>,
    pub(super) blueprints: Vec<Blueprint>,
    /// Those that say something else than what is stored.
    changed_items: BTreeSet<ItemId>,
    changed_blueprints: BTreeSet<BlueprintId>,
    /// Devices that the change moves.
    pub(super) moved: BTreeMap<DeviceId, BlueprintId>,
    /// All reviews, if the change is about one.
    pub(super) reviews: Option<Vec<Review>>,
    /// What was found wrong while the change was applied.
    problems: Vec<Detail>,
}

impl App {
    /// The configuration as it is stored.
    pub(super) async fn stored_configuration(&self) -> Result<Draft, StoreError> {
        let (items, blueprints) = (self.store.items().await?, self.store.blueprints().await?);
        Ok(Draft { items, blueprints, ..Draft::default() })
    }
}

impl Draft {
    pub(super) fn item(&self, id: ItemId) -> Option<&ItemRow> {
        self.items.iter().find(|row| row.id == id)
    }

    pub(super) fn item_labeled(&self, label: &str) -> Option<&ItemRow> {
        self.items.iter().find(|row| row.label == label)
    }

    pub(super) fn blueprint(&self, id: BlueprintId) -> Option<&Blueprint> {
        self.blueprints.iter().find(|row| row.id == id)
    }

    pub(super) fn blueprint_named(&self, name: &str) -> Option<&Blueprint> {
        self.blueprints.iter().find(|row| row.name == name)
    }

    /// Adds an item or replaces the settings of one; a pause stays.
    pub(super) fn put_item(&mut self, at: Timestamp, id: ItemId, settings: &LibraryItemSettings) {
        let pause = self.item(id).and_then(|row| {
            serde_json::from_str::<ItemDocument>(&row.document).ok().and_then(|it| it.pause)
        });
        let document = ItemDocument { settings: settings.clone(), pause };
        self.put_item_document(at, id, &document);
    }

    pub(super) fn put_item_document(&mut self, at: Timestamp, id: ItemId, document: &ItemDocument) {
        let settings = &document.settings;
        let item = match LibraryItem::try_from(settings) {
            Ok(item) => item,
            Err(problems) => {
                let place = format!("library_items.{}", settings.label());
                self.problems.extend(problems.into_iter().map(|found| found.within(&place)));
                return;
            }
        };
        let (kind, platform, major) = match &item {
            LibraryItem::ManagedOs(item) => {
                let settings = item.settings();
                ("managed_os", Some(settings.platform), Some(settings.major))
            }
            LibraryItem::SoftwareUpdateSettings(_) => ("software_update_settings", None, None),
        };
        let row = ItemRow {
            id,
            kind: kind.to_owned(),
            platform,
            major,
            label: settings.label().to_owned(),
            version: 0,
            document: json(document),
            created_at: at,
            updated_at: at,
        };
        if self.item(id).is_none_or(|stored| stored.document != row.document) {
            self.changed_items.insert(id);
        }
        match self.items.iter_mut().find(|stored| stored.id == id) {
            Some(stored) => {
                *stored = ItemRow { version: stored.version, created_at: stored.created_at, ..row };
            }
            None => self.items.push(row),
        }
    }

    pub(super) fn remove_item(&mut self, id: ItemId) {
        self.items.retain(|row| row.id != id);
    }

    /// Adds a blueprint or replaces one. Items are named by id.
    pub(super) fn put_blueprint(
        &mut self,
        at: Timestamp,
        id: BlueprintId,
        name: &str,
        document: &BlueprintDocument,
    ) {
        let kind = match document.assignment {
            WireAssignment::Classic(_) => "classic",
            WireAssignment::Map(_) => "map",
        };
        let row = Blueprint {
            id,
            name: name.to_owned(),
            kind: kind.to_owned(),
            version: 0,
            document: json(document),
            created_at: at,
            updated_at: at,
        };
        let is_same =
            |stored: &Blueprint| stored.document == row.document && stored.name == row.name;
        if !self.blueprint(id).is_some_and(is_same) {
            self.changed_blueprints.insert(id);
        }
        match self.blueprints.iter_mut().find(|stored| stored.id == id) {
            Some(stored) => {
                let (version, created_at) = (stored.version, stored.created_at);
                *stored = Blueprint { version, created_at, ..row };
            }
            None => self.blueprints.push(row),
        }
    }

    /// Lets these blueprints assign an item and no others: where it is new, to all their devices.
    pub(super) fn assign_exactly(
        &mut self,
        at: Timestamp,
        item: ItemId,
        wanted: &BTreeSet<BlueprintId>,
    ) {
        let assigning: BTreeSet<_> =
            self.blueprints.iter().filter(|row| assigns(row, item)).map(|row| row.id).collect();
        let item = item.to_string();
        for blueprint in wanted.difference(&assigning) {
            self.change_assignment(at, *blueprint, |assignment| match assignment {
                WireAssignment::Classic(items) => items.push(item.clone()),
                WireAssignment::Map(nodes) => nodes.push(Node::Items(vec![item.clone()])),
            });
        }
        for blueprint in assigning.difference(wanted) {
            self.change_assignment(at, *blueprint, |assignment| assignment.remove(&item));
        }
    }

    fn change_assignment(
        &mut self,
        at: Timestamp,
        blueprint: BlueprintId,
        change: impl FnOnce(&mut WireAssignment),
    ) {
        let Some(row) = self.blueprint(blueprint) else {
            let message = format!("blueprint {blueprint} does not exist");
            self.problems.push(Detail::new("blueprint_ids", message));
            return;
        };
        let name = row.name.clone();
        let Ok(mut document) = serde_json::from_str::<BlueprintDocument>(&row.document) else {
            return;
        };
        change(&mut document.assignment);
        self.put_blueprint(at, blueprint, &name, &document);
    }

    pub(super) fn refuse(&mut self, problem: Detail) {
        self.problems.push(problem);
    }

    /// Whether something was found wrong so far.
    pub(super) fn is_refused(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Everything that stands in the way of storing the configuration.
    pub(super) fn problems(&self) -> Vec<Detail> {
        let mut problems = self.problems.clone();
        check_names("library_items", "label", self.items.iter().map(|row| &row.label))
            .into_iter()
            .chain(check_names("blueprints", "name", self.blueprints.iter().map(|row| &row.name)))
            .for_each(|problem| problems.push(problem));
        let items = self.policy_items();
        for row in &self.blueprints {
            let place = format!("blueprints.{}", row.name);
            let found = match serde_json::from_str::<BlueprintDocument>(&row.document) {
                Ok(document) => check_blueprint(&document, &items),
                Err(error) => vec![Detail::new("assignment", error)],
            };
            problems.extend(found.into_iter().map(|problem| problem.within(&place)));
        }
        problems
    }

    fn policy_items(&self) -> BTreeMap<ItemId, LibraryItem> {
        let item = |row: &ItemRow| {
            let document: ItemDocument = serde_json::from_str(&row.document).ok()?;
            Some((row.id, LibraryItem::try_from(&document.settings).ok()?))
        };
        self.items.iter().filter_map(item).collect()
    }

    /// What is to be saved for this to be the stored configuration.
    pub(super) fn changes(&self) -> PolicyChange {
        let items = self.items.iter().filter(|row| self.changed_items.contains(&row.id));
        let blueprints =
            self.blueprints.iter().filter(|row| self.changed_blueprints.contains(&row.id));
        PolicyChange {
            items: items.map(|row| (new_item(row), row.version)).collect(),
            blueprints: blueprints.map(|row| (new_blueprint(row), row.version)).collect(),
        }
    }

    /// The library that decisions would be made with.
    pub(super) fn library(&self) -> Library {
        Library::from_rows(&self.items, &self.blueprints)
    }
}

/// Whether a blueprint assigns an item to any device.
pub(super) fn assigns(blueprint: &Blueprint, item: ItemId) -> bool {
    serde_json::from_str::<BlueprintDocument>(&blueprint.document)
        .ok()
        .and_then(|document| document.assignment.to_policy(&item_by_id).ok())
        .is_some_and(|assignment| all_items(&assignment).contains(&item))
}

fn check_blueprint(
    document: &BlueprintDocument,
    items: &BTreeMap<ItemId, LibraryItem>,
) -> Vec<Detail> {
    match document.assignment.to_policy(&item_by_id) {
        Err(problems) => problems,
        Ok(assignment) => match check_assignment(&assignment, items) {
            Ok(()) => Vec::new(),
            Err(found) => found.iter().map(|it| Detail::of_assignment("assignment", it)).collect(),
        },
    }
}

/// Names tell things apart, in lists and in policy files.
fn check_names<'a>(
    place: &str,
    field: &str,
    names: impl Iterator<Item = &'a String>,
) -> Vec<Detail> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for name in names {
        let count = name.trim().chars().count();
        if !(1..=NAME_CHARACTERS).contains(&count) {
            problems.push(Detail::length(field, (1, NAME_CHARACTERS)).within(place));
        } else if !seen.insert(name) {
            let taken = Detail::new(field, format!("'{name}' is already in use"));
            let taken = taken.named("taken", vec![("name", name.to_owned())]);
            problems.push(taken.within(place));
        }
    }
    problems
}

/// An item as the store takes it.
pub(super) fn new_item(row: &ItemRow) -> NewItem {
    NewItem {
        id: row.id,
        kind: row.kind.clone(),
        platform: row.platform,
        major: row.major,
        label: row.label.clone(),
        document: row.document.clone(),
    }
}

/// A blueprint as the store takes it.
pub(super) fn new_blueprint(row: &Blueprint) -> NewBlueprint {
    NewBlueprint {
        id: row.id,
        name: row.name.clone(),
        kind: row.kind.clone(),
        document: row.document.clone(),
    }
}

fn json(document: &impl serde::Serialize) -> String {
    serde_json::to_string(document).expect("documents are JSON")
}
