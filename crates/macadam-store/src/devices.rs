//! Devices, as lists and pages show them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId, Platform};

use crate::codes::codes;
use crate::db::{json, json_ids, params, queries, row};
use crate::roster::Member;
use crate::{EnrollmentId, Standing, Store, StoreError};

macro_rules! select_device {
    () => {
        "select d.id, d.udid, d.enrollment_key, d.state, d.enrollment_id, d.generation,
                d.blueprint_id, b.name as blueprint_name, d.name, d.tags, d.first_enrolled_at,
                e.began_at, e.last_seen_at, e.bootstrap_token is not null as has_bootstrap_token,
                f.platform, f.serial, f.model_name, f.product, f.os_version, f.os_order,
                f.os_build, f.os_extra, f.supervised, f.utc_offset_seconds, o.status, o.reason,
                o.detail, o.wording, o.item_id, i.label as item_label, o.target_version,
                o.target_build, o.deadline_local, o.deadline_at, o.mechanism, o.meets_floor,
                o.decided_at
            from device d join enrollment e on e.id = d.enrollment_id
                join device_facts f on f.device_id = d.id
                left join decision o on o.device_id = d.id
                left join blueprint b on b.id = d.blueprint_id
                left join library_item i on i.id = o.item_id"
    };
}

queries! {
    ONE = { concat!(select_device!(), " where d.id = $1") }
    THESE = { concat!(select_device!(), " where d.id in
        (select as_uuid(value ->> 0) from json_each($1))") }
    CALLED = { concat!(select_device!(), " where d.id in (
            select id from device where udid = $1
            union select id from device where enrollment_key = $1
            union select id from device where name = $1
            union select device_id from device_facts where serial = $1)
        limit 2") }
    SET_TAGS = { "update device set tags = $2 where id = $1" }
    SHAPE = { "select f.platform, f.update_id, f.product, f.os_version, f.os_extra,
            count(*) as devices
        from device d join device_facts f on f.device_id = d.id
        where d.state = 'enrolled' and f.platform is not null
        group by f.platform, f.update_id, f.product, f.os_version, f.os_extra" }
}

codes! {
    /// A device's relation to this server.
    pub enum DeviceState {
        /// Authenticated; no TokenUpdate yet.
        Enrolling = "enrolling",
        Enrolled = "enrolled",
        Unenrolled = "unenrolled",
    }
}

row! {
    /// A device with its current enrollment, main facts and last decision.
    #[derive(Clone, Debug, PartialEq)]
    pub struct DeviceRow {
        pub id: DeviceId,
        pub udid: Option<String>,
        /// Apple's id for a user enrollment, which has no UDID.
        pub enrollment_key: Option<String>,
        pub state: DeviceState,
        pub enrollment_id: EnrollmentId,
        pub generation: i64,
        pub blueprint_id: Option<BlueprintId>,
        pub blueprint_name: Option<String>,
        pub name: String,
        /// JSON array of an administrator's words for the device.
        pub tags: String,
        pub first_enrolled_at: Timestamp,
        /// When the current enrollment began.
        pub began_at: Timestamp,
        pub last_seen_at: Option<Timestamp>,
        pub has_bootstrap_token: bool,
        pub platform: Option<Platform>,
        pub serial: String,
        pub model_name: String,
        pub product: String,
        pub os_version: String,
        /// Orders versions; `None` when the device told none that can be read.
        pub os_order: Option<i64>,
        pub os_build: String,
        pub os_extra: Option<String>,
        pub supervised: Option<bool>,
        pub utc_offset_seconds: Option<i32>,
        pub status: Option<String>,
        pub reason: Option<String>,
        pub detail: Option<String>,
        pub wording: Option<String>,
        pub item_id: Option<ItemId>,
        pub item_label: Option<String>,
        pub target_version: Option<String>,
        pub target_build: Option<String>,
        pub deadline_local: Option<String>,
        pub deadline_at: Option<Timestamp>,
        pub mechanism: Option<String>,
        pub meets_floor: Option<bool>,
        pub decided_at: Option<Timestamp>,
    }
}

/// Which enrolled devices to list; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Part of the name, serial number, UDID, model or product, without regard to case.
    pub search: Option<String>,
    pub blueprint: Option<BlueprintId>,
    pub platform: Option<Platform>,
    pub status: Option<String>,
    /// Whether the deadline is at or before this moment.
    pub overdue: Option<(bool, Timestamp)>,
    pub meets_floor: Option<bool>,
    /// Only devices that this item reaches.
    pub item: Option<ItemId>,
    pub tag: Option<String>,
    pub target_version: Option<String>,
    /// A version as `OsVersion::order` counts it.
    pub os_order: Option<i64>,
    pub os_order_below: Option<i64>,
    pub due_before: Option<Timestamp>,
    pub not_seen_since: Option<Timestamp>,
    pub supervised: Option<bool>,
    pub is_user_enrollment: Option<bool>,
    /// The model's name or its product identifier, without regard to case.
    pub model: Option<String>,
    /// The build it runs, without regard to case.
    pub build: Option<String>,
    /// Only devices whose current enrollment began before this moment.
    pub enrolled_before: Option<Timestamp>,
    /// Only devices whose current enrollment began at this moment or later.
    pub enrolled_since: Option<Timestamp>,
    /// How they stand at a moment.
    pub standing: Option<(Standing, Timestamp)>,
    /// The code of why nothing is enforced or installed; `undecided` for those without a decision.
    pub reason: Option<String>,
    /// The device-local day of the deadline, such as `2026-03-10`.
    pub due_on: Option<String>,
    /// A day that the device-local day of the deadline is after.
    pub due_after: Option<String>,
    /// A version as `OsVersion::order` counts it; that or a newer one.
    pub os_order_from: Option<i64>,
    /// The code of what will keep the device from its target.
    pub blocker: Option<String>,
    /// Any of these platforms.
    pub platforms: Option<Vec<Platform>>,
}

/// What a list of devices is ordered by; those that are equal in it by their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceOrder {
    #[default]
    Name,
    Serial,
    OsVersion,
    Deadline,
    LastSeen,
}

/// The last device of a page; the next page begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageCursor {
    pub key: DeviceKey,
    pub id: DeviceId,
}

/// Where a device stands in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceKey {
    Text(String),
    Number(i64),
}

