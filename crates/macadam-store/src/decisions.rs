//! The last decision of each device for lists and counts, and its timeline: every change of the
//! status, the target or the deadline.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId, Platform};
use serde::Serialize;

use crate::db::{Conn, json, params, queries, row};
use crate::{Store, StoreError};

queries! {
    CHANGES = { "insert into status_change
            (device_id, at, source, old_status, new_status, item_id, target_version, os_version,
            device_words, detail, wording)
        select d.id, $2, v.value ->> 10, o.status, v.value ->> 1, as_uuid(v.value ->> 2),
            v.value ->> 3, v.value ->> 12, v.value ->> 13, v.value ->> 9, v.value -> 15 ->> 3
        from json_each($1) v join device d on d.id = as_uuid(v.value ->> 0)
            left join decision o on o.device_id = d.id
        where o.status is distinct from v.value ->> 1
            or o.target_version is distinct from v.value ->> 3
            or o.target_build is distinct from v.value ->> 4
            or o.deadline_local is distinct from v.value ->> 5
        order by d.id" }
    DECISIONS = { "insert into decision (device_id, status, item_id, target_version, target_build,
            deadline_local, mechanism, meets_floor, reason, detail, decided_at, deadline_at,
            digest, outcome, device_platform, device_version, blockers, wording)
        select d.id, v.value ->> 1, as_uuid(v.value ->> 2), v.value ->> 3, v.value ->> 4,
            v.value ->> 5, v.value ->> 6, cast(v.value ->> 7 as boolean), v.value ->> 8,
            v.value ->> 9, $2, cast(v.value ->> 11 as bigint), cast(v.value ->> 14 as bigint),
            v.value -> 15 ->> 0, v.value -> 15 ->> 1, v.value ->> 12, v.value -> 15 ->> 2,
            v.value -> 15 ->> 3
        from json_each($1) v join device d on d.id = as_uuid(v.value ->> 0)
        where true
        on conflict (device_id) do update set status = excluded.status,
            item_id = excluded.item_id, target_version = excluded.target_version,
            target_build = excluded.target_build, deadline_local = excluded.deadline_local,
            mechanism = excluded.mechanism, meets_floor = excluded.meets_floor,
            reason = excluded.reason, detail = excluded.detail, decided_at = excluded.decided_at,
            deadline_at = excluded.deadline_at, digest = excluded.digest,
            outcome = excluded.outcome, device_platform = excluded.device_platform,
            device_version = excluded.device_version,
            blockers = excluded.blockers, wording = excluded.wording" }
    LAST = { "select device_id, status, item_id, target_version, target_build, deadline_local,
            deadline_at, mechanism, meets_floor, reason, detail, decided_at
        from decision where device_id = $1" }
    TIMELINE = { "select seq, device_id, at, source, old_status, new_status, item_id,
            target_version, os_version, device_words, detail, wording
        from status_change where device_id = $1 and seq < $2 order by seq desc limit $3" }
    COUNTS = { "select d.blueprint_id, f.platform, o.status, count(*) as devices
        from device d left join device_facts f on f.device_id = d.id
            left join decision o on o.device_id = d.id
        where d.state = 'enrolled'
        group by d.blueprint_id, f.platform, o.status
        order by d.blueprint_id nulls first, f.platform nulls first, o.status nulls first" }
}

/// The summary of a decision; the decision itself is derived again whenever it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    pub device: DeviceId,
    pub status: String,
    /// Which outcome it is.
    pub outcome: String,
    pub platform: Platform,
    pub item: Option<ItemId>,
    pub target_version: Option<String>,
    pub target_build: Option<String>,
    pub deadline_local: Option<String>,
    /// The deadline by the device's last known offset, for lists and filters.
    pub deadline_at: Option<Timestamp>,
    pub mechanism: Option<String>,
    pub meets_floor: bool,
    /// A stable code for filters.
    pub reason: Option<String>,
    /// The sentence an administrator reads.
    pub detail: String,
    /// The same for other languages, as JSON.
    pub wording: String,
    /// What led to it: a message of the device, a release, an edit.
    pub source: String,
    /// What the device ran then.
    pub os_version: String,
    /// What the device said about it, in its own words.
    pub device_words: Option<String>,
    /// Of all that the record says, so that the same is not recorded again.
    pub digest: i64,
    /// What will keep the device from its target, as stable codes in order.
    pub blockers: Vec<String>,
}

row! {
    /// The last decision of a device.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StoredDecision {
        pub device_id: DeviceId,
        pub status: String,
        pub item_id: Option<ItemId>,
        pub target_version: Option<String>,
        pub target_build: Option<String>,
        pub deadline_local: Option<String>,
        pub deadline_at: Option<Timestamp>,
        pub mechanism: Option<String>,
        pub meets_floor: bool,
        pub reason: Option<String>,
        pub detail: String,
        pub decided_at: Timestamp,
    }
}

row! {
    /// One change of a device's status, target or deadline.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StatusChange {
        /// Orders the changes; also the cursor of a page.
        pub seq: i64,
        pub device_id: DeviceId,
        pub at: Timestamp,
        pub source: String,
        pub old_status: Option<String>,
        pub new_status: String,
        pub item_id: Option<ItemId>,
        pub target_version: Option<String>,
        pub os_version: String,
        pub device_words: Option<String>,
        pub detail: String,
        /// What the sentence says, as JSON; `None` where an earlier release wrote it.
        pub wording: Option<String>,
    }
}

row! {
    /// How many enrolled devices have a status.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct StatusCount {
        pub blueprint_id: Option<BlueprintId>,
        pub platform: Option<Platform>,
        pub status: Option<String>,
        pub devices: i64,
    }
}

impl Store {
    /// The last decision of a device.
    pub async fn last_decision(
        &self,
        device: DeviceId,
    ) -> Result<Option<StoredDecision>, StoreError> {
        self.reader().await?.conn().optional(&LAST, params![device]).await
    }

    /// A page of a device's timeline, newest first, below the cursor `before`.
    pub async fn timeline(
        &self,
        device: DeviceId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StatusChange>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        self.reader().await?.conn().all(&TIMELINE, params![device, before, limit]).await
    }

    /// How many devices have which status, by blueprint and platform.
    pub async fn status_counts(&self) -> Result<Vec<StatusCount>, StoreError> {
        self.reader().await?.conn().all(&COUNTS, &[]).await
    }
}

/// Records decisions, and what changed by them in the timeline, in the caller's transaction.
pub(crate) async fn record(
    conn: &mut Conn,
    at: Timestamp,
    decisions: &[&DecisionRecord],
) -> Result<(), StoreError> {
    if decisions.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = decisions.iter().copied().map(as_row).collect();
    let rows = json(&rows);
    conn.run(&CHANGES, params![rows, at]).await?;
    conn.run(&DECISIONS, params![rows, at]).await.map(drop)
}

/// The record as the statements count its fields.
fn as_row(record: &DecisionRecord) -> impl Serialize {
    (
        record.device.0,
        &record.status,
        record.item.map(|item| item.0),
        &record.target_version,
        &record.target_build,
        &record.deadline_local,
        &record.mechanism,
        record.meets_floor,
        &record.reason,
        &record.detail,
        &record.source,
        record.deadline_at.map(Timestamp::as_microsecond),
        &record.os_version,
        &record.device_words,
        record.digest,
        (
            &record.outcome,
            record.platform.code(),
            (!record.blockers.is_empty()).then(|| json(&record.blockers)),
            &record.wording,
        ),
    )
}
