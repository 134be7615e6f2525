//! From the change that an administrator asks about to the configuration it would give.

use macadam_api::Detail;
use macadam_api::library_items::LibraryItemSettings;
use macadam_api::previews::{Difference, PreviewRequest};
use macadam_api::releases::{ReviewAction, parse_release_id};
use macadam_policy::{BlueprintId, DeviceId, ItemId, LibraryItem, ManagedOs, Review, ReviewScope};
use uuid::Uuid;

use super::PreviewError;
use crate::app::App;
use crate::app::draft::Draft;
use crate::app::library::BlueprintDocument;

/// A configuration that somebody proposes.
#[derive(Clone, Debug, Default)]
pub(in crate::app) struct Proposal {
    pub(in crate::app) draft: Draft,
    /// The Managed OS item that the change is about, if it is about one.
    pub(in crate::app) item: Option<ManagedOs>,
    /// What a policy file changes.
    pub(in crate::app) differences: Vec<Difference>,
}

impl App {
    /// The stored configuration with the requested change applied.
    pub(in crate::app) async fn propose(
        &self,
        request: &PreviewRequest,
    ) -> Result<Proposal, PreviewError> {
        let stored = self.stored_configuration().await?;
        match request {
            PreviewRequest::LibraryItem { id, settings, blueprint_ids } => {
                self.propose_item(stored, ItemId(*id), settings, blueprint_ids.as_deref())
            }
            PreviewRequest::NewLibraryItem { settings, blueprint_ids } => {
                Ok(self.propose_new_item(stored, settings, blueprint_ids))
            }
            PreviewRequest::DeleteLibraryItem { id } => propose_delete(stored, ItemId(*id)),
            PreviewRequest::Blueprint { id, assignment } => {
                let mut draft = stored;
                let id = BlueprintId(*id);
                let row = draft.blueprint(id).ok_or(PreviewError::Unknown("blueprint"))?;
                let name = row.name.clone();
                let mut document: BlueprintDocument = read(&row.document)?;
                document.assignment = assignment.clone();
                draft.put_blueprint(self.fleet_clock.now(), id, &name, &document);
                Ok(Proposal { draft, ..Proposal::default() })
            }
            PreviewRequest::AssignDevices { blueprint_id, device_ids } => {
                let mut draft = stored;
                let blueprint = BlueprintId(*blueprint_id);
                draft.blueprint(blueprint).ok_or(PreviewError::Unknown("blueprint"))?;
                draft.moved = device_ids.iter().map(|id| (DeviceId(*id), blueprint)).collect();
                Ok(Proposal { draft, ..Proposal::default() })
            }
            PreviewRequest::Review { release_id, action, item_id } => {
                self.propose_review(stored, release_id, *action, item_id.map(ItemId)).await
            }
            PreviewRequest::Policy { policy } => {
                let knowledge = self.refresh_knowledge().await?;
                Ok(self.propose_policy(stored, policy, &knowledge))
            }
        }
    }

    fn propose_item(
        &self,
        mut draft: Draft,
        id: ItemId,
        settings: &LibraryItemSettings,
        blueprints: Option<&[Uuid]>,
    ) -> Result<Proposal, PreviewError> {
        draft.item(id).ok_or(PreviewError::Unknown("library item"))?;
        let now = self.fleet_clock.now();
        draft.put_item(now, id, settings);
        if let Some(blueprints) = blueprints {
            draft.assign_exactly(now, id, &blueprints.iter().copied().map(BlueprintId).collect());
        }
        Ok(Proposal { draft, item: managed_os(settings), ..Proposal::default() })
    }

    fn propose_new_item(
        &self,
        mut draft: Draft,
        settings: &LibraryItemSettings,
        blueprints: &[Uuid],
    ) -> Proposal {
        let now = self.fleet_clock.now();
        let id = ItemId(self.ids.id(self.wall_clock.now()));
        draft.put_item(now, id, settings);
        draft.assign_exactly(now, id, &blueprints.iter().copied().map(BlueprintId).collect());
        Proposal { draft, item: managed_os(settings), ..Proposal::default() }
    }

    async fn propose_review(
        &self,
        mut draft: Draft,
        release: &str,
        action: ReviewAction,
        item: Option<ItemId>,
    ) -> Result<Proposal, PreviewError> {
        let (list, version) = parse_release_id(release).ok_or(PreviewError::Unknown("release"))?;
        let (_, mut reviews) = self.load_reviews().await?;
        let scope = item.map_or(ReviewScope::Fleet, ReviewScope::Item);
        let list = list.into();
        let is_it = |one: &Review| one.scope == scope && one.list == list && one.version == version;
        let position = reviews.iter().position(is_it).unwrap_or(reviews.len());
        if position == reviews.len() {
            reviews.push(Review {
                scope,
                list,
                version,
                approved_at: None,
                held_since: None,
                resumed_at: None,
            });
        }
        let now = self.fleet_clock.now();
        if let Some(review) = reviews.get_mut(position) {
            match action {
                ReviewAction::Approve => review.approved_at = review.approved_at.or(Some(now)),
                ReviewAction::Hold => review.held_since = review.held_since.or(Some(now)),
                ReviewAction::Resume => {
                    review.resumed_at = review.held_since.take().map(|_| now);
                }
            }
        }
        draft.reviews = Some(reviews);
        Ok(Proposal { draft, ..Proposal::default() })
    }
}

fn propose_delete(mut draft: Draft, id: ItemId) -> Result<Proposal, PreviewError> {
    let label = draft.item(id).ok_or(PreviewError::Unknown("library item"))?.label.clone();
    draft.remove_item(id);
    let text = id.to_string();
    let users: Vec<String> = draft
        .blueprints
        .iter()
        .filter(|row| row.document.contains(&text))
        .map(|row| row.name.clone())
        .collect();
    for user in users {
        draft.refuse(Detail::new("", format!("blueprint '{user}' assigns '{label}'")));
    }
    Ok(Proposal { draft, ..Proposal::default() })
}

/// The item, if the settings are those of a valid Managed OS item.
fn managed_os(settings: &LibraryItemSettings) -> Option<ManagedOs> {
    match LibraryItem::try_from(settings).ok()? {
        LibraryItem::ManagedOs(item) => Some(item),
        LibraryItem::SoftwareUpdateSettings(_) => None,
    }
}

fn read(document: &str) -> Result<BlueprintDocument, PreviewError> {
    // It was written by this code; what another version wrote shows as a blueprint without items.
    serde_json::from_str(document).map_err(|_| PreviewError::Unknown("blueprint"))
}
