//! Since when an item reaches a device, and what users asked for: both start clocks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{DeviceId, ItemId};
use uuid::Uuid;

use crate::db::{Conn, json, params, queries, row};
use crate::{Store, StoreError};

queries! {
    // An item that was deleted while its reach was computed is left out.
    REACH = { "insert into item_reach (device_id, item_id, at, ring)
        select as_uuid(v.value ->> 0), i.id, $2, v.value ->> 2
        from json_each($1) v join library_item i on i.id = as_uuid(v.value ->> 1)
        where true on conflict (device_id, item_id) do update set ring = excluded.ring" }
    FORGET_REACH = { "delete from item_reach where (device_id, item_id) in
        (select as_uuid(value ->> 0), as_uuid(value ->> 1) from json_each($1))" }
    FORGET_REQUESTS = { "delete from self_service_request where (device_id, item_id) in
        (select as_uuid(value ->> 0), as_uuid(value ->> 1) from json_each($1))" }
    REQUESTS = { "select s.device_id, d.name as device_name, s.item_id, i.label as item_label, s.at
        from self_service_request s join device d on d.id = s.device_id
            join library_item i on i.id = s.item_id
        where (s.device_id, s.item_id) > ($1, $2) order by s.device_id, s.item_id limit $3" }
    REQUEST = { "insert into self_service_request (device_id, item_id, at, local_time)
        values ($1, $2, $3, $4) on conflict (device_id, item_id) do nothing" }
}

/// A user asks for an item in Self Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfServiceRequest {
    pub device_id: DeviceId,
    pub item_id: ItemId,
    pub at: Timestamp,
    /// What the device's clock shows, such as `2026-03-18T12:30:15`.
    pub local: Option<String>,
}

row! {
    /// What a user asked for, as lists show it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SelfServiceRow {
        pub device_id: DeviceId,
        pub device_name: String,
        pub item_id: ItemId,
        pub item_label: String,
        pub at: Timestamp,
    }
}

impl Store {
    /// A page of what users asked for, by device and item, after the cursor.
    pub async fn self_service_requests(
        &self,
        after: Option<(DeviceId, ItemId)>,
        limit: u32,
    ) -> Result<Vec<SelfServiceRow>, StoreError> {
        let start = (DeviceId(Uuid::nil()), ItemId(Uuid::nil()));
        let (device, item) = after.unwrap_or(start);
        self.reader().await?.conn().all(&REQUESTS, params![device, item, limit]).await
    }

    /// How many enrolled devices each item reaches.
    pub async fn reach_counts(&self) -> Result<BTreeMap<ItemId, u64>, StoreError> {
        Ok(self.roster().await?.reach_counts())
    }

    /// Notes what a user asked for; an earlier moment stays.
    pub async fn request_item(&self, request: SelfServiceRequest) -> Result<(), StoreError> {
        self.write(request, |conn, request| {
            Box::pin(async move {
                let SelfServiceRequest { device_id, item_id, at, local } = request;
                conn.run(&REQUEST, params![device_id, item_id, at, local]).await.map(drop)
            })
        })
        .await
    }
}

/// Notes items that reach devices, and their rings, in the caller's transaction; an earlier moment
/// stays.
pub(crate) async fn record(
    conn: &mut Conn,
    at: Timestamp,
    reached: &[(Uuid, Uuid, &Option<String>)],
) -> Result<(), StoreError> {
    if reached.is_empty() {
        return Ok(());
    }
    conn.run(&REACH, params![json(&reached), at]).await.map(drop)
}

/// Forgets items that do not reach devices any more, with what was asked for of them, in the
/// caller's transaction.
pub(crate) async fn forget(conn: &mut Conn, left: &[(Uuid, Uuid)]) -> Result<(), StoreError> {
    if left.is_empty() {
        return Ok(());
    }
    let rows = json(&left);
    conn.run(&FORGET_REACH, params![rows]).await?;
    conn.run(&FORGET_REQUESTS, params![rows]).await.map(drop)
}
