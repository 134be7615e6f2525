//! The check-in messages themselves. Keys that Apple adds later are ignored.

use plist::{Dictionary, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{DeclarativeEndpoint, DecodeCheckInError};
use crate::property_list::{self, Data};
use crate::{Secret, Udid};

/// The most characters of an unknown message type that go into an error.
const UNKNOWN_TYPE_LIMIT: usize = 64;

/// What a check-in message says.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The device begins to enroll.
    Authenticate(Authenticate),
    /// The device or a user can be pushed to from now on.
    TokenUpdate(TokenUpdate),
    /// The enrollment profile was removed.
    CheckOut(CheckOut),
    /// A network user logs in on a Mac.
    UserAuthenticate(UserAuthenticate),
    /// The device escrows its bootstrap token.
    SetBootstrapToken(SetBootstrapToken),
    /// The device needs its bootstrap token.
    GetBootstrapToken(GetBootstrapToken),
    /// The device asks for a token of another service.
    GetToken(GetToken),
    /// A declarative-management exchange.
    DeclarativeManagement(DeclarativeManagement),
    /// The device asks how to return to service after an erase.
    ReturnToService,
}

/// Begins an enrollment. The device is not enrolled until its first TokenUpdate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Authenticate {
    /// The push topic.
    pub topic: String,
    /// What the device is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// The product family as marketed, such as `MacBook Air`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// The model number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The installed version.
    #[serde(rename = "OSVersion", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// The installed build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_version: Option<String>,
    /// The model identifier, such as `Mac14,2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// The serial number; never in a User Enrollment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// The IMEI of a cellular device.
    #[serde(rename = "IMEI", skip_serializing_if = "Option::is_none")]
    pub imei: Option<String>,
    /// The MEID of a cellular device.
    #[serde(rename = "MEID", skip_serializing_if = "Option::is_none")]
    pub meid: Option<String>,
}

/// Tells how to push to the device or user; may come at any time, with other values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TokenUpdate {
    /// The push topic.
    pub topic: String,
    /// The APNs device token.
    pub token: Secret<Data>,
    /// What the push must carry.
    pub push_magic: Secret<String>,
    /// Clears the passcode. Its absence never invalidates an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlock_token: Option<Secret<Data>>,
    /// Whether Setup Assistant waits for DeviceConfigured.
    #[serde(default, skip_serializing_if = "is_false")]
    pub awaiting_configuration: bool,
    /// Whether the user is not at the console of the Mac.
    #[serde(default, skip_serializing_if = "is_false")]
    pub not_on_console: bool,
}

/// Says good-bye, once and at best effort.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckOut {
    /// The push topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// Logs a network user in, in two rounds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserAuthenticate {
    /// The answer to the challenge; only in the second round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_response: Option<Secret<String>>,
}

/// Escrows or deletes the bootstrap token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetBootstrapToken {
    /// The token; absent or empty deletes the stored one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_token: Option<Secret<Data>>,
    /// Whether Setup Assistant waits for DeviceConfigured.
    #[serde(default, skip_serializing_if = "is_false")]
    pub awaiting_configuration: bool,
}

/// Asks for the bootstrap token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetBootstrapToken {
    /// Whether Setup Assistant waits for DeviceConfigured.
    #[serde(default, skip_serializing_if = "is_false")]
    pub awaiting_configuration: bool,
}

/// Asks for a token of another service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetToken {
    /// `com.apple.maid` or `com.apple.watch.pairing`; anything else is answered with 400.
    pub token_service_type: String,
    /// What the service needs to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_parameters: Option<TokenParameters>,
}

/// The parameters of a watch-pairing token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TokenParameters {
    /// The random token the server gave the watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_token: Option<Secret<String>>,
    /// The iPhone.
    #[serde(rename = "PhoneUDID", skip_serializing_if = "Option::is_none")]
    pub phone_udid: Option<Udid>,
    /// The watch.
    #[serde(rename = "WatchUDID", skip_serializing_if = "Option::is_none")]
    pub watch_udid: Option<Udid>,
}

