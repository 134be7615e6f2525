//! Readiness: what will keep a device from its target, known before the deadline.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::{Decision, Device, Facts, NotManageable, Outcome, Platform, Target, Unresolved};

/// A device that was not heard of for so long will hardly be on time.
const NOT_SEEN: SignedDuration = SignedDuration::from_hours(24 * 7);
const GIGABYTE: u64 = 1_000_000_000;

/// What a device told that has to do with installing, beside what it is decided from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadinessFacts {
    pub has_bootstrap_token: bool,
    pub free_space_bytes: Option<u64>,
    /// Whether the device asks for its battery to be serviced.
    pub needs_battery_service: bool,
}

/// One thing that will keep a device from its target. `Display` is the sentence an administrator
/// reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocker {
    NotManageable(NotManageable),
    NotOffered(Unresolved),
    /// An Apple silicon Mac installs by itself only with its bootstrap token.
    NoBootstrapToken,
    DiskSpace {
        free_gigabytes: u64,
        needed_gigabytes: u64,
    },
    BatteryService,
    NotSeen {
        days: i64,
    },
    InstallFailed {
        count: u32,
    },
    DeclarationRefused,
}

impl Blocker {
    /// The codes of every kind of blocker.
    pub const CODES: [&str; 8] = [
        "not_manageable",
        "not_offered",
        "no_bootstrap_token",
        "disk_space",
        "battery_service",
        "not_seen",
        "install_failed",
        "declaration_refused",
    ];

    /// Stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotManageable(_) => "not_manageable",
            Self::NotOffered(_) => "not_offered",
            Self::NoBootstrapToken => "no_bootstrap_token",
            Self::DiskSpace { .. } => "disk_space",
            Self::BatteryService => "battery_service",
            Self::NotSeen { .. } => "not_seen",
            Self::InstallFailed { .. } => "install_failed",
            Self::DeclarationRefused => "declaration_refused",
        }
    }

    /// What a code says of all devices that have it.
    pub fn summary(code: &str) -> &'static str {
        match code {
            "not_manageable" => "their OS cannot be managed",
            "not_offered" => "nothing that they can install satisfies what they must run",
            "no_bootstrap_token" => "there is no bootstrap token for them",
            "disk_space" => "their free space may not suffice",
            "battery_service" => "their battery needs service",
            "not_seen" => "they were not heard of for a week or longer",
            "install_failed" => "they failed to install before",
            "declaration_refused" => "they refuse the declaration",
            _ => "",
        }
    }

    /// What would help.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NotManageable(why) => why.remedy(),
            Self::NotOffered(why) => why.remedy(),
            Self::NoBootstrapToken => {
                "let an administrator of the Mac sign in, so that it hands in its bootstrap token"
            }
            Self::DiskSpace { .. } => "free up space on the device",
            Self::BatteryService => {
                "keep it on power at the deadline, or have the battery replaced"
            }
            Self::NotSeen { .. } => "find out where the device is, and connect it",
            Self::InstallFailed { .. } => "read what the device said, and try again",
            Self::DeclarationRefused => "read what the device said about its declarations",
        }
    }
}

impl Blocker {
    /// What its sentence is made of.
    pub fn facts(self) -> Facts {
        match self {
            Self::NotManageable(why) => vec![("why", why.code().to_owned())],
            Self::NotOffered(why) => vec![("why", why.code().to_owned())],
            Self::DiskSpace { free_gigabytes, needed_gigabytes } => vec![
                ("free_gigabytes", free_gigabytes.to_string()),
                ("needed_gigabytes", needed_gigabytes.to_string()),
            ],
            Self::NotSeen { days } => vec![("days", days.to_string())],
            Self::InstallFailed { count } => vec![("count", count.to_string())],
            Self::NoBootstrapToken | Self::BatteryService | Self::DeclarationRefused => {
                Facts::new()
            }
        }
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotManageable(why) => f.write_str(why.reason()),
            Self::NotOffered(why) => f.write_str(why.reason()),
            Self::NoBootstrapToken => f.write_str(
                "the Mac has handed in no bootstrap token, without which it asks its user",
            ),
            Self::DiskSpace { free_gigabytes, needed_gigabytes } => write!(
                f,
                "{free_gigabytes} GB are free, and about {needed_gigabytes} GB are needed"
            ),
            Self::BatteryService => f.write_str("its battery needs service"),
            Self::NotSeen { days } => write!(f, "it was not heard of for {days} days"),
            Self::InstallFailed { count: 1 } => f.write_str("installing failed once"),
            Self::InstallFailed { count } => write!(f, "installing failed {count} times"),
            Self::DeclarationRefused => f.write_str("it refuses the declaration"),
        }
    }
}

