//! Policy files: library items and blueprints as one file, compared with the server and applied.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_api::Detail;
use macadam_api::blueprints::{Assignment, item_by_id};
use macadam_api::library_items::{LibraryItemSettings, Pause};
use macadam_api::policy_file::{
    AppliedPolicy, ApplyPolicy, BlueprintEntry, PolicyFile, ReviewEntry,
};
use macadam_api::previews::{Difference, DifferenceAction, PreviewRequest};
use macadam_api::releases::Approval;
use macadam_policy::{BlueprintId, ItemId, Review, ReviewScope};
use macadam_store::StoreError;
use serde_json::{Value, json};

use super::caller::Caller;
use super::changes::ChangeError;
use super::draft::Draft;
use super::library::{BlueprintDocument, ItemDocument};
use super::previews::Proposal;
use super::{App, Knowledge};

impl App {
    /// The stored library items and blueprints as a policy file, with what administrators said
    /// about releases.
    pub(crate) async fn policy_file(&self) -> Result<PolicyFile, StoreError> {
        let stored = self.stored_configuration().await?;
        let (approval, reviews) = self.load_reviews().await?;
        let labels: BTreeMap<ItemId, String> =
            stored.items.iter().map(|row| (row.id, row.label.clone())).collect();
        let mut file = PolicyFile {
            approval: approval.into(),
            reviews: review_entries(&reviews, &labels),
            ..PolicyFile::default()
        };
        for row in &stored.items {
            let Some(document) = item_document(&row.document) else { continue };
            if document.pause.is_some() {
                file.paused.insert(row.label.clone());
            }
            file.library_items.push(document.settings);
        }
        for row in &stored.blueprints {
            let Some(document) = blueprint_document(&row.document) else { continue };
            file.blueprints.push(BlueprintEntry {
                name: row.name.clone(),
                description: document.description,
                assignment: by_label(&document.assignment, &labels),
            });
        }
        Ok(file)
    }

    /// Brings library items and blueprints to what the file says, all of them or none.
    pub(crate) async fn apply_policy(
        &self,
        caller: &Caller,
        wish: ApplyPolicy,
    ) -> Result<AppliedPolicy, ChangeError> {
        let proposal =
            self.propose(&PreviewRequest::Policy { policy: wish.policy.clone() }).await?;
        let problems = proposal.draft.problems();
        if !problems.is_empty() {
            return Err(ChangeError::Problems(problems));
        }
        let preview = self.preview_of(&proposal).await?;
        if preview.digest != wish.preview_digest {
            return Err(ChangeError::PreviewOutdated);
        }
        if !proposal.differences.is_empty() {
            self.audit(caller, "apply_policy", "policy", json!(proposal.differences)).await?;
            let change = proposal.draft.changes();
            self.store.save_policy(self.fleet_clock.now(), change).await?;
            self.policy_changed();
        }
        Ok(AppliedPolicy {
            differences: proposal.differences,
            devices_changed: preview.devices_changed,
        })
    }

    /// The configuration that a policy file asks for. What it does not name stays.
    pub(super) fn propose_policy(
        &self,
        stored: Draft,
        file: &PolicyFile,
        knowledge: &Knowledge,
    ) -> Proposal {
        let now = self.fleet_clock.now();
        let mut proposal = Proposal { draft: stored, ..Proposal::default() };
        refuse_other_reviews(&mut proposal.draft, file, knowledge);
        for settings in &file.library_items {
            let is_paused = file.paused.contains(settings.label());
            self.propose_file_item(&mut proposal, now, settings, is_paused);
        }
        for label in &file.paused {
            if !file.library_items.iter().any(|settings| settings.label() == label) {
                let message = format!("item '{label}' is not in this file");
                proposal.draft.refuse(Detail::new("paused", message));
            }
        }
        if proposal.draft.is_refused() {
            // An item that was refused is not one that a blueprint misses.
            return proposal;
        }
        for entry in &file.blueprints {
            self.propose_file_blueprint(&mut proposal, now, entry);
        }
        proposal
    }

    fn propose_file_item(
        &self,
        proposal: &mut Proposal,
        now: Timestamp,
        settings: &LibraryItemSettings,
        is_paused: bool,
    ) {
        let stored = proposal.draft.item_labeled(settings.label());
        let known = stored.and_then(|row| Some((row.id, item_document(&row.document)?)));
        let pause = known.as_ref().and_then(|(_, document)| document.pause.clone());
        let pause = is_paused.then(|| {
            pause.unwrap_or_else(|| Pause { since: now, reason: "policy file".to_owned() })
        });
        let document = ItemDocument { settings: settings.clone(), pause };
        let id = known.as_ref().map_or_else(|| ItemId(self.ids.id(now)), |(id, _)| *id);
        let before = known.map(|(_, document)| shown_item(&document));
        let after = shown_item(&document);
        let difference = difference("library_items", settings.label(), before, &after);
        if let Some(difference) = difference {
            proposal.differences.push(difference);
            proposal.draft.put_item_document(now, id, &document);
        }
    }

