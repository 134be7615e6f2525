//! Decisions from `macadam-policy` to their wire form.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use macadam_policy as policy;

use super::{
    DecisionLine, Mechanism, NotManageable, Outcome, Status, Suspended, Target, TraceStep,
    Unresolved,
};

impl DecisionLine {
    /// The line of one device. `labels` are those of the items the decision was given, in order.
    pub fn new(
        device: impl Into<String>,
        utc_offset: Option<Offset>,
        decision: &policy::Decision,
        labels: &ItemLabels<'_>,
    ) -> Self {
        Self {
            device: device.into(),
            status: decision.status.into(),
            outcome: outcome(&decision.outcome, utc_offset, labels),
            mechanism: decision.mechanism.map(Into::into),
            meets_floor: decision.meets_floor,
            trace: decision.trace.0.iter().map(|step| trace_step(step, labels)).collect(),
        }
    }
}

/// The items a decision was given, and what people call them.
pub struct ItemLabels<'a>(&'a [policy::AssignedItem]);

impl<'a> ItemLabels<'a> {
    pub const fn new(items: &'a [policy::AssignedItem]) -> Self {
        Self(items)
    }

    fn of(&self, id: policy::ItemId) -> String {
        let item = self.0.iter().find(|assigned| assigned.id == id);
        item.map(|assigned| assigned.item.settings().label.clone()).unwrap_or_default()
    }

    fn at(&self, position: u8) -> Option<String> {
        let item = self.0.get(usize::from(position))?;
        Some(item.item.settings().label.clone())
    }
}

/// The moment a device-local time means for a device with this offset.
pub fn local_moment(local: DateTime, utc_offset: Option<Offset>) -> Option<Timestamp> {
    TimeZone::fixed(utc_offset?).to_timestamp(local).ok()
}

fn outcome(
    outcome: &policy::Outcome,
    utc_offset: Option<Offset>,
    labels: &ItemLabels<'_>,
) -> Outcome {
    match outcome {
        policy::Outcome::Install { target, then } => Outcome::Install(Target {
            item: labels.of(target.item),
            version: target.version.to_string(),
            build: target.build.to_string(),
            send_build: target.send_build,
            deadline_local: target.deadline,
            deadline_at: local_moment(target.deadline, utc_offset),
            details_url: target.details_url.as_deref().map(str::to_owned),
            then: then.map(|version| version.to_string()),
        }),
        policy::Outcome::UpToDate => Outcome::UpToDate,
        policy::Outcome::Available { version } => {
            Outcome::Available { version: version.to_string() }
        }
        policy::Outcome::Waiting => Outcome::Waiting,
        policy::Outcome::Incompatible => Outcome::Incompatible,
        policy::Outcome::Excluded => Outcome::Excluded,
        policy::Outcome::Unresolved(reason) => Outcome::Unresolved { reason: (*reason).into() },
        policy::Outcome::Suspended(reason) => Outcome::Suspended { reason: (*reason).into() },
        policy::Outcome::NotManageable(reason) => {
            Outcome::NotManageable { reason: (*reason).into() }
        }
        policy::Outcome::NotAssigned => Outcome::NotAssigned,
    }
}

fn trace_step(step: &policy::TraceStep, labels: &ItemLabels<'_>) -> TraceStep {
    let mut values = values(step.rule.facts());
    if let Some(place) = values.get_mut(policy::OTHER_ITEM) {
        let position = place.parse::<u8>().ok().and_then(|place| place.checked_sub(1));
        if let Some(label) = position.and_then(|position| labels.at(position)) {
            *place = label;
        }
    }
    TraceStep {
        item: step.item.and_then(|position| labels.at(position)),
        code: step.rule.code().to_owned(),
        sentence: step.rule.to_string(),
        values,
    }
}

pub(crate) fn values(facts: policy::Facts) -> BTreeMap<String, String> {
    facts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

crate::text::same_variants! {
    Status = policy::Status {
        Available, Pending, Waiting, Downloading, Cached, Installing, Pass, Error, Incompatible,
        Excluded
    }
    Mechanism = policy::Mechanism { Ddm, MdmCommands, Agent }
    Unresolved = policy::Unresolved { NotForThisDevice, Held, Withdrawn, Expired, NotApproved }
    Suspended = policy::Suspended { Paused, Halted, Exempt }
    NotManageable = policy::NotManageable {
        NotSupervised, UserEnrollment, NoDeclarativeManagement, NoUpdateId, EmptyCatalog, NotInFeed
    }
}
