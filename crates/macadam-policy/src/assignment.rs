//! Blueprints' assignments: a flat set of items, or a map of conditions; and which items reach one
//! device through them.

mod condition;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use thiserror::Error;

use crate::{AssignedItem, Attributes, Device, ItemId, LibraryItem, ManagedOs, Platform, RingHalt};

const BLOCKS_DEEP: u8 = 8;
const NODES: usize = 500;
const BRANCHES: usize = 50;
const ITEMS: usize = 500;

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
        "'{first}' and '{second}' are both for {platform} {major} and would reach the same device; \
         one path through a map can have only one of them"
    )]
    SamePlatformAndMajor { first: String, second: String, platform: Platform, major: u16 },
    #[error("the else of a block must be its last branch")]
    ElseNotLast,
    #[error("a map may nest {limit} blocks deep")]
    TooDeep { limit: u8 },
    #[error("rules may nest {limit} deep")]
    RulesTooDeep { limit: u8 },
    #[error("a group of rules needs at least one rule")]
    EmptyGroup,
    #[error("at most {limit} {what} fit in one map")]
    TooMany { what: &'static str, limit: usize },
    #[error("'{value}' cannot be compared with the {field} of a device")]
    Value { field: Field, value: String },
    #[error("the {field} of a device cannot be tested with '{operator}'")]
    Operator { field: Field, operator: Operator },
}

/// A Managed OS item as the library holds it.
#[derive(Clone, Debug)]
pub struct LibraryEntry {
    pub item: Arc<ManagedOs>,
    pub is_paused: bool,
}

/// What is stored about one item and one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemHistory {
    pub reached_at: Timestamp,
    pub requested_at: Option<Timestamp>,
    pub requested_local: Option<DateTime>,
    pub exempt_until: Option<Date>,
    /// Every halt of the item, whichever ring had the trouble.
    pub halts: Vec<RingHalt>,
}

/// The items that reach this device, in the order the map places them, each once.
///
/// An item that several nodes place counts as placed by the most specific of them.
pub fn assigned_items(
    assignment: &Assignment,
    device: &Device,
    attributes: &Attributes,
) -> Vec<Placement> {
    let mut walk = Walk { device, attributes, path: Vec::new(), placements: Vec::new() };
    match assignment {
        Assignment::Classic(items) => walk.place(items, 0),
        Assignment::Map(nodes) => walk.nodes(nodes, 0),
    }
    walk.placements
}

/// The Managed OS items to decide with: those that reach the device, then those of its platform
/// that the map's rules leave out.
pub fn managed_os_items(
    assignment: &Assignment,
    library: &BTreeMap<ItemId, LibraryEntry>,
    (device, attributes): (&Device, &Attributes),
    history: &dyn Fn(ItemId) -> ItemHistory,
) -> Vec<AssignedItem> {
    let reaching = assigned_items(assignment, device, attributes);
    let mut excluded = all_items(assignment);
    excluded.retain(|item| !reaching.iter().any(|placement| placement.item == *item));
    let assigned = |id: ItemId, depth, is_excluded| {
        let entry = library.get(&id)?;
        if entry.item.settings().platform != device.platform {
            return None;
        }
        let history = history(id);
        let ring = entry.item.ring_of(device, attributes);
        Some(AssignedItem {
            id,
            item: entry.item.clone(),
            reached_at: history.reached_at,
            depth,
            ring_offset_days: ring.map_or(0, |ring| ring.offset_days),
            is_paused: entry.is_paused,
            is_excluded,
            requested_at: history.requested_at,
            requested_local: history.requested_local,
            exempt_until: history.exempt_until,
            halts: entry.item.halts_for(ring, history.halts),
        })
    };
    let reaching = reaching.iter().filter_map(|at| assigned(at.item, at.depth, false));
    let excluded = excluded.iter().filter_map(|item| assigned(*item, 0, true));
    reaching.chain(excluded).collect()
}

/// Every item an assignment names, each once, in the order of the map.
pub fn all_items(assignment: &Assignment) -> Vec<ItemId> {
    let mut items = Vec::new();
    match assignment {
        Assignment::Classic(named) => items.extend(named),
        Assignment::Map(nodes) => collect_items(nodes, &mut items),
    }
    let mut seen = std::collections::BTreeSet::new();
    items.retain(|item| seen.insert(*item));
    items
}

fn collect_items(nodes: &[Node], items: &mut Vec<ItemId>) {
    for node in nodes {
        match node {
            Node::Items(named) => items.extend(named),
            Node::Block(branches) => {
                for branch in branches {
                    collect_items(&branch.nodes, items);
                }
            }
        }
    }
}

/// One device on its way through a map.
struct Walk<'a> {
    device: &'a Device,
    attributes: &'a Attributes,
    path: Vec<u16>,
    placements: Vec<Placement>,
}

