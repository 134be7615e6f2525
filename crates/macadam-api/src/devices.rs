//! `/api/v1/devices`: the fleet, and everything known about one device.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::decisions::{Mechanism, NotManageable, Status, Unresolved, Wording, values};
use crate::facts::EnrollmentKind;
use crate::releases::FeedList;
use crate::summary::Standing;
use crate::{Named, Os};

/// One row of the device list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    pub id: Uuid,
    pub name: String,
    pub serial_number: String,
    /// Apple's marketing name, such as `MacBook Air (M2, 2022)`.
    pub model: String,
    /// Apple's product name, such as `Mac14,2`.
    pub product: String,
    /// `null` until the device has told what it is.
    pub platform: Option<Os>,
    /// With the letter of an installed Background Security Improvement.
    pub os_version: String,
    pub build: Option<String>,
    pub blueprint: Option<Named>,
    pub tags: Vec<String>,
    pub enrollment: EnrollmentKind,
    pub supervised: bool,
    pub enrolled_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
    pub decision: DecisionSummary,
}

/// The decision in a list: what, by when, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionSummary {
    /// `null` as long as the device has not told enough to decide anything.
    pub status: Option<Status>,
    pub meets_floor: bool,
    /// The Managed OS item that wants the target.
    pub item: Option<Named>,
    pub target_version: Option<String>,
    /// The deadline on the device's own clock.
    #[schema(value_type = Option<String>, example = "2026-03-10T09:30:00")]
    pub deadline_local: Option<DateTime>,
    /// The same moment by the device's last known offset from UTC.
    pub deadline_at: Option<Timestamp>,
    /// The days until the deadline, rounded: 7.6 days are 8; `null` without one, and past it. An
    /// unknown offset counts as UTC−12.
    pub days_left: Option<u32>,
    pub is_overdue: bool,
    pub mechanism: Option<Mechanism>,
    pub unresolved: Option<Unresolved>,
    pub not_manageable: Option<NotManageable>,
    /// One sentence that says why; the last of the trace.
    pub reason: String,
    /// The same for other languages; `null` where it was decided by an earlier release.
    pub wording: Option<Wording>,
}

/// Which devices are wanted, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct DeviceFilter {
    /// Part of the name, serial number, model or product.
    pub search: Option<String>,
    pub platform: Option<Os>,
    pub status: Option<Status>,
    /// Whether the deadline has passed and the target is not installed.
    pub overdue: Option<bool>,
    pub meets_floor: Option<bool>,
    pub blueprint_id: Option<Uuid>,
    /// Only devices that this item reaches.
    pub item_id: Option<Uuid>,
    pub tag: Option<String>,
    pub target_version: Option<String>,
    pub os_version: Option<String>,
    pub os_version_below: Option<String>,
    /// Only devices whose deadline is before this moment.
    pub due_before: Option<Timestamp>,
    /// Only devices not seen since this moment.
    pub not_seen_since: Option<Timestamp>,
    /// Only devices that stand like this now.
    pub standing: Option<Standing>,
    /// Only devices that cannot update, or that nothing is enforced on, for this reason.
    pub reason: Option<String>,
    /// Only devices whose deadline is on this day, device-local.
    pub due_on: Option<Date>,
    /// Only devices whose deadline is on a later day than this, device-local.
    pub due_after: Option<Date>,
    /// Only devices that run this version or something newer.
    pub os_version_from: Option<String>,
    /// Only devices that this will keep from their target.
    pub blocker: Option<String>,
    /// Only devices of the platforms that this list of Apple's feed is for.
    pub list: Option<FeedList>,
    pub supervised: Option<bool>,
    pub enrollment: Option<EnrollmentKind>,
    /// The model's name or its product identifier, without regard to case.
    #[param(example = "Mac15,6")]
    pub model: Option<String>,
    /// The build that is installed, without regard to case.
    #[param(example = "25D125")]
    pub build: Option<String>,
    /// Only devices whose current enrollment began before this moment.
    pub enrolled_before: Option<Timestamp>,
    /// Only devices whose current enrollment began at this moment or later.
    pub enrolled_since: Option<Timestamp>,
    pub sort: Option<DeviceSort>,
}

