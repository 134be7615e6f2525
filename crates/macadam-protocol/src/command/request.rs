//! The commands a server sends.

use plist::{Dictionary, Value};
use serde::{Deserialize, Serialize};

use super::{InformationQuery, OsUpdateToSchedule};
use crate::property_list::{self, Data, DecodePropertyListError};
use crate::{Limits, Secret};

/// A command, named by its `RequestType`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "RequestType")]
pub enum MdmCommand {
    /// Turns declarative management on, or tells that the declarations changed.
    #[serde(rename_all = "PascalCase")]
    DeclarativeManagement {
        /// The JSON of a tokens response, which saves the device one request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Data>,
    },
    /// Asks for facts about the device.
    #[serde(rename_all = "PascalCase")]
    DeviceInformation {
        /// What to tell.
        queries: Vec<InformationQuery>,
    },
    /// Asks for the state of the security features.
    SecurityInfo {},
    /// Installs a configuration profile.
    #[serde(rename_all = "PascalCase")]
    InstallProfile {
        /// The profile, signed or not. It may hold challenges and passwords.
        payload: Secret<Data>,
    },
    /// Removes a configuration profile.
    #[serde(rename_all = "PascalCase")]
    RemoveProfile {
        /// The `PayloadIdentifier` of the profile.
        identifier: String,
    },
    /// Lists the installed profiles.
    #[serde(rename_all = "PascalCase")]
    ProfileList {
        /// Only those that this server installed.
        #[serde(default)]
        managed_only: bool,
    },
    /// Locks the device now.
    #[serde(rename_all = "PascalCase")]
    DeviceLock {
        /// Shown on the locked screen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// Shown on the locked screen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone_number: Option<String>,
        /// Six digits that unlock a Mac.
        #[serde(rename = "PIN", default, skip_serializing_if = "Option::is_none")]
        pin: Option<Secret<String>>,
    },
    /// Erases the device.
    #[serde(rename_all = "PascalCase")]
    EraseDevice {
        /// Six characters for Macs that are locked rather than erased at once.
        #[serde(rename = "PIN", default, skip_serializing_if = "Option::is_none")]
        pin: Option<Secret<String>>,
        /// `Default`, `DoNotObliterate`, `ObliterateWithWarning` or `Always`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obliteration_behavior: Option<String>,
        /// Keeps the cellular plan of an iPhone or iPad.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preserve_data_plan: Option<bool>,
        /// Keeps another device from setting this one up by proximity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disallow_proximity_setup: Option<bool>,
        /// Sets the device up again without a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        return_to_service: Option<EraseReturnToService>,
    },
    /// Restarts the device.
    #[serde(rename_all = "PascalCase")]
    RestartDevice {
        /// Lets the user of a Mac restart when it suits them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notify_user: Option<bool>,
    },
    /// Shuts the device down.
    ShutDownDevice {},
    /// Makes a Mac look for updates; gone since OS 27.
    #[serde(rename_all = "PascalCase")]
    ScheduleOSUpdateScan {
        /// Scans even if it just did.
        #[serde(default)]
        force: bool,
    },
    /// Lists the updates a device found; gone since OS 27.
    AvailableOSUpdates {},
    /// Downloads or installs updates; gone since OS 27.
    #[serde(rename_all = "PascalCase")]
    ScheduleOSUpdate {
        /// Which, and what to do with each.
        updates: Vec<OsUpdateToSchedule>,
    },
    /// Tells how far the updates are; gone since OS 27.
    OSUpdateStatus {},
    /// Lets a device leave Setup Assistant.
    DeviceConfigured {},
    /// Changes settings once.
    #[serde(rename_all = "PascalCase")]
    Settings {
        /// Which.
        settings: Vec<SettingsItem>,
    },
}

/// How an erased device returns to service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EraseReturnToService {
    /// Whether it does.
    pub enabled: bool,
    /// A profile that brings the device into the network.
    #[serde(rename = "WiFiProfileData", skip_serializing_if = "Option::is_none")]
    pub wifi_profile_data: Option<Secret<Data>>,
    /// An enrollment profile.
    #[serde(rename = "MDMProfileData", skip_serializing_if = "Option::is_none")]
    pub mdm_profile_data: Option<Secret<Data>>,
    /// Needed to keep the apps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_token: Option<Secret<Data>>,
}

