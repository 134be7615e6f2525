//! The DeviceInformation query, as far as it matters for deciding about an OS release.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

/// Declares the queries and the answers from one list, so that neither can lack the other.
macro_rules! information {
    ($($(#[$doc:meta])* $variant:ident $wire:literal $field:ident: $type:ty,)*) => {
        /// A fact that DeviceInformation can ask for.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum InformationQuery {
            $($(#[$doc])* #[serde(rename = $wire)] $variant,)*
            /// Any other fact, by Apple's name.
            #[serde(untagged)]
            Other(String),
        }

        impl InformationQuery {
            /// Every query that has a typed answer.
            pub const TYPED: &'static [InformationQuery] = &[$(Self::$variant),*];

            /// Apple's name of the fact.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(name) => name,
                }
            }
        }

        /// The facts that a device told, each absent unless asked for and known to it.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct DeviceInformation {
            $(
                $(#[$doc])*
                #[serde(rename = $wire, skip_serializing_if = "Option::is_none")]
                #[serde(default, deserialize_with = "lenient")]
                pub $field: Option<$type>,
            )*
        }
    };
}

information! {
    /// The UDID.
    Udid "UDID" udid: String,
    /// The serial number.
    SerialNumber "SerialNumber" serial_number: String,
    /// What the device is called.
    DeviceName "DeviceName" device_name: String,
    /// The installed version.
    OsVersion "OSVersion" os_version: String,
    /// The installed build.
    BuildVersion "BuildVersion" build_version: String,
    /// The build with a security improvement; equals the build when there is none.
    SupplementalBuildVersion "SupplementalBuildVersion" supplemental_build_version: String,
    /// The letter of a security improvement, such as `(a)`.
    SupplementalOsVersionExtra "SupplementalOSVersionExtra"
        supplemental_os_version_extra: String,
    /// The id by which Apple lists releases for this device; gone since OS 27.
    SoftwareUpdateDeviceId "SoftwareUpdateDeviceID" software_update_device_id: String,
    /// How a Mac updates by itself; gone since OS 27.
    OsUpdateSettings "OSUpdateSettings" os_update_settings: OsUpdateSettings,
    /// The model identifier, such as `iPhone14,3`.
    ProductName "ProductName" product_name: String,
    /// The product family as marketed.
    ModelName "ModelName" model_name: String,
    /// The model.
    Model "Model" model: String,
    /// The model number with its region.
    ModelNumber "ModelNumber" model_number: String,
    /// Whether a Mac has Apple silicon.
    IsAppleSilicon "IsAppleSilicon" is_apple_silicon: bool,
    /// Whether the device is supervised.
    IsSupervised "IsSupervised" is_supervised: bool,
    /// Whether it is a Shared iPad.
    IsMultiUser "IsMultiUser" is_multi_user: bool,
    /// Whether Setup Assistant waits for DeviceConfigured.
    AwaitingConfiguration "AwaitingConfiguration" awaiting_configuration: bool,
    /// Free space in gigabytes of 10^9 octets.
    AvailableDeviceCapacity "AvailableDeviceCapacity" available_device_capacity: f64,
    /// All space in gigabytes of 10^9 octets.
    DeviceCapacity "DeviceCapacity" device_capacity: f64,
    /// The charge, from 0 to 1; −1 where it is not known.
    BatteryLevel "BatteryLevel" battery_level: f64,
    /// Whether there is a battery.
    HasBattery "HasBattery" has_battery: bool,
    /// The time zone by its IANA name.
    TimeZone "TimeZone" time_zone: String,
    /// Whether the device is in managed Lost Mode.
    IsMdmLostModeEnabled "IsMDMLostModeEnabled" is_mdm_lost_mode_enabled: bool,
    /// Whether System Integrity Protection is on.
    SystemIntegrityProtectionEnabled "SystemIntegrityProtectionEnabled"
        system_integrity_protection_enabled: bool,
    /// Whether EraseDevice needs a PIN.
    PinRequiredForEraseDevice "PINRequiredForEraseDevice" pin_required_for_erase_device: bool,
    /// Whether DeviceLock needs a PIN.
    PinRequiredForDeviceLock "PINRequiredForDeviceLock" pin_required_for_device_lock: bool,
}

/// How a Mac updates by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OsUpdateSettings {
    /// Whether it looks for updates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic_check_enabled: Option<bool>,
    /// Whether it downloads them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_download_enabled: Option<bool>,
    /// Whether it installs OS updates.
    #[serde(rename = "AutomaticOSInstallationEnabled", skip_serializing_if = "Option::is_none")]
    pub automatic_os_installation_enabled: Option<bool>,
    /// Whether it installs security updates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic_security_updates_enabled: Option<bool>,
    /// Where it looks for updates.
    #[serde(rename = "CatalogURL", skip_serializing_if = "Option::is_none")]
    pub catalog_url: Option<String>,
}

/// Reads a fact of another type than Apple documents as one that the device did not tell.
///
/// Types changed between OS releases before; one such fact must not cost all the others.
fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = plist::Value::deserialize(deserializer)?;
    Ok(plist::from_value(&value).ok())
}
