//! Check-in messages: what a device tells the check-in URL, and the answers that have a body.

mod answer;
mod endpoint;
mod message;

pub use answer::{
    Answer, AuthTokenAnswer, BootstrapTokenAnswer, DigestChallengeAnswer, GetTokenAnswer,
    ReturnToService, ReturnToServiceAnswer, decode_answer, encode_answer,
};
pub use endpoint::{DeclarativeEndpoint, UnknownEndpointError};
pub use message::{
    Authenticate, CheckOut, DeclarativeManagement, GetBootstrapToken, GetToken, Message,
    SetBootstrapToken, TokenParameters, TokenUpdate, UserAuthenticate,
};

use plist::{Dictionary, Value};

use crate::identity::{EnrollmentIdentity, IdentityError, RawIdentity};
use crate::property_list::{self, DecodePropertyListError};
use crate::{InvalidTextError, Limits};

/// The content type of check-in messages; everything else on a shared URL is a command report.
pub const CONTENT_TYPE: &str = "application/x-apple-aspen-mdm-checkin";

/// A check-in message and who sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckIn {
    /// The enrollment and channel that the message speaks for.
    pub identity: EnrollmentIdentity,
    /// What it says.
    pub message: Message,
}

/// What a body that is no check-in message is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeCheckInError {
    /// The body is not a property list we accept.
    #[error("check-in body cannot be read")]
    PropertyList(#[from] DecodePropertyListError),
    /// The sender cannot be told.
    #[error("check-in message does not say who sent it")]
    Identity(#[from] IdentityError),
    /// `MessageType` is not there, or not a string.
    #[error("check-in message has no MessageType")]
    NoMessageType,
    /// A message of a kind we do not know, probably newer than this server.
    #[error("check-in message is of the unknown type `{message_type}`")]
    UnknownMessageType {
        /// What it calls itself, shortened.
        message_type: String,
    },
    /// A known message without what it must say.
    #[error("{message_type} lacks keys that it must have")]
    Message {
        /// The type of the message.
        message_type: &'static str,
        /// Which key, and why.
        #[source]
        source: DecodePropertyListError,
    },
    /// An `Endpoint` we do not know.
    #[error("DeclarativeManagement names an endpoint that cannot be served")]
    Endpoint(#[from] UnknownEndpointError),
    /// A value is out of bounds.
    #[error("check-in message has a value out of bounds")]
    Text(#[from] InvalidTextError),
    /// A push token that is empty, or longer than any of Apple's.
    #[error("the push token must have 1 to {} octets", TokenUpdate::TOKEN_LIMIT)]
    PushToken,
}

impl DecodeCheckInError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PropertyList(error) => error.code(),
            Self::Identity(_) => "check_in_identity",
            Self::NoMessageType => "check_in_no_message_type",
            Self::UnknownMessageType { .. } => "check_in_unknown_message_type",
            Self::Message { .. } => "check_in_incomplete_message",
            Self::Endpoint(_) => "check_in_unknown_endpoint",
            Self::Text(_) | Self::PushToken => "check_in_value_out_of_bounds",
        }
    }
}

/// Decodes a check-in message of any type.
pub fn decode(bytes: &[u8]) -> Result<CheckIn, DecodeCheckInError> {
    let value = property_list::decode_value(bytes, &Limits::MESSAGE)?;
    let message_type = value
        .as_dictionary()
        .and_then(|message| message.get("MessageType"))
        .and_then(Value::as_string)
        .ok_or(DecodeCheckInError::NoMessageType)?;
    let message = Message::from_value(message_type, &value)?;
    let identity: RawIdentity = property_list::from_value(&value)?;
    Ok(CheckIn { identity: identity.try_into()?, message })
}

/// Encodes a check-in message, as a device sends it.
pub fn encode(check_in: &CheckIn) -> Vec<u8> {
    let mut wire = Dictionary::new();
    wire.insert("MessageType".to_owned(), check_in.message.message_type().into());
    wire.extend(property_list::dictionary(&RawIdentity::from(&check_in.identity)));
    wire.extend(check_in.message.to_dictionary());
    property_list::encode(&wire)
}

#[cfg(test)]
mod tests;
