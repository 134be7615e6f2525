//! `/api/v1/enrollments`: one-time links that enroll a device.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Named;

/// A link and what became of it. The link itself is shown once, when it is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrollment {
    pub id: Uuid,
    pub note: String,
    /// The blueprint the device will be in.
    pub blueprint: Option<Named>,
    pub state: EnrollmentState,
    pub created_at: Timestamp,
    pub created_by: String,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub device: Option<Named>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnrollmentState {
    Open,
    Used,
    Expired,
    Revoked,
}

/// Creates a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreateEnrollment {
    pub note: String,
    pub blueprint_id: Option<Uuid>,
    /// 1 to 720; 24 when left out.
    pub valid_hours: Option<u16>,
}

/// The new link; its URL cannot be read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedEnrollment {
    #[serde(flatten)]
    pub enrollment: Enrollment,
    pub url: String,
}
