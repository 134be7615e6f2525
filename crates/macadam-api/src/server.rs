//! `/api/v1/server`: what this server is and how it does.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::devices::DeviceCounts;
use crate::feeds::FeedStatus;
use crate::releases::Approval;
use crate::rings::RingHalt;

/// What this server is, and what a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Server {
    pub version: String,
    pub public_url: String,
    pub database: Database,
    pub started_at: Timestamp,
    /// The clock that deadlines are judged by.
    pub fleet_time: Timestamp,
    pub approval: Approval,
    pub devices: DeviceCounts,
    pub feeds: Vec<FeedStatus>,
    pub push_certificate_expires_at: Option<Timestamp>,
    pub pushes_waiting: u64,
    /// What needs a person, most urgent first.
    pub alerts: Vec<Alert>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    Sqlite,
    Postgresql,
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Stable name, such as `feed_stale`.
    pub code: String,
    pub message: String,
    /// What the message is made of, as in `Wording`.
    pub values: BTreeMap<String, String>,
    /// The halt that it is about.
    pub ring_halt: Option<RingHalt>,
    pub since: Option<Timestamp>,
}

/// `GET /health`: whether this process serves and its database answers. Needs no sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    pub ready: bool,
    pub version: String,
}

/// `PUT /api/v1/approval`: when releases count as approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteApproval {
    pub approval: Approval,
    pub reason: String,
}
