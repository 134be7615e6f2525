//! Brings every device's declarations and status in line with what is now decided for it.
//!
//! The fleet is worked through in pages, so that it need not fit in memory. Only differences are
//! written: a second run right after the first one writes nothing.

mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use macadam_api::events::Noun;
use macadam_declare::DeclarationSet;
use macadam_policy::DeviceId;
use macadam_store::{
    Assignment, CommandId, DecisionRecord, DeviceSituation, Reach, SetToken, StoreError,
};
use tokio::sync::Mutex;

use self::waiting::WaitingRoom;
use super::decisions::{Decided, record};
use super::{App, Knowledge, ddm};

/// Devices worked on at a time.
const PAGE: u32 = 2000;

/// How often devices are decided for again because another server was faster.
const ROUNDS: usize = 5;

/// New sets saved at a time; a set has about ten declarations.
const SETS_AT_A_TIME: usize = 500;

/// What reconciling keeps between two runs.
#[derive(Default)]
pub(crate) struct Reconciler {
    /// Held while knowledge is read anew.
    pub(super) refreshing: Mutex<()>,
    /// Held between reading a device's facts and writing what follows from them: an older reading
    /// must not be written over what followed from a newer one.
    deciding: Mutex<()>,
    waiting: WaitingRoom,
}

/// What one run changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reconciled {
    pub(crate) devices: usize,
    /// Devices that were given another set.
    pub(crate) changed_sets: usize,
}

/// What follows from the decisions for some devices, to be written together.
struct Changes<'a> {
    now: Timestamp,
    /// What led to the decisions.
    source: &'a str,
    sets: BTreeMap<SetToken, Arc<DeclarationSet>>,
    assignments: Vec<Assignment>,
    records: Vec<DecisionRecord>,
    reached: Vec<Reach>,
    left: Vec<(DeviceId, macadam_policy::ItemId)>,
}

