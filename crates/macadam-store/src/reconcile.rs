//! Everything the decision needs of many devices, page by page, so that a fleet fits in memory.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId};
use uuid::Uuid;

use crate::db::{Conn, FromRow, Row, json_ids, params, queries, row};
use crate::facts::fact_columns;
use crate::store::check_bulk;
use crate::{DeviceFacts, EnrollmentId, SetToken, Store, StoreError};

/// Reads situations with some more columns: a page of the fleet, or some devices.
macro_rules! select_situations {
    // The page first: joined before it is cut, the other tables are read from their beginnings.
    (page, $($columns:tt)+) => {
        concat!(
            select_situations!(
                from "(select * from device where id > $1 and state = 'enrolled'
                    order by id limit $2)",
                $($columns)+
            ),
            " order by d.id"
        )
    };
    (these, $($columns:tt)+) => {
        concat!(
            select_situations!(from "device", $($columns)+),
            " where d.state = 'enrolled'
                and d.id in (select as_uuid(value ->> 0) from json_each($1))
            order by d.id"
        )
    };
    (from $devices:literal, $($columns:tt)+) => {
        concat!(
            "select d.id, d.enrollment_id, d.enrollment_key is not null as is_user_enrollment,
                d.name, d.tags, d.blueprint_id,
                e.bootstrap_token is not null as has_bootstrap_token, e.last_seen_at, ",
            $($columns)+,
            " from ",
            $devices,
            " d join enrollment e on e.id = d.enrollment_id
                join device_facts f on f.device_id = d.id
                left join decision o on o.device_id = d.id"
        )
    };
}
pub(crate) use select_situations;

/// What is in rows of its own: of a page's devices, which are one stretch of the index, or of some
/// devices wherever they are.
macro_rules! reached {
    ($which:ident) => {
        concat!(
            "select device_id, item_id, at, ring as word from item_reach where ",
            $which!(),
            " order by device_id, item_id"
        )
    };
}

macro_rules! requested {
    ($which:ident) => {
        concat!(
            "select device_id, item_id, at, local_time as word from self_service_request where ",
            $which!(),
            " order by device_id, item_id"
        )
    };
}

macro_rules! exempt {
    ($which:ident) => {
        concat!(
            "select device_id, item_id, until as at, null as word from exception where ",
            $which!(),
            " order by device_id, until, item_id nulls first"
        )
    };
}

macro_rules! between {
    () => {
        "device_id >= $1 and device_id <= $2"
    };
}

macro_rules! listed {
    () => {
        "device_id in (select as_uuid(value ->> 0) from json_each($1))"
    };
}

queries! {
    PAGE = { select_situations!(page, "e.assigned_set, o.status, o.digest, ", fact_columns!()) }
    THESE = { select_situations!(these, "e.assigned_set, o.status, o.digest, ", fact_columns!()) }
    REACHED = { reached!(between) }
    REQUESTED = { requested!(between) }
    EXEMPT = { exempt!(between) }
    REACHED_OF = { reached!(listed) }
    REQUESTED_OF = { requested!(listed) }
    EXEMPT_OF = { exempt!(listed) }
}

/// An item that a device's user asked for in Self Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    pub item: ItemId,
    pub at: Timestamp,
    /// What the device's clock showed, such as `2026-03-18T12:30:15`.
    pub local: Option<String>,
}

/// One device with all stored facts that a decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSituation {
    pub device: DeviceId,
    pub enrollment: EnrollmentId,
    pub is_user_enrollment: bool,
    pub name: String,
    pub tags: Vec<String>,
    pub blueprint: Option<BlueprintId>,
    pub has_bootstrap_token: bool,
    pub last_seen_at: Option<Timestamp>,
    pub facts: DeviceFacts,
    pub assigned_set: Option<SetToken>,
    /// When each item first reached the device.
    pub reached: Vec<(ItemId, Timestamp)>,
    /// The ring the device was last known to be in, for each item that reaches it; empty for none.
    pub rings: Vec<(ItemId, Option<String>)>,
    /// What its user asked for in Self Service.
    pub requested: Vec<Requested>,
    /// Until when it is exempt; from one item, or from all of them (`None`).
    pub exempt: Vec<(Option<ItemId>, Timestamp)>,
    /// The status of the last decision.
    pub status: Option<String>,
    /// The digest of what was recorded of the last decision.
    pub recorded: Option<i64>,
}

impl Store {
    /// The enrolled devices after `after` in the order of their ids, `limit` at most.
    pub async fn situations(
        &self,
        after: Option<DeviceId>,
        limit: u32,
    ) -> Result<Vec<DeviceSituation>, StoreError> {
        let after = after.map_or(Uuid::nil(), |id| id.0);
        let mut reader = self.reader().await?;
        let rows: Vec<Situation> = reader.conn().all(&PAGE, params![after, limit]).await?;
        let mut rows: Vec<_> = rows.into_iter().map(|Situation(situation)| situation).collect();
        complete_page(reader.conn(), rows.iter_mut().collect()).await?;
        Ok(rows)
    }