/// One exchange of declarative management.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeclarativeManagement {
    /// What is asked or told.
    pub endpoint: DeclarativeEndpoint,
    /// The JSON of a status report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
}

impl TokenUpdate {
    /// The most octets of a push token. Apple gives tokens no fixed size; today's have 32.
    pub const TOKEN_LIMIT: usize = 256;
}

impl Message {
    /// Apple's name of this message.
    pub fn message_type(&self) -> &'static str {
        match self {
            Self::Authenticate(_) => "Authenticate",
            Self::TokenUpdate(_) => "TokenUpdate",
            Self::CheckOut(_) => "CheckOut",
            Self::UserAuthenticate(_) => "UserAuthenticate",
            Self::SetBootstrapToken(_) => "SetBootstrapToken",
            Self::GetBootstrapToken(_) => "GetBootstrapToken",
            Self::GetToken(_) => "GetToken",
            Self::DeclarativeManagement(_) => "DeclarativeManagement",
            Self::ReturnToService => "ReturnToService",
        }
    }

    /// The keys of this message, besides its type and its sender.
    pub(super) fn to_dictionary(&self) -> Dictionary {
        match self {
            Self::Authenticate(message) => property_list::dictionary(message),
            Self::TokenUpdate(message) => property_list::dictionary(message),
            Self::CheckOut(message) => property_list::dictionary(message),
            Self::UserAuthenticate(message) => property_list::dictionary(message),
            Self::SetBootstrapToken(message) => property_list::dictionary(message),
            Self::GetBootstrapToken(message) => property_list::dictionary(message),
            Self::GetToken(message) => property_list::dictionary(message),
            Self::DeclarativeManagement(message) => property_list::dictionary(message),
            Self::ReturnToService => Dictionary::new(),
        }
    }

    pub(super) fn from_value(
        message_type: &str,
        value: &Value,
    ) -> Result<Self, DecodeCheckInError> {
        match message_type {
            "Authenticate" => read("Authenticate", value).map(Self::Authenticate),
            "TokenUpdate" => token_update(value),
            "CheckOut" => read("CheckOut", value).map(Self::CheckOut),
            "UserAuthenticate" => read("UserAuthenticate", value).map(Self::UserAuthenticate),
            "SetBootstrapToken" => read("SetBootstrapToken", value).map(Self::SetBootstrapToken),
            "GetBootstrapToken" => read("GetBootstrapToken", value).map(Self::GetBootstrapToken),
            "GetToken" => read("GetToken", value).map(Self::GetToken),
            "DeclarativeManagement" => declarative_management(value),
            "ReturnToService" => Ok(Self::ReturnToService),
            _ => Err(DecodeCheckInError::UnknownMessageType {
                message_type: message_type.chars().take(UNKNOWN_TYPE_LIMIT).collect(),
            }),
        }
    }
}

fn read<T: DeserializeOwned>(
    message_type: &'static str,
    value: &Value,
) -> Result<T, DecodeCheckInError> {
    property_list::from_value(value)
        .map_err(|source| DecodeCheckInError::Message { message_type, source })
}

/// A token goes into the URL of each push, so it has bounds.
fn token_update(value: &Value) -> Result<Message, DecodeCheckInError> {
    let message: TokenUpdate = read("TokenUpdate", value)?;
    if !(1..=TokenUpdate::TOKEN_LIMIT).contains(&message.token.expose().0.len()) {
        return Err(DecodeCheckInError::PushToken);
    }
    Ok(Message::TokenUpdate(message))
}

/// Reads the endpoint apart, because an unknown one is answered in its own way.
fn declarative_management(value: &Value) -> Result<Message, DecodeCheckInError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Raw {
        endpoint: String,
        data: Option<Data>,
    }
    let raw: Raw = read("DeclarativeManagement", value)?;
    let endpoint = raw.endpoint.parse()?;
    Ok(Message::DeclarativeManagement(DeclarativeManagement { endpoint, data: raw.data }))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
