//! `/api/v1/account`: what a person does about their own sign-in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::people::Role;

/// The person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Whether signing in needs a one-time code.
    pub second_factor: bool,
    /// Whether the organization asks everybody for one.
    pub second_factor_required: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
    /// How many passkeys the person can sign in with.
    pub passkeys: u32,
    /// The host that passkeys are bound to; none where devices reach the server by an address,
    /// to which no passkey can be bound.
    pub passkey_host: Option<String>,
}

/// One of the person's own sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnSession {
    pub id: Uuid,
    /// Whether it is the one that asks.
    pub current: bool,
    pub started_at: Timestamp,
    /// To the minute.
    pub used_at: Timestamp,
    pub expires_at: Timestamp,
    /// Where it was started from.
    pub address: Option<String>,
}

/// Changes one's own password; every other session ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    pub current_password: String,
    /// At least 12 characters.
    pub new_password: String,
}

/// Shows that it is oneself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowPassword {
    pub password: String,
}

/// A secret for an authenticator app; it counts once it is confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TotpSecret {
    /// In base 32, to be typed.
    pub secret: String,
    /// `otpauth://…`, to be shown as a QR code.
    pub url: String,
}

/// Confirms a secret with a code that the app shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    pub code: String,
}

/// Codes that are each good once in place of the app's; they cannot be read again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    pub codes: Vec<String>,
}

/// `/api/v1/sign-in-policy`: what the organization asks of everybody who signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInPolicy {
    /// Whoever has no second factor can do nothing but set one up.
    pub second_factor_required: bool,
}
