//! `/api/v1/library-items`: what administrators configure, such as Managed OS.

mod convert;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::blueprints::Condition;
use crate::{Named, Os};

/// A library item as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LibraryItem {
    pub id: Uuid,
    /// Give it in `If-Match` to change or delete the item.
    pub revision: u64,
    pub settings: LibraryItemSettings,
    /// The newest approved release of the item's track; `null` for other kinds of items.
    pub version_badge: Option<String>,
    /// Set while the item is paused: no new deadline is enforced.
    pub paused: Option<Pause>,
    /// The blueprints that assign the item.
    pub blueprints: Vec<Named>,
    /// How many devices it reaches.
    pub device_count: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Since when and why an item is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pause {
    pub since: Timestamp,
    pub reason: String,
}

/// Creates an item, or replaces the settings of one (`PUT` with `If-Match`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteLibraryItem {
    pub settings: LibraryItemSettings,
    /// The blueprints that assign the item: those that do not yet, assign it to all their devices
    /// from now on, and others stop to. Left out, nothing changes; a new item has none.
    #[serde(default)]
    pub blueprint_ids: Option<Vec<Uuid>>,
    /// The digest of the preview that was confirmed: the write is refused if the preview would
    /// differ by now. Required where 10 or more devices would be due within 24 hours.
    #[serde(default)]
    pub preview_digest: Option<String>,
}

/// Pauses or resumes an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WritePause {
    pub paused: bool,
    pub reason: String,
}

/// Which items are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct LibraryItemFilter {
    /// Part of the label.
    pub search: Option<String>,
    pub platform: Option<Os>,
    pub blueprint_id: Option<Uuid>,
}

/// The settings of an item, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LibraryItemSettings {
    ManagedOs(ManagedOsSettings),
    SoftwareUpdateSettings(SoftwareUpdateSettings),
}

impl LibraryItemSettings {
    /// Told apart by this in every list; never shown to end users.
    pub fn label(&self) -> &str {
        match self {
            Self::ManagedOs(settings) => &settings.label,
            Self::SoftwareUpdateSettings(settings) => &settings.label,
        }
    }
}

/// Keeps devices of one platform on one major.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagedOsSettings {
    pub label: String,
    pub platform: Os,
    /// The major this item is for, such as 26.
    pub major: u16,
    /// How older majors reach this one. Other platforms than macOS always upgrade on the schedule.
    #[serde(default)]
    pub installation: Installation,
    pub enforcement: VersionEnforcement,
    #[serde(default)]
    pub bsi: BsiEnforcement,
    /// IANA zone, used only for devices below macOS 14 and iOS 17.
    #[serde(default)]
    pub legacy_time_zone: Option<String>,
    #[serde(default)]
    pub rings: Vec<Ring>,
    #[serde(default)]
    pub freeze_windows: Vec<FreezeWindow>,
    #[serde(default)]
    pub maintenance_windows: Vec<MaintenanceWindow>,
    #[serde(default)]
    pub minimum_notice_days: u16,
    #[serde(default)]
    pub details_url: Option<String>,
    /// Names the exact build to devices always, not only where the version is ambiguous.
    #[serde(default)]
    pub pin_build: bool,
    /// When trouble in one ring stops the later ones.
    #[serde(default)]
    pub ring_halt: RingHaltRule,
}

/// When trouble in one ring stops a release for the later rings, until a person lets it go on:
/// failed installations, devices long past the deadline, and devices that fell silent while or
/// after they updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RingHaltRule {
    /// More than this share of the ring's devices that the release is for, 0 to 100.
    pub percent: u8,
    /// At least so many devices.
    pub devices: u16,
}

impl Default for RingHaltRule {
    fn default() -> Self {
        macadam_policy::HaltRule::default().into()
    }
}

/// How older majors reach this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Installation {
    #[default]
    ContinuouslyEnforce,
    SelfService,
}

/// Which version is enforced, and by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum VersionEnforcement {
    DoNotManage,
    /// Every release of the major, some time after Apple published it.
    Rolling {
        /// `1d` to `120d`, `1w` to `17w`, `1m` to `3m`.
        #[schema(example = "2w")]
        within: String,
        /// Time of day, device-local.
        #[schema(value_type = String, example = "09:30:00")]
        at: Time,
    },
    /// At least this version; what is installed is the newest.
    Minimum {
        #[serde(deserialize_with = "crate::text::version_text")]
        #[schema(example = "26.3")]
        version: String,
        on: Date,
        #[schema(value_type = String, example = "09:30:00")]
        at: Time,
    },
    /// Exactly this version.
    Specific {
        #[serde(deserialize_with = "crate::text::version_text")]
        #[schema(example = "26.3.1")]
        version: String,
        on: Date,
        #[schema(value_type = String, example = "09:30:00")]
        at: Time,
    },
}

/// Whether Background Security Improvements are enforced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum BsiEnforcement {
    #[default]
    None,
    Automatic {
        #[schema(example = "2d")]
        within: String,
        #[schema(value_type = String, example = "09:30:00")]
        at: Time,
    },
}

/// A group of devices whose deadlines come some days later than the item says. The first ring
/// that matches a device is its ring; a device in no ring has no offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ring {
    pub name: String,
    pub offset_days: u16,
    pub condition: Condition,
}

/// Device-local time in which no deadline may fall: `from_local` inclusive, `until_local`
/// exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeWindow {
    pub name: String,
    #[schema(value_type = String, example = "2026-12-20T00:00:00")]
    pub from_local: DateTime,
    #[schema(value_type = String, example = "2027-01-07T00:00:00")]
    pub until_local: DateTime,
}

/// Weekly device-local time in which deadlines may fall. `until` at or before `from` means that
/// the window ends on the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceWindow {
    pub days: Vec<Weekday>,
    #[schema(value_type = String, example = "22:00:00")]
    pub from: Time,
    #[schema(value_type = String, example = "04:00:00")]
    pub until: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Deferrals, notifications and automatic actions. What is left out is left to the device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
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

/// Which release devices recommend when several majors are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    All,
    Oldest,
    Newest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticAction {
    Allowed,
    AlwaysOn,
    AlwaysOff,
}
