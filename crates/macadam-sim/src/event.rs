//! What happens to simulated devices, as a log that is the same bytes for the same seed.

use jiff::Timestamp;
use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::device::{Choice, Power};

/// Something that happened to one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, on the fleet's clock.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// It is enrolled: the first TokenUpdate was accepted.
    Enrolled,
    /// The server made it unenroll.
    Unenrolled,
    /// It was switched on or off, fell asleep or woke.
    Power {
        /// What it is now.
        power: Power,
    },
    /// A new set of declarations was applied.
    DeclarationsApplied {
        /// The token of the set.
        token: String,
    },
    /// It carried out, refused or put off a command.
    Command {
        /// The type of the command.
        request_type: String,
        /// What it answered.
        status: String,
    },
    /// It fetches a release.
    Downloading {
        /// The version.
        version: String,
        /// The build.
        build: String,
    },
    /// The release is on the disk.
    Prepared {
        /// The version.
        version: String,
    },
    /// The person was told.
    Notice {
        /// How much time is left, in minutes.
        minutes_left: i64,
    },
    /// The person reacted to a notice with more than closing it.
    Chose {
        /// How.
        choice: Choice,
    },
    /// The installation began.
    Installing {
        /// The version.
        version: String,
        /// The build.
        build: String,
        /// The local time at the device.
        local: civil::DateTime,
        /// Why, in Apple's words.
        reason: String,
    },
    /// It restarted into a new version.
    Installed {
        /// The version, with the letter of a supplement.
        version: String,
        /// The build.
        build: String,
    },
    /// It cannot install without a person or a bootstrap token.
    Stalled {
        /// What it needs.
        reason: String,
    },
    /// An attempt failed.
    Failed {
        /// Why.
        reason: String,
        /// How often by now.
        count: u32,
    },
    /// A request or its answer was lost, or the server could not be used.
    NoAnswer {
        /// The HTTP status, when there was an answer.
        status: Option<u16>,
    },
    /// The server answered with something that this device cannot use.
    BadAnswer {
        /// What was wrong with it.
        problem: String,
    },
}
