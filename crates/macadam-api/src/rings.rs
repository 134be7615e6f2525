//! `/api/v1/ring-halts`: releases that trouble in one ring stopped for the later ones; and how
//! the rings of an item do, `/api/v1/library-items/{id}/rings`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Named, Os};

/// How one ring of a Managed OS item does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RingProgress {
    /// `null` for the devices in no ring.
    pub ring: Option<String>,
    pub offset_days: u16,
    /// The newest version first.
    pub releases: Vec<RingRelease>,
}

/// How one ring does with one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RingRelease {
    pub version: String,
    /// The devices that have it, and those that have to install it.
    pub devices: u64,
    pub done: u64,
    /// Those that failed to install it, refused it, or are long past its deadline.
    pub failed: u64,
    /// Those that were not heard of again when they were installing it, or soon after.
    pub silent: u64,
    /// The halt that stops it for the later rings.
    pub halt_id: Option<Uuid>,
}

/// A release that is, or was, stopped for the rings after one that had trouble with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RingHalt {
    pub id: Uuid,
    pub item: Named,
    /// `null` when the item is not known any more.
    pub platform: Option<Os>,
    /// The ring that had the trouble; `null` for the devices in no ring.
    pub ring: Option<String>,
    pub version: String,
    pub halted_at: Timestamp,
    /// How the ring did then.
    pub devices: u64,
    pub done: u64,
    pub failed: u64,
    pub silent: u64,
    /// The same in one sentence.
    pub reason: String,
    /// When a person let it go on; `null` while it is stopped.
    pub resumed_at: Option<Timestamp>,
    pub resumed_by: Option<String>,
    pub resume_reason: Option<String>,
}

/// A device that has trouble with a release that was stopped because of such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TroubledDevice {
    pub id: Uuid,
    pub name: String,
    pub serial_number: String,
    pub trouble: Trouble,
    /// What the device said about it, in its own words.
    pub device_words: Option<String>,
    pub last_seen_at: Option<Timestamp>,
}

/// How a device is in trouble with a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It failed to install, refused, or is long past the deadline.
    Failed,
    /// It was not heard of again when it was installing, or soon after.
    Silent,
}

/// `POST /api/v1/ring-halts/{id}/resume`: lets a release go on. Its clock stood still meanwhile:
/// the later rings get as many days more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeRing {
    pub reason: String,
}
