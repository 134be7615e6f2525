//! Every enrolled device in memory, for whatever looks at the whole fleet at once: lists, counts,
//! the overview, previews.
//!
//! It is as fresh as the database whenever it is asked for. Triggers note each change of a device,
//! whichever server or release made it, and before an answer the devices noted since the last one
//! are read again.

mod query;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use macadam_policy::{DeviceId, Platform};
use tokio::sync::Mutex;

use crate::db::{Conn, params, queries, row};
use crate::facts::fact_columns;
use crate::reconcile::select_situations;
use crate::{DeviceSituation, Store, StoreError};

/// What of a device has columns and is listed, besides its situation.
macro_rules! listed_columns {
    () => {
        concat!(", f.search, f.os_order, e.began_at, ", decision_columns!())
    };
}

macro_rules! decision_columns {
    () => {
        "o.device_platform, o.device_version, o.outcome, o.status, o.reason, o.deadline_at,
            o.deadline_local, o.blockers, o.target_version, o.meets_floor"
    };
}

queries! {
    PAGE = { select_situations!(page, fact_columns!("'' as other"), listed_columns!()) }
    THESE = { select_situations!(these, fact_columns!("'' as other"), listed_columns!()) }
    // Everything before this place is visible to whoever reads after asking for it.
    END = {
        sqlite: "select coalesce(max(seq), 0) + 1 as value
            from sqlite_sequence where name = 'device_change'",
        postgres: "select cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint)
            as value",
    }
    DECISIONS = { concat!("select o.device_id, ", decision_columns!(), " from decision o
        where o.device_id in (select as_uuid(value ->> 0) from json_each($1))") }
    CHANGED = { "select device_id,
            min(case when is_decision then 1 else 0 end) as is_decision
        from device_change where place >= $1 group by device_id order by device_id limit $2" }
    START = { "select place as value from device_change_start where id = 1" }
    // Where the newest changes begin, as many as are kept; 0 if there are fewer.
    KEPT_FROM = {
        sqlite: "select coalesce((select place from device_change
            order by place desc limit 1 offset $1), 0) as value",
        postgres: "select coalesce((select place from device_change
            where place < cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint)
            order by place desc limit 1 offset $1), 0) as value",
    }
    // A copy of the database in another PostgreSQL has places that are still to come there.
    MOVE_START = {
        sqlite: "update device_change_start set place = max(place, $1) where id = 1",
        postgres: "update device_change_start set place = case when place
            < cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint)
            then greatest(place, $1) else $1 end where id = 1",
    }
    FORGET = {
        sqlite: "delete from device_change where place < $1",
        postgres: "delete from device_change where place < $1 or place
            >= cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint)",
    }
}

/// Changes that are kept; whoever missed more reads all devices again.
const KEPT: u32 = 100_000;
/// With more changed devices than this, reading all of them is as fast.
const MANY: u32 = 30_000;

/// The enrolled devices at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// In the order of their ids.
    members: Vec<Arc<Member>>,
}

/// One enrolled device.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    situation: DeviceSituation,
    /// What the search box looks through, in lower case.
    search: String,
    os_order: Option<i64>,
    /// When its current enrollment began.
    began_at: Timestamp,
    /// `None` until something was decided for the device.
    decision: Option<Arc<ListedDecision>>,
}

/// What lists and counts look at of a decision; devices with equal ones share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ListedDecision {
    platform: Option<Platform>,
    os_version: Option<String>,
    /// Which outcome it is; none if an earlier release decided.
    outcome: Option<String>,
    status: String,
    reason: Option<String>,
    deadline_at: Option<Timestamp>,
    deadline_local: Option<String>,
    /// JSON array.
    blockers: Option<String>,
    target_version: Option<String>,
    meets_floor: bool,
}

/// The roster that is kept between two questions; held while it is brought up to date.
#[derive(Default)]
pub(crate) struct Keeper(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    roster: Arc<Roster>,
    /// Where changes that are not in it begin; `None` before the first time.
    next: Option<i64>,
    decisions: Decisions,
}

/// The different decisions of the fleet.
#[derive(Default)]
struct Decisions {
    all: BTreeSet<Arc<ListedDecision>>,
    /// How many were in use when those in nobody's use were dropped.
    used: usize,
}

impl Member {
    /// What a decision depends on. Left out is what only follows from earlier decisions, and what
    /// the device told that has no field of its own.
    pub fn situation(&self) -> &DeviceSituation {
        &self.situation
    }
}

