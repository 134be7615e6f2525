//! Assignments between their wire form and `macadam-policy`.

use macadam_policy as policy;

use super::{Assignment, Branch, Condition, Field, Node, Operator, Test};
use crate::Detail;

impl Assignment {
    /// The assignment with its items looked up by `find`, which gets the text they are named by.
    pub fn to_policy(
        &self,
        find: &dyn Fn(&str) -> Option<policy::ItemId>,
    ) -> Result<policy::Assignment, Vec<Detail>> {
        let mut unknown = Vec::new();
        let assignment = match self {
            Self::Classic(names) => {
                policy::Assignment::Classic(items_to_policy(names, find, &mut unknown))
            }
            Self::Map(nodes) => policy::Assignment::Map(nodes_to_policy(nodes, find, &mut unknown)),
        };
        if unknown.is_empty() { Ok(assignment) } else { Err(unknown) }
    }

    /// The wire form, with items named by `name`.
    pub fn from_policy(
        assignment: &policy::Assignment,
        name: &dyn Fn(policy::ItemId) -> String,
    ) -> Self {
        match assignment {
            policy::Assignment::Classic(items) => {
                Self::Classic(items.iter().map(|item| name(*item)).collect())
            }
            policy::Assignment::Map(nodes) => {
                Self::Map(nodes.iter().map(|node| node_from_policy(node, name)).collect())
            }
        }
    }
}

impl Assignment {
    /// The same assignment with its items named in another way.
    pub fn rename<E>(&self, name: &dyn Fn(&str) -> Result<String, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Classic(items) => Self::Classic(rename_items(items, name)?),
            Self::Map(nodes) => Self::Map(rename_nodes(nodes, name)?),
        })
    }

    /// Takes an item out, wherever it is assigned. Branches stay, and a list that has become empty
    /// goes.
    pub fn remove(&mut self, item: &str) {
        match self {
            Self::Classic(items) => items.retain(|name| name != item),
            Self::Map(nodes) => remove_from(nodes, item),
        }
    }
}

fn remove_from(nodes: &mut Vec<Node>, item: &str) {
    nodes.retain_mut(|node| match node {
        Node::Items(items) => {
            let had_some = !items.is_empty();
            items.retain(|name| name != item);
            !(had_some && items.is_empty())
        }
        Node::Block(branches) => {
            for branch in branches {
                remove_from(&mut branch.nodes, item);
            }
            true
        }
    });
}

fn rename_items<E>(
    items: &[String],
    name: &dyn Fn(&str) -> Result<String, E>,
) -> Result<Vec<String>, E> {
    items.iter().map(|item| name(item)).collect()
}

fn rename_nodes<E>(
    nodes: &[Node],
    name: &dyn Fn(&str) -> Result<String, E>,
) -> Result<Vec<Node>, E> {
    let rename_branch = |branch: &Branch| {
        let (condition, nodes) = (branch.condition.clone(), rename_nodes(&branch.nodes, name)?);
        Ok(Branch { condition, nodes })
    };
    let rename = |node: &Node| match node {
        Node::Items(items) => rename_items(items, name).map(Node::Items),
        Node::Block(branches) => {
            branches.iter().map(rename_branch).collect::<Result<_, E>>().map(Node::Block)
        }
    };
    nodes.iter().map(rename).collect()
}

/// Finds an item by the text of its id.
pub fn item_by_id(text: &str) -> Option<policy::ItemId> {
    text.parse().ok()
}

fn items_to_policy(
    names: &[String],
    find: &dyn Fn(&str) -> Option<policy::ItemId>,
    unknown: &mut Vec<Detail>,
) -> Vec<policy::ItemId> {
    let mut items = Vec::with_capacity(names.len());
    for name in names {
        match find(name) {
            Some(item) => items.push(item),
            None => {
                unknown.push(Detail::new("assignment", format!("item '{name}' does not exist")))
            }
        }
    }
    items
}

