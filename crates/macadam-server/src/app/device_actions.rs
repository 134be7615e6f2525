//! One thing done to some devices at once. Doing it twice is the same as doing it once, because a
//! server may die before it has written down that it did.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use macadam_api::blueprints::AssignDevices;
use macadam_api::bulk_actions::{BulkFailure, DeviceAction, LeftOutReason};
use macadam_policy::{BlueprintId, DeviceId};
use macadam_store::{
    BulkActionId, BulkCount, BulkPart, EnrollmentId, Note, NoteId, Sha256, StoreError, TagChange,
};
use serde_json::json;
use uuid::Uuid;

use super::caller::Caller;
use super::changes::ChangeError;
use super::devices::TAGS;
use super::{App, code_of};

/// The devices of a part that are enrolled, and the enrollment of each.
type Enrolled = BTreeMap<DeviceId, EnrollmentId>;

impl App {
    /// Does one thing to the devices of a part, each of which can be left out with a reason.
    pub(super) async fn act_on_devices(
        &self,
        caller: &Caller,
        action: DeviceAction,
        part: BulkPart,
    ) -> Result<Result<BulkCount, BulkFailure>, ChangeError> {
        let enrolled = self.store.enrolled_of(&part.device_ids).await?;
        let mut count = match action {
            DeviceAction::AssignBlueprint { blueprint_id } => {
                let blueprint = BlueprintId(blueprint_id);
                match self.move_all(caller, blueprint, &enrolled, part.preview_digest).await? {
                    Ok(count) => count,
                    Err(failure) => return Ok(Err(failure)),
                }
            }
            DeviceAction::AddTags { tags } => {
                let change = TagChange { add: set(tags), ..TagChange::default() };
                self.tag_all(caller, &enrolled, change).await?
            }
            DeviceAction::RemoveTags { tags } => {
                let change = TagChange { remove: set(tags), ..TagChange::default() };
                self.tag_all(caller, &enrolled, change).await?
            }
            DeviceAction::Sync => self.sync_all(caller, &enrolled).await?,
            DeviceAction::AddNote { text } => {
                self.note_all(caller, &enrolled, (part.of.id, part.of.created_at, text)).await?
            }
        };
        leave_out(&mut count, LeftOutReason::NotEnrolled, part.device_ids.len() - enrolled.len());
        Ok(Ok(count))
    }

    async fn move_all(
        &self,
        caller: &Caller,
        blueprint: BlueprintId,
        enrolled: &Enrolled,
        preview_digest: Option<String>,
    ) -> Result<Result<BulkCount, BulkFailure>, ChangeError> {
        let wish = AssignDevices { device_ids: ids(enrolled), preview_digest };
        let mut count = BulkCount::default();
        match self.assign_devices(caller, blueprint, wish).await {
            Ok(_) => count.done = number(enrolled.len()),
            Err(ChangeError::PreviewOutdated) => {
                leave_out(&mut count, LeftOutReason::PreviewOutdated, enrolled.len());
            }
            Err(ChangeError::PreviewRequired(_)) => {
                leave_out(&mut count, LeftOutReason::PreviewRequired, enrolled.len());
            }
            Err(ChangeError::Unknown(_)) => return Ok(Err(BulkFailure::UnknownBlueprint)),
            Err(error) => return Err(error),
        }
        Ok(Ok(count))
    }

    async fn tag_all(
        &self,
        caller: &Caller,
        enrolled: &Enrolled,
        change: TagChange,
    ) -> Result<BulkCount, StoreError> {
        let TagChange { add, remove, .. } = &change;
        let detail = json!({ "add": add, "remove": remove, "device_ids": ids(enrolled) });
        self.audit(caller, "tag_devices", "devices", detail).await?;
        let devices = enrolled.keys().copied().collect();
        let changed = self.store.change_tags(devices, TagChange { most: TAGS, ..change }).await?;
        // Assignment maps may ask for tags.
        self.policy_changed();
        let mut count = BulkCount { done: number(changed.done.len()), ..BulkCount::default() };
        leave_out(&mut count, LeftOutReason::TooManyTags, changed.too_many.len());
        Ok(count)
    }

    async fn sync_all(
        &self,
        caller: &Caller,
        enrolled: &Enrolled,
    ) -> Result<BulkCount, StoreError> {
        let detail = json!({ "device_ids": ids(enrolled) });
        self.audit(caller, "sync_devices", "devices", detail).await?;
        let enrollments = enrolled.values().copied().collect();
        self.store.queue_pushes(self.fleet_clock.now(), enrollments).await?;
        self.signals.send_pushes.notify_one();
        Ok(BulkCount { done: number(enrolled.len()), ..BulkCount::default() })
    }

    async fn note_all(
        &self,
        caller: &Caller,
        enrolled: &Enrolled,
        (of, at, body): (BulkActionId, Timestamp, String),
    ) -> Result<BulkCount, StoreError> {
        let detail = json!({ "text": body, "device_ids": ids(enrolled) });
        self.audit(caller, "note_devices", "devices", detail).await?;
        let notes: Vec<_> =
            enrolled.keys().map(|device| (note_id(of, at, *device), *device)).collect();
        let Some(&(id, device_id)) = notes.first() else { return Ok(BulkCount::default()) };
        let note = Note { id, device_id, author: caller.name.clone(), body, created_at: at };
        self.store.add_notes(note, notes).await?;
        Ok(BulkCount { done: number(enrolled.len()), ..BulkCount::default() })
    }
}

/// The same note has the same id whenever it is written. Ids begin with the time of the note.
fn note_id(of: BulkActionId, at: Timestamp, device: DeviceId) -> NoteId {
    let hash = Sha256::of(&[of.0.into_bytes(), device.0.into_bytes()].concat()).0;
    let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
    let bytes = hash.first_chunk().expect("a hash has ten bytes");
    NoteId(uuid::Builder::from_unix_timestamp_millis(millis, bytes).into_uuid())
}

fn leave_out(count: &mut BulkCount, reason: LeftOutReason, devices: usize) {
    if devices > 0 {
        count.left_out.insert(code_of(&reason), number(devices));
    }
}

fn set(tags: Vec<String>) -> BTreeSet<String> {
    tags.into_iter().collect()
}

fn ids(enrolled: &Enrolled) -> Vec<Uuid> {
    enrolled.keys().map(|id| id.0).collect()
}

fn number(devices: usize) -> u32 {
    u32::try_from(devices).unwrap_or(u32::MAX)
}
