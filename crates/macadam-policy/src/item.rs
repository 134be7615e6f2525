//! Library items: what an administrator wishes, checked once, here.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZoneDatabase;
use thiserror::Error;

use crate::{
    AssignmentProblem, Attributes, Condition, Device, HaltRule, OsVersion, Period, Platform,
};

const LABEL_CHARACTERS: usize = 100;
const DETAILS_URL_CHARACTERS: usize = 2_048;
const RINGS: usize = 20;
const FREEZE_WINDOWS: usize = 50;
const FREEZE_DAYS: u16 = 92;
const MAINTENANCE_WINDOWS: usize = 20;
const RING_OFFSET_DAYS: u32 = 120;
const NOTICE_DAYS: u32 = 90;
const DEFERRAL_DAYS: u32 = 90;

/// One thing an administrator configures and assigns through blueprints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryItem {
    ManagedOs(ManagedOs),
    SoftwareUpdateSettings(SoftwareUpdateSettingsItem),
}

impl LibraryItem {
    /// What people call the item.
    pub fn label(&self) -> &str {
        match self {
            Self::ManagedOs(item) => &item.settings().label,
            Self::SoftwareUpdateSettings(item) => &item.settings().label,
        }
    }
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
    /// When trouble in one ring stops the later ones.
    pub ring_halt: HaltRule,
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
    pub condition: Condition,
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
    #[error("ring '{name}': {problem}")]
    RingCondition { name: String, problem: AssignmentProblem },
    #[error("give every ring and freeze window a name of at most {limit} characters")]
    Name { limit: usize },
    #[error("at most {limit} {what} fit in one item")]
    TooMany { what: &'static str, limit: usize },
    #[error("freeze window '{name}' ends before it begins, or is longer than {limit_days} days")]
    FreezeWindow { name: String, limit_days: u16 },
    #[error("a maintenance window needs at least one day of the week")]
    MaintenanceWindow,
    #[error("must be between {low} and {high}")]
    OutOfRange { field: &'static str, low: u32, high: u32 },
}

impl ItemProblem {
    /// Path of the setting to change, as the settings name it.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Label { .. } => "label",
            Self::ContinuouslyEnforceWithoutVersion | Self::SelfServiceElsewhere { .. } => {
                "installation"
            }
            Self::OtherMajor { .. } | Self::LetterInVersion => "enforcement.version",
            Self::UnknownTimeZone { .. } => "legacy_time_zone",
            Self::DetailsUrl { .. } => "details_url",
            Self::RingTwice { .. } | Self::RingCondition { .. } => "rings",
            Self::Name { .. } => "name",
            Self::TooMany { what, .. } => what,
            Self::FreezeWindow { .. } => "freeze_windows",
            Self::MaintenanceWindow => "maintenance_windows",
            Self::OutOfRange { field, .. } => field,
        }
    }
}

impl ManagedOs {
    /// Checks every rule between the fields and reports all problems at once.
    pub fn new(settings: ManagedOsSettings) -> Result<Self, Vec<ItemProblem>> {
        let mut problems = Vec::new();
        check_label(&settings.label, &mut problems);
        check_installation(&settings, &mut problems);
        check_enforcement(&settings, &mut problems);
        check_texts(&settings, &mut problems);
        check_rings(&settings.rings, &mut problems);
        check_ring_halt(settings.ring_halt, &mut problems);
        check_windows(&settings, &mut problems);
        let notice = u32::from(settings.minimum_notice_days);
        check_range("minimum_notice_days", notice, (0, NOTICE_DAYS), &mut problems);
        if problems.is_empty() { Ok(Self(settings)) } else { Err(problems) }
    }

    pub fn settings(&self) -> &ManagedOsSettings {
        &self.0
    }

    /// The ring a device is in: the first whose condition holds.
    pub fn ring_of(&self, device: &Device, attributes: &Attributes) -> Option<&Ring> {
        self.0.rings.iter().find(|ring| ring.condition.holds(device, attributes))
    }
}

fn check_label(label: &str, problems: &mut Vec<ItemProblem>) {
    if !is_name(label, LABEL_CHARACTERS) {
        problems.push(ItemProblem::Label { limit: LABEL_CHARACTERS });
    }
}

/// Text of one line that can be told from no text.
fn is_name(text: &str, limit: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= limit && !text.contains(char::is_control)
}

fn check_installation(settings: &ManagedOsSettings, problems: &mut Vec<ItemProblem>) {
    let platform = settings.platform;
    match (settings.installation, settings.enforcement) {
        (Installation::SelfService, _) if platform != Platform::MacOs => {
            problems.push(ItemProblem::SelfServiceElsewhere { platform });
        }
        // Elsewhere there is no choice of installation that could contradict it.
        (Installation::ContinuouslyEnforce, VersionEnforcement::DoNotManage)
            if platform == Platform::MacOs =>
        {
            problems.push(ItemProblem::ContinuouslyEnforceWithoutVersion);
        }
        (Installation::ContinuouslyEnforce | Installation::SelfService, _) => {}
    }
}

