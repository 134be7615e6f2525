//! `/api/v1/device-actions`: one action on many devices at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The most devices that one request is about; longer lists are sent in parts.
pub const DEVICES_AT_ONCE: usize = 1000;

/// Does one thing to many devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOnDevices {
    /// Chosen by the caller: for a day, the same request sent again is not done again, but answered
    /// as before.
    #[serde(default)]
    pub request_id: Option<Uuid>,
    /// At most 1000 at a time.
    pub device_ids: Vec<Uuid>,
    pub action: DeviceAction,
}

/// What is done. Nothing that destroys is offered for many devices at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DeviceAction {
    /// Moves the devices into a blueprint.
    AssignBlueprint {
        blueprint_id: Uuid,
        /// The digest of the preview of this move. Required where 10 or more devices would be due
        /// within 24 hours.
        #[serde(default)]
        preview_digest: Option<String>,
    },
    /// Gives the devices tags besides those they have.
    AddTags { tags: Vec<String> },
    /// Takes tags from the devices.
    RemoveTags { tags: Vec<String> },
    /// Asks the devices to connect and report.
    Sync,
    /// Writes the same note about each of the devices.
    AddNote { text: String },
}

/// What became of the devices: a device that cannot be done keeps no other from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceActionOutcome {
    pub done: u64,
    pub refused: Vec<RefusedDevice>,
}

/// A device that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedDevice {
    pub device_id: Uuid,
    pub reason: RefusedReason,
}

/// Why a device was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusedReason {
    /// No device with this id is enrolled.
    NotEnrolled,
    /// It would have more tags than a device may have.
    TooManyTags,
}
