//! What the decision knows about one device: facts that it reported, never derived ones.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::{Build, OsVersion, Platform};

/// A software-update device id (`J413AP`, `iPad14,1`), compared without regard to case.
///
/// It is kept in place: every decision looks one up, and fleets hold one for each device.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UpdateId([u8; UpdateId::MAX_LENGTH]);

impl UpdateId {
    /// The longest ids are those of old Intel Macs, `Mac-` and 16 digits.
    const MAX_LENGTH: usize = 24;

    /// The id in its canonical, upper-case form; `None` for text no device id looks like.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let shape = text.len() >= 2
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b",-_".contains(&byte));
        let mut bytes = [0; Self::MAX_LENGTH];
        bytes.get_mut(..text.len()).filter(|_| shape)?.copy_from_slice(text.as_bytes());
        bytes.make_ascii_uppercase();
        Some(Self(bytes))
    }

    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(Self::MAX_LENGTH);
        let text = self.0.get(..length).unwrap_or_default();
        std::str::from_utf8(text).expect("an id is made of ASCII characters")
    }

    /// The text as numbers that order the same way; looking an id up compares them at once.
    fn words(&self) -> [u64; UpdateId::MAX_LENGTH / 8] {
        let (words, _) = self.0.as_chunks::<8>();
        std::array::from_fn(|index| words.get(index).map_or(0, |word| u64::from_be_bytes(*word)))
    }
}

impl PartialOrd for UpdateId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UpdateId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.words().cmp(&other.words())
    }
}

impl fmt::Display for UpdateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for UpdateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a device is enrolled; user enrollments cannot have their OS managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EnrollmentKind {
    Device,
    User,
}

/// What `softwareupdate.install-state` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstallState {
    None,
    Waiting,
    Downloading,
    Prepared,
    Installing,
    Failed,
}

/// The version a device reports to be at work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtWork {
    pub state: InstallState,
    pub pending_version: OsVersion,
    pub pending_build: Option<Build>,
    /// `target-local-date-time` of the pending version, where the OS reports it.
    pub local_deadline: Option<DateTime>,
}

/// One device as the decision sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub platform: Platform,
    pub update_id: Option<UpdateId>,
    /// The running version, with the letter of an installed Background Security Improvement.
    pub os_version: OsVersion,
    /// The build of the base system, `BuildVersion`.
    pub build: Option<Build>,
    pub enrollment: EnrollmentKind,
    pub supervised: bool,
    /// Whether it advertised the software-update enforcement declaration.
    pub has_ddm_enforcement: bool,
    pub apple_silicon: Option<bool>,
    /// Last known offset from UTC; `None` counts as UTC−12 when judging "overdue", and as UTC+14
    /// for when the last day before a deadline begins.
    pub utc_offset: Option<Offset>,
    pub at_work: Option<AtWork>,
    /// `softwareupdate.failure-reason`: how often installing failed, and the device's own words.
    pub failure_count: u32,
    pub failure_reason: Option<Arc<str>>,
    /// Why the device refused its software-update declaration, in its own words.
    pub declaration_problem: Option<Arc<str>>,
    pub last_seen: Option<Timestamp>,
}

/// What assignment rules and rings may look at, beside the facts in [`Device`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    pub name: String,
    pub serial: String,
    pub model: String,
    pub product: String,
    pub tags: Vec<String>,
    /// Stable number of the device in 0..=99, so that rules can pick a percentage of a fleet.
    pub percentile: u8,
}