impl Roster {
    fn member(&self, device: DeviceId) -> Option<&Member> {
        let place = self.members.binary_search_by_key(&device, |member| member.situation.device);
        self.members.get(place.ok()?).map(AsRef::as_ref)
    }

    /// Every device, in the order of their ids.
    pub fn members(&self) -> &[Arc<Member>] {
        &self.members
    }

    /// The roster with other facts about some devices; `None` for those that left.
    fn with(&self, changed: BTreeMap<DeviceId, Option<Arc<Member>>>) -> Self {
        let mut members = Vec::with_capacity(self.members.len() + changed.len());
        let mut known = self.members.iter().peekable();
        for (device, now) in changed {
            while let Some(member) = known.next_if(|member| member.situation.device < device) {
                members.push(Arc::clone(member));
            }
            known.next_if(|member| member.situation.device == device);
            members.extend(now);
        }
        members.extend(known.cloned());
        Self { members }
    }
}

impl Store {
    /// Every enrolled device, as it is stored now.
    pub async fn roster(&self) -> Result<Arc<Roster>, StoreError> {
        let mut kept = self.inner.roster.0.lock().await;
        let mut reader = self.reader().await?;
        let conn = reader.conn();
        let (end,) = conn.one::<(i64,)>(&END, &[]).await?;
        let changed = match kept.next {
            Some(next) => changed_since(conn, next).await?,
            None => None,
        };
        match changed {
            Some(Changed { devices, decisions }) => {
                let Kept { roster, decisions: shared, .. } = &mut *kept;
                let mut changed = read::decisions(conn, shared, (roster, &decisions)).await?;
                changed.extend(read::these(conn, shared, &devices).await?);
                if !changed.is_empty() {
                    *roster = Arc::new(roster.with(changed));
                }
            }
            None => {
                let members = read::all(conn, &mut kept.decisions).await?;
                kept.roster = Arc::new(Roster { members });
            }
        }
        kept.next = Some(end);
        kept.decisions.drop_unused();
        Ok(Arc::clone(&kept.roster))
    }

    /// The same, read from scratch.
    #[cfg(test)]
    pub(crate) async fn read_roster(&self) -> Result<Roster, StoreError> {
        let mut reader = self.reader().await?;
        let members = read::all(reader.conn(), &mut Decisions::default()).await?;
        Ok(Roster { members })
    }

    /// Forgets all but the newest notes of which devices changed.
    pub async fn forget_device_changes(&self) -> Result<(), StoreError> {
        self.forget_device_changes_but(KEPT).await
    }

    pub(crate) async fn forget_device_changes_but(&self, kept: u32) -> Result<(), StoreError> {
        self.write(kept, |conn, kept| {
            Box::pin(async move {
                let (from,) = conn.one::<(i64,)>(&KEPT_FROM, params![kept]).await?;
                conn.run(&MOVE_START, params![from]).await?;
                conn.run(&FORGET, params![from]).await.map(drop)
            })
        })
        .await
    }
}

/// Which devices changed.
#[derive(Default)]
struct Changed {
    devices: Vec<DeviceId>,
    /// Those of which only the decision did.
    decisions: Vec<DeviceId>,
}

row! {
    struct ChangedDevice {
        device_id: DeviceId,
        is_decision: i64,
    }
}

/// What changed from a place on; `None` if that is not known, or too much.
async fn changed_since(conn: &mut Conn, next: i64) -> Result<Option<Changed>, StoreError> {
    let rows: Vec<ChangedDevice> = conn.all(&CHANGED, params![next, MANY + 1]).await?;
    // Asked for last: what was forgotten before it was read is noticed.
    let (start,) = conn.one::<(i64,)>(&START, &[]).await?;
    if start > next || rows.len() > MANY as usize {
        return Ok(None);
    }
    let mut changed = Changed::default();
    for ChangedDevice { device_id, is_decision } in rows {
        let list = if is_decision == 1 { &mut changed.decisions } else { &mut changed.devices };
        list.push(device_id);
    }
    Ok(Some(changed))
}

impl Decisions {
    /// The one that is equal to this.
    fn shared(&mut self, decision: ListedDecision) -> Arc<ListedDecision> {
        if let Some(known) = self.all.get(&decision) {
            return Arc::clone(known);
        }
        let decision = Arc::new(decision);
        self.all.insert(Arc::clone(&decision));
        decision
    }

    /// Drops those that no device has any more, once they may be many.
    fn drop_unused(&mut self) {
        const FEW: usize = 1000;
        if self.all.len() > 2 * self.used + FEW {
            self.all.retain(|decision| Arc::strong_count(decision) > 1);
            self.used = self.all.len();
        }
    }
}