fn nodes_to_policy(
    nodes: &[Node],
    find: &dyn Fn(&str) -> Option<policy::ItemId>,
    unknown: &mut Vec<Detail>,
) -> Vec<policy::Node> {
    let mut converted = Vec::with_capacity(nodes.len());
    for node in nodes {
        converted.push(match node {
            Node::Items(names) => policy::Node::Items(items_to_policy(names, find, unknown)),
            Node::Block(branches) => policy::Node::Block(
                branches
                    .iter()
                    .map(|branch| policy::Branch {
                        condition: branch.condition.as_ref().map(Into::into),
                        nodes: nodes_to_policy(&branch.nodes, find, unknown),
                    })
                    .collect(),
            ),
        });
    }
    converted
}

fn node_from_policy(node: &policy::Node, name: &dyn Fn(policy::ItemId) -> String) -> Node {
    match node {
        policy::Node::Items(items) => Node::Items(items.iter().map(|item| name(*item)).collect()),
        policy::Node::Block(branches) => Node::Block(
            branches
                .iter()
                .map(|branch| Branch {
                    condition: branch.condition.as_ref().map(Into::into),
                    nodes: branch.nodes.iter().map(|node| node_from_policy(node, name)).collect(),
                })
                .collect(),
        ),
    }
}

impl From<&Condition> for policy::Condition {
    fn from(condition: &Condition) -> Self {
        match condition {
            Condition::All(inner) => Self::All(inner.iter().map(Into::into).collect()),
            Condition::Any(inner) => Self::Any(inner.iter().map(Into::into).collect()),
            Condition::Not(inner) => Self::Not(Box::new(inner.as_ref().into())),
            Condition::Test(Test { field, operator, value }) => Self::Test {
                field: (*field).into(),
                operator: (*operator).into(),
                value: value.clone(),
            },
        }
    }
}

impl From<&policy::Condition> for Condition {
    fn from(condition: &policy::Condition) -> Self {
        match condition {
            policy::Condition::All(inner) => Self::All(inner.iter().map(Into::into).collect()),
            policy::Condition::Any(inner) => Self::Any(inner.iter().map(Into::into).collect()),
            policy::Condition::Not(inner) => Self::Not(Box::new(inner.as_ref().into())),
            policy::Condition::Test { field, operator, value } => Self::Test(Test {
                field: (*field).into(),
                operator: (*operator).into(),
                value: value.clone(),
            }),
        }
    }
}

impl From<Field> for policy::Field {
    fn from(field: Field) -> Self {
        match field {
            Field::Name => Self::Name,
            Field::SerialNumber => Self::Serial,
            Field::Model => Self::Model,
            Field::Product => Self::Product,
            Field::Platform => Self::Platform,
            Field::OsVersion => Self::OsVersion,
            Field::UpdateId => Self::UpdateId,
            Field::Tag => Self::Tag,
            Field::Supervised => Self::Supervised,
            Field::AppleSilicon => Self::AppleSilicon,
            Field::Percentile => Self::Percentile,
        }
    }
}

impl From<policy::Field> for Field {
    fn from(field: policy::Field) -> Self {
        match field {
            policy::Field::Name => Self::Name,
            policy::Field::Serial => Self::SerialNumber,
            policy::Field::Model => Self::Model,
            policy::Field::Product => Self::Product,
            policy::Field::Platform => Self::Platform,
            policy::Field::OsVersion => Self::OsVersion,
            policy::Field::UpdateId => Self::UpdateId,
            policy::Field::Tag => Self::Tag,
            policy::Field::Supervised => Self::Supervised,
            policy::Field::AppleSilicon => Self::AppleSilicon,
            policy::Field::Percentile => Self::Percentile,
        }
    }
}

crate::text::same_variants! {
    Operator = policy::Operator { Is, IsNot, Contains, StartsWith, AtLeast, Below }
}
