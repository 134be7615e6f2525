//! Devices that just told something, and wait to be decided for.
//!
//! Deciding takes turns, and each turn waits for the disk. So whoever gets a turn decides for all
//! that wait, and many devices at once cost hardly more than one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use macadam_policy::DeviceId;
use tokio::sync::oneshot;

/// Where devices wait.
#[derive(Default)]
pub(super) struct WaitingRoom(Mutex<Vec<Waiting>>);

/// One device that waits.
struct Waiting {
    device: DeviceId,
    /// What it told, for its timeline.
    source: &'static str,
    decided: oneshot::Sender<()>,
}

/// Devices that are decided for in one turn.
pub(super) struct Party {
    /// By what they told.
    pub(super) devices: BTreeMap<&'static str, BTreeSet<DeviceId>>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl WaitingRoom {
    /// Lets a device wait; the receiver hears when it was decided for.
    pub(super) fn enter(&self, device: DeviceId, source: &'static str) -> oneshot::Receiver<()> {
        let (decided, hear) = oneshot::channel();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(Waiting { device, source, decided });
        hear
    }

    /// Takes out those that wait longest, at most `limit`.
    pub(super) fn next_party(&self, limit: usize) -> Party {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(limit);
        let mut party = Party { devices: BTreeMap::new(), waiting: Vec::with_capacity(count) };
        for Waiting { device, source, decided } in waiting.drain(..count) {
            party.devices.entry(source).or_default().insert(device);
            party.waiting.push(decided);
        }
        party
    }
}

impl Party {
    /// Tells those that wait that they were decided for.
    pub(super) fn dismiss(self) {
        for decided in self.waiting {
            // A request that was given up meanwhile does not hear it.
            let _ = decided.send(());
        }
    }
}
