//! `POST /api/v1/previews`: what a change would do to the real fleet, before it is made.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use macadam_policy as policy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::blueprints::Assignment;
use crate::decisions::{Mechanism, Status};
use crate::library_items::{LibraryItemSettings, VersionEnforcement};
use crate::policy_file::PolicyFile;
use crate::releases::ReviewAction;
use crate::{Detail, Os};

/// The change whose effect is asked for. Nothing is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PreviewRequest {
    /// An item with new settings.
    LibraryItem {
        id: Uuid,
        settings: LibraryItemSettings,
        /// The blueprints that would assign it; left out, those that do.
        #[serde(default)]
        blueprint_ids: Option<Vec<Uuid>>,
    },
    /// An item that does not exist yet, as if these blueprints assigned it to all their devices.
    NewLibraryItem {
        settings: LibraryItemSettings,
        blueprint_ids: Vec<Uuid>,
    },
    DeleteLibraryItem {
        id: Uuid,
    },
    /// A blueprint with another assignment.
    Blueprint {
        id: Uuid,
        assignment: Assignment,
    },
    /// Devices that move into a blueprint.
    AssignDevices {
        blueprint_id: Uuid,
        device_ids: Vec<Uuid>,
    },
    Review {
        release_id: String,
        action: ReviewAction,
        item_id: Option<Uuid>,
    },
    /// A whole policy file; what it does not name stays.
    Policy {
        policy: PolicyFile,
    },
}

/// Something that is allowed but easily overlooked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// Stable name.
    #[schema(example = "working_hours")]
    pub code: String,
    pub sentence: String,
    /// What the sentence is made of, as in `Wording`.
    pub values: BTreeMap<String, String>,
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// Stands for the whole effect. Give it back with the change, so that what happens is what
    /// was seen.
    pub digest: String,
    pub previewed_at: Timestamp,
    /// What stands in the way of the change; when not empty, it would be refused.
    pub problems: Vec<Detail>,
    /// What is allowed but easily overlooked.
    pub warnings: Vec<Warning>,
    pub devices_total: u64,
    pub devices_changed: u64,
    /// How many are due within 24 hours because of the change.
    pub due_within_24_hours: u64,
    /// The devices due within 24 hours first; at most 200 of them.
    pub devices: Vec<PreviewDevice>,
    /// All changes, largest group first among those due alike; due within 24 hours first.
    pub groups: Vec<PreviewGroup>,
    /// Offered when devices would be due at once.
    pub suggestion: Option<NoticeSuggestion>,
    /// The differences between the policy file and the server; empty for other changes.
    pub differences: Vec<Difference>,
}

/// One device that a change concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewDevice {
    pub id: Uuid,
    pub name: String,
    pub serial_number: String,
    pub platform: Os,
    pub os_version: String,
    pub before: PreviewDecision,
    pub after: PreviewDecision,
}

/// Devices that a change concerns alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewGroup {
    pub device_count: u64,
    pub platform: Os,
    pub os_version: String,
    pub before: PreviewDecision,
    pub after: PreviewDecision,
    pub due_within_24_hours: bool,
    /// Some of the devices, by name.
    pub examples: Vec<String>,
}

/// A decision as a preview compares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct PreviewDecision {
    pub status: Status,
    pub target_version: Option<String>,
    #[schema(value_type = Option<String>, example = "2026-03-10T09:30:00")]
    pub deadline_local: Option<DateTime>,
    pub mechanism: Option<Mechanism>,
}

impl From<&policy::Decision> for PreviewDecision {
    fn from(decision: &policy::Decision) -> Self {
        let target = decision.outcome.target();
        Self {
            status: decision.status.into(),
            target_version: target.map(|target| target.version.to_string()),
            deadline_local: target.map(|target| target.deadline),
            mechanism: decision.mechanism.map(Into::into),
        }
    }
}

/// "Give everybody N days": an enforcement that makes nobody due at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeSuggestion {
    pub days: u16,
    /// Put it into the item instead of its enforcement.
    pub enforcement: VersionEnforcement,
}

/// One difference between a policy file and the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    pub action: DifferenceAction,
    /// `library_items` or `blueprints`.
    pub resource: String,
    /// Label or name.
    pub name: String,
    /// One line for each field that changes: `field: old → new`.
    pub changes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceAction {
    Create,
    Update,
}