impl Walk<'_> {
    fn nodes(&mut self, nodes: &[Node], depth: u8) {
        for (index, node) in nodes.iter().enumerate() {
            self.path.push(position(index));
            match node {
                Node::Items(items) => self.place(items, depth),
                Node::Block(branches) => self.block(branches, depth.saturating_add(1)),
            }
            self.path.pop();
        }
    }

    fn block(&mut self, branches: &[Branch], depth: u8) {
        let (device, attributes) = (self.device, self.attributes);
        let holds = |branch: &Branch| {
            branch.condition.as_ref().is_none_or(|rule| rule.holds(device, attributes))
        };
        if let Some((index, branch)) = branches.iter().enumerate().find(|(_, way)| holds(way)) {
            self.path.push(position(index));
            self.nodes(&branch.nodes, depth);
            self.path.pop();
        }
    }

    fn place(&mut self, items: &[ItemId], depth: u8) {
        for item in items {
            let placement = Placement { item: *item, depth, path: self.path.clone() };
            match self.placements.iter_mut().find(|known| known.item == *item) {
                Some(known) if known.depth >= depth => {}
                Some(known) => *known = placement,
                None => self.placements.push(placement),
            }
        }
    }
}

fn position(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// Refuses what can be proved wrong when a blueprint is saved.
///
/// Items in branches of different blocks may meet on a device, or never; only what shares one
/// path is certain to. The others meet `decide`, which prefers the more specific node.
pub fn check_assignment(
    assignment: &Assignment,
    items: &BTreeMap<ItemId, LibraryItem>,
) -> Result<(), Vec<AssignmentProblem>> {
    let mut check = Check { items, nodes: 0, placed: 0, problems: Vec::new() };
    match assignment {
        Assignment::Classic(named) => check.place(named, &mut Tracks::new()),
        Assignment::Map(nodes) => check.nodes(nodes, &Tracks::new(), 0),
    }
    if check.nodes > NODES {
        check.report(AssignmentProblem::TooMany { what: "nodes", limit: NODES });
    }
    if check.placed > ITEMS {
        check.report(AssignmentProblem::TooMany { what: "items", limit: ITEMS });
    }
    if check.problems.is_empty() { Ok(()) } else { Err(check.problems) }
}

/// The item that one path has for each platform and major.
type Tracks = BTreeMap<(Platform, u16), ItemId>;

struct Check<'a> {
    items: &'a BTreeMap<ItemId, LibraryItem>,
    nodes: usize,
    placed: usize,
    problems: Vec<AssignmentProblem>,
}

impl Check<'_> {
    fn nodes(&mut self, nodes: &[Node], above: &Tracks, depth: u8) {
        self.nodes += nodes.len();
        // What stands beside a block reaches every device that goes through the block, so all
        // of it counts before any branch is looked at.
        let mut tracks = above.clone();
        for node in nodes {
            match node {
                Node::Items(items) => self.place(items, &mut tracks),
                Node::Block(_) => {}
            }
        }
        for node in nodes {
            match node {
                Node::Items(_) => {}
                Node::Block(_) if depth >= BLOCKS_DEEP => {
                    self.report(AssignmentProblem::TooDeep { limit: BLOCKS_DEEP });
                }
                Node::Block(branches) => self.block(branches, &tracks, depth + 1),
            }
        }
    }

    fn block(&mut self, branches: &[Branch], above: &Tracks, depth: u8) {
        if branches.len() > BRANCHES {
            let (what, limit) = ("branches of a block", BRANCHES);
            self.report(AssignmentProblem::TooMany { what, limit });
        }
        let last = branches.len().saturating_sub(1);
        for (index, branch) in branches.iter().enumerate() {
            match &branch.condition {
                Some(condition) => {
                    for problem in condition.problems() {
                        self.report(problem);
                    }
                }
                None if index < last => self.report(AssignmentProblem::ElseNotLast),
                None => {}
            }
            self.nodes(&branch.nodes, above, depth);
        }
    }

    fn place(&mut self, named: &[ItemId], tracks: &mut Tracks) {
        self.placed += named.len();
        for id in named {
            match self.items.get(id) {
                None => self.report(AssignmentProblem::UnknownItem(*id)),
                Some(LibraryItem::SoftwareUpdateSettings(_)) => {}
                Some(LibraryItem::ManagedOs(item)) => {
                    let settings = item.settings();
                    let (platform, major) = (settings.platform, settings.major);
                    let first = *tracks.entry((platform, major)).or_insert(*id);
                    if first != *id {
                        self.report(AssignmentProblem::SamePlatformAndMajor {
                            first: self.label(first),
                            second: settings.label.clone(),
                            platform,
                            major,
                        });
                    }
                }
            }
        }
    }

    fn label(&self, id: ItemId) -> String {
        self.items.get(&id).map_or_else(|| id.to_string(), |item| item.label().to_owned())
    }

    fn report(&mut self, problem: AssignmentProblem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

#[cfg(test)]
mod tests;
