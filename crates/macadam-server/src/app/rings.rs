//! Rings of Managed OS items: how each does with each release, stopping a release for the later
//! ones, and letting it go on.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use macadam_api::events::Noun;
use macadam_api::people::Role;
use macadam_api::rings::{
    ResumeRing, RingHalt, RingProgress, RingRelease, Trouble, TroubledDevice,
};
use macadam_api::server::Alert;
use macadam_api::sessions::Actor;
use macadam_api::{Named, Os};
use macadam_policy::{ItemId, ManagedOs, OsVersion, RingTally, utc_day};
use macadam_store::{NewRingHalt, ResumeRingError, RingCount, RingHaltId, RingHaltRow, StoreError};
use serde_json::json;
use thiserror::Error;

use super::caller::Caller;
use super::changes::ChangeError;
use super::decisions::Decided;
use super::releases::check_reason;
use super::{App, Knowledge};

/// As many devices in trouble as anybody reads.
const TROUBLED: u32 = 500;

/// A halt did not end.
#[derive(Debug, Error)]
pub(crate) enum RingError {
    #[error("somebody let it go on already")]
    Resumed,
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Knowledge {
    /// The device's ring in an item, as it is stored: empty for a device in none, and nothing for
    /// an item without rings.
    pub(super) fn ring_of(&self, item: ItemId, decided: &Decided) -> Option<String> {
        let entry = self.library.managed_os.get(&item)?;
        if entry.item.settings().rings.is_empty() {
            return None;
        }
        let ring = entry.item.ring_of(&decided.device, &decided.attributes);
        Some(ring.map(|ring| ring.name.clone()).unwrap_or_default())
    }
}

impl Knowledge {
    fn shown_halt(&self, row: RingHaltRow) -> RingHalt {
        let entry = self.library.managed_os.get(&row.item_id);
        shown(row, entry.map(|entry| entry.item.settings().platform.into()))
    }
}

impl App {
    /// How each ring of an item does with each release, in the order of the rollout.
    pub(crate) async fn ring_progress(&self, id: ItemId) -> Result<Vec<RingProgress>, ChangeError> {
        let knowledge = self.refresh_knowledge().await?;
        let entry = knowledge.library.managed_os.get(&id);
        let item = &entry.ok_or(ChangeError::Unknown("Managed OS item"))?.item;
        let mut releases: BTreeMap<String, Vec<RingRelease>> = BTreeMap::new();
        let halts = self.store.ring_halts().await?;
        for count in self.store.ring_counts(id, self.fleet_clock.now()).await? {
            let halt = halts.iter().find(|halt| {
                halt.item_id == id
                    && halt.resumed_at.is_none()
                    && (&halt.ring, &halt.version) == (&count.ring, &count.version)
            });
            releases.entry(count.ring.clone()).or_default().push(RingRelease {
                halt_id: halt.map(|halt| halt.id.0),
                version: count.version,
                devices: count.devices.into(),
                done: count.done.into(),
                failed: count.failed.into(),
                silent: count.silent.into(),
            });
        }
        let mut rings: Vec<_> = item.settings().rings.iter().collect();
        rings.sort_by_key(|ring| ring.offset_days);
        let named = rings.into_iter().map(|ring| (ring.name.clone(), ring.offset_days));
        let all = std::iter::once((String::new(), 0)).chain(named);
        Ok(all
            .map(|(ring, offset_days)| {
                let mut releases = releases.remove(&ring).unwrap_or_default();
                releases.sort_by_key(|release| {
                    std::cmp::Reverse(release.version.parse::<OsVersion>().ok())
                });
                RingProgress { ring: Some(ring).filter(|it| !it.is_empty()), offset_days, releases }
            })
            .filter(|ring| ring.ring.is_some() || !ring.releases.is_empty())
            .collect())
    }

