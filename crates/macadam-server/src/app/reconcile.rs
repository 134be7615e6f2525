//! Brings every device's declarations and status in line with what is now decided for it.
//!
//! The fleet is worked through in pages, so that it need not fit in memory. Only differences are
//! written: a second run right after the first one writes nothing.

mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use macadam_api::events::Noun;
use macadam_declare::DeclarationSet;
use macadam_policy::DeviceId;
use macadam_store::{
    Assignment, Base, CommandId, DeviceSituation, Outcome, SetToken, StoreError, Written,
};
use tokio::sync::RwLock;
use tokio::task::JoinSet;

use self::waiting::WaitingRoom;
use super::decisions::{Decided, record};
use super::{App, Knowledge, ddm};

/// Devices worked on at a time.
const PAGE: u32 = 1000;

/// Pages worked on at once: while the database writes one, the next one is decided.
const PAGES_AT_ONCE: usize = 2;

/// How often devices are decided for again because another server was faster.
const ROUNDS: usize = 5;

/// New sets saved at a time; a set has about ten declarations.
const SETS_AT_A_TIME: usize = 500;

/// What reconciling keeps between two runs.
#[derive(Default)]
pub(crate) struct Reconciler {
    /// Held while knowledge is read anew.
    pub(super) refreshing: tokio::sync::Mutex<()>,
    /// Held by the one run over the whole fleet.
    whole_fleet: tokio::sync::Mutex<()>,
    /// Held between reading a device's facts and writing what follows from them: an older reading
    /// must not be written over what followed from a newer one. Pages of a run over the fleet share
    /// it, because they are of different devices.
    deciding: Arc<RwLock<()>>,
    waiting: WaitingRoom,
}

/// What one run changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reconciled {
    pub(crate) devices: usize,
    /// Devices that were given another set.
    pub(crate) changed_sets: usize,
}

/// What devices are decided by, and what led to that.
pub(crate) struct ReconcileRun {
    knowledge: Arc<Knowledge>,
    source: String,
    /// Sets that need not be saved again.
    saved: Mutex<BTreeSet<SetToken>>,
}

impl ReconcileRun {
    pub(crate) fn new(knowledge: Arc<Knowledge>, source: &str) -> Self {
        Self { knowledge, source: source.into(), saved: Mutex::default() }
    }
}

/// What follows from the decisions for some devices, to be written together.
#[derive(Default)]
struct Changes {
    sets: BTreeMap<SetToken, Arc<DeclarationSet>>,
    outcomes: Vec<Outcome>,
}

impl App {
    /// Decides for the whole fleet.
    pub(crate) async fn reconcile_fleet(&self) -> Result<Reconciled, StoreError> {
        let _alone = self.reconciler.whole_fleet.lock().await;
        let run = Arc::new(ReconcileRun::new(self.refresh_knowledge().await?, "catalog or policy"));
        let (mut total, mut pages) = (Reconciled::default(), JoinSet::new());
        let mut after = None;
        loop {
            let deciding = Arc::clone(&self.reconciler.deciding).read_owned().await;
            let page = self.store.situations(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.device);
            total.devices += page.len();
            if pages.len() == PAGES_AT_ONCE {
                total.changed_sets += next_page(&mut pages).await?;
            }
            let (app, run) = (self.clone(), Arc::clone(&run));
            pages.spawn(async move {
                let _deciding = deciding;
                app.reconcile_devices(&run, &page).await
            });
        }
        while !pages.is_empty() {
            total.changed_sets += next_page(&mut pages).await?;
        }
        Ok(total)
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
            let _deciding = self.reconciler.deciding.write().await;
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
        let run = ReconcileRun::new(self.refresh_knowledge().await?, source);
        self.reconcile_devices(&run, &page).await.map(drop)
    }

