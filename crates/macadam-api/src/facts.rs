//! `/api/v1/facts`, and the lines of `macadam decide --devices`: what is known about one device.

mod convert;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Os;

pub use convert::offset_minutes;

/// One device as the decision sees it. Only `device`, `platform` and `os_version` are needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceFacts {
    /// Any name for the device; the server uses its id.
    pub device: String,
    pub platform: Os,
    /// `J413AP` for a Mac, `iPad14,1` for an iPad.
    #[serde(default)]
    pub update_id: Option<String>,
    /// With the letter of an installed Background Security Improvement.
    #[serde(deserialize_with = "crate::text::version_text")]
    pub os_version: String,
    /// The build of the base system.
    #[serde(default)]
    pub build: Option<String>,
    #[serde(default)]
    pub enrollment: EnrollmentKind,
    #[serde(default = "yes")]
    pub supervised: bool,
    /// Whether it takes software-update enforcement declarations; by platform and version when
    /// left out.
    #[serde(default)]
    pub has_ddm_enforcement: Option<bool>,
    #[serde(default)]
    pub apple_silicon: Option<bool>,
    /// Last known offset from UTC.
    #[serde(default)]
    pub utc_offset_minutes: Option<i16>,
    #[serde(default)]
    pub at_work: Option<AtWork>,
    #[serde(default)]
    pub failure_count: u32,
    #[serde(default)]
    pub failure_reason: Option<String>,
    #[serde(default)]
    pub declaration_problem: Option<String>,
    #[serde(default)]
    pub last_seen_at: Option<Timestamp>,
    /// Name of its blueprint.
    #[serde(default)]
    pub blueprint: Option<String>,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub serial_number: String,
    #[serde(default)]
    pub model: String,
    /// Apple's product name, such as `Mac14,2`.
    #[serde(default)]
    pub product: String,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Stable number of the device, 0 to 99.
    #[serde(default)]
    pub percentile: u8,
    /// What is stored about single items and this device, by label.
    #[serde(default)]
    pub items: BTreeMap<String, ItemFacts>,
    /// Exempt from every item until the end of this day, device-local.
    #[serde(default)]
    pub exempt_until: Option<Date>,
}

/// What is stored about one item and one device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ItemFacts {
    /// When the item reached the device; long ago when left out.
    pub reached_at: Option<Timestamp>,
    /// When its user asked for it in Self Service.
    pub requested_at: Option<Timestamp>,
    /// What the device's clock showed then; worked out from its offset when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "2026-03-18T12:30:15")]
    pub requested_local: Option<DateTime>,
    pub exempt_until: Option<Date>,
    /// Releases that are, or were, stopped for the later rings of the item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub halts: Vec<HaltFacts>,
}

/// A release stopped for the rings after one that had trouble with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HaltFacts {
    /// The ring that had the trouble; empty for the devices in no ring.
    pub ring: String,
    /// That ring's offset when it was halted.
    #[serde(default)]
    pub offset_days: u16,
    #[serde(deserialize_with = "crate::text::version_text")]
    pub version: String,
    /// In UTC.
    pub halted_on: Date,
    /// When a person let it go on.
    #[serde(default)]
    pub resumed_on: Option<Date>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnrollmentKind {
    #[default]
    Device,
    User,
}

/// The version a device reports to be at work on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AtWork {
    pub state: InstallState,
    #[serde(deserialize_with = "crate::text::version_text")]
    pub pending_version: String,
    #[serde(default)]
    pub pending_build: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2026-03-10T09:30:00")]
    pub deadline_local: Option<DateTime>,
}

/// What the device's `softwareupdate.install-state` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstallState {
    None,
    Waiting,
    Downloading,
    Prepared,
    Installing,
    Failed,
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
