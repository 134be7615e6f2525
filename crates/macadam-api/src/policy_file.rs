//! Policy files: library items and blueprints as one YAML file, named by label and name.
//!
//! `macadam decide --policy` reads them offline, `macadam plan` and `apply` write them to a
//! server, and `/api/v1/policy` answers what the server has.

mod convert;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::blueprints::Assignment;
use crate::library_items::LibraryItemSettings;
use crate::previews::Difference;
use crate::releases::{Approval, FeedList};

pub use convert::{DecideLineError, Policy};

/// Library items and blueprints that refer to each other by label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// When releases count as approved.
    #[serde(default)]
    pub approval: Approval,
    #[serde(default)]
    pub library_items: Vec<LibraryItemSettings>,
    #[serde(default)]
    pub blueprints: Vec<BlueprintEntry>,
    /// Labels of items that are paused.
    #[serde(default)]
    pub paused: BTreeSet<String>,
    /// What administrators said about releases.
    #[serde(default)]
    pub reviews: Vec<ReviewEntry>,
}

/// `PUT /api/v1/policy`: brings library items and blueprints to what the file says. What it does
/// not name stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyPolicy {
    pub policy: PolicyFile,
    /// The digest of the preview that was confirmed. The write is refused when the preview would
    /// differ by now, so that nobody's change is lost.
    pub preview_digest: String,
}

/// What applying a policy file did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppliedPolicy {
    pub differences: Vec<Difference>,
    pub devices_changed: u64,
}

/// One blueprint of a policy file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlueprintEntry {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub assignment: Assignment,
}

/// An administrator's word about a release, fleet-wide or for one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewEntry {
    pub list: FeedList,
    #[serde(deserialize_with = "crate::text::version_text")]
    pub version: String,
    /// Label of the item it is for; for the fleet when left out.
    #[serde(default)]
    pub item: Option<String>,
    #[serde(default)]
    pub approved_at: Option<Timestamp>,
    #[serde(default)]
    pub held_since: Option<Timestamp>,
    #[serde(default)]
    pub resumed_at: Option<Timestamp>,
}
