//! Rings: how each does with each release, and releases that are stopped for the later ones.

use jiff::{SignedDuration, Timestamp};
use macadam_policy::{DeviceId, ItemId};
use thiserror::Error;

use crate::db::{Conn, params, queries, row};
use crate::{RingHaltId, Store, StoreError};

macro_rules! select_halt {
    () => {
        "select h.id, h.item_id, i.label as item_label, h.ring, h.offset_days, h.version,
            h.halted_at, h.devices, h.done, h.failed, h.silent, h.resumed_at, h.resumed_by,
            h.resume_reason, h.known
        from ring_halt h join library_item i on i.id = h.item_id"
    };
}

macro_rules! each_device {
    () => {
        "select d.id, r.ring,
                case when o.item_id = r.item_id and o.target_version is not null
                    then o.target_version else o.device_version end as version,
                coalesce(o.item_id = r.item_id and o.target_version is not null, false) as is_open,
                coalesce(o.item_id = r.item_id, false) and o.target_version is not null
                    and o.status = 'error' as is_failed,
                case when o.item_id = r.item_id and o.target_version is not null
                    then f.install_state = 'installing' and e.last_seen_at < $2
                    else e.last_seen_at < $3 and exists (select 1 from command w
                        where w.enrollment_id = e.id and w.state in ('queued', 'sent', 'not_now')
                            and w.queued_at < $3)
                        and exists (select 1 from status_change c
                        where c.device_id = d.id and c.os_version = o.device_version
                        group by c.device_id having min(c.at) >= e.last_seen_at - 3600000000)
                    end as is_silent
            from item_reach r join device d on d.id = r.device_id
                join enrollment e on e.id = d.enrollment_id
                join device_facts f on f.device_id = d.id
                join decision o on o.device_id = d.id
            where r.item_id = $1 and r.ring is not null and d.state = 'enrolled'"
    };
}

queries! {
    // A device counts for the version it has to install, or else for the one it has. It is silent
    // when it was installing and not heard of since $2, or when it told its version for the first
    // time within the hour before it was last heard of, and has not fetched what waits for it since
    // before $3. Devices speak when they are asked to: one that nothing waits for is only quiet.
    TALLY = { concat!("select t.ring, t.version, count(*) as devices,
            count(*) filter (where not t.is_open) as done,
            count(*) filter (where t.is_failed) as failed,
            count(*) filter (where t.is_silent and not t.is_failed) as silent
        from (", each_device!(), ") t
        where t.version is not null
        group by t.ring, t.version order by t.ring, t.version") }
    TROUBLED = { concat!("select d.id, d.name, f.serial, t.is_failed, (select c.device_words
                from status_change c where c.device_id = d.id order by c.seq desc limit 1)
                as device_words, e.last_seen_at
        from (", each_device!(), ") t join device d on d.id = t.id
            join enrollment e on e.id = d.enrollment_id
            join device_facts f on f.device_id = d.id
        where t.ring = $4 and t.version = $5 and (t.is_failed or t.is_silent)
        order by t.is_failed desc, d.name, d.id limit $6") }
    HALT = { "insert into ring_halt (id, item_id, ring, offset_days, version, halted_at, devices,
            done, failed, silent, known)
        select $1, id, $3, $4, $5, $6, $7, $8, $9, $10, 0 from library_item where id = $2
        on conflict do nothing" }
    RESUME = { "update ring_halt set resumed_at = $2, resumed_by = $3, resume_reason = $4,
            known = $5
        where id = $1 and resumed_at is null" }
    ONE = { concat!(select_halt!(), " where h.id = $1") }
    ALL = { concat!(select_halt!(), " order by h.halted_at desc, h.id") }
}

/// An installing device that was not heard of for so long is silent: an installation takes an
/// hour or two.
const INSTALLING_FOR: SignedDuration = SignedDuration::from_hours(24);
/// A device that was not heard of for so long after it updated is silent; weekends are no sign.
const UPDATED_FOR: SignedDuration = SignedDuration::from_hours(72);

row! {
    /// How one ring of an item does with one version.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RingCount {
        /// Empty for the devices in no ring.
        pub ring: String,
        pub version: String,
        /// Those that have it, and those that have to install it.
        pub devices: u32,
        pub done: u32,
        pub failed: u32,
        pub silent: u32,
    }
}

row! {
    /// A device that has trouble with a version.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TroubledDevice {
        pub id: DeviceId,
        pub name: String,
        pub serial: String,
        /// Or else it fell silent.
        pub is_failed: bool,
        pub device_words: Option<String>,
        pub last_seen_at: Option<Timestamp>,
    }
}

/// A release to be stopped for the rings after one that had trouble with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRingHalt {
    pub id: RingHaltId,
    pub item: ItemId,
    pub offset_days: u16,
    pub at: Timestamp,
    /// The ring, the version, and how the one does with the other.
    pub count: RingCount,
}

row! {
    /// A release that is, or was, stopped for the rings after one that had trouble with it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RingHaltRow {
        pub id: RingHaltId,
        pub item_id: ItemId,
        pub item_label: String,
        pub ring: String,
        pub offset_days: u16,
        pub version: String,
        pub halted_at: Timestamp,
        pub devices: u32,
        pub done: u32,
        pub failed: u32,
        pub silent: u32,
        pub resumed_at: Option<Timestamp>,
        pub resumed_by: Option<String>,
        pub resume_reason: Option<String>,
        /// The devices in trouble when it went on.
        pub known: u32,
    }
}

