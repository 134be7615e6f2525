//! `/api/v1/views`: the device list as somebody wants to see it again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::devices::DeviceFilter;

/// A saved view of the device list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct View {
    pub id: Uuid,
    pub revision: u64,
    pub name: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Who made it: only they change it.
    pub owner: String,
    /// Whether it is the caller's own.
    pub own: bool,
    pub filter: DeviceFilter,
    /// The columns that are shown, in this order.
    pub columns: Vec<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Creates a view, or replaces one (`PUT` with `If-Match`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteView {
    pub name: String,
    /// Sharing needs the permission to edit devices.
    #[serde(default)]
    pub shared: bool,
    #[serde(default)]
    pub filter: DeviceFilter,
    #[serde(default)]
    pub columns: Vec<String>,
}
