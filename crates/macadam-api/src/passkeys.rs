//! `/api/v1/account/passkeys` and `/api/v1/session/passkey`: signing in with what a device or a
//! security key holds, in place of password and code.
//!
//! Only browsers make and use passkeys. What they are asked and what they answer stands here as
//! the W3C's Web Authentication writes it in JSON.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// One of the person's own passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Passkey {
    pub id: Uuid,
    pub name: String,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// How often the authenticator says it was used; 0 where it does not count, as those that are
    /// the same on several devices do not.
    pub sign_count: u64,
}

/// What a browser is asked before it makes or uses a passkey. Good for one answer within some
/// minutes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyChallenge {
    pub id: Uuid,
    /// For the browser's `PublicKeyCredential.parseCreationOptionsFromJSON`, or
    /// `parseRequestOptionsFromJSON`.
    #[schema(value_type = Object)]
    pub options: Value,
}

/// Adds a passkey that a browser has made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    pub challenge_id: Uuid,
    /// 1 to 100 characters.
    pub name: String,
    /// The browser's `PublicKeyCredential`, as its `toJSON` writes it.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// Gives a passkey another name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    /// 1 to 100 characters.
    pub name: String,
}

/// Signs in with a passkey that a browser has used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWithPasskey {
    pub challenge_id: Uuid,
    /// The browser's `PublicKeyCredential`, as its `toJSON` writes it.
    #[schema(value_type = Object)]
    pub credential: Value,
}
