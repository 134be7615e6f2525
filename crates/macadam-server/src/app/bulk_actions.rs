//! Actions on many devices. They are stored with all their devices, and done part by part by a
//! worker, so that whoever asked may leave. A device that cannot be done keeps no other from it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use macadam_api::Detail;
use macadam_api::bulk_actions::{
    BulkAction, BulkFailure, CreateBulkAction, DEVICES_AT_ONCE, DeviceAction, LeftOut, MOST_DEVICES,
};
use macadam_api::events::Noun;
use macadam_api::people::Permission;
use macadam_api::previews::PreviewRequest;
use macadam_policy::DeviceId;
use macadam_store::{
    BulkActionId, BulkActionRow, BulkBegun, BulkCount, BulkPart, BulkState, NewBulkAction,
    NewBulkPart, Sha256, StoreError,
};
use serde_json::json;
use thiserror::Error;

use super::caller::{Caller, actor_of, actor_text};
use super::changes::ChangeError;
use super::devices::tags_problem;
use super::notes::checked_note;
use super::pages::{Rows, Wanted};
use super::{App, code_of, value_of};

/// An action on many devices was not begun, or not found.
#[derive(Debug, Error)]
pub(crate) enum BulkActionError {
    #[error("there is no such bulk action")]
    Unknown,
    #[error("moving devices needs the permission to edit blueprints")]
    NoMoving,
    #[error("the action cannot be done like this")]
    Settings(Vec<Detail>),
    #[error("the id belongs to another request")]
    OtherRequest,
    #[error("it has ended already")]
    Ended,
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Begins to do one thing to many devices, once.
    pub(crate) async fn create_bulk_action(
        &self,
        caller: &Caller,
        wish: CreateBulkAction,
    ) -> Result<BulkAction, BulkActionError> {
        let action = check(caller, &wish)?;
        let now = self.wall_clock.now();
        let id = BulkActionId(wish.id.unwrap_or_else(|| self.ids.id(now)));
        if self.store.bulk_action(id).await?.is_none() {
            self.check_move(&wish).await?;
            let detail = json!({ "action": action, "devices": wish.device_ids.len() });
            self.audit(caller, "create_bulk_action", &target(id), detail).await?;
        }
        let content = serde_json::to_vec(&wish).expect("actions are JSON");
        let begun = NewBulkAction {
            id,
            at: now,
            actor: actor_text(caller),
            token: caller.token,
            origin: caller.address.to_string(),
            content: Sha256::of(&content),
            action: json!(action).to_string(),
            parts: parts(wish),
        };
        match self.store.begin_bulk_action(begun).await? {
            BulkBegun::New => self.signals.run_bulk_actions.notify_one(),
            BulkBegun::Before => {}
            BulkBegun::Taken => return Err(BulkActionError::OtherRequest),
        }
        self.bulk_action(id).await
    }

    /// A move that is one part is refused at once where it would be left out.
    async fn check_move(&self, wish: &CreateBulkAction) -> Result<(), ChangeError> {
        let DeviceAction::AssignBlueprint { blueprint_id } = wish.action else { return Ok(()) };
        if wish.device_ids.len() > DEVICES_AT_ONCE {
            return Ok(());
        }
        let device_ids = wish.device_ids.clone();
        let proposal =
            self.propose(&PreviewRequest::AssignDevices { blueprint_id, device_ids }).await?;
        self.check_proposal(&proposal, wish.preview_digests.first().map(String::as_str)).await
    }

    /// Actions on many devices, newest first.
    pub(crate) async fn bulk_actions(
        &self,
        wanted: Wanted<(Timestamp, BulkActionId)>,
    ) -> Result<Rows<BulkAction, (Timestamp, BulkActionId)>, StoreError> {
        let rows = self.store.bulk_actions(wanted.after, wanted.limit()).await?;
        let rows = wanted.page(rows, |row| (row.created_at, row.id));
        let items = rows.items.into_iter().filter_map(shown).collect();
        Ok(Rows { items, next: rows.next })
    }

    /// One action on many devices.
    pub(crate) async fn bulk_action(
        &self,
        id: BulkActionId,
    ) -> Result<BulkAction, BulkActionError> {
        let row = self.store.bulk_action(id).await?;
        row.and_then(shown).ok_or(BulkActionError::Unknown)
    }

    /// Ends an action after the part that is being done.
    pub(crate) async fn stop_bulk_action(
        &self,
        caller: &Caller,
        id: BulkActionId,
    ) -> Result<BulkAction, BulkActionError> {
        self.store.bulk_action(id).await?.ok_or(BulkActionError::Unknown)?;
        self.audit(caller, "stop_bulk_action", &target(id), json!({})).await?;
        let now = self.wall_clock.now();
        if !self.store.end_bulk_action(now, id, (BulkState::Stopped, None)).await? {
            return Err(BulkActionError::Ended);
        }
        self.bulk_action(id).await
    }