    /// These devices, those of them that are enrolled.
    pub async fn situations_of(
        &self,
        devices: &[DeviceId],
    ) -> Result<Vec<DeviceSituation>, StoreError> {
        check_bulk(devices.len())?;
        let ids = json_ids(devices.iter().map(|id| id.0));
        let mut reader = self.reader().await?;
        let rows: Vec<Situation> = reader.conn().all(&THESE, params![ids]).await?;
        let mut rows: Vec<_> = rows.into_iter().map(|Situation(situation)| situation).collect();
        complete_these(reader.conn(), rows.iter_mut().collect(), &ids).await?;
        Ok(rows)
    }
}

/// The part of a situation that is one row.
struct Situation(DeviceSituation);

impl FromRow for Situation {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(DeviceSituation {
            assigned_set: row.get("assigned_set")?,
            status: row.get("status")?,
            recorded: row.get("digest")?,
            ..DeviceSituation::from_row(row)?
        }))
    }
}

row! {
    struct Since {
        device_id: DeviceId,
        item_id: Option<ItemId>,
        at: Timestamp,
        /// The ring of an item that reaches the device, or its clock's time of a request.
        word: Option<String>,
    }
}

/// Adds what is in rows of its own to devices that follow each other.
pub(crate) async fn complete_page(
    conn: &mut Conn,
    mut devices: Vec<&mut DeviceSituation>,
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (devices.first(), devices.last()) else { return Ok(()) };
    let (first, last) = (first.device, last.device);
    let range = params![first, last];
    let reached: Vec<Since> = conn.all(&REACHED, range).await?;
    let requested: Vec<Since> = conn.all(&REQUESTED, range).await?;
    let exempt: Vec<Since> = conn.all(&EXEMPT, range).await?;
    devices.iter_mut().for_each(|it| it.complete(&reached, &requested, &exempt));
    Ok(())
}

/// Adds what is in rows of its own to these devices; their ids are a parameter as JSON.
pub(crate) async fn complete_these(
    conn: &mut Conn,
    devices: Vec<&mut DeviceSituation>,
    ids: &str,
) -> Result<(), StoreError> {
    let reached: Vec<Since> = conn.all(&REACHED_OF, params![ids]).await?;
    let requested: Vec<Since> = conn.all(&REQUESTED_OF, params![ids]).await?;
    let exempt: Vec<Since> = conn.all(&EXEMPT_OF, params![ids]).await?;
    devices.into_iter().for_each(|it| it.complete(&reached, &requested, &exempt));
    Ok(())
}

impl DeviceSituation {
    /// What every statement of [`select_situations`] reads.
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let tags: String = row.get("tags")?;
        Ok(Self {
            device: row.get("id")?,
            enrollment: row.get("enrollment_id")?,
            is_user_enrollment: row.get("is_user_enrollment")?,
            name: row.get("name")?,
            tags: serde_json::from_str(&tags)
                .map_err(|_| StoreError::Corrupt { column: "tags" })?,
            blueprint: row.get("blueprint_id")?,
            has_bootstrap_token: row.get("has_bootstrap_token")?,
            last_seen_at: row.get("last_seen_at")?,
            facts: DeviceFacts::from_row(row)?,
            assigned_set: None,
            reached: Vec::new(),
            rings: Vec::new(),
            requested: Vec::new(),
            exempt: Vec::new(),
            status: None,
            recorded: None,
        })
    }

    /// Takes its own of these rows.
    fn complete(&mut self, reached: &[Since], requested: &[Since], exempt: &[Since]) {
        let item = |since: &Since| Some((since.item_id?, since.at));
        let ring = |since: &Since| Some((since.item_id?, since.word.clone()));
        let request = |since: &Since| {
            let (item, at) = item(since)?;
            Some(Requested { item, at, local: since.word.clone() })
        };
        let reached = of_device(reached, self.device);
        self.reached = reached.iter().filter_map(item).collect();
        self.rings = reached.iter().filter_map(ring).collect();
        self.requested = of_device(requested, self.device).iter().filter_map(request).collect();
        let exempt = of_device(exempt, self.device).iter();
        self.exempt = exempt.map(|since| (since.item_id, since.at)).collect();
    }
}

/// The rows of one device, of rows in the order of devices.
fn of_device(rows: &[Since], device: DeviceId) -> &[Since] {
    let start = rows.partition_point(|since| since.device_id < device);
    let end = rows.partition_point(|since| since.device_id <= device);
    rows.get(start..end).unwrap_or_default()
}
