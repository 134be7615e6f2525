//! The whole fleet in numbers: what an overview counts, and how the versions spread over time.

use jiff::{SignedDuration, Timestamp};
use macadam_policy::Platform;

use crate::codes::codes;
use crate::db::{json, params, queries, row};
use crate::store::check_bulk;
use crate::{Store, StoreError};

queries! {
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
        /// Nothing is enforced: nobody assigned an item, somebody left the device out, or Apple
        /// does not list it yet.
        NotEnforced = "not_enforced",
    }
}

impl Standing {
    /// From the outcome and status of a decision, if there is one.
    pub(crate) fn of(
        decided: Option<(&str, &str)>,
        deadline: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        match decided {
            // It is managed once Apple lists it: nothing is wrong with the device.
            Some(("not_manageable", "waiting")) => Self::NotEnforced,
            Some(("unresolved" | "not_manageable" | "incompatible", _)) => Self::CannotUpdate,
            None | Some(("excluded" | "suspended" | "not_assigned", _)) => Self::NotEnforced,
            Some(_) => match deadline {
                Some(deadline) if deadline <= now => Self::Overdue,
                Some(deadline) if deadline <= due_soon(now) => Self::DueSoon,
                Some(_) | None => Self::OnTime,
            },
        }
    }
}

/// The end of the time in which devices are due soon.
fn due_soon(now: Timestamp) -> Timestamp {
    now.checked_add(DUE_SOON).unwrap_or(Timestamp::MAX)
}

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

impl FleetCount {
    /// How these devices stand at a moment.
    pub fn standing(&self, now: Timestamp) -> Standing {
        let outcome = self.outcome.as_deref();
        Standing::of(outcome.map(|outcome| (outcome, &*self.status)), self.deadline_at, now)
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
        Ok(self.roster().await?.counts())
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
