//! `/api/v1/exceptions`: devices that are exempt until a day.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Named;

/// Which exemptions are wanted; newest first, ended ones included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ExceptionFilter {
    pub device_id: Option<Uuid>,
    /// Those from this item, and those from every item.
    pub item_id: Option<Uuid>,
}

/// An exemption; it ends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Exception {
    pub id: Uuid,
    pub device: Named,
    /// The item it is for; `null` for all.
    pub item: Option<Named>,
    /// The last exempt day, device-local.
    pub until: Date,
    pub reason: String,
    pub created_at: Timestamp,
    pub created_by: String,
}

/// Creates an exemption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateException {
    pub device_id: Uuid,
    #[serde(default)]
    pub item_id: Option<Uuid>,
    pub until: Date,
    pub reason: String,
}
