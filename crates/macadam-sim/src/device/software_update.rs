//! Updating the OS: what is enforced, what the device works on, and when it installs it.
//!
//! The phases are Apple's: waiting, downloading, prepared (with notices), installing, restart.
//! The deadline is a local time at the device. A device that was off when it passed installs
//! 60 minutes after it is switched on; one that learns of a deadline already past gives about an
//! hour on a Mac.

mod commanded;
mod enforcement;
mod install;
mod progress;

pub(super) use commanded::CommandedUpdate;
pub(super) use enforcement::{ENFORCEMENT, Enforcement, SETTINGS};

use jiff::{SignedDuration, Timestamp, civil};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::notices::{Notifications, next_notice};
use super::person::Choice;
use super::{Device, earliest};
use crate::offers::Release;
use crate::random::Random;

/// What a device that was off at the deadline waits after it is switched on.
const AFTER_POWER_ON: SignedDuration = SignedDuration::from_mins(60);

/// What a Mac gives when a deadline is already past as it arrives.
const PAST_DUE_PADDING: SignedDuration = SignedDuration::from_mins(60);

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How far updating got.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SoftwareUpdate {
    settings: Settings,
    enforcements: Vec<Enforcement>,
    pursuit: Option<Pursuit>,
    failure: Failure,
    /// When it next asks Apple what there is, and its person looks into the settings.
    next_look: Timestamp,
    /// When its person will have made room on the disk.
    room_at: Option<Timestamp>,
}

/// What `softwareupdate.settings` says, as far as it is simulated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Settings {
    are_notifications_off: bool,
    /// On iPhone and iPad.
    combined_deferral_days: i64,
    major_deferral_days: i64,
    minor_deferral_days: i64,
}

/// A release on its way to being installed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pursuit {
    release: Release,
    cause: Cause,
    stage: Stage,
    /// The enforced moment, as it was declared.
    deadline: Option<Deadline>,
    /// Keeps an installation whose deadline is past from coming over somebody at once.
    not_before: Option<Timestamp>,
    /// What the person chose.
    choice: Option<Choice>,
    tonight: Option<Timestamp>,
    next_notice: Option<Timestamp>,
}

/// A deadline at the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Deadline {
    local: civil::DateTime,
    at: Timestamp,
}

/// Why the device works on a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Cause {
    Declaration {
        identifier: String,
        server_token: String,
        names_build: bool,
    },
    /// Somebody pressed a button in the settings.
    Settings,
    /// A ScheduleOSUpdate command.
    Command {
        installs: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    Downloading {
        until: Timestamp,
    },
    Prepared,
    /// Waits for the bootstrap token.
    Authorizing,
    Installing {
        until: Timestamp,
    },
    Failed {
        retry_at: Timestamp,
    },
}

/// What `softwareupdate.failure-reason` says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Failure {
    count: u32,
    last: Option<(String, Timestamp)>,
}

impl SoftwareUpdate {
    pub(super) fn new(born: Timestamp, random: &mut Random) -> Self {
        Self {
            settings: Settings::default(),
            enforcements: Vec::new(),
            pursuit: None,
            failure: Failure::default(),
            next_look: born + random.between(SignedDuration::ZERO, DAY),
            room_at: None,
        }
    }
}

impl Pursuit {
    /// When the OS installs it, if nobody does before.
    fn due(&self) -> Option<Timestamp> {
        let deadline = self.deadline?.at;
        Some(self.not_before.map_or(deadline, |not_before| not_before.max(deadline)))
    }

    /// The next moment at which something is to be done about it.
    fn next_step(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Downloading { until } | Stage::Installing { until } => Some(until),
            Stage::Failed { retry_at } => Some(retry_at),
            Stage::Prepared => earliest([self.due(), self.tonight, self.next_notice]),
            Stage::Authorizing => None,
        }
    }

    fn plan_notice(&mut self, now: Timestamp, notifications: Notifications) {
        self.next_notice = self.due().and_then(|due| next_notice(now, due, notifications));
    }

    /// The reasons of the installation in Apple's words, the one that began it first.
    fn reasons(&self) -> Vec<&'static str> {
        let cause = match &self.cause {
            Cause::Declaration { .. } => "declaration",
            Cause::Settings => "system-settings",
            Cause::Command { .. } => "mdm",
        };
        match self.choice {
            Some(Choice::Now) if cause != "system-settings" => vec![cause, "notification"],
            Some(Choice::Tonight) => vec![cause, "install-tonight"],
            Some(Choice::Now | Choice::Ignore) | None => vec![cause],
        }
    }
}

impl Device {
    /// The state of the update, in Apple's words.
    #[must_use]
    pub fn install_state(&self) -> &'static str {
        match self.update.pursuit.as_ref().map(|pursuit| pursuit.stage) {
            Some(Stage::Downloading { .. }) => "downloading",
            Some(Stage::Prepared | Stage::Authorizing) => "prepared",
            Some(Stage::Installing { .. }) => "installing",
            Some(Stage::Failed { .. }) => "failed",
            None if self.update.enforcements.iter().any(|e| e.is_above(&self.installed)) => {
                "waiting"
            }
            None => "none",
        }
    }

    pub(super) fn is_installing(&self) -> bool {
        matches!(self.stage(), Some(Stage::Installing { .. }))
    }

    /// Whether it is gone from the network because it installs.
    pub(super) fn is_restarting(&self) -> bool {
        // It says that it installs before it goes down.
        self.is_installing() && !self.has_errands()
    }

    fn stage(&self) -> Option<Stage> {
        self.update.pursuit.as_ref().map(|pursuit| pursuit.stage)
    }

    fn notifications(&self) -> Notifications {
        if self.update.settings.are_notifications_off {
            Notifications::LastHourOnly
        } else {
            Notifications::All
        }
    }

    pub(super) fn update_status_item(&self, name: &str) -> Option<Value> {
        match name {
            "softwareupdate.install-state" => Some(self.install_state().into()),
            "softwareupdate.install-reason" => Some(self.install_reason()),
            "softwareupdate.pending-version" => Some(self.pending_version()),
            "softwareupdate.failure-reason" => Some(match &self.hardware.failure {
                Some(reason) => json!({ "count": 1, "reason": reason }),
                None => self.update.failure.status_item(),
            }),
            _ => None,
        }
    }

    fn install_reason(&self) -> Value {
        let pursuit = self.update.pursuit.as_ref();
        let reasons = pursuit.map(Pursuit::reasons).unwrap_or_default();
        match pursuit.map(|pursuit| &pursuit.cause) {
            Some(Cause::Declaration { identifier, .. }) => {
                json!({ "reason": reasons, "declaration-id": identifier })
            }
            Some(Cause::Settings | Cause::Command { .. }) | None => json!({ "reason": reasons }),
        }
    }

    fn pending_version(&self) -> Value {
        let Some(pursuit) = &self.update.pursuit else {
            return json!({ "os-version": "", "build-version": "" });
        };
        let (version, build) = (pursuit.release.full_version(), &pursuit.release.build);
        match pursuit.deadline.filter(|_| self.reports_target_time()) {
            Some(deadline) => json!({
                "os-version": version,
                "build-version": build,
                "target-local-date-time": deadline.local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            }),
            None => json!({ "os-version": version, "build-version": build }),
        }
    }
}

impl Failure {
    fn status_item(&self) -> Value {
        match &self.last {
            Some((reason, at)) => json!({
                "count": self.count,
                "reason": reason,
                "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            }),
            None => json!({ "count": self.count }),
        }
    }
}
