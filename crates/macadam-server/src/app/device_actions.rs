//! One action on many devices at once. What was asked is on record before anything happens, the
//! same request is never done twice, and a device that cannot be done keeps no other from it.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use macadam_api::Detail;
use macadam_api::blueprints::AssignDevices;
use macadam_api::device_actions::{
    ActOnDevices, DEVICES_AT_ONCE, DeviceAction, DeviceActionOutcome, RefusedDevice, RefusedReason,
};
use macadam_api::people::Permission;
use macadam_policy::{BlueprintId, DeviceId};
use macadam_store::{Note, NoteId, Remembered, Request, Sha256, StoreError, TagChange};
use serde_json::json;
use thiserror::Error;

use super::App;
use super::caller::{Caller, actor_text};
use super::changes::ChangeError;
use super::devices::{TAGS, tags_problem};
use super::notes::checked_note;

/// How long the answer of a request is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// An action on many devices was not begun, or not finished.
#[derive(Debug, Error)]
pub(crate) enum DeviceActionError {
    #[error("moving devices needs the permission to edit blueprints")]
    NoMoving,
    #[error("the action cannot be done like this")]
    Settings(Vec<Detail>),
    #[error("the same request is being done")]
    InProgress,
    #[error("the request's id belongs to another request")]
    OtherRequest,
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Does one thing to many devices, once.
    pub(crate) async fn act_on_devices(
        &self,
        caller: &Caller,
        wish: ActOnDevices,
    ) -> Result<DeviceActionOutcome, DeviceActionError> {
        check(caller, &wish)?;
        let Some(id) = wish.request_id else { return self.act(caller, wish).await };
        let now = self.wall_clock.now();
        let (actor, key) = (actor_text(caller), format!("device-actions/{id}"));
        let content = serde_json::to_vec(&wish).expect("actions are JSON");
        let request = Request {
            at: now,
            actor: actor.clone(),
            key: key.clone(),
            content: Sha256::of(&content),
            expires_at: now + REMEMBERED,
        };
        match self.store.begin_request(request).await? {
            Remembered::New => {}
            Remembered::Answered(answer) => {
                // Answers are kept for a day, across updates of the server.
                return serde_json::from_str(&answer).map_err(|_| DeviceActionError::OtherRequest);
            }
            Remembered::InProgress => return Err(DeviceActionError::InProgress),
            Remembered::OtherRequest => return Err(DeviceActionError::OtherRequest),
        }
        let outcome = self.act(caller, wish).await;
        let answer = outcome.as_ref().ok().map(|outcome| json!(outcome).to_string());
        self.store.finish_request(&actor, &key, answer).await?;
        outcome
    }

    async fn act(
        &self,
        caller: &Caller,
        wish: ActOnDevices,
    ) -> Result<DeviceActionOutcome, DeviceActionError> {
        let asked: BTreeSet<_> = wish.device_ids.into_iter().map(DeviceId).collect();
        let asked: Vec<_> = asked.into_iter().collect();
        let enrolled = self.store.enrolled_of(&asked).await?;
        let found: Vec<_> = enrolled.keys().copied().collect();
        let gone = asked.iter().filter(|id| !enrolled.contains_key(id));
        let mut refused: Vec<_> = gone.map(|id| refusal(*id, RefusedReason::NotEnrolled)).collect();
        let done = match wish.action {
            DeviceAction::AssignBlueprint { blueprint_id, preview_digest } => {
                let device_ids = found.iter().map(|id| id.0).collect();
                let wish = AssignDevices { device_ids, preview_digest };
                self.assign_devices(caller, BlueprintId(blueprint_id), wish).await?;
                found.len()
            }
            DeviceAction::AddTags { tags } => {
                let change = TagChange { add: set(tags), ..TagChange::default() };
                self.tag_all(caller, found, change, &mut refused).await?
            }
            DeviceAction::RemoveTags { tags } => {
                let change = TagChange { remove: set(tags), ..TagChange::default() };
                self.tag_all(caller, found, change, &mut refused).await?
            }
            DeviceAction::Sync => {
                self.audit(caller, "sync_devices", "devices", json!({ "device_ids": ids(&found) }))
                    .await?;
                let enrollments = enrolled.into_values().collect();
                self.store.queue_pushes(self.fleet_clock.now(), enrollments).await?;
                self.signals.send_pushes.notify_one();
                found.len()
            }
            DeviceAction::AddNote { text } => self.note_all(caller, &found, &text).await?,
        };
        Ok(DeviceActionOutcome { done: u64::try_from(done).unwrap_or(u64::MAX), refused })
    }

