//! `/api/v1/summary`: the whole fleet in numbers, and what needs a person.
//!
//! Every number is that of a list: the same words filter `GET /api/v1/devices`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Os;
use crate::feeds::FeedStatus;
use crate::releases::{FeedList, ReleaseKind};
use crate::server::Alert;

/// The enrolled devices in numbers, and what a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// The fleet's time, by which everything here is judged.
    pub at: Timestamp,
    pub devices: u64,
    pub standings: Standings,
    pub platforms: Vec<PlatformSummary>,
    /// Why devices cannot update, or why nothing is enforced; the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// What will keep devices from their targets; the most frequent first.
    pub blockers: Vec<BlockerCount>,
    /// The versions devices run, by platform, newest first.
    pub versions: Vec<VersionCount>,
    /// The days on which devices are due, device-local, today included.
    pub deadlines: Vec<DeadlineDay>,
    /// What Apple published since the moment that was asked for, newest first.
    pub releases: Vec<NewRelease>,
    /// How old the release data is.
    pub feeds: Vec<FeedStatus>,
    /// What needs a person, most urgent first.
    pub attention: Vec<Alert>,
}

/// How a device stands; every enrolled device stands in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Runs what it must, or is due in more than a week.
    OnTime,
    /// Due within a week.
    DueSoon,
    Overdue,
    /// Nothing that it can install satisfies what it must run, or its OS cannot be managed.
    CannotUpdate,
    /// No item reaches it, somebody left it out, or Apple does not list it yet.
    NotEnforced,
}

/// How many devices stand in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Standings {
    pub on_time: u64,
    pub due_soon: u64,
    pub overdue: u64,
    pub cannot_update: u64,
    pub not_enforced: u64,
}

/// The devices of one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlatformSummary {
    pub platform: Os,
    pub devices: u64,
    pub standings: Standings,
}

/// Devices for which one reason holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonCount {
    pub standing: Standing,
    /// Stable name, as `reason` filters devices by.
    #[schema(example = "not_in_feed")]
    pub reason: String,
    pub sentence: String,
    pub devices: u64,
}

/// Devices that one thing will keep from their targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockerCount {
    /// Stable name, as `blocker` filters devices by.
    #[schema(example = "disk_space")]
    pub blocker: String,
    pub sentence: String,
    pub devices: u64,
}

/// Devices that run one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionCount {
    pub platform: Os,
    pub os_version: String,
    pub devices: u64,
}

/// Devices whose deadline is on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadlineDay {
    /// Device-local.
    pub day: Date,
    pub devices: u64,
}

/// A release that came out lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewRelease {
    pub id: String,
    pub list: FeedList,
    pub version: String,
    pub kind: ReleaseKind,
    pub released_on: Date,
    /// Whether it mends a vulnerability that was exploited.
    pub exploited: bool,
    pub cve_count: u32,
    /// How many devices run it or something newer of the major.
    pub devices_done: u64,
}

/// What the summary should look back at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// Releases since this moment; 30 days when left out.
    pub since: Option<Timestamp>,
}

/// How many devices ran one version at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionShare {
    /// In UTC.
    pub day: Date,
    pub platform: Os,
    pub os_version: String,
    pub devices: u64,
}

/// How far back the spread of versions is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct VersionShareQuery {
    /// From this day on, in UTC; the last 90 days when left out.
    pub from: Option<Date>,
    pub platform: Option<Os>,
}
