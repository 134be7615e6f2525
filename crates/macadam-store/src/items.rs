//! Library items: their settings are documents that only the server reads.

use jiff::Timestamp;
use macadam_policy::{ItemId, Platform};

use crate::db::{Bind, Conn, Statement, params, queries, row};
use crate::{SaveError, Store, StoreError};

macro_rules! select_item {
    () => {
        "select id, kind, platform, major, label, version, document, created_at, updated_at
        from library_item"
    };
}

queries! {
    CREATE = { "insert into library_item
            (id, kind, platform, major, label, version, document, created_at, updated_at)
        values ($1, $2, $3, $4, $5, 1, $6, $7, $7) on conflict (id) do nothing" }
    SAVE = { "update library_item set kind = $2, platform = $3, major = $4, label = $5,
            version = version + 1, document = $6, updated_at = $7
        where id = $1 and version = $8 returning version as value" }
    VERSION = { "select version as value from library_item where id = $1" }
    FORGET_REACH = { "delete from item_reach where item_id = $1" }
    FORGET_REQUESTS = { "delete from self_service_request where item_id = $1" }
    FORGET_EXCEPTIONS = { "delete from exception where item_id = $1" }
    FORGET_HALTS = { "delete from ring_halt where item_id = $1" }
    DELETE = { "delete from library_item where id = $1 and version = $2" }
    ONE = { concat!(select_item!(), " where id = $1") }
    ALL = { concat!(select_item!(), " order by created_at, id") }
}

row! {
    /// A library item.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ItemRow {
        pub id: ItemId,
        pub kind: String,
        pub platform: Option<Platform>,
        pub major: Option<u16>,
        pub label: String,
        /// Counts the saves, for `If-Match`.
        pub version: i64,
        pub document: String,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

/// A library item to be created or saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    pub id: ItemId,
    pub kind: String,
    pub platform: Option<Platform>,
    pub major: Option<u16>,
    pub label: String,
    pub document: String,
}

impl Store {
    /// Saves a library item over `version`; returns the new version.
    pub async fn save_item(
        &self,
        at: Timestamp,
        item: NewItem,
        version: i64,
    ) -> Result<i64, SaveError> {
        self.write((at, item, version), |conn, (at, item, version)| {
            Box::pin(save(conn, *at, item, *version))
        })
        .await
    }

    /// Deletes a library item of this version, with its reach, requests and exceptions.
    pub async fn delete_item(&self, item: ItemId, version: i64) -> Result<(), SaveError> {
        self.write((item, version), |conn, &(item, version)| Box::pin(delete(conn, item, version)))
            .await
    }

    /// One library item.
    pub async fn item(&self, item: ItemId) -> Result<Option<ItemRow>, StoreError> {
        self.reader().await?.conn().optional(&ONE, params![item]).await
    }

    /// All library items, oldest first.
    pub async fn items(&self) -> Result<Vec<ItemRow>, StoreError> {
        self.reader().await?.conn().all(&ALL, &[]).await
    }
}

pub(crate) async fn create(
    conn: &mut Conn,
    at: Timestamp,
    item: &NewItem,
) -> Result<(), SaveError> {
    let NewItem { id, kind, platform, major, label, document } = item;
    let values = params![id, kind, platform, major, label, document, at];
    if conn.run(&CREATE, values).await? == 0 {
        return Err(SaveError::Taken);
    }
    Ok(())
}

pub(crate) async fn save(
    conn: &mut Conn,
    at: Timestamp,
    item: &NewItem,
    version: i64,
) -> Result<i64, SaveError> {
    let NewItem { id, kind, platform, major, label, document } = item;
    let values = params![id, kind, platform, major, label, document, at, version];
    match conn.optional(&SAVE, values).await? {
        Some((version,)) => Ok(version),
        None => Err(not_this_version(conn, &VERSION, id).await?),
    }
}

async fn delete(conn: &mut Conn, item: ItemId, version: i64) -> Result<(), SaveError> {
    for forget in [&FORGET_REACH, &FORGET_REQUESTS, &FORGET_EXCEPTIONS, &FORGET_HALTS] {
        conn.run(forget, params![item]).await?;
    }
    if conn.run(&DELETE, params![item, version]).await? == 0 {
        return Err(not_this_version(conn, &VERSION, &item).await?);
    }
    Ok(())
}

/// Why no row of this id and version was there.
pub(crate) async fn not_this_version(
    conn: &mut Conn,
    version: &'static Statement,
    id: &impl Bind,
) -> Result<SaveError, StoreError> {
    let current = conn.optional(version, params![id]).await?;
    Ok(current.map_or(SaveError::Unknown, |(current,)| SaveError::Stale { current }))
}