/// What will keep a device from what it must run; nothing for a device that has nothing to install.
pub fn readiness(
    now: Timestamp,
    device: &Device,
    decision: &Decision,
    facts: ReadinessFacts,
) -> Vec<Blocker> {
    let target = match &decision.outcome {
        Outcome::Install { target, .. } => target,
        Outcome::Unresolved(why) => return vec![Blocker::NotOffered(*why)],
        Outcome::NotManageable(why) => return vec![Blocker::NotManageable(*why)],
        Outcome::UpToDate
        | Outcome::Available { .. }
        | Outcome::Waiting
        | Outcome::Incompatible
        | Outcome::Excluded
        | Outcome::Suspended(_)
        | Outcome::NotAssigned => return Vec::new(),
    };
    let is_silicon = device.platform == Platform::MacOs && device.apple_silicon == Some(true);
    let blockers = [
        (is_silicon && !facts.has_bootstrap_token).then_some(Blocker::NoBootstrapToken),
        disk_space(device, target, facts),
        facts.needs_battery_service.then_some(Blocker::BatteryService),
        not_seen(now, device),
        (device.failure_count > 0)
            .then_some(Blocker::InstallFailed { count: device.failure_count }),
        device.declaration_problem.as_ref().map(|_| Blocker::DeclarationRefused),
    ];
    blockers.into_iter().flatten().collect()
}

fn disk_space(device: &Device, target: &Target, facts: ReadinessFacts) -> Option<Blocker> {
    let is_upgrade = target.version.major() > device.os_version.major();
    let needed_gigabytes = needed_gigabytes(device.platform, is_upgrade);
    let free = facts.free_space_bytes?;
    let free_gigabytes = free / GIGABYTE;
    (free < needed_gigabytes * GIGABYTE)
        .then_some(Blocker::DiskSpace { free_gigabytes, needed_gigabytes })
}

/// About what downloading, unpacking and installing take; Apple publishes no number.
const fn needed_gigabytes(platform: Platform, is_upgrade: bool) -> u64 {
    match (platform, is_upgrade) {
        (Platform::MacOs, true) => 30,
        (Platform::MacOs, false) => 15,
        (Platform::Ios | Platform::IpadOs | Platform::VisionOs, true) => 12,
        (Platform::Ios | Platform::IpadOs | Platform::VisionOs, false) => 6,
        (Platform::TvOs, _) => 4,
    }
}

fn not_seen(now: Timestamp, device: &Device) -> Option<Blocker> {
    let silence = now.duration_since(device.last_seen?);
    (silence > NOT_SEEN).then(|| Blocker::NotSeen { days: silence.as_hours() / 24 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{decided, sequoia, text};

    const READY: ReadinessFacts = ReadinessFacts {
        has_bootstrap_token: true,
        free_space_bytes: Some(40 * GIGABYTE),
        needs_battery_service: false,
    };

    fn told(device: &str, change: impl Fn(&mut Device), facts: ReadinessFacts) -> String {
        let now = "2025-05-13";
        let item = "15 rolling 1w at 09:00";
        let mut facts_of_device = text::device(device);
        change(&mut facts_of_device);
        let decision = decided(&sequoia(), now, device, &[item]);
        let blockers = readiness(text::moment(now), &facts_of_device, &decision, facts);
        let lines = blockers.iter().map(|it| format!("{}: {it}", it.code()));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn device_that_lacks_nothing_is_ready() {
        assert_eq!(told("J413AP on 15.4", |_| {}, READY), "");
        assert_eq!(told("J413AP on 15.5", |_| {}, ReadinessFacts::default()), "", "nothing to do");
    }

    #[test]
    fn everything_that_will_keep_a_device_is_named() {
        let facts = ReadinessFacts {
            has_bootstrap_token: false,
            free_space_bytes: Some(14_900_000_000),
            needs_battery_service: true,
        };
        let change = |device: &mut Device| {
            device.apple_silicon = Some(true);
            device.failure_count = 2;
            device.declaration_problem = Some("no".into());
            device.last_seen = Some(text::moment("2025-05-01"));
        };
        insta::assert_snapshot!(told("J413AP on 15.4", change, facts), @r"
        no_bootstrap_token: the Mac has handed in no bootstrap token, without which it asks its user
        disk_space: 14 GB are free, and about 15 GB are needed
        battery_service: its battery needs service
        not_seen: it was not heard of for 12 days
        install_failed: installing failed 2 times
        declaration_refused: it refuses the declaration
        ");
    }

    #[test]
    fn every_code_has_a_summary() {
        assert!(Blocker::CODES.iter().all(|code| !Blocker::summary(code).is_empty()));
    }
}
