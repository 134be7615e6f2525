//! The answers to check-in messages that have a body.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::property_list::{self, Data, DecodePropertyListError};
use crate::{Limits, Secret};

/// Answers GetBootstrapToken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BootstrapTokenAnswer {
    /// The escrowed token, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap_token: Option<Secret<Data>>,
}

/// Answers GetToken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTokenAnswer {
    /// The token; a signed JWT for `com.apple.maid`.
    pub token_data: Secret<Data>,
}

/// Answers the first round of UserAuthenticate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DigestChallengeAnswer {
    /// The challenge; empty when no authentication is needed.
    pub digest_challenge: Secret<String>,
}

/// Answers the second round of UserAuthenticate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthTokenAnswer {
    /// The token of the user's session; empty when the password was wrong.
    pub auth_token: Secret<String>,
}

/// Answers ReturnToService.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReturnToServiceAnswer {
    /// The settings of the return.
    pub return_to_service: ReturnToService,
}

/// How a device returns to service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReturnToService {
    /// Whether the device sets itself up without a person.
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

/// Encodes an answer, as the server sends it.
pub fn encode_answer<T: Answer>(answer: &T) -> Vec<u8> {
    property_list::encode(answer)
}

/// Decodes an answer, as a device reads it.
pub fn decode_answer<T: Answer>(bytes: &[u8]) -> Result<T, DecodePropertyListError> {
    property_list::decode(bytes, &Limits::MESSAGE)
}

/// An answer to a check-in message.
pub trait Answer: Serialize + DeserializeOwned {}

impl Answer for BootstrapTokenAnswer {}
impl Answer for GetTokenAnswer {}
impl Answer for DigestChallengeAnswer {}
impl Answer for AuthTokenAnswer {}
impl Answer for ReturnToServiceAnswer {}
