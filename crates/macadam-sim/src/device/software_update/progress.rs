//! From the download to the moment of installation: looking, fetching, telling the person.

use jiff::{SignedDuration, Timestamp};

use super::{AFTER_POWER_ON, Cause, DAY, Pursuit, Stage};
use crate::device::person::{self, Choice};
use crate::device::{Device, Power, World, earliest};
use crate::event::What;
use crate::offers::{Offer, Release, build_to_install};

/// How often a device that waits for a release asks Apple for it.
const LOOK_WHILE_WAITING: SignedDuration = SignedDuration::from_hours(6);

/// What is left of a download after the device was off in the middle of it.
const REST_OF_DOWNLOAD: SignedDuration = SignedDuration::from_mins(10);

/// How long a failed attempt rests.
const RETRY_AFTER: SignedDuration = SignedDuration::from_hours(1);
const RETRY_WITHOUT_SPACE: SignedDuration = SignedDuration::from_hours(6);

impl Device {
    /// The next moment at which updating does something; never while the device is off.
    pub(in crate::device) fn next_update_step(&self) -> Option<Timestamp> {
        if self.power == Power::Off {
            return None;
        }
        let pursuit = self.update.pursuit.as_ref().and_then(Pursuit::next_step);
        earliest([pursuit, Some(self.update.next_look)])
    }

    pub(in crate::device) fn step_update(&mut self, world: World<'_>) {
        if self.power == Power::Off {
            return;
        }
        if self.update.next_look <= world.now {
            self.look(world);
        }
        let now = world.now;
        match self.stage() {
            Some(Stage::Downloading { until }) if until <= now => self.finish_download(world),
            Some(Stage::Prepared) => self.step_prepared(world),
            Some(Stage::Installing { until }) if until <= now => self.finish_installation(world),
            Some(Stage::Failed { retry_at }) if retry_at <= now => self.retry(world),
            Some(
                Stage::Downloading { .. }
                | Stage::Authorizing
                | Stage::Installing { .. }
                | Stage::Failed { .. },
            )
            | None => {}
        }
    }

    /// Goes on after the device was off.
    pub(in crate::device) fn resume_update(&mut self, world: World<'_>) {
        if let Some(pursuit) = &mut self.update.pursuit {
            if let Stage::Downloading { until } = &mut pursuit.stage {
                *until = (*until).max(world.now + REST_OF_DOWNLOAD);
            }
            // However often it is switched off again, each time it is given this long.
            if pursuit.deadline.is_some_and(|deadline| deadline.at <= world.now) {
                pursuit.not_before = Some(world.now + AFTER_POWER_ON);
            }
            // Nobody was told while it was off, and a night that has passed is no longer tonight.
            pursuit.tonight.take_if(|tonight| *tonight <= world.now);
        }
        self.plan_notice(world.now);
        self.reconsider_update(world);
    }

    /// Waits for what Apple does not offer yet, and looks for it again before long.
    pub(super) fn wait_for_release(&mut self, now: Timestamp) {
        self.drop_pursuit_of_declaration();
        if self.install_state() == "waiting" {
            self.update.next_look = self.update.next_look.min(now + LOOK_WHILE_WAITING);
        }
    }

    pub(super) fn plan_notice(&mut self, now: Timestamp) {
        let notifications = self.notifications();
        if let Some(pursuit) = &mut self.update.pursuit {
            pursuit.plan_notice(now, notifications);
        }
    }

    /// Begins to fetch a release, giving up whatever else was under way.
    pub(super) fn begin_download(&mut self, release: Release, cause: Cause, world: World<'_>) {
        let (version, build) = (release.full_version(), release.build.clone());
        self.log(What::Downloading { version, build });
        let takes = if release.version.major() > self.installed.version.major() {
            self.random.between(SignedDuration::from_mins(15), SignedDuration::from_mins(90))
        } else {
            self.random.between(SignedDuration::from_mins(3), SignedDuration::from_mins(40))
        };
        self.update.pursuit = Some(Pursuit {
            release,
            cause,
            stage: Stage::Downloading { until: world.now + takes },
            deadline: None,
            not_before: None,
            choice: None,
            tonight: None,
            next_notice: None,
        });
        self.queue_status_report();
    }

    fn finish_download(&mut self, world: World<'_>) {
        let Some(pursuit) = &self.update.pursuit else { return };
        let version = pursuit.release.full_version();
        let installs_now = match pursuit.cause {
            Cause::Settings => true,
            Cause::Command { installs } => installs,
            Cause::Declaration { .. } => false,
        };
        if self.free_gb < self.space_for(&pursuit.release) && !self.has_made_room(world.now) {
            return self.fail("insufficient space to download the update", RETRY_WITHOUT_SPACE);
        }
        self.set_stage(Stage::Prepared);
        self.log(What::Prepared { version });
        self.plan_notice(world.now);
        self.queue_status_report();
        if installs_now {
            self.begin_installation(world);
        }
    }

