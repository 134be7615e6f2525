//! `/api/v1/bulk-actions`: one action on many devices, done by the server part by part, whether or
//! not somebody waits for it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The devices of a part: it is done at once, and previewed at once.
pub const DEVICES_AT_ONCE: usize = 1000;
/// The most devices of one action.
pub const MOST_DEVICES: usize = 200_000;

/// Does one thing to many devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateBulkAction {
    /// Chosen by the caller: the same request sent again is not done again, but answered with what
    /// became of it.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// At most 200,000. Every 1000 of them, in this order, are done at once.
    pub device_ids: Vec<Uuid>,
    pub action: DeviceAction,
    /// For a move, the digest of the preview of every 1000 devices, in their order. Required for a
    /// move of more than 1000 devices, and where 10 or more of them would be due within 24 hours.
    #[serde(default)]
    pub preview_digests: Vec<String>,
}

/// What is done. Nothing that destroys is offered for many devices at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DeviceAction {
    /// Moves the devices into a blueprint.
    AssignBlueprint { blueprint_id: Uuid },
    /// Gives the devices tags besides those they have.
    AddTags { tags: Vec<String> },
    /// Takes tags from the devices.
    RemoveTags { tags: Vec<String> },
    /// Asks the devices to connect and report.
    Sync,
    /// Writes the same note about each of the devices.
    AddNote { text: String },
}

/// One action on many devices, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkAction {
    pub id: Uuid,
    pub action: DeviceAction,
    pub state: BulkState,
    /// How many devices it is about.
    pub devices: u64,
    pub done: u64,
    /// The devices that were left as they are, by reason.
    pub left_out: Vec<LeftOut>,
    /// Why it could not go on.
    pub failure: Option<BulkFailure>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkState {
    Running,
    /// Every device was done or left out.
    Finished,
    /// Somebody stopped it.
    Stopped,
    Failed,
}

/// Devices that were left as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    pub reason: LeftOutReason,
    pub devices: u64,
}

/// Why a device was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// No device with this id is enrolled.
    NotEnrolled,
    /// It would have more tags than a device may have.
    TooManyTags,
    /// What was previewed for it and those done with it is no longer what would happen.
    PreviewOutdated,
    /// So many of those done with it would be due within a day that somebody must see it first.
    PreviewRequired,
}

/// Why an action ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkFailure {
    /// Whoever began it may not do this any more.
    NotPermitted,
    /// The blueprint is gone.
    UnknownBlueprint,
    /// A release of the server that did not know this action.
    UnknownAction,
}

impl BulkAction {
    /// How many devices were done or left out.
    pub fn seen(&self) -> u64 {
        self.left_out.iter().fold(self.done, |sum, one| sum.saturating_add(one.devices))
    }
}