/// A person lets a release go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeRing {
    pub id: RingHaltId,
    pub at: Timestamp,
    pub by: String,
    pub reason: String,
    /// The devices in trouble now, which the person knows of.
    pub known: u32,
}

/// A release did not go on.
#[derive(Debug, Error)]
pub enum ResumeRingError {
    #[error("there is no such halt")]
    Unknown,
    #[error("somebody let it go on already")]
    Resumed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// How each ring of an item does with each version.
    pub async fn ring_counts(
        &self,
        item: ItemId,
        now: Timestamp,
    ) -> Result<Vec<RingCount>, StoreError> {
        let (installing, updated) = silent_since(now);
        self.reader().await?.conn().all(&TALLY, params![item, installing, updated]).await
    }

    /// The devices that are now in trouble with what is, or was, stopped because of such.
    pub async fn troubled_devices(
        &self,
        halt: &RingHaltRow,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<TroubledDevice>, StoreError> {
        let (installing, updated) = silent_since(now);
        let values = params![halt.item_id, installing, updated, halt.ring, halt.version, limit];
        self.reader().await?.conn().all(&TROUBLED, values).await
    }

    /// Stops a release for the later rings. Says whether it was not stopped before.
    pub async fn halt_ring(&self, halt: NewRingHalt) -> Result<bool, StoreError> {
        self.write(halt, |conn, halt| {
            Box::pin(async move {
                let NewRingHalt { id, item, offset_days, at, count } = halt;
                let RingCount { ring, version, devices, done, failed, silent } = count;
                let values = params![
                    id,
                    item,
                    ring,
                    offset_days,
                    version,
                    at,
                    devices,
                    done,
                    failed,
                    silent
                ];
                Ok(conn.run(&HALT, values).await? == 1)
            })
        })
        .await
    }

    /// Lets a stopped release go on.
    pub async fn resume_ring(&self, resume: ResumeRing) -> Result<(), ResumeRingError> {
        self.write(resume, |conn, resume| Box::pin(go_on(conn, resume))).await
    }

    /// One halt.
    pub async fn ring_halt(&self, halt: RingHaltId) -> Result<Option<RingHaltRow>, StoreError> {
        self.reader().await?.conn().optional(&ONE, params![halt]).await
    }

    /// Every halt, the newest first; those that ended included.
    pub async fn ring_halts(&self) -> Result<Vec<RingHaltRow>, StoreError> {
        self.reader().await?.conn().all(&ALL, &[]).await
    }
}

/// Since when an installing and an updated device that was not heard of is silent.
fn silent_since(now: Timestamp) -> (Timestamp, Timestamp) {
    let before = |duration| now.checked_sub(duration).unwrap_or(Timestamp::MIN);
    (before(INSTALLING_FOR), before(UPDATED_FOR))
}

async fn go_on(conn: &mut Conn, resume: &ResumeRing) -> Result<(), ResumeRingError> {
    let ResumeRing { id, at, by, reason, known } = resume;
    if conn.run(&RESUME, params![id, at, by, reason, known]).await? == 1 {
        return Ok(());
    }
    let halt: Option<RingHaltRow> = conn.optional(&ONE, params![id]).await?;
    Err(if halt.is_some() { ResumeRingError::Resumed } else { ResumeRingError::Unknown })
}
