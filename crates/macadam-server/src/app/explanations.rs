//! Why a device got its decision: made again from the stored facts, with everything behind it.

use std::collections::BTreeMap;

use macadam_api::decisions::{ApplicableRelease, Change, DecisionLine, Explanation, ItemLabels};
use macadam_api::facts::{DeviceFacts, HaltFacts, ItemFacts};
use macadam_policy::{BlueprintId, Decision, DeviceId, ItemId, Outcome, Release};
use macadam_store::{DeviceSituation, StoreError};

use super::decisions::Decided;
use super::devices::DeviceError;
use super::pages::{Rows, Wanted};
use super::{App, Knowledge, situations};

impl App {
    /// Everything behind one device's decision.
    pub(crate) async fn explain(&self, id: DeviceId) -> Result<Explanation, DeviceError> {
        let one = self.decided_device(id).await?;
        let declarations = self.declarations_given(id).await?;
        let decided = one.decided.as_ref().ok_or(DeviceError::Untold)?;
        let item = decided.items.first().map(|item| item.id);
        let table = decided.device.update_id.as_ref().map(|update_id| {
            one.knowledge.catalog.table_for(
                update_id,
                target_item(&decided.decision).or(item),
                one.now,
            )
        });
        // What is older than the device's own was never in question.
        let runs = decided.device.os_version;
        let table = table.unwrap_or_default().into_iter().filter(|release| release.version >= runs);
        Ok(Explanation {
            decision: line(id, decided),
            decided_at: one.now,
            releases: table.map(shown).collect(),
            would_change: would_change(&decided.decision),
            declarations,
        })
    }

    /// The decision of every enrolled device that can be decided for, by device id.
    pub(crate) async fn decisions(
        &self,
        wanted: Wanted<DeviceId>,
    ) -> Result<Rows<DecisionLine, DeviceId>, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let now = self.fleet_clock.now();
        let page = self.situations(wanted).await?;
        let lines = page.items.iter().filter_map(|situation| {
            let decided = knowledge.decide(now, situation)?;
            Some(line(situation.device, &decided))
        });
        Ok(Rows { items: lines.collect(), next: page.next })
    }

    /// What decisions are made from, by device id.
    pub(crate) async fn facts(
        &self,
        wanted: Wanted<DeviceId>,
    ) -> Result<Rows<DeviceFacts, DeviceId>, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let blueprints = self.store.blueprints().await?;
        let names: BTreeMap<_, _> =
            blueprints.into_iter().map(|blueprint| (blueprint.id, blueprint.name)).collect();
        let page = self.situations(wanted).await?;
        let facts = page.items.iter().filter_map(|one| self.facts_of(&knowledge, &names, one));
        Ok(Rows { items: facts.collect(), next: page.next })
    }

    async fn situations(
        &self,
        wanted: Wanted<DeviceId>,
    ) -> Result<Rows<DeviceSituation, DeviceId>, StoreError> {
        let situations = self.store.situations(wanted.after, wanted.limit()).await?;
        Ok(wanted.page(situations, |situation| situation.device))
    }

    fn facts_of(
        &self,
        knowledge: &Knowledge,
        names: &BTreeMap<BlueprintId, String>,
        situation: &DeviceSituation,
    ) -> Option<DeviceFacts> {
        let now = self.fleet_clock.now();
        let decided = knowledge.decide(now, situation)?;
        let items = decided.reaching.iter().filter_map(|id| {
            let label = knowledge.library.managed_os_label(*id)?;
            let history = situations::item_history(situation, (*id, &knowledge.halts), now);
            let facts = ItemFacts {
                reached_at: Some(history.reached_at),
                requested_at: history.requested_at,
                requested_local: history.requested_local,
                exempt_until: history.exempt_until,
                halts: history.halts.iter().map(HaltFacts::from).collect(),
            };
            Some((label.to_owned(), facts))
        });
        Some(DeviceFacts {
            blueprint: situation.blueprint.and_then(|id| names.get(&id).cloned()),
            items: items.collect(),
            ..DeviceFacts::from_policy(
                situation.device.to_string(),
                &decided.device,
                &decided.attributes,
            )
        })
    }
}

fn line(id: DeviceId, decided: &Decided) -> DecisionLine {
    let labels = ItemLabels::new(&decided.items);
    DecisionLine::new(id.to_string(), decided.device.utc_offset, &decided.decision, &labels)
}

fn target_item(decision: &Decision) -> Option<ItemId> {
    decision.outcome.target().map(|target| target.item)
}

fn shown(release: Release) -> ApplicableRelease {
    ApplicableRelease {
        version: release.version.to_string(),
        build: release.build.map(|build| build.to_string()).unwrap_or_default(),
        released_on: release.released,
        installable: release.is_installable && !release.is_withdrawn,
    }
}

/// What somebody could do to get another outcome.
fn would_change(decision: &Decision) -> Vec<Change> {
    match &decision.outcome {
        Outcome::Install { .. } => vec![
            Change::new("target_installed", "the device installs the target"),
            Change::new(
                "let_off",
                "an administrator holds the release, pauses the item or exempts the device",
            ),
            Change::new(
                "other_item",
                "an item with another deadline or version reaches the device",
            ),
        ],
        Outcome::UpToDate => vec![Change::new(
            "newer_release",
            "Apple publishes a release that an item of the device enforces",
        )],
        Outcome::Available { .. } => {
            vec![Change::new("asked_in_self_service", "the user asks for it in Self Service")]
        }
        Outcome::Waiting => {
            vec![Change::new("major_offered", "Apple offers the major for this device")]
        }
        Outcome::Incompatible => vec![Change::new(
            "other_major",
            "an item for a major that Apple offers for this device",
        )],
        Outcome::Excluded => {
            vec![Change::new("including_rule", "an assignment rule that includes the device")]
        }
        Outcome::Unresolved(why) => {
            vec![Change::new("not_offered", why.remedy()).because(why.code())]
        }
        Outcome::Suspended(why) => {
            vec![Change::new("suspended", why.remedy()).because(why.code())]
        }
        Outcome::NotManageable(why) => {
            vec![Change::new("not_manageable", why.remedy()).because(why.code())]
        }
        Outcome::NotAssigned => {
            vec![Change::new("item_assigned", "a blueprint with a Managed OS item")]
        }
    }
}
