//! The installation itself: permission, the restart, and the new version afterwards.

use jiff::SignedDuration;

use super::{Cause, Failure, Stage};
use crate::device::person::Choice;
use crate::device::session::Errand;
use crate::device::{Device, Family, World};
use crate::event::What;
use crate::offers::Release;

/// How long an installation without permission rests.
const STALL: SignedDuration = SignedDuration::from_hours(6);

impl Device {
    /// Installs what is prepared, once everything that this needs is there.
    pub(super) fn begin_installation(&mut self, world: World<'_>) {
        let Some(pursuit) = &mut self.update.pursuit else { return };
        pursuit.tonight = None;
        let is_present = pursuit.choice == Some(Choice::Now) || pursuit.cause == Cause::Settings;
        if self.hardware.has_battery && !is_present && self.is_unlucky(15) {
            return self.fail_for_an_hour("the battery is too low to install the update");
        }
        if self.is_unlucky(8) {
            return self.fail_for_an_hour("the update could not be verified");
        }
        // A person who is present is asked for the password; otherwise an Apple silicon Mac needs
        // the token that it gave to the server.
        if self.hardware.family == Family::AppleSiliconMac && !is_present {
            self.set_stage(Stage::Authorizing);
            if self.is_enrolled() {
                self.queue(Errand::GetBootstrapToken);
            } else {
                self.continue_authorized(false, world);
            }
        } else {
            self.start_installation(world);
        }
    }

    fn is_unlucky(&mut self, permille: u16) -> bool {
        self.random.permille(permille) && !self.is_sturdy
    }

    /// Goes on with the server's answer about the bootstrap token.
    pub(in crate::device) fn continue_authorized(&mut self, is_authorized: bool, world: World<'_>) {
        if self.stage() != Some(Stage::Authorizing) {
            return;
        }
        if is_authorized {
            return self.start_installation(world);
        }
        let reason = "the server has no bootstrap token of this Mac".to_owned();
        self.log(What::Stalled { reason });
        self.set_stage(Stage::Prepared);
        if let Some(pursuit) = &mut self.update.pursuit {
            pursuit.not_before = Some(world.now + STALL);
        }
        self.plan_notice(world.now);
    }

    fn start_installation(&mut self, world: World<'_>) {
        let Some(pursuit) = &self.update.pursuit else { return };
        let (version, build) = (pursuit.release.full_version(), pursuit.release.build.clone());
        let reason = pursuit.reasons().join("+");
        let local = self.hardware.local(world.now);
        self.log(What::Installing { version, build, local, reason });
        let takes =
            self.random.between(SignedDuration::from_mins(12), SignedDuration::from_mins(45));
        self.set_stage(Stage::Installing { until: world.now + takes });
        self.queue_status_report();
    }

    /// Starts into the new version.
    pub(super) fn finish_installation(&mut self, world: World<'_>) {
        let Some(pursuit) = self.update.pursuit.take() else { return };
        self.installed.install(&pursuit.release);
        let names_build = match pursuit.cause {
            Cause::Declaration { names_build, .. } => names_build,
            Cause::Settings | Cause::Command { .. } => false,
        };
        if !names_build && let Some(supplement) = self.newest_supplement(world) {
            // A target without a build brings the supplement of its version with it.
            self.installed.install(&supplement);
        }
        self.free_gb = self.free_gb.saturating_sub(u32::from(pursuit.release.letter.is_none()));
        self.update.failure = Failure::default();
        self.update.room_at = None;
        let version = self.installed.full_version();
        let build = self.installed.full_build().to_owned();
        self.log(What::Installed { version, build });
        if self.is_enrolled() && self.random.permille(300) {
            // Devices renew their push token whenever they like; an update is a usual occasion.
            self.queue(Errand::TokenUpdate);
        }
        self.put_declarations_into_effect(world);
        self.reconsider_update(world);
        self.resume_session(self.power);
    }

    /// The newest Background Security Improvement for what is installed.
    fn newest_supplement(&self, world: World<'_>) -> Option<Release> {
        let offers = world.offers.at(&self.hardware.update_id, world.now);
        let fitting = offers.map(|offer| &offer.release).filter(|release| {
            release.letter.is_some()
                && release.version == self.installed.version
                && self.installed.is_ready_for(release)
                && self.installed.is_below(release)
        });
        fitting.max_by(|a, b| a.letter.cmp(&b.letter)).cloned()
    }
}
