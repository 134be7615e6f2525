//! The whole fleet in numbers: what an overview counts, and how the versions spread over time.
//!
//! Counting must stay fast at a hundred thousand devices, so it reads one index in its own order.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use macadam_policy::Platform;

use crate::codes::codes;
use crate::db::{json, params, queries, row};
use crate::store::check_bulk;
use crate::{Store, StoreError};

macro_rules! counted {
    () => {
        "o.device_platform as platform, o.device_version as os_version, o.outcome, o.status,
            o.reason, o.deadline_at, o.deadline_local, o.blockers"
    };
}

macro_rules! grouped {
    () => {
        "o.device_platform, o.device_version, o.outcome, o.status, o.reason, o.deadline_at,
            o.deadline_local, o.blockers"
    };
}

queries! {
    // One statement is one state of the database. Devices that left are few, and are taken off;
    // SQLite keeps the order of a cross join, and so begins with them.
    COUNT_FLEET = { concat!("select ", counted!(), ", count(*) as devices
        from decision o group by ", grouped!(), "
        union all
        select ", counted!(), ", -count(*) as devices
        from device d cross join decision o where o.device_id = d.id and d.state <> 'enrolled'
        group by ", grouped!()) }
    ENROLLED = { "select (select count(*) from device)
            - (select count(*) from device where state <> 'enrolled') as value" }
    FORGET_DAY = { "delete from version_share where day = $1" }
    NOTE_DAY = { "insert into version_share (day, platform, os_version, devices)
        select $1, value ->> 0, value ->> 1, cast(value ->> 2 as bigint) from json_each($2)" }
    SHARES = { "select day, platform, os_version, devices from version_share
        where day >= $1 order by day, platform, os_version" }
}

/// Devices that are due within so much are due soon.
pub const DUE_SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

codes! {
    /// How a device stands at a moment; every enrolled device stands in one way.
    pub enum Standing {
        OnTime = "on_time",
        /// Due within a week.
        DueSoon = "due_soon",
        Overdue = "overdue",
        /// An obligation is open, and nothing this device can install satisfies it, or its OS
        /// cannot be managed.
        CannotUpdate = "cannot_update",
        /// Nothing is enforced: nobody assigned an item, or somebody left the device out.
        NotEnforced = "not_enforced",
    }
}

/// The standing of a row of `decision o`, at `$7` and with `$17` a week later; as
/// [`Standing::of`] has it.
macro_rules! standing {
    () => {
        "case when o.outcome in ('unresolved', 'not_manageable', 'incompatible')
                then 'cannot_update'
            when o.outcome is null or o.outcome in ('excluded', 'suspended', 'not_assigned')
                then 'not_enforced'
            when o.deadline_at <= $7 then 'overdue'
            when o.deadline_at <= $17 then 'due_soon'
            else 'on_time' end"
    };
}
pub(crate) use standing;

impl Standing {
    fn of(outcome: Option<&str>, deadline: Option<Timestamp>, now: Timestamp) -> Self {
        match outcome {
            Some("unresolved" | "not_manageable" | "incompatible") => Self::CannotUpdate,
            None | Some("excluded" | "suspended" | "not_assigned") => Self::NotEnforced,
            Some(_) => match deadline {
                Some(deadline) if deadline <= now => Self::Overdue,
                Some(deadline) if deadline <= due_soon(now) => Self::DueSoon,
                Some(_) | None => Self::OnTime,
            },
        }
    }
}

/// The end of the time in which devices are due soon.
pub(crate) fn due_soon(now: Timestamp) -> Timestamp {
    now.checked_add(DUE_SOON).unwrap_or(Timestamp::MAX)
}

row! {
    /// Enrolled devices that are alike in everything an overview counts.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FleetCount {
        pub platform: Option<Platform>,
        pub os_version: Option<String>,
        pub outcome: Option<String>,
        pub status: String,
        pub reason: Option<String>,
        pub deadline_at: Option<Timestamp>,
        pub deadline_local: Option<String>,
        pub blockers: Option<String>,
        pub devices: i64,
    }
}

impl FleetCount {
    /// How these devices stand at a moment.
    pub fn standing(&self, now: Timestamp) -> Standing {
        Standing::of(self.outcome.as_deref(), self.deadline_at, now)
    }
}

row! {
    /// How many devices ran a version at the end of a day.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub struct VersionShare {
        /// Such as `2026-03-10`.
        pub day: String,
        pub platform: Platform,
        pub os_version: String,
        pub devices: i64,
    }
}

/// The enrolled devices in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FleetCounts {
    pub enrolled: i64,
    /// Those that something was decided for.
    pub decided: Vec<FleetCount>,
}

impl Store {
    /// Counts the enrolled devices by everything an overview asks for.
    pub async fn fleet_counts(&self) -> Result<FleetCounts, StoreError> {
        let mut reader = self.reader().await?;
        let rows: Vec<FleetCount> = reader.conn().all(&COUNT_FLEET, &[]).await?;
        let (enrolled,) = reader.conn().one::<(i64,)>(&ENROLLED, &[]).await?;
        Ok(FleetCounts { enrolled, decided: without_left(rows) })
    }

    /// Notes how the versions are spread on a day, over what was noted for it before.
    pub async fn note_version_shares(
        &self,
        day: &str,
        shares: Vec<(Platform, String, i64)>,
    ) -> Result<(), StoreError> {
        check_bulk(shares.len())?;
        let rows: Vec<_> = shares
            .iter()
            .map(|(platform, version, devices)| (platform.code(), version, devices))
            .collect();
        self.write((day.to_owned(), json(&rows)), |conn, (day, rows)| {
            Box::pin(async move {
                conn.run(&FORGET_DAY, params![day]).await?;
                conn.run(&NOTE_DAY, params![day, rows]).await.map(drop)
            })
        })
        .await
    }

    /// How the versions were spread on each day from this one on.
    pub async fn version_shares(&self, from: &str) -> Result<Vec<VersionShare>, StoreError> {
        self.reader().await?.conn().all(&SHARES, params![from]).await
    }
}

/// Takes devices that left off the counts of those like them.
fn without_left(rows: Vec<FleetCount>) -> Vec<FleetCount> {
    let (counts, left): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.devices > 0);
    if left.is_empty() {
        return counts;
    }
    let left: BTreeMap<_, _> = left.iter().map(|row| (FleetKey::of(row), row.devices)).collect();
    let counts = counts.into_iter().filter_map(|mut row| {
        row.devices += left.get(&FleetKey::of(&row)).copied().unwrap_or_default();
        (row.devices > 0).then_some(row)
    });
    counts.collect()
}

/// What counts are told apart by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct FleetKey<'a>(Option<Platform>, [Option<&'a str>; 6], Option<Timestamp>);

impl<'a> FleetKey<'a> {
    fn of(row: &'a FleetCount) -> Self {
        let FleetCount { os_version, outcome, status, reason, deadline_local, blockers, .. } = row;
        let texts = [
            os_version.as_deref(),
            outcome.as_deref(),
            Some(status.as_str()),
            reason.as_deref(),
            deadline_local.as_deref(),
            blockers.as_deref(),
        ];
        Self(row.platform, texts, row.deadline_at)
    }
}
