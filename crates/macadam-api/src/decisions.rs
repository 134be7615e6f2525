//! Decisions on the wire: `/api/v1/devices/{id}/explanation`, and the lines of `macadam decide`.

mod convert;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::devices::DeviceDeclaration;

pub(crate) use convert::values;
pub use convert::{ItemLabels, local_moment};

/// One device's decision with its trace: one line of `macadam decide --json`.
///
/// The server writes the same bytes for the same facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionLine {
    /// The device's id, as the facts name it.
    pub device: String,
    pub status: Status,
    pub outcome: Outcome,
    pub mechanism: Option<Mechanism>,
    /// Whether the device meets every floor that applies to it, due or not.
    pub meets_floor: bool,
    pub trace: Vec<TraceStep>,
}

/// What the device must do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// Install the target by its deadline.
    Install(Target),
    /// No obligation is open.
    UpToDate,
    /// Offered in Self Service, not requested.
    Available {
        version: String,
    },
    /// The track is not out for this device yet.
    Waiting,
    Incompatible,
    Excluded,
    /// An obligation is open and nothing installable satisfies it.
    Unresolved {
        reason: Unresolved,
    },
    /// An obligation is open, and a person's decision keeps it from being enforced for now.
    Suspended {
        reason: Suspended,
    },
    NotManageable {
        reason: NotManageable,
    },
    /// No Managed OS item reaches the device.
    NotAssigned,
}

/// What is to be installed, and by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// Label of the Managed OS item that wants it.
    pub item: String,
    pub version: String,
    pub build: String,
    /// Whether the build is named to the device.
    pub send_build: bool,
    /// The deadline on the device's own clock.
    #[schema(value_type = String, example = "2026-03-10T09:30:00")]
    pub deadline_local: DateTime,
    /// The same moment by the device's last known offset from UTC.
    pub deadline_at: Option<Timestamp>,
    pub details_url: Option<String>,
    /// What comes after it.
    pub then: Option<String>,
}

/// What an administrator sees in lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Available,
    Pending,
    Waiting,
    Downloading,
    Cached,
    Installing,
    Pass,
    Error,
    Incompatible,
    Excluded,
}

/// How the device is brought to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mechanism {
    Ddm,
    MdmCommands,
    Agent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unresolved {
    NotForThisDevice,
    Held,
    Withdrawn,
    Expired,
    NotApproved,
}

/// Why an open obligation is not enforced for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suspended {
    /// The item is paused.
    Paused,
    /// An earlier ring had trouble with the release, and nobody let it go on yet.
    Halted,
    /// The device or its user is exempt for some days.
    Exempt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotManageable {
    NotSupervised,
    UserEnrollment,
    NoDeclarativeManagement,
    NoUpdateId,
    EmptyCatalog,
    NotInFeed,
}

/// One rule that fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TraceStep {
    /// Label of the item the rule fired for; `null` when it was for the device as a whole.
    pub item: Option<String>,
    /// Stable name of the rule.
    pub code: String,
    /// What happened, for a person.
    pub sentence: String,
    /// What the sentence is made of, as in `Wording`.
    pub values: BTreeMap<String, String>,
}

/// What a sentence says, for programs and other languages: its stable name, and what is put into
/// its words. Days are as in `2026-02-25`, times by the device's own clock as in
/// `2026-02-25T12:30:00`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Wording {
    #[schema(example = "install")]
    pub code: String,
    pub values: BTreeMap<String, String>,
}

impl Wording {
    pub fn new(code: &str, facts: macadam_policy::Facts) -> Self {
        Self { code: code.to_owned(), values: values(facts) }
    }

    /// What a rule says.
    pub fn of_rule(rule: &macadam_policy::Rule) -> Self {
        Self::new(rule.code(), rule.facts())
    }
}

/// Everything behind one device's decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    pub decision: DecisionLine,
    pub decided_at: Timestamp,
    /// The releases for the device's hardware, from the one that it runs on, oldest first.
    pub releases: Vec<ApplicableRelease>,
    /// What would change the outcome.
    pub would_change: Vec<Change>,
    /// The declarations the device is given, exactly as sent.
    pub declarations: Vec<DeviceDeclaration>,
}

/// Something that would change an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Stable name, such as `target_installed`.
    pub code: String,
    /// What would have to happen, for a person.
    pub sentence: String,
    /// What the sentence is made of, as in `Wording`: for the reasons why nothing is enforced,
    /// which one it is, under `why`.
    pub values: BTreeMap<String, String>,
}

impl Change {
    pub fn new(code: &str, sentence: &str) -> Self {
        let values = BTreeMap::new();
        Self { code: code.to_owned(), sentence: sentence.to_owned(), values }
    }

    /// What helps against the reason why something is not enforced.
    #[must_use]
    pub fn because(self, why: &str) -> Self {
        Self { values: BTreeMap::from([("why".to_owned(), why.to_owned())]), ..self }
    }
}

/// One release as it applies to one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicableRelease {
    pub version: String,
    pub build: String,
    pub released_on: Date,
    pub installable: bool,
}

#[cfg(test)]
mod tests;
