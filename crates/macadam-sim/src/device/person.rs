//! The person in front of a device: what they choose, and when the device is on.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Hardware;
use crate::random::Random;

/// How a person takes notices about updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Temperament {
    /// Looks for updates without being told.
    Eager,
    /// Mostly installs when told, or the same night.
    Obliging,
    /// Sometimes lets it happen at night.
    Busy,
    /// Never chooses; the deadline decides.
    Ignoring,
}

/// What a person does with a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Install at once.
    Now,
    /// Install in the coming night.
    Tonight,
    /// Close the notice.
    Ignore,
}

impl Temperament {
    /// Reacts to one notice.
    pub(super) fn choose(self, random: &mut Random) -> Choice {
        let (now, tonight) = match self {
            Self::Eager => (400, 300),
            Self::Obliging => (80, 150),
            Self::Busy => (10, 30),
            Self::Ignoring => (0, 0),
        };
        if random.permille(now) {
            Choice::Now
        } else if random.permille(tonight) {
            Choice::Tonight
        } else {
            Choice::Ignore
        }
    }

    /// Whether they install a public release they found in the settings today.
    pub(super) fn looks_for_updates(self, random: &mut Random) -> bool {
        match self {
            Self::Eager => random.permille(150),
            Self::Obliging => random.permille(15),
            Self::Busy | Self::Ignoring => false,
        }
    }
}

/// When a device is on, asleep or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Habits {
    /// Never off.
    AlwaysOn,
    /// In use on working days, asleep or off otherwise, and sometimes on vacation.
    Office,
    /// A phone: on, until the battery is forgotten.
    Pocket,
    /// Taken out for a few hours every few days.
    Drawer,
}

/// What a device can do at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// In use.
    On,
    /// Does scheduled work, but shows nothing to anybody.
    Asleep,
    /// Does nothing at all.
    Off,
}

impl Habits {
    /// What follows on `power`, and when. `None`: it stays so.
    pub(super) fn next(
        self,
        power: Power,
        now: Timestamp,
        hardware: &Hardware,
        random: &mut Random,
    ) -> Option<(Timestamp, Power)> {
        let hours = |random: &mut Random, least, most| {
            random.between(SignedDuration::from_hours(least), SignedDuration::from_hours(most))
        };
        match (self, power) {
            (Self::AlwaysOn, _) => None,
            (Self::Office, Power::On) => {
                let rest = if random.permille(200) { Power::Off } else { Power::Asleep };
                Some((at_hour(now, 17, hardware) + hours(random, 0, 3), rest))
            }
            (Self::Office, Power::Asleep | Power::Off) => {
                let mut morning = at_hour(now, 7, hardware);
                if random.permille(8) {
                    morning += SignedDuration::from_hours(24 * 9);
                }
                while is_weekend(morning, hardware) {
                    morning += SignedDuration::from_hours(24);
                }
                Some((morning + hours(random, 0, 3), Power::On))
            }
            (Self::Pocket, Power::On | Power::Asleep) => {
                Some((now + hours(random, 24, 24 * 60), Power::Off))
            }
            (Self::Pocket, Power::Off) => Some((now + hours(random, 1, 12), Power::On)),
            (Self::Drawer, Power::On | Power::Asleep) => {
                Some((now + hours(random, 1, 5), Power::Off))
            }
            (Self::Drawer, Power::Off) => Some((now + hours(random, 12, 24 * 9), Power::On)),
        }
    }
}

/// The coming night's moment for an installation, between two and four o'clock.
pub(super) fn tonight(now: Timestamp, hardware: &Hardware, random: &mut Random) -> Timestamp {
    at_hour(now, 2, hardware) + random.between(SignedDuration::ZERO, SignedDuration::from_hours(2))
}

/// The next time it is `hour` o'clock at the device.
fn at_hour(now: Timestamp, hour: i8, hardware: &Hardware) -> Timestamp {
    let local = hardware.local(now);
    let today = local.date().at(hour, 0, 0, 0);
    let next = if today > local { Some(today) } else { today.tomorrow().ok() };
    next.map_or(Timestamp::MAX, |next| hardware.moment(next))
}

fn is_weekend(moment: Timestamp, hardware: &Hardware) -> bool {
    matches!(hardware.local(moment).weekday(), Weekday::Saturday | Weekday::Sunday)
}
