//! From a policy file to what `decide` is given.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use macadam_policy as policy;
use thiserror::Error;
use uuid::Uuid;

use super::{PolicyFile, ReviewEntry};
use crate::Detail;
use crate::decisions::{DecisionLine, ItemLabels};
use crate::facts::DeviceFacts;
use crate::library_items::LibraryItemSettings;

/// A policy file whose items, blueprints and reviews have all been checked.
#[derive(Clone, Debug)]
pub struct Policy {
    items: BTreeMap<policy::ItemId, policy::LibraryItem>,
    managed_os: BTreeMap<policy::ItemId, policy::LibraryEntry>,
    blueprints: BTreeMap<String, policy::Assignment>,
    reviews: Vec<policy::Review>,
    approval: policy::CatalogPolicy,
}

/// Why the facts of a device do not fit a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecideLineError {
    #[error("device '{device}': {problem}")]
    Facts { device: String, problem: Detail },
    #[error("device '{device}' is in blueprint '{blueprint}', which the policy does not have")]
    UnknownBlueprint { device: String, blueprint: String },
    #[error("device '{device}' has facts about item '{item}', which the policy does not have")]
    UnknownItem { device: String, item: String },
}

impl PolicyFile {
    /// Checks everything and reports all problems at once.
    pub fn check(&self) -> Result<Policy, Vec<Detail>> {
        let mut problems = Vec::new();
        let items = self.check_items(&mut problems);
        // Items that are broken themselves are known all the same.
        let labels = self.library_items.iter().map(LibraryItemSettings::label);
        let by_label: BTreeMap<&str, policy::ItemId> = labels.zip(item_ids()).collect();
        let blueprints = self.check_blueprints(&by_label, &mut problems);
        for label in &self.paused {
            if !by_label.contains_key(label.as_str()) {
                problems.push(Detail::new("paused", format!("item '{label}' does not exist")));
            }
        }
        let reviews = self.check_reviews(&by_label, &mut problems);
        if problems.is_empty() {
            check_assignments(&blueprints, &items, &mut problems);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let managed_os =
            items.iter().filter_map(|(id, item)| Some((*id, self.entry(item)?))).collect();
        let approval = self.approval.into();
        Ok(Policy { items, managed_os, blueprints, reviews, approval })
    }

    fn check_items(
        &self,
        problems: &mut Vec<Detail>,
    ) -> BTreeMap<policy::ItemId, policy::LibraryItem> {
        let mut items = BTreeMap::new();
        let mut labels = std::collections::BTreeSet::new();
        for (settings, id) in self.library_items.iter().zip(item_ids()) {
            let place = format!("library_items.{}", settings.label());
            if !labels.insert(settings.label()) {
                problems.push(Detail::new(place.clone(), "two items have this label"));
            }
            match policy::LibraryItem::try_from(settings) {
                Ok(item) => {
                    items.insert(id, item);
                }
                Err(found) => {
                    problems.extend(found.into_iter().map(|problem| problem.within(&place)));
                }
            }
        }
        items
    }

    fn check_blueprints(
        &self,
        by_label: &BTreeMap<&str, policy::ItemId>,
        problems: &mut Vec<Detail>,
    ) -> BTreeMap<String, policy::Assignment> {
        let mut blueprints = BTreeMap::new();
        let find = |label: &str| by_label.get(label).copied();
        for entry in &self.blueprints {
            let place = format!("blueprints.{}", entry.name);
            match entry.assignment.to_policy(&find) {
                Ok(assignment) => {
                    if blueprints.insert(entry.name.clone(), assignment).is_some() {
                        problems.push(Detail::new(place, "two blueprints have this name"));
                    }
                }
                Err(found) => {
                    problems.extend(found.into_iter().map(|problem| problem.within(&place)));
                }
            }
        }
        blueprints
    }

    fn check_reviews(
        &self,
        by_label: &BTreeMap<&str, policy::ItemId>,
        problems: &mut Vec<Detail>,
    ) -> Vec<policy::Review> {
        let mut reviews = Vec::new();
        for entry in &self.reviews {
            match entry.to_policy(by_label) {
                Ok(review) => reviews.push(review),
                Err(problem) => problems.push(problem.within("reviews")),
            }
        }
        reviews
    }

    fn entry(&self, item: &policy::LibraryItem) -> Option<policy::LibraryEntry> {
        let is_paused = self.paused.contains(item.label());
        match item {
            policy::LibraryItem::ManagedOs(item) => {
                Some(policy::LibraryEntry { item: Arc::new(item.clone()), is_paused })
            }
            policy::LibraryItem::SoftwareUpdateSettings(_) => None,
        }
    }
}

/// Items of a file are told apart by label; their ids keep its order.
fn item_ids() -> impl Iterator<Item = policy::ItemId> {
    (1..).map(|number| policy::ItemId(Uuid::from_u128(number)))
}

fn check_assignments(
    blueprints: &BTreeMap<String, policy::Assignment>,
    items: &BTreeMap<policy::ItemId, policy::LibraryItem>,
    problems: &mut Vec<Detail>,
) {
    for (name, assignment) in blueprints {
        if let Err(found) = policy::check_assignment(assignment, items) {
            let place = format!("blueprints.{name}.assignment");
            problems
                .extend(found.iter().map(|problem| Detail::of_assignment(place.clone(), problem)));
        }
    }
}

impl ReviewEntry {
    /// The entry for a review; `item` is the label of the item that it is for.
    pub fn new(review: &policy::Review, item: Option<String>) -> Self {
        Self {
            list: review.list.into(),
            version: review.version.to_string(),
            item,
            approved_at: review.approved_at,
            held_since: review.held_since,
            resumed_at: review.resumed_at,
        }
    }

