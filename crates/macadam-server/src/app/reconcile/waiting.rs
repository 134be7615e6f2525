//! Devices that just told something, and wait to be decided for.
//!
//! Deciding takes turns, and each turn waits for the disk. So one attendant decides for all that
//! wait when it is its turn, and many devices at once cost hardly more than one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use macadam_policy::DeviceId;
use tokio::sync::oneshot;

/// Where devices wait.
#[derive(Default)]
pub(super) struct WaitingRoom(Mutex<Room>);

#[derive(Default)]
struct Room {
    waiting: Vec<Waiting>,
    /// Whether somebody is going to decide for those that wait.
    is_attended: bool,
}

/// One device that waits.
struct Waiting {
    device: DeviceId,
    /// What it told, for its timeline.
    source: &'static str,
    decided: oneshot::Sender<()>,
}

/// A device's place in the waiting room.
pub(super) struct Place {
    /// Hears when the device was decided for.
    pub(super) decided: oneshot::Receiver<()>,
    /// Nobody attends the room yet: whoever took this place has to see to it.
    pub(super) needs_attendant: bool,
}

/// Devices that are decided for in one turn.
pub(super) struct Party {
    /// By what they told.
    pub(super) devices: BTreeMap<&'static str, BTreeSet<DeviceId>>,
    waiting: Vec<oneshot::Sender<()>>,
}

/// Attends the room; when this goes, however it does, nobody does any more.
pub(super) struct Attendance<'a>(&'a WaitingRoom);

impl WaitingRoom {
    /// Lets a device wait.
    pub(super) fn enter(&self, device: DeviceId, source: &'static str) -> Place {
        let (sender, decided) = oneshot::channel();
        let mut room = self.room();
        room.waiting.push(Waiting { device, source, decided: sender });
        let needs_attendant = !std::mem::replace(&mut room.is_attended, true);
        Place { decided, needs_attendant }
    }

    /// What the one who needs to attend begins with.
    pub(super) fn attend(&self) -> Attendance<'_> {
        Attendance(self)
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attendance<'_> {
    /// Takes out those that wait longest, at most `limit`; `None` when nobody waits, and then
    /// nobody attends any more.
    pub(super) fn next_party(&self, limit: usize) -> Option<Party> {
        let mut room = self.0.room();
        let count = room.waiting.len().min(limit);
        if count == 0 {
            room.is_attended = false;
            return None;
        }
        let mut party = Party { devices: BTreeMap::new(), waiting: Vec::with_capacity(count) };
        for Waiting { device, source, decided } in room.waiting.drain(..count) {
            party.devices.entry(source).or_default().insert(device);
            party.waiting.push(decided);
        }
        Some(party)
    }
}

impl Drop for Attendance<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut room = self.0.room();
            room.is_attended = false;
            // Those that wait hear that nobody comes.
            room.waiting.clear();
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn device(number: u128) -> DeviceId {
        DeviceId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn one_attendant_takes_all_that_wait() {
        let room = WaitingRoom::default();
        let mut first = room.enter(device(1), "status report");
        let second = room.enter(device(2), "status report");
        assert!(first.needs_attendant && !second.needs_attendant);
        let attendance = room.attend();
        let party = attendance.next_party(10).unwrap();
        assert_eq!(party.devices["status report"], BTreeSet::from([device(1), device(2)]));
        assert!(first.decided.try_recv().is_err());
        party.dismiss();
        assert!(first.decided.try_recv().is_ok());
        assert!(attendance.next_party(10).is_none());
        assert!(room.enter(device(1), "status report").needs_attendant);
    }

    #[test]
    fn attendant_that_fails_leaves_nobody_waiting() {
        let room = WaitingRoom::default();
        let mut place = room.enter(device(1), "status report");
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _attendance = room.attend();
            panic!("it fails");
        }));
        assert!(failed.is_err());
        assert_eq!(place.decided.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        assert!(room.enter(device(1), "status report").needs_attendant);
    }
}