    fn step_prepared(&mut self, world: World<'_>) {
        let Some(pursuit) = &mut self.update.pursuit else { return };
        let has_come = |moment: Option<Timestamp>| moment.is_some_and(|at| at <= world.now);
        if has_come(pursuit.due()) {
            // Enforced: what the person chose before is no longer the reason.
            pursuit.choice = None;
            self.begin_installation(world);
        } else if has_come(pursuit.tonight) {
            self.begin_installation(world);
        } else if has_come(pursuit.next_notice) {
            self.tell_person(world);
        }
    }

    /// Shows a notice and does what the person says to it.
    fn tell_person(&mut self, world: World<'_>) {
        let Some(due) = self.update.pursuit.as_ref().and_then(Pursuit::due) else { return };
        self.log(What::Notice { minutes_left: (due - world.now).as_mins() });
        self.plan_notice(world.now);
        let is_day = (8..22).contains(&self.hardware.local(world.now).hour());
        if self.power != Power::On || !is_day {
            return;
        }
        let choice = self.temperament.choose(&mut self.random);
        let tonight = person::tonight(world.now, &self.hardware, &mut self.random);
        let Some(pursuit) = &mut self.update.pursuit else { return };
        match choice {
            Choice::Ignore => return,
            // The deadline comes first, so there is nothing to choose.
            Choice::Tonight if tonight >= due => return,
            Choice::Tonight => pursuit.tonight = Some(tonight),
            Choice::Now => {}
        }
        pursuit.choice = Some(choice);
        self.log(What::Chose { choice });
        self.queue_status_report();
        if choice == Choice::Now {
            self.begin_installation(world);
        }
    }

    /// Asks Apple what there is; an eager person takes it without being told.
    fn look(&mut self, world: World<'_>) {
        self.update.next_look = world.now + DAY;
        self.reconsider_update(world);
        let is_idle = self.update.pursuit.is_none() && self.power == Power::On;
        if is_idle
            && self.temperament.looks_for_updates(&mut self.random)
            && let Some(release) = self.newest_shown(world)
        {
            self.begin_download(release, Cause::Settings, world);
        }
    }

    /// The newest public release that the managed deferrals let a person see.
    fn newest_shown(&self, world: World<'_>) -> Option<Release> {
        let settings = &self.update.settings;
        let is_shown = |offer: &&Offer| {
            let is_major = offer.release.version.major() > self.installed.version.major();
            let days = match (self.hardware.family.is_mac(), is_major) {
                (false, _) => settings.combined_deferral_days,
                (true, true) => settings.major_deferral_days,
                (true, false) => settings.minor_deferral_days,
            };
            offer.is_public()
                && offer.release.letter.is_none()
                && self.installed.is_below(&offer.release)
                && offer.since() + SignedDuration::from_hours(24 * days) <= world.now
        };
        let offers = world.offers.at(&self.hardware.update_id, world.now);
        let shown: Vec<&Offer> = offers.filter(is_shown).collect();
        let newest = shown.iter().map(|offer| &offer.release.version).max()?;
        let builds: Vec<&Offer> =
            shown.iter().copied().filter(|offer| offer.release.version == *newest).collect();
        build_to_install(&builds).cloned()
    }

    /// What a release needs on the disk, in GB.
    fn space_for(&self, release: &Release) -> u32 {
        let is_major = release.version.major() > self.installed.version.major();
        match (self.hardware.family.is_mac(), is_major, release.letter.is_some()) {
            (_, _, true) => 1,
            (true, true, false) => 25,
            (true, false, false) => 8,
            (false, true, false) => 12,
            (false, false, false) => 4,
        }
    }

    /// Records a failed attempt, to be made again later.
    pub(super) fn fail(&mut self, reason: &str, retry_after: SignedDuration) {
        if let Some(pursuit) = &mut self.update.pursuit {
            pursuit.choice = None;
        }
        let failure = &mut self.update.failure;
        failure.count += 1;
        failure.last = Some((reason.to_owned(), self.now));
        let count = failure.count;
        self.log(What::Failed { reason: reason.to_owned(), count });
        self.set_stage(Stage::Failed { retry_at: self.now + retry_after });
        self.queue_status_report();
    }

    pub(super) fn fail_for_an_hour(&mut self, reason: &str) {
        self.fail(reason, RETRY_AFTER);
    }

    fn retry(&mut self, world: World<'_>) {
        self.set_stage(Stage::Downloading { until: world.now + REST_OF_DOWNLOAD });
        self.queue_status_report();
    }

    /// Whether the person made room by now; how long it takes them is decided when first asked.
    fn has_made_room(&mut self, now: Timestamp) -> bool {
        let (soon, late) = (SignedDuration::from_hours(6), SignedDuration::from_hours(24 * 6));
        let room_at = now + self.random.between(soon, late);
        let has_room = *self.update.room_at.get_or_insert(room_at) <= now;
        if has_room {
            self.free_gb = self.hardware.capacity_gb / 2;
        }
        has_room
    }

    pub(super) fn set_stage(&mut self, stage: Stage) {
        if let Some(pursuit) = &mut self.update.pursuit {
            pursuit.stage = stage;
        }
    }
}
