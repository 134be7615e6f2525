//! The decision for one device from its stored facts, and the summary of it that lists show.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use macadam_api::decisions::local_moment;
use macadam_declare::{DeclarationSet, Properties, Subject};
use macadam_policy::{
    AssignedItem, Assignment, Attributes, Blocker, BlueprintId, Decision, Device, DeviceId, ItemId,
    Status, assigned_items, decide, managed_os_items, readiness,
};
use macadam_store::{DecisionRecord, DeviceSituation};
use serde_json::json;

use super::reasons::{Reason, outcome_code, reason};
use super::{Knowledge, situations};

/// A decision with everything that led to it and follows from it.
pub(crate) struct Decided {
    pub(crate) device: Device,
    pub(crate) attributes: Attributes,
    /// The Managed OS items that were decided with.
    pub(crate) items: Vec<AssignedItem>,
    /// Every item that reaches the device, of whatever kind.
    pub(crate) reaching: Vec<ItemId>,
    pub(crate) decision: Decision,
    /// What will keep the device from its target.
    pub(crate) blockers: Vec<Blocker>,
    /// What the device is told; none for an OS that knows no declarations.
    pub(crate) set: Option<Arc<DeclarationSet>>,
}

impl Knowledge {
    /// Decides for one device; `None` until it has told its platform and version.
    pub(crate) fn decide(&self, now: Timestamp, situation: &DeviceSituation) -> Option<Decided> {
        let device = self.device(situation)?;
        let attributes = situations::attributes(situation);
        let assignment = self.assignment(situation.blueprint);
        let items = self.items(now, situation, assignment, (&device, &attributes));
        let decision = decide(now, &self.catalog, &items, &device);
        let placements = assigned_items(assignment, &device, &attributes);
        let reaching: Vec<_> = placements.into_iter().map(|placement| placement.item).collect();
        let is_settings_item = |item: &ItemId| self.library.settings_items.contains_key(item);
        let settings_items: Vec<_> = reaching.iter().copied().filter(is_settings_item).collect();
        let capabilities = self.capabilities(situation.facts.capabilities);
        let set = situations::speaks_ddm(&device).then(|| {
            self.compile(Subject {
                device: &device,
                decision: &decision,
                settings_items: &settings_items,
                properties: &self.properties(situation.blueprint, &items, (&device, &attributes)),
                capabilities,
            })
        });
        let blockers = readiness(now, &device, &decision, situations::readiness_facts(situation));
        Some(Decided { device, attributes, items, reaching, decision, blockers, set })
    }

    /// Its blueprint, and its ring of the newest major that has rings.
    fn properties(
        &self,
        blueprint: Option<BlueprintId>,
        items: &[AssignedItem],
        (device, attributes): (&Device, &Attributes),
    ) -> Properties {
        let ringed = items.iter().filter(|item| !item.is_excluded);
        let ringed = ringed.filter_map(|item| {
            let ring = item.item.ring_of(device, attributes)?;
            Some((item.item.settings().major, item.depth, ring))
        });
        let ring = ringed.max_by_key(|(major, depth, _)| (*major, *depth));
        Properties {
            blueprint: blueprint.and_then(|id| self.library.blueprint_names.get(&id).cloned()),
            ring: ring.map(|(.., ring)| ring.name.as_str().into()),
        }
    }

    /// The device as decisions see it; `None` until it has told its platform and version.
    pub(super) fn device(&self, situation: &DeviceSituation) -> Option<Device> {
        let capabilities = self.capabilities(situation.facts.capabilities);
        situations::device(situation, capabilities.map(AsRef::as_ref))
    }

    /// What a blueprint assigns; nothing to a device in none.
    pub(super) fn assignment(&self, blueprint: Option<BlueprintId>) -> &Assignment {
        static NOTHING: Assignment = Assignment::Classic(Vec::new());
        blueprint.and_then(|blueprint| self.library.assignments.get(&blueprint)).unwrap_or(&NOTHING)
    }

    /// The Managed OS items to decide with.
    pub(super) fn items(
        &self,
        now: Timestamp,
        situation: &DeviceSituation,
        assignment: &Assignment,
        device: (&Device, &Attributes),
    ) -> Vec<AssignedItem> {
        let history = |item| situations::item_history(situation, (item, &self.halts), now);
        managed_os_items(assignment, &self.library.managed_os, device, &history)
    }
}

/// The summary of a decision. `source` is what led to it.
pub(super) fn record(id: DeviceId, decided: &Decided, source: &str) -> DecisionRecord {
    let (device, decision) = (&decided.device, &decided.decision);
    let target = decision.outcome.target();
    let Reason { code: reason, sentence: detail, wording } = reason(decision);
    let mut record = DecisionRecord {
        device: id,
        status: status_code(decision.status).to_owned(),
        outcome: outcome_code(&decision.outcome).to_owned(),
        platform: device.platform,
        item: target.map(|target| target.item),
        target_version: target.map(|target| target.version.to_string()),
        target_build: target.map(|target| target.build.to_string()),
        deadline_local: target.map(|target| target.deadline.to_string()),
        deadline_at: target.and_then(|target| moment(target.deadline, device)),
        mechanism: decision.mechanism.map(|mechanism| mechanism.code().to_owned()),
        meets_floor: decision.meets_floor,
        reason: reason.map(ToOwned::to_owned),
        detail,
        wording: json!(wording).to_string(),
        source: source.to_owned(),
        os_version: device.os_version.to_string(),
        device_words: [&device.failure_reason, &device.declaration_problem]
            .into_iter()
            .find_map(|words| words.as_deref().map(ToOwned::to_owned)),
        blockers: decided.blockers.iter().map(|it| it.code().to_owned()).collect(),
        digest: 0,
    };
    record.digest = digest(&record);
    record
}

/// Of what a record says apart from what led to it. Another release of the server may find another
/// one; then everything is recorded once more.
fn digest(record: &DecisionRecord) -> i64 {
    let mut hasher = DefaultHasher::new();
    (&record.status, record.item.map(|item| item.0), &record.target_version).hash(&mut hasher);
    (&record.target_build, &record.deadline_local, &record.mechanism).hash(&mut hasher);
    (record.meets_floor, &record.reason, &record.detail, &record.wording).hash(&mut hasher);
    (&record.os_version, &record.device_words, record.deadline_at).hash(&mut hasher);
    (&record.outcome, record.platform, &record.blockers).hash(&mut hasher);
    hasher.finish().cast_signed()
}

/// When a deadline has passed, whatever the device's offset is: none is further behind UTC.
fn moment(deadline: DateTime, device: &Device) -> Option<Timestamp> {
    local_moment(deadline, Some(device.utc_offset.unwrap_or(Offset::constant(-12))))
}

/// The word a status is stored and shown as.
pub(crate) const fn status_code(status: Status) -> &'static str {
    match status {
        Status::Available => "available",
        Status::Pending => "pending",
        Status::Waiting => "waiting",
        Status::Downloading => "downloading",
        Status::Cached => "cached",
        Status::Installing => "installing",
        Status::Pass => "pass",
        Status::Error => "error",
        Status::Incompatible => "incompatible",
        Status::Excluded => "excluded",
    }
}
