//! Declarations, the manifest that lists them, and the tokens that tell whether it changed.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::{self, DecodeJsonError};
use crate::text::bounded_text;
use crate::{InvalidTextError, Limits};

bounded_text! {
    /// Names a declaration within the whole set of a device.
    DeclarationId, 64, "declaration identifier"
}

bounded_text! {
    /// Names one revision of a declaration.
    ServerToken, 64, "server token"
}

bounded_text! {
    /// Names one state of the whole set of declarations.
    DeclarationsToken, 256, "declarations token"
}

/// The four kinds of declarations, in the order of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeclarationKind {
    /// Puts configurations in force.
    Activation,
    /// Data that configurations refer to.
    Asset,
    /// Something the device should do or be.
    Configuration,
    /// Something about the management itself.
    Management,
}

impl DeclarationKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::Activation, Self::Asset, Self::Configuration, Self::Management];

    /// The kind of a declaration type, such as `com.apple.activation.simple`.
    pub fn of_type(declaration_type: &str) -> Option<Self> {
        let rest = declaration_type.strip_prefix("com.apple.")?;
        Self::from_path(rest.split_once('.')?.0)
    }

    /// The kind in an endpoint's path, such as `activation`.
    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.path() == path)
    }

    /// The kind as it stands in an endpoint's path and in a type.
    pub fn path(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Asset => "asset",
            Self::Configuration => "configuration",
            Self::Management => "management",
        }
    }
}

/// A declaration as a device fetches it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Declaration {
    /// Apple's name of the type.
    #[serde(rename = "Type")]
    pub declaration_type: String,
    /// Names it within the set.
    pub identifier: DeclarationId,
    /// Names its revision.
    pub server_token: ServerToken,
    /// Its content.
    pub payload: Value,
}

/// The answer to `tokens`, and the data of a DeclarativeManagement command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TokensResponse {
    /// The tokens.
    pub sync_tokens: SyncTokens,
}

/// The state of the set, and since when it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SyncTokens {
    /// Names the state.
    pub declarations_token: DeclarationsToken,
    /// Lets a device pick the newer of two answers; whole seconds in UTC.
    #[serde(with = "whole_seconds")]
    pub timestamp: Timestamp,
}

/// The answer to `declaration-items`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeclarationItems {
    /// What the device may fetch.
    pub declarations: Declarations,
    /// Names the state that this manifest shows.
    pub declarations_token: DeclarationsToken,
}

/// The items of the manifest by kind; all four lists are required.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Declarations {
    /// The activations.
    pub activations: Vec<DeclarationItem>,
    /// The assets.
    pub assets: Vec<DeclarationItem>,
    /// The configurations.
    pub configurations: Vec<DeclarationItem>,
    /// The management declarations.
    pub management: Vec<DeclarationItem>,
}

/// One declaration in the manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeclarationItem {
    /// Names it within the set.
    pub identifier: DeclarationId,
    /// Names its revision.
    pub server_token: ServerToken,
}

/// What a body of declarative management is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeDeclarationError {
    /// Not JSON within the limits, or not of the expected shape.
    #[error("declarative-management body cannot be read")]
    Json(#[from] DecodeJsonError),
}

impl DeclarationItem {
    /// An item of the manifest, within Apple's bounds.
    pub fn new(identifier: &str, server_token: &str) -> Result<Self, InvalidTextError> {
        Ok(Self { identifier: identifier.parse()?, server_token: server_token.parse()? })
    }
}

impl DecodeDeclarationError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
        }
    }
}

impl Declarations {
    /// The items of one kind.
    pub fn of_kind(&self, kind: DeclarationKind) -> &Vec<DeclarationItem> {
        match kind {
            DeclarationKind::Activation => &self.activations,
            DeclarationKind::Asset => &self.assets,
            DeclarationKind::Configuration => &self.configurations,
            DeclarationKind::Management => &self.management,
        }
    }

    /// The items of one kind, to add to.
    pub fn of_kind_mut(&mut self, kind: DeclarationKind) -> &mut Vec<DeclarationItem> {
        match kind {
            DeclarationKind::Activation => &mut self.activations,
            DeclarationKind::Asset => &mut self.assets,
            DeclarationKind::Configuration => &mut self.configurations,
            DeclarationKind::Management => &mut self.management,
        }
    }
}

/// Encodes a declaration, as the server sends it.
pub fn encode_declaration(declaration: &Declaration) -> Vec<u8> {
    json::encode(declaration)
}

/// Encodes the manifest, as the server sends it.
pub fn encode_declaration_items(items: &DeclarationItems) -> Vec<u8> {
    json::encode(items)
}

/// Encodes the tokens, as the server sends them.
pub fn encode_tokens(tokens: &TokensResponse) -> Vec<u8> {
    json::encode(tokens)
}

/// Decodes a declaration, as a device reads it.
pub fn decode_declaration(bytes: &[u8]) -> Result<Declaration, DecodeDeclarationError> {
    decode(bytes)
}

/// Decodes the manifest, as a device reads it.
pub fn decode_declaration_items(bytes: &[u8]) -> Result<DeclarationItems, DecodeDeclarationError> {
    decode(bytes)
}

/// Decodes the tokens, as a device reads them.
pub fn decode_tokens(bytes: &[u8]) -> Result<TokensResponse, DecodeDeclarationError> {
    decode(bytes)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeDeclarationError> {
    Ok(json::decode(bytes, &Limits::MESSAGE)?)
}

/// RFC 3339 without a fraction, as Apple writes it.
mod whole_seconds {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        timestamp: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{timestamp:.0}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("an RFC 3339 timestamp was expected"))
    }
}
