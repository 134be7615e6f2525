//! The four endpoints of declarative management, which travel as one string.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ddm::{DeclarationId, DeclarationKind};

/// What a device asks for, or tells, in a DeclarativeManagement check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeclarativeEndpoint {
    /// The token of the current set of declarations.
    Tokens,
    /// The manifest.
    DeclarationItems,
    /// One declaration.
    Declaration {
        /// Its kind, as the device read it from the manifest.
        kind: DeclarationKind,
        /// Its identifier.
        identifier: DeclarationId,
    },
    /// A status report.
    Status,
}

/// An endpoint that is none of Apple's four.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("declarative management has no such endpoint")]
pub struct UnknownEndpointError;

impl FromStr for DeclarativeEndpoint {
    type Err = UnknownEndpointError;

    fn from_str(text: &str) -> Result<Self, UnknownEndpointError> {
        match text {
            "tokens" => Ok(Self::Tokens),
            "declaration-items" => Ok(Self::DeclarationItems),
            "status" => Ok(Self::Status),
            _ => {
                let declaration = text.strip_prefix("declaration/");
                let (kind, identifier) = declaration
                    .and_then(|declaration| declaration.split_once('/'))
                    .ok_or(UnknownEndpointError)?;
                let kind = DeclarationKind::from_path(kind).ok_or(UnknownEndpointError)?;
                let identifier = identifier.parse().map_err(|_| UnknownEndpointError)?;
                Ok(Self::Declaration { kind, identifier })
            }
        }
    }
}

impl fmt::Display for DeclarativeEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokens => f.write_str("tokens"),
            Self::DeclarationItems => f.write_str("declaration-items"),
            Self::Declaration { kind, identifier } => {
                write!(f, "declaration/{}/{identifier}", kind.path())
            }
            Self::Status => f.write_str("status"),
        }
    }
}

impl TryFrom<String> for DeclarativeEndpoint {
    type Error = UnknownEndpointError;

    fn try_from(text: String) -> Result<Self, UnknownEndpointError> {
        text.parse()
    }
}

impl From<DeclarativeEndpoint> for String {
    fn from(endpoint: DeclarativeEndpoint) -> String {
        endpoint.to_string()
    }
}
