//! Blueprints' assignments: a flat set of items, or a map of conditions; and which items reach one
//! device through them.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{Attributes, Device, ItemId, LibraryItem};

/// What a blueprint assigns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    Classic(Vec<ItemId>),
    /// Every node is evaluated, top to bottom.
    Map(Vec<Node>),
}

/// One element of an assignment map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Items(Vec<ItemId>),
    /// If, else if, else: the first branch whose condition holds is followed.
    Block(Vec<Branch>),
}

/// One way through a block; no condition is the else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub condition: Option<Condition>,
    pub nodes: Vec<Node>,
}

/// A rule about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test { field: Field, operator: Operator, value: String },
}

/// What a rule can look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    Serial,
    Model,
    Product,
    Platform,
    OsVersion,
    UpdateId,
    Tag,
    Supervised,
    AppleSilicon,
    Percentile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Is,
    IsNot,
    Contains,
    StartsWith,
    AtLeast,
    Below,
}

/// One item that a blueprint places on a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub item: ItemId,
    /// How many blocks deep the item was found: the more specific node wins a conflict.
    pub depth: u8,
    /// The node's path from the top, for the trace: indices of nodes and branches.
    pub path: Vec<u16>,
}

/// What stands in the way of saving a blueprint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AssignmentProblem {
    #[error("item {0} does not exist")]
    UnknownItem(ItemId),
    #[error(
        "items {first} and {second} are for the same platform and major; one node can have only one of them"
    )]
    SamePlatformAndMajor { first: ItemId, second: ItemId },
    #[error("the else of a block must be its last branch")]
    ElseNotLast,
    #[error("a map may nest {limit} blocks deep")]
    TooDeep { limit: u8 },
    #[error("at most {limit} {what} fit in one map")]
    TooMany { what: &'static str, limit: usize },
    #[error("'{value}' cannot be compared with {field:?}")]
    Value { field: Field, value: String },
}

/// Which devices a save concerns: used by previews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentScope {
    Everything,
}

impl Condition {
    /// Whether the rule holds for this device.
    pub fn holds(&self, _device: &Device, _attributes: &Attributes) -> bool {
        false
    }
}

/// The items that reach this device, in the order the map places them.
pub fn assigned_items(
    assignment: &Assignment,
    device: &Device,
    attributes: &Attributes,
) -> Vec<Placement> {
    let _ = (assignment, device, attributes);
    Vec::new()
}

/// Refuses what can be proved wrong when a blueprint is saved.
pub fn check_assignment(
    assignment: &Assignment,
    items: &BTreeMap<ItemId, LibraryItem>,
) -> Result<(), Vec<AssignmentProblem>> {
    let _ = (assignment, items);
    Ok(())
}
