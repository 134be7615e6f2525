//! `/api/v1/self-service-requests`: releases that users asked for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Named;

/// One user's wish to be upgraded by an item offered in Self Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelfServiceRequest {
    pub device: Named,
    pub item: Named,
    pub requested_at: Timestamp,
}

/// Asks for an item on behalf of a device's user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSelfServiceRequest {
    pub device_id: Uuid,
    pub item_id: Uuid,
}