/// One setting to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "Item")]
pub enum SettingsItem {
    /// Names the device.
    #[serde(rename_all = "PascalCase")]
    DeviceName {
        /// The name.
        device_name: String,
    },
    /// Sets the options of management.
    #[serde(rename_all = "PascalCase")]
    MDMOptions {
        /// The options, as Apple names them.
        #[serde(rename = "MDMOptions")]
        mdm_options: MdmOptions,
    },
}

/// The options of management.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MdmOptions {
    /// Lets the user lock a supervised device to their account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation_lock_allowed_while_supervised: Option<bool>,
    /// Asks the user of a Mac to allow the bootstrap token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_user_to_allow_bootstrap_token_for_authentication: Option<bool>,
    /// Lets an idle, locked device restart after days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_reboot_allowed: Option<bool>,
}

/// A command with the identifier that its reports carry.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuedCommand {
    /// Identifies the command in every report about it.
    pub command_uuid: String,
    /// What to do.
    pub command: MdmCommand,
}

/// What a body that is no command is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeCommandError {
    /// The body is not a property list we accept, or has no `CommandUUID` and `Command`.
    #[error("command body cannot be read")]
    PropertyList(#[from] DecodePropertyListError),
    /// The `RequestType` is unknown, or the command lacks what it needs.
    #[error("command {command_uuid} is not one we can run")]
    Command {
        /// Identifies the command, so that an error can be reported for it.
        command_uuid: String,
        /// What is wrong with it.
        #[source]
        source: DecodePropertyListError,
    },
}

impl DecodeCommandError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PropertyList(error) => error.code(),
            Self::Command { .. } => "command_not_known",
        }
    }
}

impl MdmCommand {
    /// Apple's name of this command.
    pub fn request_type(&self) -> &'static str {
        match self {
            Self::DeclarativeManagement { .. } => "DeclarativeManagement",
            Self::DeviceInformation { .. } => "DeviceInformation",
            Self::SecurityInfo {} => "SecurityInfo",
            Self::InstallProfile { .. } => "InstallProfile",
            Self::RemoveProfile { .. } => "RemoveProfile",
            Self::ProfileList { .. } => "ProfileList",
            Self::DeviceLock { .. } => "DeviceLock",
            Self::EraseDevice { .. } => "EraseDevice",
            Self::RestartDevice { .. } => "RestartDevice",
            Self::ShutDownDevice {} => "ShutDownDevice",
            Self::ScheduleOSUpdateScan { .. } => "ScheduleOSUpdateScan",
            Self::AvailableOSUpdates {} => "AvailableOSUpdates",
            Self::ScheduleOSUpdate { .. } => "ScheduleOSUpdate",
            Self::OSUpdateStatus {} => "OSUpdateStatus",
            Self::DeviceConfigured {} => "DeviceConfigured",
            Self::Settings { .. } => "Settings",
        }
    }

    /// Whether the command destroys data or access and so must be delivered at most once.
    ///
    /// RemoveProfile counts, because it can remove the management profile itself.
    pub fn is_destructive(&self) -> bool {
        match self {
            Self::EraseDevice { .. } | Self::DeviceLock { .. } | Self::RemoveProfile { .. } => true,
            Self::DeclarativeManagement { .. }
            | Self::DeviceInformation { .. }
            | Self::SecurityInfo {}
            | Self::InstallProfile { .. }
            | Self::ProfileList { .. }
            | Self::RestartDevice { .. }
            | Self::ShutDownDevice {}
            | Self::ScheduleOSUpdateScan { .. }
            | Self::AvailableOSUpdates {}
            | Self::ScheduleOSUpdate { .. }
            | Self::OSUpdateStatus {}
            | Self::DeviceConfigured {}
            | Self::Settings { .. } => false,
        }
    }
}

/// Encodes a command, as the server hands it to a device.
pub fn encode(command_uuid: &str, command: &MdmCommand) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Wire<'a> {
        #[serde(rename = "CommandUUID")]
        command_uuid: &'a str,
        command: &'a MdmCommand,
    }
    property_list::encode(&Wire { command_uuid, command })
}

/// Decodes a command, as a device reads it.
pub fn decode(bytes: &[u8]) -> Result<IssuedCommand, DecodeCommandError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Wire {
        #[serde(rename = "CommandUUID")]
        command_uuid: String,
        command: Dictionary,
    }
    let Wire { command_uuid, command } = property_list::decode(bytes, &Limits::MESSAGE)?;
    match property_list::from_value(&Value::Dictionary(command)) {
        Ok(command) => Ok(IssuedCommand { command_uuid, command }),
        Err(source) => Err(DecodeCommandError::Command { command_uuid, source }),
    }
}
