//! Blueprints, and which device belongs to which.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId};
use uuid::Uuid;

use crate::db::{Conn, json_ids, params, queries, row};
use crate::items::not_this_version;
use crate::store::check_bulk;
use crate::{SaveError, Store, StoreError};

macro_rules! select_blueprint {
    () => {
        "select b.id, b.name, b.kind, b.version, b.document, b.created_at, b.updated_at
        from blueprint b"
    };
}

queries! {
    CREATE = { "insert into blueprint
            (id, name, kind, version, document, created_at, updated_at)
        values ($1, $2, $3, 1, $4, $5, $5) on conflict do nothing" }
    NAME_TAKEN = { "select count(*) as value from blueprint where name = $2 and id <> $1" }
    SAVE = { "update blueprint set name = $2, kind = $3, version = version + 1, document = $4,
            updated_at = $5
        where id = $1 and version = $6 returning version as value" }
    VERSION = { "select version as value from blueprint where id = $1" }
    IN_USE = { "select count(*) as value where exists
            (select 1 from device where blueprint_id = $1 and state <> 'unenrolled')
        or exists (select 1 from enrollment_link where blueprint_id = $1
            and used_at is null and revoked_at is null and expires_at > $2)" }
    FORGET_LINKS = { "update enrollment_link set blueprint_id = null where blueprint_id = $1" }
    FORGET_DEPARTED = { "update device set blueprint_id = null
        where blueprint_id = $1 and state = 'unenrolled'" }
    DELETE = { "delete from blueprint where id = $1 and version = $2" }
    ONE = { concat!(select_blueprint!(), " where b.id = $1") }
    ALL = { concat!(select_blueprint!(), " order by b.name") }
    MOVE = { "update device set blueprint_id = $2
        where id in (select as_uuid(value ->> 0) from json_each($1))
            and blueprint_id is distinct from $2
        returning id as value" }
    DEVICES = { "select id as value from device
        where blueprint_id = $1 and id > $2 and state = 'enrolled' order by id limit $3" }
}

row! {
    /// A blueprint.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Blueprint {
        pub id: BlueprintId,
        pub name: String,
        /// `classic` or `map`.
        pub kind: String,
        /// Counts the saves, for `If-Match`.
        pub version: i64,
        pub document: String,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
    }
}

/// A blueprint to be created or saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBlueprint {
    pub id: BlueprintId,
    pub name: String,
    pub kind: String,
    pub document: String,
}

impl Store {
    /// Creates a blueprint, with version 1; its name must be free.
    pub async fn create_blueprint(
        &self,
        at: Timestamp,
        blueprint: NewBlueprint,
    ) -> Result<(), SaveError> {
        self.write((at, blueprint), |conn, (at, blueprint)| Box::pin(create(conn, *at, blueprint)))
            .await
    }

    /// Saves a blueprint over `version`; returns the new version.
    pub async fn save_blueprint(
        &self,
        at: Timestamp,
        blueprint: NewBlueprint,
        version: i64,
    ) -> Result<i64, SaveError> {
        self.write((at, blueprint, version), |conn, (at, blueprint, version)| {
            Box::pin(save(conn, *at, blueprint, *version))
        })
        .await
    }

    /// Deletes a blueprint of this version that no device belongs to, but for those that left, and
    /// that no open enrollment link leads into.
    pub async fn delete_blueprint(
        &self,
        at: Timestamp,
        blueprint: BlueprintId,
        version: i64,
    ) -> Result<(), SaveError> {
        self.write((at, blueprint, version), |conn, &(at, blueprint, version)| {
            Box::pin(delete(conn, at, blueprint, version))
        })
        .await
    }

    /// How many enrolled devices belong to each blueprint.
    pub async fn blueprint_counts(&self) -> Result<BTreeMap<BlueprintId, u64>, StoreError> {
        Ok(self.roster().await?.blueprint_counts())
    }

    /// One blueprint.
    pub async fn blueprint(&self, blueprint: BlueprintId) -> Result<Option<Blueprint>, StoreError> {
        self.reader().await?.conn().optional(&ONE, params![blueprint]).await
    }

    /// All blueprints by name.
    pub async fn blueprints(&self) -> Result<Vec<Blueprint>, StoreError> {
        self.reader().await?.conn().all(&ALL, &[]).await
    }

    /// Moves devices to a blueprint, or out of theirs (`None`); returns those that moved.
    pub async fn move_devices(
        &self,
        devices: Vec<DeviceId>,
        blueprint: Option<BlueprintId>,
    ) -> Result<Vec<DeviceId>, SaveError> {
        check_bulk(devices.len())?;
        let ids = json_ids(devices.iter().map(|id| id.0));
        self.write((ids, blueprint), |conn, (ids, blueprint)| {
            Box::pin(move_to(conn, ids, *blueprint))
        })
        .await
    }

    /// The devices of a blueprint that are enrolled, in the order of their ids, after `after`.
    pub async fn devices_of_blueprint(
        &self,
        blueprint: BlueprintId,
        after: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<DeviceId>, StoreError> {
        let after = after.map_or(Uuid::nil(), |id| id.0);
        let mut reader = self.reader().await?;
        let ids: Vec<(DeviceId,)> =
            reader.conn().all(&DEVICES, params![blueprint, after, limit]).await?;
        Ok(ids.into_iter().map(|(id,)| id).collect())
    }
}

pub(crate) async fn create(
    conn: &mut Conn,
    at: Timestamp,
    blueprint: &NewBlueprint,
) -> Result<(), SaveError> {
    let NewBlueprint { id, name, kind, document } = blueprint;
    if conn.run(&CREATE, params![id, name, kind, document, at]).await? == 0 {
        return Err(SaveError::Taken);
    }
    Ok(())
}

pub(crate) async fn save(
    conn: &mut Conn,
    at: Timestamp,
    blueprint: &NewBlueprint,
    version: i64,
) -> Result<i64, SaveError> {
    let NewBlueprint { id, name, kind, document } = blueprint;
    let (taken,): (i64,) = conn.one(&NAME_TAKEN, params![id, name]).await?;
    if taken > 0 {
        return Err(SaveError::Taken);
    }
    match conn.optional(&SAVE, params![id, name, kind, document, at, version]).await? {
        Some((version,)) => Ok(version),
        None => Err(not_this_version(conn, &VERSION, id).await?),
    }
}

async fn delete(
    conn: &mut Conn,
    at: Timestamp,
    blueprint: BlueprintId,
    version: i64,
) -> Result<(), SaveError> {
    let (used,): (i64,) = conn.one(&IN_USE, params![blueprint, at]).await?;
    if used > 0 {
        return Err(SaveError::InUse);
    }
    conn.run(&FORGET_LINKS, params![blueprint]).await?;
    conn.run(&FORGET_DEPARTED, params![blueprint]).await?;
    if conn.run(&DELETE, params![blueprint, version]).await? == 0 {
        return Err(not_this_version(conn, &VERSION, &blueprint).await?);
    }
    Ok(())
}

async fn move_to(
    conn: &mut Conn,
    devices: &str,
    blueprint: Option<BlueprintId>,
) -> Result<Vec<DeviceId>, SaveError> {
    if let Some(blueprint) = blueprint {
        let version: Option<(i64,)> = conn.optional(&VERSION, params![blueprint]).await?;
        version.ok_or(SaveError::Unknown)?;
    }
    let moved: Vec<(DeviceId,)> = conn.all(&MOVE, params![devices, blueprint]).await?;
    let mut moved: Vec<_> = moved.into_iter().map(|(id,)| id).collect();
    moved.sort_unstable();
    Ok(moved)
}
