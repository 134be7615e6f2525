//! Status reports: what a device tells about itself and about its declarations.
//!
//! Reports are partial, nested and full of small differences between OS releases. What is known
//! becomes typed, what is unknown is kept as it stands, and what is broken costs only itself.

mod decode;
mod encode;
mod merge;
mod software_update;

pub use decode::{DecodeStatusReportError, decode_status_report};
pub use encode::encode_status_report;
pub use merge::merge_status_item;
pub(super) use software_update::local_date_time;
pub use software_update::{
    ExtraVersion, FailureReason, InstallReason, InstallReasonKind, InstallState, PendingUpdate,
    PendingVersion, SoftwareUpdateStatus,
};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DeclarationKind, ServerToken};
use crate::Secret;

/// A status report.
///
/// An absent item means that the device said nothing about it, unless the report is full.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatusReport {
    /// Whether this replaces everything that earlier reports told.
    pub is_full: bool,
    /// The device and its OS.
    pub device: DeviceStatus,
    /// The state of software update.
    pub software_update: SoftwareUpdateStatus,
    /// The state of the enrollment; since OS 27.
    pub mdm: MdmStatus,
    /// What the device supports.
    pub client_capabilities: Option<ClientCapabilities>,
    /// How the declarations fare.
    pub declarations: Option<DeclarationStatuses>,
    /// All other items by their dotted names, as they stand in the report.
    pub other: BTreeMap<String, Value>,
    /// Items that the device could not report.
    pub errors: Vec<StatusError>,
    /// Items that we could not read; all others are kept.
    pub broken: Vec<BrokenStatusItem>,
}

/// What a device tells about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceStatus {
    /// The serial number.
    pub serial_number: Option<String>,
    /// The UDID.
    pub udid: Option<String>,
    /// The family, such as `iPad`.
    pub model_family: Option<String>,
    /// The model identifier, such as `Mac14,2`.
    pub model_identifier: Option<String>,
    /// The product as marketed.
    pub model_marketing_name: Option<String>,
    /// The model number.
    pub model_number: Option<String>,
    /// The installed OS.
    pub os: OsStatus,
    /// The health of the battery.
    pub battery_health: Option<String>,
    /// Whether FileVault is on.
    pub is_filevault_enabled: Option<bool>,
}

/// What a device tells about its OS.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OsStatus {
    /// The family, such as `macOS`.
    pub family: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// The build.
    pub build_version: Option<String>,
    /// The OS as marketed.
    pub marketing_name: Option<String>,
    /// The build with a security improvement.
    pub supplemental_build_version: Option<String>,
    /// The letter of a security improvement; empty when none is installed.
    pub supplemental_extra_version: Option<ExtraVersion>,
}

/// What a device tells about its enrollment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MdmStatus {
    /// How it is enrolled.
    pub enrollment_type: Option<EnrollmentType>,
    /// Whether Setup Assistant waits for DeviceConfigured.
    pub is_awaiting_configuration: Option<bool>,
    /// Whether it is a Shared iPad.
    pub is_shared_ipad: Option<bool>,
    /// What a push must carry.
    pub push_magic: Option<Secret<String>>,
    /// The APNs device token, as the device writes it.
    pub push_token: Option<Secret<String>>,
}

/// How a device is enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnrollmentType {
    /// Not at all.
    None,
    /// Supervised.
    Supervised,
    /// A device enrollment without supervision.
    Device,
    /// A User Enrollment.
    User,
}

/// What a device supports; nothing else may be sent to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ClientCapabilities {
    /// Protocol versions, such as `1.0.0`.
    pub supported_versions: BTreeSet<String>,
    /// Features, as they stand in the report.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub supported_features: Value,
    /// Declaration types and status items.
    pub supported_payloads: SupportedPayloads,
}

/// The declaration types and status items a device supports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct SupportedPayloads {
    /// Declaration types.
    pub declarations: SupportedDeclarations,
    /// Status items by their dotted names.
    pub status_items: BTreeSet<String>,
}

/// The declaration types a device supports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SupportedDeclarations {
    /// Activations.
    pub activations: BTreeSet<String>,
    /// Assets.
    pub assets: BTreeSet<String>,
    /// Configurations.
    pub configurations: BTreeSet<String>,
    /// Management declarations.
    pub management: BTreeSet<String>,
}

/// How the declarations fare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeclarationStatuses {
    /// Declarations the device has, or failed to get.
    pub reported: Vec<DeclarationStatus>,
    /// Declarations the device no longer has, by kind and identifier.
    pub removed: Vec<(DeclarationKind, String)>,
}

/// How one revision of a declaration fares.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclarationStatus {
    /// Its kind.
    pub kind: DeclarationKind,
    /// Its identifier.
    pub identifier: String,
    /// The revision; a report may still speak of an earlier one.
    pub server_token: Option<ServerToken>,
    /// Whether it is in force.
    pub is_active: bool,
    /// Whether the device could use it.
    pub validity: Validity,
    /// Why it is as it is.
    pub reasons: Vec<DeclarationReason>,
}

/// Whether the device could use a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Validity {
    /// Not yet decided.
    Unknown,
    /// No; see the reasons.
    Invalid,
    /// Yes.
    Valid,
}

/// Why a declaration is as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeclarationReason {
    /// Apple's code, such as `Error.ConfigurationFailed`.
    pub code: String,
    /// What an administrator may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// An item that the device could not report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatusError {
    /// The dotted name of the item.
    pub status_item: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<StatusReason>,
}

/// Why an item could not be reported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatusReason {
    /// Apple's code.
    pub code: String,
    /// What an administrator may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

/// An item that we could not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenStatusItem {
    /// Its dotted name.
    pub name: String,
    /// What it should have been.
    pub expected: &'static str,
}

#[cfg(test)]
mod tests;
