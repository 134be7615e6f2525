//! Fleets of simulated devices: real models on the versions that they could have had on a day.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use macadam_protocol::feed::{DeviceKind, Seed, SeedDevice};
use serde::{Deserialize, Serialize};

use crate::connection::Credentials;
use crate::device::{Birth, Device, Family, Habits, Hardware, Installed, Temperament};
use crate::offers::{Offer, Offers, build_to_install};
use crate::random::Random;
use crate::version::OsVersion;

/// Where the devices are.
const TIME_ZONES: [&str; 16] = [
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Helsinki",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
];

/// What kind of fleet it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many devices.
    pub size: usize,
    /// When their lives begin.
    pub start: Timestamp,
    /// How they behave.
    pub character: Character,
    /// How often they ask for commands without a push; never when pushes reach them.
    pub polls_every: Option<SignedDuration>,
}

/// How the devices of a fleet behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Character {
    /// As people are: offices, pockets and drawers, full disks, missing tokens, every temper.
    Lifelike,
    /// Always on, nothing in the way, and nobody chooses anything: only the deadline decides.
    Obedient,
}

/// A device and what it needs to reach its server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// The device.
    pub device: Device,
    /// Absent until it has an identity.
    pub credentials: Option<Credentials>,
    /// Decides which of its messages are lost or doubled.
    pub weather: Random,
}

/// Everything about a fleet, to be saved and gone on with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fleet {
    /// What it was made from.
    pub plan: Plan,
    /// The devices, in an order that never changes.
    pub members: Vec<Member>,
}

/// What one device of a fleet tells about itself instead of what chance gave it, as a device of
/// whose owner nobody knows anything good may.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Which device, counted from 0.
    pub device: usize,
    /// What its owner calls it.
    #[serde(default)]
    pub name: Option<String>,
    /// The serial number.
    #[serde(default)]
    pub serial: Option<String>,
    /// The marketing name.
    #[serde(default)]
    pub model_name: Option<String>,
    /// What it says went wrong when it last updated.
    #[serde(default)]
    pub failure: Option<String>,
}

/// Facts of a device that is not there.
#[derive(Debug, thiserror::Error)]
#[error("there are facts for device {device}, and the fleet has {size} devices")]
pub struct NoSuchDevice {
    device: usize,
    size: usize,
}

/// Models of which the feed offers nothing at the start, so that no fleet can be made of them.
#[derive(Debug, thiserror::Error)]
#[error(
    "Apple's recorded feed offers nothing to any model on {start}; it begins at {recorded_from}"
)]
pub struct NoModels {
    start: Timestamp,
    recorded_from: Timestamp,
}

impl Fleet {
    /// Makes the fleet of a plan.
    pub fn new(plan: Plan, seed: &Seed, offers: &Offers) -> Result<Self, NoModels> {
        let models = Models::at(plan.start, seed, offers);
        let mut members = Vec::with_capacity(plan.size);
        for index in 0..plan.size {
            let birth = models
                .birth(&plan, index)
                .ok_or(NoModels { start: plan.start, recorded_from: seed.recorded_from })?;
            let weather = Random::new(birth.seed, "weather");
            members.push(Member { device: Device::new(birth), credentials: None, weather });
        }
        Ok(Self { plan, members })
    }

    /// Makes devices tell facts that were chosen for them.
    pub fn tell(&mut self, facts: Vec<Facts>) -> Result<(), NoSuchDevice> {
        let size = self.members.len();
        for Facts { device, name, serial, model_name, failure } in facts {
            let member = self.members.get_mut(device).ok_or(NoSuchDevice { device, size })?;
            let hardware = member.device.hardware_mut();
            hardware.failure = failure;
            let chosen = [
                (&mut hardware.name, name),
                (&mut hardware.serial, serial),
                (&mut hardware.model_name, model_name),
            ];
            for (place, text) in chosen {
                if let Some(text) = text {
                    *place = text;
                }
            }
        }
        Ok(())
    }
}

/// The models that a fleet is drawn from, with what each could run.
struct Models<'a> {
    macs: Vec<Model<'a>>,
    intel_macs: Vec<Model<'a>>,
    iphones: Vec<Model<'a>>,
    ipads: Vec<Model<'a>>,
}

struct Model<'a> {
    device: &'a SeedDevice,
    family: Family,
    /// From the newest down.
    installable: Vec<Installed>,
}

impl<'a> Models<'a> {
    fn at(start: Timestamp, seed: &'a Seed, offers: &Offers) -> Self {
        let mut models = Self {
            macs: Vec::new(),
            intel_macs: Vec::new(),
            iphones: Vec::new(),
            ipads: Vec::new(),
        };
        for device in &seed.devices {
            let (family, list) = match device.kind {
                DeviceKind::AppleSiliconMac => (Family::AppleSiliconMac, &mut models.macs),
                DeviceKind::IntelMac => (Family::IntelMac, &mut models.intel_macs),
                DeviceKind::Iphone | DeviceKind::Ipod => (Family::Iphone, &mut models.iphones),
                DeviceKind::Ipad => (Family::Ipad, &mut models.ipads),
                // Managed elsewhere, and in the feed only by the way.
                DeviceKind::AppleTv => continue,
            };
            let installable = installable(offers, &device.id, start);
            if device.name.is_some() && !installable.is_empty() {
                list.push(Model { device, family, installable });
            }
        }
        models
    }