    fn propose_file_blueprint(
        &self,
        proposal: &mut Proposal,
        now: Timestamp,
        entry: &BlueprintEntry,
    ) {
        let find = |label: &str| proposal.draft.item_labeled(label).map(|row| row.id);
        let assignment = match entry.assignment.to_policy(&find) {
            Ok(assignment) => assignment,
            Err(problems) => {
                let place = format!("blueprints.{}", entry.name);
                for problem in problems {
                    proposal.draft.refuse(problem.within(&place));
                }
                return;
            }
        };
        let assignment = Assignment::from_policy(&assignment, &|id| id.to_string());
        let document = BlueprintDocument { description: entry.description.clone(), assignment };
        let labels: BTreeMap<ItemId, String> =
            proposal.draft.items.iter().map(|row| (row.id, row.label.clone())).collect();
        let shown = |document: &BlueprintDocument| {
            let assignment = by_label(&document.assignment, &labels);
            json!({ "description": document.description, "assignment": assignment })
        };
        let known = proposal
            .draft
            .blueprint_named(&entry.name)
            .and_then(|row| Some((row.id, blueprint_document(&row.document)?)));
        let id = known.as_ref().map_or_else(|| BlueprintId(self.ids.id(now)), |(id, _)| *id);
        let before = known.map(|(_, document)| shown(&document));
        let difference = difference("blueprints", &entry.name, before, &shown(&document));
        if let Some(difference) = difference {
            proposal.differences.push(difference);
            proposal.draft.put_blueprint(now, id, &entry.name, &document);
        }
    }
}

/// Reviews and approval are in a file for offline decisions. One that says what the server
/// says, such as an exported one, is fine; to change them there are the release commands.
fn refuse_other_reviews(draft: &mut Draft, file: &PolicyFile, knowledge: &Knowledge) {
    if file.approval != Approval::default() && file.approval != knowledge.approval.into() {
        let message = "is another one on this server; change it there with \
                       `macadam approval`";
        draft.refuse(Detail::new("approval", message));
    }
    let labels = draft.items.iter().map(|row| (row.id, row.label.clone())).collect();
    let known = review_entries(&knowledge.reviews, &labels);
    for review in file.reviews.iter().filter(|review| !known.contains(review)) {
        let ReviewEntry { list, version, .. } = review;
        let message = format!(
            "{} {version} is not reviewed like this on this server; use `macadam releases`",
            list.as_str()
        );
        draft.refuse(Detail::new("reviews", message));
    }
}

/// What was said about items that are gone says nothing any more.
fn review_entries(reviews: &[Review], labels: &BTreeMap<ItemId, String>) -> Vec<ReviewEntry> {
    let entry = |review: &Review| match review.scope {
        ReviewScope::Fleet => Some(ReviewEntry::new(review, None)),
        ReviewScope::Item(item) => Some(ReviewEntry::new(review, Some(labels.get(&item)?.clone()))),
    };
    reviews.iter().filter_map(entry).collect()
}

fn item_document(text: &str) -> Option<ItemDocument> {
    serde_json::from_str(text).ok()
}

fn blueprint_document(text: &str) -> Option<BlueprintDocument> {
    serde_json::from_str(text).ok()
}

/// The assignment with its items named as in a policy file.
fn by_label(assignment: &Assignment, labels: &BTreeMap<ItemId, String>) -> Assignment {
    match assignment.to_policy(&item_by_id) {
        Ok(stored) => Assignment::from_policy(&stored, &|id| {
            labels.get(&id).cloned().unwrap_or_else(|| id.to_string())
        }),
        Err(_) => assignment.clone(),
    }
}

/// An item as differences show it: that it is paused and why, but not since when, which for a new
/// pause is the moment of the question and so never what was previewed.
fn shown_item(document: &ItemDocument) -> Value {
    let mut shown = json!(document);
    if let Some(pause) = shown.get_mut("pause").and_then(Value::as_object_mut) {
        pause.remove("since");
    }
    shown
}

/// How two documents differ; `None` when they do not.
fn difference(
    resource: &str,
    name: &str,
    before: Option<Value>,
    after: &Value,
) -> Option<Difference> {
    let (resource, name) = (resource.to_owned(), name.to_owned());
    let Some(before) = before else {
        let action = DifferenceAction::Create;
        return Some(Difference { action, resource, name, changes: Vec::new() });
    };
    let mut changes = Vec::new();
    compare("", &before, after, &mut changes);
    let action = DifferenceAction::Update;
    (!changes.is_empty()).then_some(Difference { action, resource, name, changes })
}

/// One line for each field that differs: `field: old → new`.
fn compare(path: &str, before: &Value, after: &Value, changes: &mut Vec<String>) {
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let missing = Value::Null;
            let (old, new) = (old.get(key).unwrap_or(&missing), new.get(key).unwrap_or(&missing));
            compare(&at, old, new, changes);
        }
    } else if before != after {
        changes.push(format!("{path}: {before} → {after}"));
    }
}
