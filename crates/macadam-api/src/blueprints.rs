//! `/api/v1/blueprints`: which library items reach which devices.

mod convert;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use convert::item_by_id;

/// A blueprint as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Blueprint {
    pub id: Uuid,
    /// Give it in `If-Match` to change or delete the blueprint.
    pub revision: u64,
    pub name: String,
    pub description: String,
    pub assignment: Assignment,
    pub device_count: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Creates a blueprint, or replaces one (`PUT` with `If-Match`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteBlueprint {
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub assignment: Assignment,
    /// The digest of the preview that was confirmed: the write is refused if the preview would
    /// differ by now. Required where 10 or more devices would be due within 24 hours.
    #[serde(default)]
    pub preview_digest: Option<String>,
}

/// Moves devices into the blueprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignDevices {
    /// At most 1000 at a time.
    pub device_ids: Vec<Uuid>,
    #[serde(default)]
    pub preview_digest: Option<String>,
}

/// Which blueprints are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct BlueprintFilter {
    /// Part of the name.
    pub search: Option<String>,
    /// Only blueprints that assign this item.
    pub item_id: Option<Uuid>,
}

/// What a blueprint assigns. Items are named by id in the API and by label in policy files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// A flat set of items.
    Classic(Vec<String>),
    /// Nodes, evaluated top to bottom.
    Map(Vec<Node>),
}

/// One element of an assignment map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    Items(Vec<String>),
    /// If, else if, else: the first branch whose condition holds is followed.
    Block(Vec<Branch>),
}

/// One way through a block; no condition is the else, which comes last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    #[serde(default, rename = "if")]
    pub condition: Option<Condition>,
    #[serde(rename = "then")]
    #[schema(no_recursion)]
    pub nodes: Vec<Node>,
}

/// A rule about a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    #[schema(no_recursion)]
    All(Vec<Condition>),
    #[schema(no_recursion)]
    Any(Vec<Condition>),
    #[schema(no_recursion)]
    Not(Box<Condition>),
    Test(Test),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    pub field: Field,
    pub operator: Operator,
    #[serde(deserialize_with = "crate::text::version_text")]
    pub value: String,
}

/// What a rule can look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Name,
    SerialNumber,
    Model,
    Product,
    /// `macos`, `ios`, `ipados`, `tvos` or `visionos`.
    Platform,
    OsVersion,
    UpdateId,
    Tag,
    /// `true` or `false`.
    Supervised,
    /// `true` or `false`.
    AppleSilicon,
    /// A stable number of the device, 0 to 99.
    Percentile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Is,
    IsNot,
    Contains,
    StartsWith,
    AtLeast,
    Below,
}

#[cfg(test)]
mod tests;