/// The order of a device list; devices that are equal in it are ordered by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceSort {
    #[default]
    Name,
    SerialNumber,
    OsVersion,
    Deadline,
    LastSeen,
}

/// Everything about one device that is not secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceRecord {
    #[serde(flatten)]
    pub device: Device,
    pub udid: Option<String>,
    /// The id Apple's feed knows the hardware by.
    pub update_id: Option<String>,
    pub apple_silicon: Option<bool>,
    pub utc_offset_minutes: Option<i16>,
    pub has_ddm_enforcement: bool,
    pub bootstrap_token_escrowed: Option<bool>,
    /// When the identity certificate of the device ends.
    pub identity_expires_at: Option<Timestamp>,
    /// The Managed OS and other items that reach it.
    pub items: Vec<DeviceItem>,
    pub readiness: Readiness,
    /// The last value of every status item, as the device sent it.
    #[schema(value_type = Object)]
    pub status_items: BTreeMap<String, Value>,
}

/// Whether a device will reach its target by itself, as far as it can be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    /// Whether nothing is known that will keep it from its target.
    pub ready: bool,
    pub blockers: Vec<Blocker>,
}

/// One thing that will keep a device from its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Blocker {
    /// Stable name, as `blocker` filters devices by.
    #[schema(example = "disk_space")]
    pub code: String,
    pub sentence: String,
    /// What the sentence is made of, as in `Wording`.
    pub values: BTreeMap<String, String>,
    /// What would help.
    pub remedy: String,
}

impl Readiness {
    /// A device that these things will keep from its target.
    pub fn new(blockers: &[macadam_policy::Blocker]) -> Self {
        let blocker = |blocker: &macadam_policy::Blocker| Blocker {
            code: blocker.code().to_owned(),
            sentence: blocker.to_string(),
            values: values(blocker.facts()),
            remedy: blocker.remedy().to_owned(),
        };
        Self { ready: blockers.is_empty(), blockers: blockers.iter().map(blocker).collect() }
    }
}

/// One item that reaches a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceItem {
    pub id: Uuid,
    pub label: String,
    pub reached_at: Timestamp,
    pub ring: Option<String>,
}

/// Changes what administrators say about a device. What is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateDevice {
    pub tags: Option<Vec<String>>,
    pub blueprint_id: Option<Uuid>,
}

/// One line of a device's history: a change of its status, its target or its deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    pub at: Timestamp,
    pub status: Status,
    /// The message it came with.
    pub source: TimelineSource,
    pub os_version: String,
    pub target_version: Option<String>,
    /// What happened, for a person.
    pub sentence: String,
    /// The same for other languages; `null` where an earlier release wrote it down.
    pub wording: Option<Wording>,
    /// What the device said, in its own words.
    pub device_words: Option<String>,
}

/// What brought a change of status about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelineSource {
    CheckIn,
    StatusReport,
    CommandResult,
    /// A release, a policy or a review changed the decision.
    Decision,
}

/// One declaration as the device gets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceDeclaration {
    pub identifier: String,
    #[serde(rename = "type")]
    pub declaration_type: String,
    pub server_token: String,
    /// The declaration, exactly as sent.
    #[schema(value_type = Object)]
    pub document: Value,
    /// Whether the device activated this very version; `null` until it says so.
    pub active: Option<bool>,
    /// Whether the device calls it valid; `null` until it says so.
    pub valid: Option<bool>,
    /// The device's own words about it.
    pub reasons: Vec<String>,
}

/// One MDM command and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceCommand {
    pub id: Uuid,
    /// Apple's name, such as `DeclarativeManagement`.
    pub request_type: String,
    pub state: CommandState,
    pub queued_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub not_now_count: u32,
    /// The device's error chain, one sentence each.
    pub errors: Vec<String>,
}

/// Where a command stands; the last five are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommandState {
    Queued,
    Sent,
    NotNow,
    Acknowledged,
    Error,
    CommandFormatError,
    Cancelled,
    OutcomeUnknown,
}

/// How many devices match, by status: the numbers of overview pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceCounts {
    pub total: u64,
    pub by_status: BTreeMap<Status, u64>,
    /// Devices that have not told enough to decide anything.
    pub undecided: u64,
    pub overdue: u64,
    pub below_floor: u64,
}