impl App {
    /// Decides for the whole fleet.
    pub(crate) async fn reconcile_fleet(&self) -> Result<Reconciled, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let mut total = Reconciled::default();
        let (mut after, mut saved) = (None, BTreeSet::new());
        loop {
            let _deciding = self.reconciler.deciding.lock().await;
            let page = self.store.situations(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(total) };
            after = Some(last.device);
            total.devices += page.len();
            total.changed_sets +=
                self.reconcile_devices(&knowledge, &page, "catalog or policy", &mut saved).await?;
        }
    }

    /// Decides for one device that just told something. What fails here is tried again by the
    /// worker: the device's own request must not fail for it.
    pub(crate) async fn reconcile_now(&self, device: DeviceId, source: &'static str) {
        let place = self.reconciler.waiting.enter(device, source);
        if place.needs_attendant {
            // The request may be given up halfway; what others wait for must not be.
            let app = self.clone();
            tokio::spawn(async move { app.reconcile_waiting().await });
        }
        if place.decided.await.is_err() {
            self.policy_changed();
        }
    }

    /// Decides for the devices that wait, until none does.
    async fn reconcile_waiting(&self) {
        let attendance = self.reconciler.waiting.attend();
        loop {
            let _deciding = self.reconciler.deciding.lock().await;
            let Some(party) = attendance.next_party(PAGE as usize) else { return };
            for (source, devices) in &party.devices {
                let devices: Vec<_> = devices.iter().copied().collect();
                if let Err(error) = self.reconcile_some(&devices, source).await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        devices = devices.len(),
                        "devices were not decided for"
                    );
                    self.policy_changed();
                }
                self.all_changed(Noun::Devices, devices.iter().map(|device| device.0));
            }
            party.dismiss();
        }
    }

    async fn reconcile_some(&self, devices: &[DeviceId], source: &str) -> Result<(), StoreError> {
        let page = self.store.situations_of(devices).await?;
        let knowledge = self.refresh_knowledge().await?;
        self.reconcile_devices(&knowledge, &page, source, &mut BTreeSet::new()).await.map(drop)
    }

    /// Decides for these devices and writes what changed; says for how many the set did.
    ///
    /// Only what this was decided on top of is replaced. Devices that another server gave a set
    /// meanwhile are looked at again, with what is known by then.
    pub(crate) async fn reconcile_devices(
        &self,
        knowledge: &Knowledge,
        devices: &[DeviceSituation],
        source: &str,
        saved: &mut BTreeSet<SetToken>,
    ) -> Result<usize, StoreError> {
        let (mut total, mut overtaken) =
            self.decide_and_write(knowledge, devices, source, saved).await?;
        for _ in 1..ROUNDS {
            if overtaken.is_empty() {
                return Ok(total);
            }
            let devices = self.store.situations_of(&overtaken).await?;
            let knowledge = self.refresh_knowledge().await?;
            let changed;
            (changed, overtaken) =
                self.decide_and_write(&knowledge, &devices, source, saved).await?;
            total += changed;
        }
        if !overtaken.is_empty() {
            self.policy_changed();
        }
        Ok(total)
    }

    async fn decide_and_write(
        &self,
        knowledge: &Knowledge,
        devices: &[DeviceSituation],
        source: &str,
        saved: &mut BTreeSet<SetToken>,
    ) -> Result<(usize, Vec<DeviceId>), StoreError> {
        let mut changes = Changes::at(self.fleet_clock.now(), source);
        for situation in devices {
            if let Some(decided) = knowledge.decide(changes.now, situation) {
                self.note_changes(&mut changes, knowledge, situation, &decided);
            }
        }
        self.write_changes(changes, saved).await
    }

    fn note_changes(
        &self,
        changes: &mut Changes<'_>,
        knowledge: &Knowledge,
        situation: &DeviceSituation,
        decided: &Decided,
    ) {
        let now = changes.now;
        let device = situation.device;
        for item in &decided.reaching {
            let ring = knowledge.ring_of(*item, decided);
            let known = situation.rings.iter().find(|(reached, _)| reached == item);
            if known.is_none_or(|(_, known)| *known != ring) {
                changes.reached.push(Reach { device_id: device, item_id: *item, at: now, ring });
            }
        }
        let gone = situation.reached.iter().filter(|(item, _)| !decided.reaching.contains(item));
        changes.left.extend(gone.map(|(item, _)| (device, *item)));
        let record = record(device, decided, changes.source);
        if situation.recorded != Some(record.digest) {
            changes.records.push(record);
        }
        let Some(set) = &decided.set else { return };
        let token = SetToken(set.token.as_str().to_owned());
        if situation.assigned_set.as_ref() != Some(&token) {
            changes.assignments.push(Assignment {
                device,
                set: token.clone(),
                former: situation.assigned_set.clone(),
                command: CommandId(self.ids.id(now)),
            });
            changes.sets.entry(token).or_insert_with(|| Arc::clone(set));
        }
    }

    /// The order matters if the server dies in between: reach first, because deadlines may count
    /// from it; sets before the devices that get them; the record of the decision last. Says how
    /// many devices got another set, and which had got one from somebody else.
    async fn write_changes(
        &self,
        mut changes: Changes<'_>,
        saved: &mut BTreeSet<SetToken>,
    ) -> Result<(usize, Vec<DeviceId>), StoreError> {
        let now = changes.now;
        if !changes.reached.is_empty() {
            self.store.record_reach(changes.reached).await?;
        }
        if !changes.left.is_empty() {
            self.store.forget_reach(changes.left).await?;
        }
        let unsaved: Vec<_> =
            changes.sets.iter().filter(|(token, _)| !saved.contains(*token)).collect();
        for chunk in unsaved.chunks(SETS_AT_A_TIME) {
            let sets = chunk.iter().map(|(token, set)| stored_set(token, set)).collect();
            self.store.save_declaration_sets(now, sets).await?;
            saved.extend(chunk.iter().map(|(token, _)| (*token).clone()));
        }
        let (mut changed, mut overtaken) = (0, Vec::new());
        if !changes.assignments.is_empty() {
            let devices: BTreeSet<_> = changes.assignments.iter().map(|it| it.device).collect();
            let assigned = self.store.assign_declaration_sets(now, changes.assignments).await?;
            self.signals.send_pushes.notify_one();
            let assigned: BTreeSet<_> = assigned.into_iter().map(|it| it.device_id).collect();
            changed = assigned.len();
            overtaken.extend(devices.difference(&assigned));
            changes.records.retain(|record| !overtaken.contains(&record.device));
        }
        if !changes.records.is_empty() {
            let devices: Vec<_> = changes.records.iter().map(|record| record.device.0).collect();
            self.store.record_decisions(now, changes.records).await?;
            self.all_changed(Noun::Devices, devices);
        }
        Ok((changed, overtaken))
    }
}

impl<'a> Changes<'a> {
    fn at(now: Timestamp, source: &'a str) -> Self {
        Self {
            now,
            source,
            sets: BTreeMap::new(),
            assignments: Vec::new(),
            records: Vec::new(),
            reached: Vec::new(),
            left: Vec::new(),
        }
    }
}

fn stored_set(token: &SetToken, set: &DeclarationSet) -> macadam_store::DeclarationSet {
    let text = |bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).expect("declarations are JSON, which is UTF-8")
    };
    macadam_store::DeclarationSet {
        token: token.clone(),
        manifest: text(&set.manifest),
        declarations: set
            .declarations
            .iter()
            .map(|declaration| macadam_store::Declaration {
                kind: ddm::stored_kind(declaration.kind),
                identifier: declaration.identifier.as_str().to_owned(),
                server_token: declaration.server_token.as_str().to_owned(),
                body: text(&declaration.body),
            })
            .collect(),
    }
}