/// How many devices have a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCount {
    /// `None` for those that nothing has been decided for yet.
    pub status: Option<String>,
    pub devices: i64,
    pub overdue: i64,
    pub below_floor: i64,
}

row! {
    /// How many enrolled devices are of one kind and version.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FleetShare {
        pub platform: Platform,
        pub update_id: Option<String>,
        pub product: String,
        pub os_version: String,
        pub os_extra: Option<String>,
        pub devices: i64,
    }
}

impl DeviceOrder {
    /// The cursor after this device.
    pub fn cursor_after(self, row: &DeviceRow) -> PageCursor {
        let moment = |moment: Option<Timestamp>| moment.map(Timestamp::as_microsecond);
        let key = match self {
            Self::Name => DeviceKey::Text(row.name.clone()),
            Self::Serial => DeviceKey::Text(row.serial.clone()),
            Self::OsVersion => DeviceKey::Number(row.os_order.unwrap_or(0)),
            Self::Deadline => DeviceKey::Number(moment(row.deadline_at).unwrap_or(i64::MAX)),
            Self::LastSeen => DeviceKey::Number(moment(row.last_seen_at).unwrap_or(0)),
        };
        PageCursor { key, id: row.id }
    }
}

impl Store {
    /// A page of enrolled devices in this order, after the cursor.
    pub async fn devices(
        &self,
        filter: &DeviceFilter,
        order: DeviceOrder,
        after: Option<&PageCursor>,
        limit: u32,
    ) -> Result<Vec<DeviceRow>, StoreError> {
        let roster = self.roster().await?;
        let page = roster.page(filter, order, after, limit);
        let ids = json_ids(page.iter().map(|member| member.device().0));
        let rows: Vec<DeviceRow> = self.reader().await?.conn().all(&THESE, params![ids]).await?;
        let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
        let placed = |member: &Member| {
            let mut row = rows.remove(&member.device())?;
            order.keep_place(member, &mut row);
            Some(row)
        };
        Ok(page.into_iter().filter_map(placed).collect())
    }

    /// One device.
    pub async fn device(&self, device: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        self.reader().await?.conn().optional(&ONE, params![device]).await
    }

    /// The device with this UDID, serial number or exact name, if there is exactly one.
    pub async fn device_called(&self, text: &str) -> Result<Option<DeviceRow>, StoreError> {
        let mut found: Vec<DeviceRow> =
            self.reader().await?.conn().all(&CALLED, params![text]).await?;
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// How many devices a filter matches, by status; overdue are those due by `now`.
    pub async fn count_devices(
        &self,
        filter: &DeviceFilter,
        now: Timestamp,
    ) -> Result<Vec<DeviceCount>, StoreError> {
        Ok(self.roster().await?.count(filter, now))
    }

    /// Sets the words an administrator has for a device. Says whether the device exists.
    pub async fn set_tags(&self, device: DeviceId, tags: Vec<String>) -> Result<bool, StoreError> {
        self.write((device, json(&tags)), |conn, (device, tags)| {
            Box::pin(async move { Ok(conn.run(&SET_TAGS, params![device, tags]).await? == 1) })
        })
        .await
    }

    /// How many enrolled devices there are of each kind and version.
    pub async fn fleet_shape(&self) -> Result<Vec<FleetShare>, StoreError> {
        self.reader().await?.conn().all(&SHAPE, &[]).await
    }
}
