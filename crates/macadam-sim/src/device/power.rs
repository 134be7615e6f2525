//! Switching on and off, and what that means for everything else.

use jiff::{SignedDuration, Timestamp};

use super::{Device, Power, World};
use crate::event::What;
use crate::offers::Offers;

impl Device {
    /// Switches the device on, puts it to sleep or switches it off, as a person would.
    ///
    /// Its habits go on from there.
    pub fn switch(&mut self, power: Power, now: Timestamp, offers: &Offers) {
        self.advance(now, offers);
        self.set_power(power, World { now: self.now, offers });
        self.plan_power(self.now);
    }

    /// Whether it can send anything at the moment.
    pub(super) fn is_reachable(&self) -> bool {
        self.power != Power::Off && !self.is_restarting()
    }

    pub(super) fn plan_power(&mut self, now: Timestamp) {
        self.next_power = self.habits.next(self.power, now, &self.hardware, &mut self.random);
    }

    pub(super) fn step_power(&mut self, world: World<'_>) {
        let Some((_, power)) = self.next_power.filter(|(at, _)| *at <= world.now) else { return };
        if self.is_installing() {
            // Nobody switches off a device that shows a progress bar.
            self.next_power = Some((world.now + SignedDuration::from_hours(1), power));
            return;
        }
        self.set_power(power, world);
        self.plan_power(world.now);
    }

    /// Restarts, as a command asks for.
    pub(super) fn restart(&mut self, world: World<'_>) {
        self.set_power(Power::Off, world);
        self.next_power = Some((world.now + SignedDuration::from_mins(3), Power::On));
    }

    fn set_power(&mut self, power: Power, world: World<'_>) {
        let before = std::mem::replace(&mut self.power, power);
        if before == power {
            return;
        }
        self.log(What::Power { power });
        if before == Power::Off {
            self.resume_update(world);
        }
        if power != Power::Off {
            self.resume_session(power);
        }
    }
}
