//! The decisions of the whole fleet before and after a change, on every core.
//!
//! Only devices that the change can concern are decided for: equal items, catalog and facts make
//! equal decisions.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use macadam_api::previews::PreviewDecision;
use macadam_policy::{
    BlueprintId, Comparison, Decision, DeviceId, ItemId, LibraryEntry, Mechanism, OsVersion,
    Platform, PreviewChange, Status, all_items, decide,
};
use macadam_store::{Member, Roster};

use crate::app::{Knowledge, situations};

/// One device whose decision changes.
pub(super) struct Change {
    pub(super) change: PreviewChange,
    pub(super) member: Arc<Member>,
    pub(super) platform: Platform,
    pub(super) os_version: OsVersion,
    pub(super) before: Shown,
    pub(super) after: Shown,
}

/// What is shown of a decision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    status: Status,
    /// The version, and by when on the device's own clock.
    target: Option<(OsVersion, DateTime)>,
    mechanism: Option<Mechanism>,
}

/// What a change does to the whole fleet.
#[derive(Default)]
pub(super) struct Compared {
    /// In the order of the devices' ids.
    pub(super) changes: Vec<Change>,
    pub(super) total: u64,
}

/// Two states of what decisions depend on.
pub(super) struct Comparer {
    now: Timestamp,
    before: Arc<Knowledge>,
    after: Arc<Knowledge>,
    /// Devices that change their blueprint.
    moved: BTreeMap<DeviceId, BlueprintId>,
    /// Whether both know the same of all releases.
    is_same_catalog: bool,
    /// The platforms whose devices may be given other items, by their blueprint.
    concerned: BTreeMap<BlueprintId, BTreeSet<Platform>>,
}

/// Compares the whole fleet.
pub(super) async fn fleet(comparer: &Arc<Comparer>, roster: &Arc<Roster>) -> Compared {
    let total = roster.members().len();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = total.div_ceil(cores).max(1);
    let shares = (0..total).step_by(share).map(|start| {
        let (comparer, roster) = (Arc::clone(comparer), Arc::clone(roster));
        tokio::task::spawn_blocking(move || {
            let members = roster.members().iter().skip(start).take(share);
            members.filter_map(|member| comparer.compare(member)).collect::<Vec<_>>()
        })
    });
    let shares: Vec<_> = shares.collect();
    let mut compared = Compared { changes: Vec::new(), total: total as u64 };
    for share in shares {
        match share.await {
            Ok(changes) => compared.changes.extend(changes),
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }
    compared
}

impl Comparer {
    pub(super) fn new(
        (before, after): (Arc<Knowledge>, Arc<Knowledge>),
        moved: BTreeMap<DeviceId, BlueprintId>,
        now: Timestamp,
    ) -> Self {
        let blueprints = before.library.assignments.keys().chain(after.library.assignments.keys());
        let concerned = blueprints
            .map(|blueprint| (*blueprint, concerned_platforms(*blueprint, &before, &after)))
            .collect();
        let is_same_catalog = Arc::ptr_eq(&before.catalog, &after.catalog);
        Self { now, before, after, moved, is_same_catalog, concerned }
    }

    /// What changes for a device, if anything does.
    fn compare(&self, member: &Arc<Member>) -> Option<Change> {
        let situation = member.situation();
        let (now, before, after) = (self.now, &self.before, &self.after);
        let was_in = situation.blueprint;
        let will_be_in = self.moved.get(&situation.device).copied().or(was_in);
        if self.is_same_catalog && was_in == will_be_in {
            let concerned = self.concerned.get(&was_in?)?;
            if !concerned.contains(&situation.facts.platform?) {
                return None;
            }
        }
        let device = before.device(situation)?;
        let attributes = situations::attributes(situation);
        let of = (&device, &attributes);
        let had = before.items(now, situation, before.assignment(was_in), of);
        let will_have = after.items(now, situation, after.assignment(will_be_in), of);
        if self.is_same_catalog && had == will_have {
            return None;
        }
        let was = decide(now, &before.catalog, &had, &device);
        let will = decide(now, &after.catalog, &will_have, &device);
        let comparison = Comparison {
            device: situation.device,
            utc_offset: device.utc_offset,
            before: &was,
            after: &will,
        };
        let preview = macadam_policy::Preview::new(now, [comparison]);
        Some(Change {
            change: preview.changes.into_iter().next()?,
            member: Arc::clone(member),
            platform: device.platform,
            os_version: device.os_version,
            before: Shown::of(&was),
            after: Shown::of(&will),
        })
    }
}

impl Shown {
    fn of(decision: &Decision) -> Self {
        let target = decision.outcome.target().map(|target| (target.version, target.deadline));
        Self { status: decision.status, target, mechanism: decision.mechanism }
    }
}

impl From<Shown> for PreviewDecision {
    fn from(shown: Shown) -> Self {
        Self {
            status: shown.status.into(),
            target_version: shown.target.map(|(version, _)| version.to_string()),
            deadline_local: shown.target.map(|(_, deadline)| deadline),
            mechanism: shown.mechanism.map(Into::into),
        }
    }
}

/// The platforms of the items that differ; all of them if other items are assigned.
fn concerned_platforms(
    blueprint: BlueprintId,
    before: &Knowledge,
    after: &Knowledge,
) -> BTreeSet<Platform> {
    let (was, will) = (before.assignment(Some(blueprint)), after.assignment(Some(blueprint)));
    if was != will {
        return Platform::ALL.into_iter().collect();
    }
    let entries =
        |item: &ItemId| [before.library.managed_os.get(item), after.library.managed_os.get(item)];
    let items = all_items(was);
    let differing = items.iter().map(entries).filter(|[was, will]| !are_equal(*was, *will));
    differing.flatten().flatten().map(|entry| entry.item.settings().platform).collect()
}

fn are_equal(was: Option<&LibraryEntry>, will: Option<&LibraryEntry>) -> bool {
    match (was, will) {
        (None, None) => true,
        (Some(was), Some(will)) => was.item == will.item && was.is_paused == will.is_paused,
        (None, Some(_)) | (Some(_), None) => false,
    }
}