    /// Does the next part of what was asked. Says whether there was one.
    pub(crate) async fn do_bulk_part(&self) -> Result<bool, ChangeError> {
        let Some(part) = self.store.next_bulk_part().await? else { return Ok(false) };
        let (id, number) = (part.of.id, part.number);
        let done = self.done(part).await?;
        let now = self.wall_clock.now();
        match done {
            Ok(count) => self.store.count_bulk_part(now, (id, number), count).await?,
            Err(failure) => {
                let end = (BulkState::Failed, Some(code_of(&failure)));
                self.store.end_bulk_action(now, id, end).await?;
            }
        }
        for (noun, id) in
            [(Noun::BulkActions, Some(id.0)), (Noun::Devices, None), (Noun::Blueprints, None)]
        {
            self.changed(noun, id);
        }
        Ok(true)
    }

    /// Does a part as whoever asked for it, if they still may.
    async fn done(&self, part: BulkPart) -> Result<Result<BulkCount, BulkFailure>, ChangeError> {
        let Ok(action) = serde_json::from_str::<DeviceAction>(&part.of.action) else {
            return Ok(Err(BulkFailure::UnknownAction));
        };
        let BulkActionRow { actor, token, origin, .. } = &part.of;
        let address = origin.parse().unwrap_or(IpAddr::from(Ipv4Addr::UNSPECIFIED));
        let caller = self.caller_again(actor, *token, address).await?;
        let Some(caller) = caller.filter(|caller| may(caller, &action)) else {
            return Ok(Err(BulkFailure::NotPermitted));
        };
        self.act_on_devices(&caller, action, part).await
    }
}

/// What can be refused before anything happens; the action as it is done.
fn check(caller: &Caller, wish: &CreateBulkAction) -> Result<DeviceAction, BulkActionError> {
    if !may(caller, &wish.action) {
        return Err(BulkActionError::NoMoving);
    }
    let mut problems = Vec::new();
    let devices = wish.device_ids.len();
    if !(1..=MOST_DEVICES).contains(&devices) {
        let message = format!("must be 1 to {MOST_DEVICES} devices");
        problems.push(Detail::new("device_ids", message));
    }
    if wish.device_ids.iter().collect::<BTreeSet<_>>().len() < devices {
        problems.push(Detail::new("device_ids", "must name each device once"));
    }
    let digests = wish.preview_digests.len();
    let mut action = wish.action.clone();
    match &wish.action {
        DeviceAction::AssignBlueprint { .. } => {
            let parts = devices.div_ceil(DEVICES_AT_ONCE);
            if digests != parts && (digests > 0 || parts > 1) {
                let message = format!("must be one for every {DEVICES_AT_ONCE} devices");
                problems.push(Detail::new("preview_digests", message));
            }
        }
        DeviceAction::AddTags { tags } | DeviceAction::RemoveTags { tags } => {
            if tags.is_empty() {
                problems.push(
                    Detail::new("action.tags", "must be at least one tag")
                        .named("no_tag", Vec::new()),
                );
            }
            problems.extend(tags_problem(tags).map(|problem| problem.within("action")));
        }
        DeviceAction::AddNote { text } => match checked_note(text) {
            Ok(text) => action = DeviceAction::AddNote { text },
            Err(problem) => problems.push(problem.within("action")),
        },
        DeviceAction::Sync => {}
    }
    if problems.is_empty() { Ok(action) } else { Err(BulkActionError::Settings(problems)) }
}

/// Whether somebody may do this to devices.
fn may(caller: &Caller, action: &DeviceAction) -> bool {
    match action {
        DeviceAction::AssignBlueprint { .. } => {
            caller.may(Permission::EditDevices) && caller.may(Permission::EditBlueprints)
        }
        DeviceAction::AddTags { .. }
        | DeviceAction::RemoveTags { .. }
        | DeviceAction::Sync
        | DeviceAction::AddNote { .. } => caller.may(Permission::EditDevices),
    }
}

fn parts(wish: CreateBulkAction) -> Vec<NewBulkPart> {
    let mut digests = wish.preview_digests.into_iter();
    let part = |ids: &[uuid::Uuid]| NewBulkPart {
        device_ids: ids.iter().copied().map(DeviceId).collect(),
        preview_digest: digests.next(),
    };
    wish.device_ids.chunks(DEVICES_AT_ONCE).map(part).collect()
}

fn shown(row: BulkActionRow) -> Option<BulkAction> {
    let state = match row.state {
        BulkState::Running => macadam_api::bulk_actions::BulkState::Running,
        BulkState::Finished => macadam_api::bulk_actions::BulkState::Finished,
        BulkState::Stopped => macadam_api::bulk_actions::BulkState::Stopped,
        BulkState::Failed => macadam_api::bulk_actions::BulkState::Failed,
    };
    Some(BulkAction {
        id: row.id.0,
        action: serde_json::from_str(&row.action).ok()?,
        state,
        devices: row.devices.into(),
        done: row.done.into(),
        left_out: left_out(&row.left_out),
        failure: row.failure.and_then(|code| value_of(&code)),
        created_by: actor_of(&row.actor).1,
        created_at: row.created_at,
        ended_at: row.ended_at,
    })
}

fn left_out(counts: &str) -> Vec<LeftOut> {
    let counts: BTreeMap<String, u64> = serde_json::from_str(counts).unwrap_or_default();
    let one =
        |(code, devices): (String, u64)| value_of(&code).map(|reason| LeftOut { reason, devices });
    counts.into_iter().filter_map(one).collect()
}

fn target(id: BulkActionId) -> String {
    format!("bulk-actions/{id}")
}