    async fn tag_all(
        &self,
        caller: &Caller,
        devices: Vec<DeviceId>,
        change: TagChange,
        refused: &mut Vec<RefusedDevice>,
    ) -> Result<usize, StoreError> {
        let TagChange { add, remove, .. } = &change;
        let detail = json!({ "add": add, "remove": remove, "device_ids": ids(&devices) });
        self.audit(caller, "tag_devices", "devices", detail).await?;
        let changed = self.store.change_tags(devices, TagChange { most: TAGS, ..change }).await?;
        let too_many = changed.too_many.iter();
        refused.extend(too_many.map(|id| refusal(*id, RefusedReason::TooManyTags)));
        // Assignment maps may ask for tags.
        self.policy_changed();
        Ok(changed.done.len())
    }

    async fn note_all(
        &self,
        caller: &Caller,
        devices: &[DeviceId],
        text: &str,
    ) -> Result<usize, DeviceActionError> {
        let body =
            checked_note(text).map_err(|problem| DeviceActionError::Settings(vec![problem]))?;
        let at = self.wall_clock.now();
        let notes: Vec<_> =
            devices.iter().map(|device| (NoteId(self.ids.id(at)), *device)).collect();
        let detail = json!({ "text": body, "device_ids": ids(devices) });
        self.audit(caller, "note_devices", "devices", detail).await?;
        let Some(&(id, device_id)) = notes.first() else { return Ok(0) };
        let note = Note { id, device_id, author: caller.name.clone(), body, created_at: at };
        let written = self.store.add_notes(note, notes).await?;
        Ok(usize::try_from(written).unwrap_or(usize::MAX))
    }
}

/// What can be refused before anything happens.
fn check(caller: &Caller, wish: &ActOnDevices) -> Result<(), DeviceActionError> {
    let mut problems = Vec::new();
    if !(1..=DEVICES_AT_ONCE).contains(&wish.device_ids.len()) {
        let message = format!("must be 1 to {DEVICES_AT_ONCE} devices at a time");
        problems.push(Detail::new("device_ids", message));
    }
    match &wish.action {
        DeviceAction::AssignBlueprint { .. } => {
            if !caller.may(Permission::EditBlueprints) {
                return Err(DeviceActionError::NoMoving);
            }
        }
        DeviceAction::AddTags { tags } | DeviceAction::RemoveTags { tags } => {
            if tags.is_empty() {
                problems.push(Detail::new("action.tags", "must be at least one tag"));
            }
            problems.extend(tags_problem(tags).map(|problem| problem.within("action")));
        }
        DeviceAction::AddNote { text } => {
            problems.extend(checked_note(text).err().map(|problem| problem.within("action")));
        }
        DeviceAction::Sync => {}
    }
    if problems.is_empty() { Ok(()) } else { Err(DeviceActionError::Settings(problems)) }
}

fn set(tags: Vec<String>) -> BTreeSet<String> {
    tags.into_iter().collect()
}

fn ids(devices: &[DeviceId]) -> Vec<uuid::Uuid> {
    devices.iter().map(|id| id.0).collect()
}

fn refusal(device: DeviceId, reason: RefusedReason) -> RefusedDevice {
    RefusedDevice { device_id: device.0, reason }
}
