//! One simulated device: a pure, seeded state machine on the fleet's clock.
//!
//! Whoever drives it moves its clock ([`Device::advance`]), carries its requests to a server
//! ([`Device::next_request`], [`Device::receive`]) and tells it about pushes ([`Device::push`]).
//! What it is told and offered is all that it knows; nothing here reads a clock or opens a socket.

mod capabilities;
mod commands;
mod declarations;
mod hardware;
mod legacy_updates;
mod notices;
mod person;
mod power;
mod predicate;
mod session;
mod software_update;
mod status;

pub use hardware::{Family, Hardware};
pub use notices::{Notifications, next_notice};
pub use person::{Choice, Habits, Power, Temperament};
pub use session::{Answer, Endpoint, Request};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::event::{Event, What};
use crate::offers::{Offers, Release};
use crate::random::Random;
use crate::version::OsVersion;
use declarations::Declarations;
use session::Session;
use software_update::SoftwareUpdate;
use status::StatusChannel;

/// More steps than any device takes between two looks at it, even when months are skipped.
const STEP_LIMIT: usize = 100_000;

/// What a device is made of.
#[derive(Clone, Debug)]
pub struct Birth {
    /// Decides everything about the device that is left to chance.
    pub seed: u64,
    /// When its life begins.
    pub at: Timestamp,
    /// What it is.
    pub hardware: Hardware,
    /// What it runs.
    pub installed: Installed,
    /// Who uses it.
    pub temperament: Temperament,
    /// When it is on.
    pub habits: Habits,
    /// How much of the disk is free, in GB.
    pub free_gb: u32,
    /// Whether it gives its bootstrap token to the server.
    pub escrows_bootstrap_token: bool,
    /// Whether its installations never fail by chance.
    pub is_sturdy: bool,
    /// How often it asks for commands without having been pushed to; a device that pushes reach
    /// does not.
    pub polls_every: Option<SignedDuration>,
}

/// The OS that is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The version, without a letter.
    pub version: OsVersion,
    /// The build of the version.
    pub build: String,
    /// The Background Security Improvement on top.
    pub supplement: Option<Supplement>,
}

/// A Background Security Improvement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplement {
    /// Its letter, such as `a`.
    pub letter: String,
    /// Its build.
    pub build: String,
}

/// A simulated device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Device {
    hardware: Hardware,
    installed: Installed,
    temperament: Temperament,
    habits: Habits,
    free_gb: u32,
    is_sturdy: bool,
    random: Random,
    now: Timestamp,
    power: Power,
    next_power: Option<(Timestamp, Power)>,
    session: Session,
    declarations: Declarations,
    update: SoftwareUpdate,
    status: StatusChannel,
    events: Vec<Event>,
}

/// What a device can look at besides itself.
#[derive(Clone, Copy)]
struct World<'a> {
    now: Timestamp,
    offers: &'a Offers,
}

impl Device {
    /// Makes a device that is on and not enrolled.
    #[must_use]
    pub fn new(birth: Birth) -> Self {
        let mut random = Random::new(birth.seed, "device");
        let session = Session::new(&mut random, birth.escrows_bootstrap_token, birth.polls_every);
        let update = SoftwareUpdate::new(birth.at, &mut random);
        let mut device = Self {
            hardware: birth.hardware,
            installed: birth.installed,
            temperament: birth.temperament,
            habits: birth.habits,
            free_gb: birth.free_gb,
            is_sturdy: birth.is_sturdy,
            random,
            now: birth.at,
            power: Power::On,
            next_power: None,
            session,
            declarations: Declarations::default(),
            update,
            status: StatusChannel::default(),
            events: Vec::new(),
        };
        device.plan_power(birth.at);
        device
    }

    /// The facts about it that never change.
    #[must_use]
    pub fn hardware(&self) -> &Hardware {
        &self.hardware
    }

    /// Makes it tell other facts about itself.
    pub(crate) fn hardware_mut(&mut self) -> &mut Hardware {
        &mut self.hardware
    }

    /// What it runs.
    #[must_use]
    pub fn installed(&self) -> &Installed {
        &self.installed
    }

    /// Whether it is on, asleep or off.
    #[must_use]
    pub fn power(&self) -> Power {
        self.power
    }

    /// What happened since this was last asked.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The next moment at which it does something by itself or has something to send.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        earliest([self.next_step(), self.next_send()])
    }

    /// Moves its clock to `now`, doing on the way what falls due. The clock never goes back.
    pub fn advance(&mut self, now: Timestamp, offers: &Offers) {
        for _ in 0..STEP_LIMIT {
            let Some(next) = self.next_step().filter(|next| *next <= now) else { break };
            self.now = self.now.max(next);
            self.step(World { now: self.now, offers });
        }
        self.now = self.now.max(now);
    }

    fn next_step(&self) -> Option<Timestamp> {
        earliest([
            self.next_power.map(|(at, _)| at),
            self.next_update_step(),
            self.next_full_report(),
            self.next_poll(),
        ])
    }

    fn step(&mut self, world: World<'_>) {
        self.step_power(world);
        self.step_update(world);
        if self.next_full_report().is_some_and(|at| at <= world.now) {
            self.queue_status_report();
        }
        if self.next_poll().is_some_and(|at| at <= world.now) {
            self.poll();
        }
    }

    fn log(&mut self, what: What) {
        self.events.push(Event { at: self.now, what });
    }
}

impl Installed {
    /// The version as people write it, with the letter of a supplement.
    #[must_use]
    pub fn full_version(&self) -> String {
        match &self.supplement {
            Some(supplement) => format!("{} ({})", self.version, supplement.letter),
            None => self.version.to_string(),
        }
    }

    /// The build that runs: that of the supplement, if there is one.
    #[must_use]
    pub fn full_build(&self) -> &str {
        self.supplement.as_ref().map_or(&self.build, |supplement| &supplement.build)
    }

    /// Whether a release is newer than what is installed.
    #[must_use]
    pub fn is_below(&self, release: &Release) -> bool {
        match &release.letter {
            None => self.version < release.version,
            Some(letter) if self.version == release.version => {
                self.supplement.as_ref().is_none_or(|installed| installed.letter < *letter)
            }
            Some(_) => self.version < release.version,
        }
    }

    /// Whether a release can be installed on this in one step.
    fn is_ready_for(&self, release: &Release) -> bool {
        release.letter.is_none() || release.prerequisite_build.as_ref() == Some(&self.build)
    }

    fn install(&mut self, release: &Release) {
        match &release.letter {
            None => {
                self.version = release.version.clone();
                self.build.clone_from(&release.build);
                self.supplement = None;
            }
            Some(letter) => {
                let (letter, build) = (letter.clone(), release.build.clone());
                self.supplement = Some(Supplement { letter, build });
            }
        }
    }
}

/// The first of some moments.
fn earliest(moments: impl IntoIterator<Item = Option<Timestamp>>) -> Option<Timestamp> {
    moments.into_iter().flatten().min()
}

#[cfg(test)]
mod tests;
