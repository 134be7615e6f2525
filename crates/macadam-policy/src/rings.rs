//! Rings: what trouble in one of them stops for the later ones.

use jiff::civil::Date;

use crate::{ManagedOs, OsVersion, Ring};

/// When trouble in one ring stops the later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HaltRule {
    /// More than this share of the ring's devices.
    pub percent: u8,
    /// At least so many devices.
    pub devices: u16,
}

impl Default for HaltRule {
    fn default() -> Self {
        Self { percent: 2, devices: 3 }
    }
}

/// How one ring does with one release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RingTally {
    /// The devices that have it, and those that have to install it.
    pub devices: u32,
    /// Those that have it.
    pub done: u32,
    /// Those that failed to install it, refused it, or are long past its deadline.
    pub failed: u32,
    /// Those that were not heard of again when they were installing it, or soon after.
    pub silent: u32,
}

impl RingTally {
    /// Devices in trouble.
    pub const fn troubled(&self) -> u32 {
        self.failed.saturating_add(self.silent)
    }
}

impl HaltRule {
    /// Whether a ring has more trouble than the later rings should get; `known` of its devices
    /// were in trouble when a person last let the release go on, and count no more.
    pub const fn is_broken(self, tally: &RingTally, known: u32) -> bool {
        let troubled = tally.troubled().saturating_sub(known) as u64;
        let limit = self.percent as u64 * tally.devices as u64;
        troubled >= self.devices as u64 && troubled * 100 > limit
    }
}

/// A release stopped for the rings after one that had trouble with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingHalt {
    /// The ring that had the trouble; empty for the devices in no ring.
    pub ring: String,
    /// That ring's offset when it was halted, which orders rings.
    pub offset_days: u16,
    pub version: OsVersion,
    /// In UTC.
    pub halted_on: Date,
    /// When a person let it go on.
    pub resumed_on: Option<Date>,
}

impl RingHalt {
    /// Whether it keeps a version from being installed now.
    pub(crate) fn stops(&self, version: OsVersion) -> bool {
        self.resumed_on.is_none() && self.version == version
    }

    /// For how many days the clock of the release stood still; none until it goes on.
    pub(crate) fn days(&self) -> u16 {
        let Some(resumed_on) = self.resumed_on else { return 0 };
        let hours = resumed_on.duration_since(self.halted_on).as_hours();
        u16::try_from(hours / 24).unwrap_or(0)
    }
}

/// Where a ring stands in the order of a rollout: by its offset, then by its place in the list.
type Turn = (u16, usize);

impl ManagedOs {
    /// The halts that concern a device of this ring: those of earlier rings.
    pub(crate) fn halts_for(&self, ring: Option<&Ring>, halts: Vec<RingHalt>) -> Vec<RingHalt> {
        let own = self.turn(ring.map(|ring| ring.name.as_str()), 0);
        let is_earlier = |halt: &RingHalt| self.turn_of(halt) < own;
        if halts.is_empty() { halts } else { halts.into_iter().filter(is_earlier).collect() }
    }

    /// Whether some ring is later than this one (`None`: than the devices in no ring).
    pub fn has_ring_after(&self, ring: Option<&str>) -> bool {
        let turn = self.turn(ring, 0);
        let rings = self.settings().rings.iter();
        rings.into_iter().any(|other| self.turn(Some(&other.name), 0) > turn)
    }

    fn turn_of(&self, halt: &RingHalt) -> Turn {
        let name = (!halt.ring.is_empty()).then_some(halt.ring.as_str());
        self.turn(name, halt.offset_days)
    }

    /// `unknown` is the offset of a ring that the item does not have any more.
    fn turn(&self, name: Option<&str>, unknown: u16) -> Turn {
        let Some(name) = name else { return (0, 0) };
        let rings = (1..).zip(&self.settings().rings);
        let found = rings.into_iter().find(|(_, ring)| ring.name == name);
        found.map_or((unknown, 0), |(place, ring)| (ring.offset_days, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn tally(devices: u32, failed: u32, silent: u32) -> RingTally {
        RingTally { devices, done: 0, failed, silent }
    }

    #[test]
    fn ring_is_halted_by_enough_devices_and_a_large_enough_share() {
        let rule = HaltRule::default();
        assert!(!rule.is_broken(&tally(10, 2, 0), 0), "two of ten are fewer than three devices");
        assert!(rule.is_broken(&tally(10, 2, 1), 0));
        assert!(!rule.is_broken(&tally(150, 3, 0), 0), "three of 150 are two percent");
        assert!(rule.is_broken(&tally(149, 3, 0), 0));
        assert!(!rule.is_broken(&tally(0, 0, 0), 0));
    }

    #[test]
    fn trouble_that_a_person_knew_of_does_not_halt_again() {
        let rule = HaltRule { percent: 10, devices: 3 };
        assert!(!rule.is_broken(&tally(20, 5, 0), 5));
        assert!(!rule.is_broken(&tally(20, 7, 0), 5));
        assert!(rule.is_broken(&tally(20, 8, 0), 5));
    }
}