    fn to_policy(
        &self,
        by_label: &BTreeMap<&str, policy::ItemId>,
    ) -> Result<policy::Review, Detail> {
        let scope = match self.item.as_deref() {
            None => policy::ReviewScope::Fleet,
            Some(label) => policy::ReviewScope::Item(
                *by_label
                    .get(label)
                    .ok_or_else(|| Detail::new("item", format!("item '{label}' does not exist")))?,
            ),
        };
        Ok(policy::Review {
            scope,
            list: self.list.into(),
            version: self.version.parse().map_err(|error| Detail::new("version", error))?,
            approved_at: self.approved_at,
            held_since: self.held_since,
            resumed_at: self.resumed_at,
        })
    }
}

impl Policy {
    pub const fn items(&self) -> &BTreeMap<policy::ItemId, policy::LibraryItem> {
        &self.items
    }

    pub const fn approval(&self) -> policy::CatalogPolicy {
        self.approval
    }

    pub fn reviews(&self) -> &[policy::Review] {
        &self.reviews
    }

    /// Decides for one device, as the server would.
    pub fn decide(
        &self,
        now: Timestamp,
        catalog: &policy::Catalog,
        facts: &DeviceFacts,
    ) -> Result<DecisionLine, DecideLineError> {
        let (device, attributes) = facts
            .to_policy()
            .map_err(|problem| DecideLineError::Facts { device: facts.device.clone(), problem })?;
        let items = self.items_for(facts, (&device, &attributes))?;
        let decision = policy::decide(now, catalog, &items, &device);
        let labels = ItemLabels::new(&items);
        Ok(DecisionLine::new(facts.device.as_str(), device.utc_offset, &decision, &labels))
    }

    fn items_for(
        &self,
        facts: &DeviceFacts,
        device: (&policy::Device, &policy::Attributes),
    ) -> Result<Vec<policy::AssignedItem>, DecideLineError> {
        let known = |label: &str| self.items.values().any(|item| item.label() == label);
        if let Some(label) = facts.items.keys().find(|label| !known(label)) {
            let (device, item) = (facts.device.clone(), label.clone());
            return Err(DecideLineError::UnknownItem { device, item });
        }
        let Some(name) = &facts.blueprint else { return Ok(Vec::new()) };
        let assignment = self.blueprints.get(name).ok_or_else(|| {
            let (device, blueprint) = (facts.device.clone(), name.clone());
            DecideLineError::UnknownBlueprint { device, blueprint }
        })?;
        let history = |id: policy::ItemId| {
            let item = self.items.get(&id).and_then(|item| facts.items.get(item.label()));
            policy::ItemHistory {
                reached_at: item.and_then(|item| item.reached_at).unwrap_or(Timestamp::UNIX_EPOCH),
                requested_at: item.and_then(|item| item.requested_at),
                requested_local: item.and_then(|item| item.requested_local),
                exempt_until: item.and_then(|item| item.exempt_until).max(facts.exempt_until),
                halts: item.map(crate::facts::ItemFacts::to_halts).unwrap_or_default(),
            }
        };
        Ok(policy::managed_os_items(assignment, &self.managed_os, device, &history))
    }
}
