//! The legacy software-update commands' parts. Apple removed all of them in OS 27.

use plist::Date;
use serde::{Deserialize, Serialize};

use super::ErrorChainItem;

/// One update in a ScheduleOSUpdate command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OsUpdateToSchedule {
    /// The key that AvailableOSUpdates told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_key: Option<String>,
    /// The version, where no key is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
    /// `Default`, `DownloadOnly`, `InstallASAP`, `NotifyOnly`, `InstallLater` or
    /// `InstallForceRestart`.
    pub install_action: String,
    /// How often the user of a Mac may put it off; only with `InstallLater`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_user_deferrals: Option<u32>,
    /// `Low` or `High`; only Macs and minor updates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
}

/// An update that a device found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AvailableOsUpdate {
    /// Names the update to ScheduleOSUpdate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_key: Option<String>,
    /// What a person reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub human_readable_name: Option<String>,
    /// `iOS`, for example; not told by Macs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// The version.
    pub version: String,
    /// The build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// The build with a security response, such as `20A123a`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplemental_build_version: Option<String>,
    /// The letter of a security response, such as `(a)`.
    #[serde(rename = "SupplementalOSVersionExtra", skip_serializing_if = "Option::is_none")]
    pub supplemental_os_version_extra: Option<String>,
    /// Octets to download.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_size: Option<u64>,
    /// Octets needed to install, besides the download.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_size: Option<u64>,
    /// Whether Apple calls it critical.
    pub is_critical: bool,
    /// Whether it changes only configuration data.
    pub is_config_data_update: bool,
    /// Whether it changes firmware.
    pub is_firmware_update: bool,
    /// Whether it is a major release.
    #[serde(rename = "IsMajorOSUpdate")]
    pub is_major_os_update: bool,
    /// Whether it is a security response.
    pub is_security_response: bool,
    /// Whether it needs a restart.
    pub restart_required: bool,
    /// Whether it may be installed later.
    pub allows_install_later: bool,
    /// Whether it needs the bootstrap token.
    pub requires_bootstrap_token: bool,
    /// Until when a restriction hides it from the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred_until: Option<Date>,
    /// Apps that must be closed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub app_identifiers_to_close: Vec<String>,
}

/// What a device made of one update of a ScheduleOSUpdate command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduledOsUpdate {
    /// The update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_key: Option<String>,
    /// What the device does, which may differ from what was asked.
    pub install_action: String,
    /// Where it stands, such as `Downloading` or `InstallInsufficientPower`.
    pub status: String,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub error_chain: Vec<ErrorChainItem>,
}

/// How far one update is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OsUpdateStatus {
    /// The update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_key: Option<String>,
    /// Whether it is downloaded.
    #[serde(default)]
    pub is_downloaded: bool,
    /// How much is downloaded, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download_percent_complete: Option<f64>,
    /// `Idle`, `Downloading` or `Installing`.
    #[serde(default)]
    pub status: String,
    /// How often the user may still put it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferrals_remaining: Option<u32>,
    /// How often the user could put it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_deferrals: Option<u32>,
    /// When the device means to install it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_scheduled_install: Option<Date>,
    /// When the user was notified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past_notifications: Vec<Date>,
}