    /// One device; `None` when there is no model at all.
    fn birth(&self, plan: &Plan, index: usize) -> Option<Birth> {
        let seed = Random::new(plan.seed ^ (index as u64) << 20, "member").number();
        let mut random = Random::new(seed, "birth");
        let wished = match random.below(100) {
            0..45 => &self.macs,
            45..52 => &self.intel_macs,
            52..84 => &self.iphones,
            _ => &self.ipads,
        };
        let all = [&self.macs, &self.intel_macs, &self.iphones, &self.ipads];
        let models = std::iter::once(wished).chain(all).find(|models| !models.is_empty())?;
        let model = random.pick(models)?;
        let hardware = hardware(model, index, plan.character, &mut random);
        let lifelike = plan.character == Character::Lifelike;
        let temperament = random.pick(&[
            Temperament::Eager,
            Temperament::Obliging,
            Temperament::Obliging,
            Temperament::Busy,
            Temperament::Busy,
            Temperament::Ignoring,
        ]);
        let habits = match random.below(100) {
            0..70 if hardware.family.is_mac() => Habits::Office,
            0..80 if !hardware.family.is_mac() => Habits::Pocket,
            70..92 => Habits::AlwaysOn,
            _ => Habits::Drawer,
        };
        let is_full = lifelike && random.permille(60);
        Some(Birth {
            seed,
            at: plan.start,
            installed: random_version(model, &mut random)?.clone(),
            temperament: temperament.copied().filter(|_| lifelike).unwrap_or(Temperament::Ignoring),
            habits: if lifelike { habits } else { Habits::AlwaysOn },
            free_gb: if is_full { 2 } else { hardware.capacity_gb / 3 },
            escrows_bootstrap_token: !lifelike || random.permille(960),
            polls_every: plan.polls_every,
            is_sturdy: !lifelike,
            hardware,
        })
    }
}

/// Most devices are on the newest version, some behind, a few far behind.
fn random_version<'a>(model: &'a Model<'_>, random: &mut Random) -> Option<&'a Installed> {
    let all = &model.installable;
    let behind = match random.below(100) {
        0..50 => 0,
        50..70 => 1,
        70..82 => 2,
        82..92 => 3 + random.below(4),
        _ => random.below(all.len() as u64),
    };
    all.get(usize::try_from(behind).ok()?).or(all.last())
}

/// The versions that a model could have on a day, from the newest down, each with the build that
/// it would have been updated to.
fn installable(offers: &Offers, update_id: &str, start: Timestamp) -> Vec<Installed> {
    let known: Vec<&Offer> = offers
        .ever(update_id)
        .filter(|offer| offer.since() <= start && offer.release.letter.is_none())
        .collect();
    let versions: BTreeSet<&OsVersion> = known.iter().map(|offer| &offer.release.version).collect();
    let newest_first = versions.into_iter().rev().filter_map(|version| {
        let builds: Vec<&Offer> =
            known.iter().copied().filter(|offer| offer.release.version == *version).collect();
        let release = build_to_install(&builds)?;
        Some(Installed {
            version: release.version.clone(),
            build: release.build.clone(),
            supplement: None,
        })
    });
    newest_first.collect()
}

fn hardware(
    model: &Model<'_>,
    index: usize,
    character: Character,
    random: &mut Random,
) -> Hardware {
    let device = model.device;
    let product = device.product.clone().unwrap_or_else(|| device.id.to_string());
    let model_name = device.name.clone().unwrap_or_else(|| product.clone());
    let zone = random.pick(&TIME_ZONES).copied().unwrap_or("UTC");
    let is_supervised = random.permille(970) || character == Character::Obedient;
    Hardware {
        family: model.family,
        name: format!("{} {index:05}", model.family.model_family()),
        has_battery: !model.family.is_mac() || model_name.contains("MacBook"),
        product,
        model_name,
        update_id: device.id.to_string(),
        serial: serial(index, random),
        udid: udid(model.family, random),
        supervised: is_supervised,
        time_zone: zone.to_owned(),
        capacity_gb: random.pick(&[64, 128, 256, 512]).copied().unwrap_or(128),
        failure: None,
    }
}

/// Twelve characters of the alphabet that Apple uses, which lacks what could be mistaken; the
/// last four count, so that no two devices of a fleet can have the same.
fn serial(index: usize, random: &mut Random) -> String {
    const ALPHABET: &[u8] = b"0123456789CDFGHJKLMNPQRTVWXY";
    let letter = |number: u64| {
        let index = usize::try_from(number % ALPHABET.len() as u64).unwrap_or(0);
        ALPHABET.get(index).map_or('0', |octet| char::from(*octet))
    };
    let chance: String = (0..8).map(|_| letter(random.number())).collect();
    let count =
        (0..4_u32).rev().map(|place| letter(index as u64 / (ALPHABET.len() as u64).pow(place)));
    chance.chars().chain(count).collect()
}

/// Intel Macs have a UUID, the others the chip and a number.
fn udid(family: Family, random: &mut Random) -> String {
    match family {
        Family::IntelMac => random.uuid(),
        Family::AppleSiliconMac => format!("00008112-{:016X}", random.number()),
        Family::Iphone => format!("00008120-{:016X}", random.number()),
        Family::Ipad => format!("00008103-{:016X}", random.number()),
    }
}

#[cfg(test)]
mod tests;
