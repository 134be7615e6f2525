//! The payloads of the declarations that this server makes.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::declaration_type;

/// A payload that knows which declaration type it belongs to.
pub trait Payload: Serialize {
    /// Apple's name of the declaration type.
    const DECLARATION_TYPE: &'static str;

    /// The payload as it stands in the declaration.
    fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("payload types serialize to JSON")
    }
}

/// Makes a device install one release by a local time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftwareUpdateEnforcement {
    /// The full, exact version, such as `26.6.1`.
    #[serde(rename = "TargetOSVersion")]
    pub target_os_version: String,
    /// The build; with a supplemental letter it names a security improvement.
    #[serde(rename = "TargetBuildVersion", skip_serializing_if = "Option::is_none")]
    pub target_build_version: Option<String>,
    /// The deadline in the device's own time, without zone and without fraction.
    #[serde(rename = "TargetLocalDateTime", with = "local_date_time")]
    pub target_local_date_time: DateTime,
    /// A page shown to the user.
    #[serde(rename = "DetailsURL", skip_serializing_if = "Option::is_none")]
    pub details_url: Option<String>,
}

/// Says what a device may update by itself and what its user sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SoftwareUpdateSettings {
    /// Whether the user is notified of enforced updates before the last hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications: Option<bool>,
    /// For how long releases are hidden from the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferrals: Option<Deferrals>,
    /// Which of two offered trains the user sees; iOS and visionOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recommended_cadence: Option<RecommendedCadence>,
    /// What the device does by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic_actions: Option<AutomaticActions>,
    /// How security improvements are offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rapid_security_response: Option<RapidSecurityResponse>,
    /// Whether a user without administrator rights may update a Mac.
    #[serde(rename = "AllowStandardUserOSUpdates", skip_serializing_if = "Option::is_none")]
    pub allow_standard_user_os_updates: Option<bool>,
    /// Which beta programs the device may take part in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beta: Option<Beta>,
}

/// For how long releases are hidden from the user, each 1 to 90 days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deferrals {
    /// All releases of iOS, tvOS and visionOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combined_period_in_days: Option<u8>,
    /// Major releases of macOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub major_period_in_days: Option<u8>,
    /// Minor releases of macOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor_period_in_days: Option<u8>,
    /// What is not the OS, on macOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_period_in_days: Option<u8>,
}

/// Which of two offered trains the user sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RecommendedCadence {
    /// Both.
    All,
    /// The older.
    Oldest,
    /// The newer.
    Newest,
}

/// What the device does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutomaticActions {
    /// Downloading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download: Option<AutomaticAction>,
    /// Installing releases; needs downloading.
    #[serde(rename = "InstallOSUpdates", skip_serializing_if = "Option::is_none")]
    pub install_os_updates: Option<AutomaticAction>,
    /// Installing security updates; needs downloading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_security_update: Option<AutomaticAction>,
}

/// Who decides about an automatic action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AutomaticAction {
    /// The user.
    Allowed,
    /// It always happens.
    AlwaysOn,
    /// It never happens.
    AlwaysOff,
}

/// How security improvements are offered; Apple kept the name of their predecessors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RapidSecurityResponse {
    /// Whether the user is offered them; enforcement works either way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable: Option<bool>,
    /// Whether the user may remove them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_rollback: Option<bool>,
}

/// Which beta programs the device may take part in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Beta {
    /// Whether it may or must.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_enrollment: Option<AutomaticAction>,
    /// What the user may choose from; not together with a required program.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub offer_programs: Vec<BetaProgram>,
    /// The one program; needs `AlwaysOn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_program: Option<BetaProgram>,
}

/// A beta program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BetaProgram {
    /// What the user reads.
    pub description: String,
    /// The token that Apple issued to the organization.
    pub token: String,
}

/// Asks for status items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatusSubscriptions {
    /// Which.
    pub status_items: Vec<SubscribedItem>,
}

/// One subscribed status item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubscribedItem {
    /// Its dotted name.
    pub name: String,
}

/// Puts configurations in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Activation {
    /// The identifiers of the configurations.
    pub standard_configurations: Vec<String>,
    /// Under which condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
}

/// Names the organization to the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrganizationInfo {
    /// Its name.
    pub name: String,
    /// Where to ask by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where to read on.
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Says what this server can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServerCapabilities {
    /// The protocol version, `1.0.0`.
    pub version: String,
    /// The features; Apple defines none yet.
    pub supported_features: BTreeMap<String, Value>,
}

impl Payload for SoftwareUpdateEnforcement {
    const DECLARATION_TYPE: &'static str = declaration_type::SOFTWARE_UPDATE_ENFORCEMENT;
}

impl Payload for SoftwareUpdateSettings {
    const DECLARATION_TYPE: &'static str = declaration_type::SOFTWARE_UPDATE_SETTINGS;
}

impl Payload for StatusSubscriptions {
    const DECLARATION_TYPE: &'static str = declaration_type::STATUS_SUBSCRIPTIONS;
}

impl Payload for Activation {
    const DECLARATION_TYPE: &'static str = declaration_type::ACTIVATION;
}

impl Payload for OrganizationInfo {
    const DECLARATION_TYPE: &'static str = declaration_type::ORGANIZATION_INFO;
}

impl Payload for ServerCapabilities {
    const DECLARATION_TYPE: &'static str = declaration_type::SERVER_CAPABILITIES;
}

/// Holds values that predicates can test, by name.
impl Payload for BTreeMap<String, Value> {
    const DECLARATION_TYPE: &'static str = declaration_type::PROPERTIES;
}

impl StatusSubscriptions {
    /// Subscribes to the items of these names.
    pub fn to<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let status_items =
            names.into_iter().map(|name| SubscribedItem { name: name.to_owned() }).collect();
        Self { status_items }
    }
}

/// `yyyy-mm-ddThh:mm:ss`, exactly: Apple refuses a zone, and a fraction since OS 27.
mod local_date_time {
    use jiff::civil::DateTime;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        moment: &DateTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{moment:.0}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::super::status::local_date_time(&text)
            .ok_or_else(|| serde::de::Error::custom("a local date and time was expected"))
    }
}