fn check_enforcement(settings: &ManagedOsSettings, problems: &mut Vec<ItemProblem>) {
    let (platform, major) = (settings.platform, settings.major);
    check_range("major", u32::from(major), (u32::from(first_major(platform)), 99), problems);
    match settings.enforcement {
        VersionEnforcement::DoNotManage => {}
        VersionEnforcement::Rolling { within, .. } => {
            check_period("enforcement.within", within, problems);
        }
        VersionEnforcement::Minimum { version, .. }
        | VersionEnforcement::Specific { version, .. } => {
            if version.major() != major {
                problems.push(ItemProblem::OtherMajor { version, platform, major });
            }
            if version.letter().is_some() {
                problems.push(ItemProblem::LetterInVersion);
            }
        }
    }
    match settings.bsi {
        BsiEnforcement::None => {}
        BsiEnforcement::Automatic { within, .. } => check_period("bsi.within", within, problems),
    }
}

/// The oldest major that any mechanism can bring a device to.
const fn first_major(platform: Platform) -> u16 {
    match platform {
        Platform::MacOs => 11,
        Platform::Ios | Platform::IpadOs | Platform::TvOs => 12,
        Platform::VisionOs => 1,
    }
}

/// The variants of [`Period`] are open, its bounds are not.
fn check_period(field: &'static str, period: Period, problems: &mut Vec<ItemProblem>) {
    match period {
        Period::Days(days) => check_range(field, u32::from(days), (1, 120), problems),
        Period::Months(months) => check_range(field, u32::from(months), (1, 3), problems),
    }
}

fn check_range(
    field: &'static str,
    value: u32,
    (low, high): (u32, u32),
    problems: &mut Vec<ItemProblem>,
) {
    if !(low..=high).contains(&value) {
        problems.push(ItemProblem::OutOfRange { field, low, high });
    }
}

fn check_texts(settings: &ManagedOsSettings, problems: &mut Vec<ItemProblem>) {
    // The bundled database only: the machine's own may differ from server to server.
    if let Some(name) = &settings.legacy_time_zone
        && TimeZoneDatabase::bundled().get(name).is_err()
    {
        problems.push(ItemProblem::UnknownTimeZone { name: name.clone() });
    }
    if let Some(url) = &settings.details_url
        && !is_web_address(url)
    {
        problems.push(ItemProblem::DetailsUrl { limit: DETAILS_URL_CHARACTERS });
    }
}

fn is_web_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty())
        && url.len() <= DETAILS_URL_CHARACTERS
        && url.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check_rings(rings: &[Ring], problems: &mut Vec<ItemProblem>) {
    if rings.len() > RINGS {
        problems.push(ItemProblem::TooMany { what: "rings", limit: RINGS });
    }
    let mut names = BTreeSet::new();
    for ring in rings {
        if !is_name(&ring.name, LABEL_CHARACTERS) {
            problems.push(ItemProblem::Name { limit: LABEL_CHARACTERS });
        }
        if !names.insert(ring.name.trim().to_lowercase()) {
            problems.push(ItemProblem::RingTwice { name: ring.name.clone() });
        }
        let offset = u32::from(ring.offset_days);
        check_range("rings.offset_days", offset, (0, RING_OFFSET_DAYS), problems);
        problems.extend(
            ring.condition
                .problems()
                .into_iter()
                .map(|problem| ItemProblem::RingCondition { name: ring.name.clone(), problem }),
        );
    }
}

fn check_ring_halt(rule: HaltRule, problems: &mut Vec<ItemProblem>) {
    check_range("ring_halt.percent", u32::from(rule.percent), (0, 100), problems);
    check_range("ring_halt.devices", u32::from(rule.devices), (1, 10_000), problems);
}

fn check_windows(settings: &ManagedOsSettings, problems: &mut Vec<ItemProblem>) {
    if settings.freeze_windows.len() > FREEZE_WINDOWS {
        problems.push(ItemProblem::TooMany { what: "freeze_windows", limit: FREEZE_WINDOWS });
    }
    for window in &settings.freeze_windows {
        if !is_name(&window.name, LABEL_CHARACTERS) {
            problems.push(ItemProblem::Name { limit: LABEL_CHARACTERS });
        }
        let longest = i64::from(FREEZE_DAYS).days();
        let is_too_long = window.from.saturating_add(longest) < window.until;
        if window.until <= window.from || is_too_long {
            let name = window.name.clone();
            problems.push(ItemProblem::FreezeWindow { name, limit_days: FREEZE_DAYS });
        }
    }
    if settings.maintenance_windows.len() > MAINTENANCE_WINDOWS {
        let limit = MAINTENANCE_WINDOWS;
        problems.push(ItemProblem::TooMany { what: "maintenance_windows", limit });
    }
    if settings.maintenance_windows.iter().any(|window| window.days.is_empty()) {
        problems.push(ItemProblem::MaintenanceWindow);
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
        let mut problems = Vec::new();
        check_label(&settings.label, &mut problems);
        let deferrals = settings.deferrals;
        for (field, days) in [
            ("deferrals.combined_days", deferrals.combined_days),
            ("deferrals.major_days", deferrals.major_days),
            ("deferrals.minor_days", deferrals.minor_days),
            ("deferrals.system_days", deferrals.system_days),
        ] {
            if let Some(days) = days {
                check_range(field, u32::from(days), (1, DEFERRAL_DAYS), &mut problems);
            }
        }
        if problems.is_empty() { Ok(Self(settings)) } else { Err(problems) }
    }

    pub fn settings(&self) -> &SoftwareUpdateSettings {
        &self.0
    }
}

#[cfg(test)]
mod tests;