    /// Every halt, the newest first.
    pub(crate) async fn ring_halts(&self) -> Result<Vec<RingHalt>, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let halts = self.store.ring_halts().await?;
        Ok(halts.into_iter().map(|row| knowledge.shown_halt(row)).collect())
    }

    /// The devices that are now in trouble with what a halt stopped.
    pub(crate) async fn troubled_devices(
        &self,
        id: RingHaltId,
    ) -> Result<Vec<TroubledDevice>, ChangeError> {
        let halt = self.store.ring_halt(id).await?.ok_or(ChangeError::Unknown("halt"))?;
        let now = self.fleet_clock.now();
        let devices = self.store.troubled_devices(&halt, now, TROUBLED).await?;
        Ok(devices.into_iter().map(troubled).collect())
    }

    /// Lets a release go on that was stopped for the later rings.
    pub(crate) async fn resume_ring(
        &self,
        caller: &Caller,
        id: RingHaltId,
        wish: ResumeRing,
    ) -> Result<RingHalt, RingError> {
        check_reason(&wish.reason)?;
        let unknown = || RingError::Change(ChangeError::Unknown("halt"));
        let halt = self.store.ring_halt(id).await?.ok_or_else(unknown)?;
        let now = self.fleet_clock.now();
        let counts = self.store.ring_counts(halt.item_id, now).await?;
        let is_same =
            |count: &&RingCount| (&count.ring, &count.version) == (&halt.ring, &halt.version);
        let known = counts.iter().find(is_same).map(|count| tally(count).troubled());
        let detail = json!({
            "item_id": halt.item_id.0, "ring": halt.ring, "version": halt.version,
            "reason": wish.reason,
        });
        self.audit(caller, "resume_ring", &format!("ring_halts/{id}"), detail).await?;
        let resume = macadam_store::ResumeRing {
            id,
            at: now,
            by: caller.name.clone(),
            reason: wish.reason.trim().to_owned(),
            known: known.unwrap_or(0),
        };
        match self.store.resume_ring(resume).await {
            Ok(()) => {}
            Err(ResumeRingError::Unknown) => return Err(unknown()),
            Err(ResumeRingError::Resumed) => return Err(RingError::Resumed),
            Err(ResumeRingError::Store(error)) => return Err(error.into()),
        }
        self.policy_changed();
        let knowledge = self.refresh_knowledge().await?;
        let halt = self.store.ring_halt(id).await?;
        halt.map(|row| knowledge.shown_halt(row)).ok_or_else(unknown)
    }

    /// Stops every release for the later rings that an earlier ring has too much trouble with.
    pub(crate) async fn halt_rings(&self) -> Result<(), StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let now = self.fleet_clock.now();
        let with_rings = knowledge
            .library
            .managed_os
            .iter()
            .filter(|(_, it)| !it.item.settings().rings.is_empty());
        let halts = self.store.ring_halts().await?;
        let mut is_changed = false;
        for (id, entry) in with_rings {
            for count in self.store.ring_counts(*id, now).await? {
                if let Some(offset_days) = trouble(*id, &entry.item, &count, &halts) {
                    is_changed |= self.halt_ring(*id, offset_days, count).await?;
                }
            }
        }
        if is_changed {
            self.policy_changed();
            self.changed(Noun::RingHalts, None);
        }
        Ok(())
    }

    async fn halt_ring(
        &self,
        item: ItemId,
        offset_days: u16,
        count: RingCount,
    ) -> Result<bool, StoreError> {
        let id = RingHaltId(self.ids.id(self.wall_clock.now()));
        let detail = json!({
            "item_id": item.0, "ring": count.ring, "version": count.version,
            "devices": count.devices, "failed": count.failed, "silent": count.silent,
        });
        self.audit(&itself(), "halt_ring", &format!("ring_halts/{id}"), detail).await?;
        tracing::error!(
            item.id = %item,
            ring = count.ring,
            release.version = count.version,
            failed = count.failed,
            silent = count.silent,
            "a release is stopped for the later rings; somebody has to look"
        );
        let at = self.fleet_clock.now();
        self.store.halt_ring(NewRingHalt { id, item, offset_days, at, count }).await
    }

    /// Halts as decisions read them.
    pub(super) async fn load_halts(
        &self,
    ) -> Result<BTreeMap<ItemId, Vec<macadam_policy::RingHalt>>, StoreError> {
        let mut halts: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in self.store.ring_halts().await? {
            let Ok(version) = row.version.parse() else { continue };
            halts.entry(row.item_id).or_default().push(macadam_policy::RingHalt {
                ring: row.ring,
                offset_days: row.offset_days,
                version,
                halted_on: utc_day(row.halted_at),
                resumed_on: row.resumed_at.map(utc_day),
            });
        }
        Ok(halts)
    }
}

