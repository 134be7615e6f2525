//! `/api/v1/session`: signing in and out, and who one is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::{Permission, Role};

/// `POST /api/v1/session`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub email: String,
    pub password: String,
    /// The one-time code of the authenticator app, or a recovery code, for a person who has set
    /// one up; `code_required` asks for it.
    #[serde(default)]
    pub code: Option<String>,
}

/// The new session. Browsers get it as a cookie as well.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// Bearer token of the session; it cannot be read again.
    pub token: String,
    pub session: Session,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub actor: Actor,
    /// E-mail address of the person, or name of the token.
    pub name: String,
    pub role: Role,
    pub permissions: Vec<Permission>,
    pub expires_at: Timestamp,
}

/// Who can act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Person,
    Token,
    /// The server itself.
    System,
    /// The user of a device, in Self Service.
    DeviceUser,
}