    /// Decides for these devices and writes what changed; says for how many the set did.
    ///
    /// Only what this was decided on top of is replaced. Devices that another server decided for
    /// meanwhile are looked at again, with what is known by then.
    pub(crate) async fn reconcile_devices(
        &self,
        run: &ReconcileRun,
        devices: &[DeviceSituation],
    ) -> Result<usize, StoreError> {
        let Written { reassigned, mut overtaken } = self.decide_and_write(run, devices).await?;
        let mut total = reassigned.len();
        for _ in 1..ROUNDS {
            if overtaken.is_empty() {
                return Ok(total);
            }
            let devices = self.store.situations_of(&overtaken).await?;
            let again = ReconcileRun::new(self.refresh_knowledge().await?, &run.source);
            let written = self.decide_and_write(&again, &devices).await?;
            total += written.reassigned.len();
            overtaken = written.overtaken;
        }
        if !overtaken.is_empty() {
            self.policy_changed();
        }
        Ok(total)
    }

    async fn decide_and_write(
        &self,
        run: &ReconcileRun,
        devices: &[DeviceSituation],
    ) -> Result<Written, StoreError> {
        let now = self.fleet_clock.now();
        let mut changes = Changes::default();
        for situation in devices {
            let Some(decided) = run.knowledge.decide(now, situation) else { continue };
            let outcome = self.outcome(now, run, situation, &decided);
            if let (Some(assignment), Some(set)) = (&outcome.assignment, &decided.set) {
                changes.sets.entry(assignment.set.clone()).or_insert_with(|| Arc::clone(set));
            }
            if !outcome.is_empty() {
                changes.outcomes.push(outcome);
            }
        }
        self.write_changes(now, run, changes).await
    }

    /// What differs between what was decided and what is stored.
    fn outcome(
        &self,
        now: Timestamp,
        run: &ReconcileRun,
        situation: &DeviceSituation,
        decided: &Decided,
    ) -> Outcome {
        let mut reached = Vec::new();
        for item in &decided.reaching {
            let ring = run.knowledge.ring_of(*item, decided);
            let known = situation.rings.iter().find(|(reached, _)| reached == item);
            if known.is_none_or(|(_, known)| *known != ring) {
                reached.push((*item, ring));
            }
        }
        let gone = situation.reached.iter().filter(|(item, _)| !decided.reaching.contains(item));
        let record = record(situation.device, decided, &run.source);
        let token = decided.set.as_ref().map(|set| SetToken(set.token.as_str().to_owned()));
        let is_other = |token: &SetToken| situation.assigned_set.as_ref() != Some(token);
        Outcome {
            device: situation.device,
            base: Base::of(situation),
            reached,
            left: gone.map(|(item, _)| *item).collect(),
            assignment: token
                .filter(is_other)
                .map(|set| Assignment { set, command: CommandId(self.ids.id(now)) }),
            record: (situation.recorded != Some(record.digest)).then_some(record),
        }
    }

    /// Sets are saved before any device gets them. If the server dies in between, the next run
    /// saves them again, which changes nothing.
    async fn write_changes(
        &self,
        now: Timestamp,
        run: &ReconcileRun,
        changes: Changes,
    ) -> Result<Written, StoreError> {
        let saved = || run.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unsaved: Vec<_> = changes.sets.iter().collect();
        unsaved.retain({
            let saved = saved();
            move |(token, _)| !saved.contains(*token)
        });
        for chunk in unsaved.chunks(SETS_AT_A_TIME) {
            let sets = chunk.iter().map(|(token, set)| stored_set(token, set)).collect();
            self.store.save_declaration_sets(now, sets).await?;
            saved().extend(chunk.iter().map(|(token, _)| (*token).clone()));
        }
        if changes.outcomes.is_empty() {
            return Ok(Written::default());
        }
        let recorded = changes.outcomes.iter().filter(|outcome| outcome.record.is_some());
        let mut recorded: BTreeSet<_> = recorded.map(|outcome| outcome.device).collect();
        let written = self.store.write_outcomes(now, changes.outcomes).await?;
        if !written.reassigned.is_empty() {
            self.signals.send_pushes.notify_one();
        }
        recorded.retain(|device| !written.overtaken.contains(device));
        if !recorded.is_empty() {
            self.all_changed(Noun::Devices, recorded.iter().map(|device| device.0));
        }
        Ok(written)
    }
}

/// For how many devices of the next finished page the set changed.
async fn next_page(pages: &mut JoinSet<Result<usize, StoreError>>) -> Result<usize, StoreError> {
    match pages.join_next().await {
        Some(Ok(changed)) => changed,
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Some(Err(_)) | None => Ok(0),
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