/// The offset of a ring whose trouble is to stop the later ones.
fn trouble(id: ItemId, item: &ManagedOs, count: &RingCount, halts: &[RingHaltRow]) -> Option<u16> {
    let ring = (!count.ring.is_empty()).then_some(count.ring.as_str());
    let same = halts.iter().filter(|halt| {
        halt.item_id == id && (&halt.ring, &halt.version) == (&count.ring, &count.version)
    });
    let same: Vec<_> = same.collect();
    let known = same.iter().map(|halt| halt.known).max().unwrap_or(0);
    let is_halted = same.iter().any(|halt| halt.resumed_at.is_none());
    let is_broken = item.settings().ring_halt.is_broken(&tally(count), known);
    if is_halted || !is_broken || !item.has_ring_after(ring) {
        return None;
    }
    let own = item.settings().rings.iter().find(|it| Some(it.name.as_str()) == ring);
    Some(own.map_or(0, |ring| ring.offset_days))
}

fn tally(count: &RingCount) -> RingTally {
    let RingCount { devices, done, failed, silent, .. } = *count;
    RingTally { devices, done, failed, silent }
}

/// What is told of a release that is stopped.
pub(super) fn halt_alert(halt: &RingHalt) -> Option<Alert> {
    if halt.resumed_at.is_some() {
        return None;
    }
    let message = format!(
        "'{}' stopped {} for the rings after {}: {}",
        halt.item.name,
        halt.version,
        halt.ring.as_deref().unwrap_or("the devices in no ring"),
        halt.reason
    );
    Some(Alert {
        code: "ring_halted".into(),
        message,
        values: BTreeMap::new(),
        ring_halt: Some(halt.clone()),
        since: Some(halt.halted_at),
    })
}

fn troubled(device: macadam_store::TroubledDevice) -> TroubledDevice {
    TroubledDevice {
        id: device.id.0,
        name: device.name,
        serial_number: device.serial,
        trouble: if device.is_failed { Trouble::Failed } else { Trouble::Silent },
        device_words: device.device_words,
        last_seen_at: device.last_seen_at,
    }
}

fn shown(row: RingHaltRow, platform: Option<Os>) -> RingHalt {
    let reason = format!(
        "of {} devices, {} failed or are long overdue and {} fell silent",
        row.devices, row.failed, row.silent
    );
    RingHalt {
        id: row.id.0,
        item: Named { id: row.item_id.0, name: row.item_label },
        platform,
        ring: Some(row.ring).filter(|ring| !ring.is_empty()),
        version: row.version,
        halted_at: row.halted_at,
        devices: row.devices.into(),
        done: row.done.into(),
        failed: row.failed.into(),
        silent: row.silent.into(),
        reason,
        resumed_at: row.resumed_at,
        resumed_by: row.resumed_by,
        resume_reason: row.resume_reason,
    }
}

/// The server, where it acts by itself.
fn itself() -> Caller {
    Caller {
        actor: Actor::System,
        name: "halt_rings".to_owned(),
        role: Role::Owner,
        scopes: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        expires_at: Timestamp::MAX,
        lacks_second_factor: false,
        token: None,
    }
}
