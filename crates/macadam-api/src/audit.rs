//! `/api/v1/audit`: who did what, when, from where; append-only and hash-chained.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::sessions::Actor;

/// One act, recorded before its effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Counts up without gaps.
    pub number: u64,
    pub at: Timestamp,
    pub actor: Actor,
    /// E-mail address of the person, name of the token, or part of the server.
    pub actor_name: String,
    /// Where the request came from.
    pub address: Option<String>,
    /// `<verb>_<resource>`, such as `create_blueprint`.
    pub action: String,
    /// The kind of the object and its id, such as `blueprints/0198…`.
    pub object: String,
    pub reason: Option<String>,
    /// What was asked for, without secrets.
    #[schema(value_type = Object)]
    pub document: Value,
    /// SHA-256 over this entry and the hash before it, in hexadecimal digits.
    pub hash: String,
}

/// Which entries are wanted; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// A part of the name, in any case.
    pub actor_name: Option<String>,
    pub action: Option<String>,
    /// Kind of the object, or kind and id.
    pub object: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// What checking the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditVerification {
    pub entries: u64,
    /// The first entry that does not fit the chain; `null` when all fit.
    pub broken_at: Option<u64>,
    /// Hash of the newest entry: keep it elsewhere, and a later chain must still contain it.
    pub head: Option<String>,
}
