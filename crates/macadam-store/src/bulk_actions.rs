//! Actions on many devices: what was asked, what waits, and how far they are.
//!
//! A part is taken out of what waits once it was done, in one transaction with its count. A server
//! that dies in between does it again: doing a part twice must be the same as doing it once.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use macadam_policy::DeviceId;
use uuid::Uuid;

use crate::codes::codes;
use crate::db::{Conn, json, params, queries, row};
use crate::{ApiTokenId, BulkActionId, Sha256, Store, StoreError};

macro_rules! select_bulk_action {
    () => {
        "select b.id, b.actor, b.token_id as token, b.origin, b.action, b.state, b.devices, b.done,
            b.left_out, b.failure, b.created_at, b.ended_at from bulk_action b"
    };
}

queries! {
    CREATE = { "insert into bulk_action (id, actor, token_id, origin, content, action, state,
            devices, done, left_out, created_at)
        values ($1, $2, $3, $4, $5, $6, 'running', $7, 0, '{}', $8) on conflict (id) do nothing" }
    ADD_PARTS = { "insert into bulk_part (bulk_action_id, number, device_ids, preview_digest)
        select $1, cast(value ->> 0 as bigint), value ->> 1, value ->> 2 from json_each($2)" }
    CONTENT = { "select content as value from bulk_action where id = $1" }
    ONE = { concat!(select_bulk_action!(), " where b.id = $1") }
    // Whoever asks may have chosen the id.
    PAGE = { concat!(select_bulk_action!(), " where (b.created_at, b.id) < ($1, $2)
        order by b.created_at desc, b.id desc limit $3") }
    // Nobody waits long for a few devices because somebody asked for many.
    NEXT = { "select p.bulk_action_id, p.number, p.device_ids, p.preview_digest
        from bulk_part p join bulk_action b on b.id = p.bulk_action_id
        where b.state = 'running'
            and p.number = (select min(number) from bulk_part where bulk_action_id = b.id)
        order by (select count(*) from bulk_part where bulk_action_id = b.id), b.id limit 1" }
    TAKE_OUT = { "delete from bulk_part where bulk_action_id = $1 and number = $2" }
    LEFT_OUT = { "select left_out as value from bulk_action where id = $1" }
    COUNT = { "update bulk_action set done = done + $2, left_out = $3 where id = $1" }
    FINISH = { "update bulk_action set state = 'finished', ended_at = $2
        where id = $1 and state = 'running'
            and not exists (select 1 from bulk_part where bulk_action_id = $1)" }
    END = { "update bulk_action set state = $2, failure = $3, ended_at = $4
        where id = $1 and state = 'running'" }
    // The first one may be under way, and is counted then.
    DROP_PARTS = { "delete from bulk_part where bulk_action_id = $1
        and number > (select min(number) from bulk_part where bulk_action_id = $1)" }
    FORGET_PARTS = { "delete from bulk_part where bulk_action_id in
        (select id from bulk_action where ended_at <= $1)" }
    FORGET = { "delete from bulk_action where ended_at <= $1" }
}

/// How long one that has ended is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

codes! {
    /// Where an action on many devices is.
    pub enum BulkState {
        Running = "running",
        /// Every part was done.
        Finished = "finished",
        /// Somebody stopped it.
        Stopped = "stopped",
        /// It could not go on.
        Failed = "failed",
    }
}

/// An action on many devices to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBulkAction {
    pub id: BulkActionId,
    pub at: Timestamp,
    pub actor: String,
    /// Where it is a token.
    pub token: Option<ApiTokenId>,
    pub origin: String,
    /// Of the whole request.
    pub content: Sha256,
    /// What is done; opaque to the store.
    pub action: String,
    pub parts: Vec<NewBulkPart>,
}

/// Devices to be done at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBulkPart {
    pub device_ids: Vec<DeviceId>,
    pub preview_digest: Option<String>,
}

/// What became of a wish to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkBegun {
    New,
    /// The same request was made before.
    Before,
    /// The id belongs to another request.
    Taken,
}

row! {
    /// An action on many devices.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BulkActionRow {
        pub id: BulkActionId,
        pub actor: String,
        pub token: Option<ApiTokenId>,
        pub origin: String,
        pub action: String,
        pub state: BulkState,
        pub devices: u32,
        pub done: u32,
        /// JSON object: how many devices were left out for each reason.
        pub left_out: String,
        /// Why it could not go on.
        pub failure: Option<String>,
        pub created_at: Timestamp,
        pub ended_at: Option<Timestamp>,
    }
}

/// A part that waits, with the action it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkPart {
    pub of: BulkActionRow,
    pub number: i64,
    pub device_ids: Vec<DeviceId>,
    pub preview_digest: Option<String>,
}

/// What became of the devices of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkCount {
    pub done: u32,
    /// How many were left out for each reason.
    pub left_out: BTreeMap<String, u32>,
}

row! {
    struct Waiting {
        bulk_action_id: BulkActionId,
        number: i64,
        device_ids: String,
        preview_digest: Option<String>,
    }
}

impl Store {
    /// Begins an action, once however often it is asked.
    pub async fn begin_bulk_action(&self, action: NewBulkAction) -> Result<BulkBegun, StoreError> {
        self.write(action, |conn, action| Box::pin(begin(conn, action))).await
    }

    /// One action on many devices.
    pub async fn bulk_action(&self, id: BulkActionId) -> Result<Option<BulkActionRow>, StoreError> {
        self.reader().await?.conn().optional(&ONE, params![id]).await
    }

    /// A page of actions on many devices, newest first, below the cursor `before`.
    pub async fn bulk_actions(
        &self,
        before: Option<(Timestamp, BulkActionId)>,
        limit: u32,
    ) -> Result<Vec<BulkActionRow>, StoreError> {
        let (at, id) = before.unwrap_or((Timestamp::MAX, BulkActionId(Uuid::max())));
        self.reader().await?.conn().all(&PAGE, params![at, id, limit]).await
    }

    /// The part to be done next: of the action that has the fewest left.
    pub async fn next_bulk_part(&self) -> Result<Option<BulkPart>, StoreError> {
        let mut reader = self.reader().await?;
        let Some(waiting) = reader.conn().optional::<Waiting>(&NEXT, &[]).await? else {
            return Ok(None);
        };
        let Waiting { bulk_action_id, number, device_ids, preview_digest } = waiting;
        let of = reader.conn().one(&ONE, params![bulk_action_id]).await?;
        let ids: Vec<Uuid> = serde_json::from_str(&device_ids).unwrap_or_default();
        let device_ids = ids.into_iter().map(DeviceId).collect();
        Ok(Some(BulkPart { of, number, device_ids, preview_digest }))
    }

    /// Counts a part that was done, unless another server counted it, and finishes its action
    /// after the last one.
    pub async fn count_bulk_part(
        &self,
        at: Timestamp,
        (id, number): (BulkActionId, i64),
        count: BulkCount,
    ) -> Result<(), StoreError> {
        self.write((at, id, number, count), |conn, (at, id, number, count)| {
            Box::pin(async move {
                if conn.run(&TAKE_OUT, params![id, number]).await? == 0 {
                    return Ok(());
                }
                let (known,): (String,) = conn.one(&LEFT_OUT, params![id]).await?;
                let mut left_out: BTreeMap<String, u32> =
                    serde_json::from_str(&known).unwrap_or_default();
                for (reason, devices) in &count.left_out {
                    let sum = left_out.entry(reason.clone()).or_default();
                    *sum = sum.saturating_add(*devices);
                }
                conn.run(&COUNT, params![id, count.done, json(&left_out)]).await?;
                conn.run(&FINISH, params![id, at]).await.map(drop)
            })
        })
        .await
    }

    /// Ends an action that runs: no other part of it is begun. Says whether it ran.
    pub async fn end_bulk_action(
        &self,
        at: Timestamp,
        id: BulkActionId,
        (state, failure): (BulkState, Option<String>),
    ) -> Result<bool, StoreError> {
        self.write((at, id, state, failure), |conn, (at, id, state, failure)| {
            Box::pin(async move {
                let has_ended = conn.run(&END, params![id, state, failure, at]).await? == 1;
                if has_ended {
                    conn.run(&DROP_PARTS, params![id]).await?;
                }
                Ok(has_ended)
            })
        })
        .await
    }

    /// Forgets actions that ended long ago.
    pub async fn forget_bulk_actions(&self, now: Timestamp) -> Result<(), StoreError> {
        let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        self.write(before, |conn, before| {
            Box::pin(async move {
                conn.run(&FORGET_PARTS, params![before]).await?;
                conn.run(&FORGET, params![before]).await.map(drop)
            })
        })
        .await
    }
}

async fn begin(conn: &mut Conn, new: &NewBulkAction) -> Result<BulkBegun, StoreError> {
    let NewBulkAction { id, at, actor, token, origin, content, action, parts } = new;
    let devices: usize = parts.iter().map(|part| part.device_ids.len()).sum();
    let devices = i64::try_from(devices).unwrap_or(i64::MAX);
    let values = params![id, actor, token, origin, content, action, devices, at];
    if conn.run(&CREATE, values).await? == 0 {
        let (known,): (Sha256,) = conn.one(&CONTENT, params![id]).await?;
        return Ok(if known == *content { BulkBegun::Before } else { BulkBegun::Taken });
    }
    let rows = (0_i64..).zip(parts).map(|(number, part)| {
        let ids: Vec<Uuid> = part.device_ids.iter().map(|id| id.0).collect();
        (number, json(&ids), &part.preview_digest)
    });
    conn.run(&ADD_PARTS, params![id, json(&rows.collect::<Vec<_>>())]).await?;
    Ok(BulkBegun::New)
}
