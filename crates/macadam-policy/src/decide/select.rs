//! Which of several items is followed, and what the device is told in the end.

use std::cmp::Reverse;

use super::case::Case;
use super::judge::{Demand, Standing, judge};
use super::mechanism::mechanism;
use super::{AssignedItem, Mechanism, Outcome, Target};
use crate::trace::{ScopeRule, TargetRule};
use crate::{Device, Trace};

/// The decision apart from its status.
pub(super) struct Choice {
    pub(super) outcome: Outcome,
    pub(super) mechanism: Option<Mechanism>,
    pub(super) meets_floor: bool,
}

impl Choice {
    pub(super) const fn of(outcome: Outcome) -> Self {
        Self { outcome, mechanism: None, meets_floor: true }
    }
}

/// An item for the device's platform, at its place among the assigned ones.
pub(super) struct Concern<'a> {
    index: u8,
    item: &'a AssignedItem,
    standing: Standing,
}

impl Concern<'_> {
    fn major(&self) -> u16 {
        self.item.item.settings().major
    }
}

/// The items that concern the device, or what there is to say when none does.
pub(super) fn concerned<'a>(
    items: &'a [AssignedItem],
    device: &Device,
    trace: &mut Trace,
) -> Result<Vec<Concern<'a>>, Outcome> {
    let mut concerned = Vec::with_capacity(items.len());
    let mut is_excluded = false;
    for (index, item) in items.iter().enumerate() {
        let index = u8::try_from(index).unwrap_or(u8::MAX);
        let platform = item.item.settings().platform;
        if platform != device.platform {
            trace.push(Some(index), ScopeRule::OtherPlatform { platform });
        } else if item.is_excluded {
            trace.push(Some(index), ScopeRule::ExcludedByRule);
            is_excluded = true;
        } else {
            concerned.push(Concern { index, item, standing: Standing::OutOfReach });
        }
    }
    if !concerned.is_empty() {
        return Ok(concerned);
    }
    trace.push(None, ScopeRule::NoItem);
    Err(if is_excluded { Outcome::Excluded } else { Outcome::NotAssigned })
}

/// Looks at every item and follows one.
pub(super) fn select(
    case: &Case<'_>,
    concerns: &mut Vec<Concern<'_>>,
    trace: &mut Trace,
) -> Choice {
    let is_contested = is_contested(concerns);
    if is_contested {
        keep_most_specific(concerns, trace);
    }
    let newest = concerns.iter().map(Concern::major).max();
    for concern in concerns.iter_mut() {
        let is_newest = Some(concern.major()) == newest;
        concern.standing = judge(case, concern.index, concern.item, is_newest, trace);
    }
    if is_contested {
        keep_strictest(concerns, trace);
    }
    let meets_floors = concerns.iter().all(|concern| concern.standing.meets_floor());
    if let Some(choice) = install(case, concerns, trace) {
        return choice;
    }
    let weightiest = concerns.iter().min_by_key(|concern| weight(&concern.standing));
    // Hardware that cannot reach a floor is short of it where no item is for what it can run.
    let is_short = weightiest.is_some_and(|concern| match concern.standing {
        Standing::Incompatible { has_floor } => has_floor,
        Standing::OutOfReach
        | Standing::LeftAlone
        | Standing::Met
        | Standing::FloorNotPublished
        | Standing::Due(_)
        | Standing::Available(_)
        | Standing::Waiting { .. }
        | Standing::Unresolved(..)
        | Standing::Suspended(_) => false,
    });
    let meets_floor = meets_floors && !is_short;
    let outcome = weightiest.map_or(Outcome::NotAssigned, |concern| outcome(&concern.standing));
    Choice { meets_floor, ..Choice::of(outcome) }
}

/// Whether two items are for the same major, which saving prevents where it can.
fn is_contested(concerns: &[Concern<'_>]) -> bool {
    let majors = || concerns.iter().map(Concern::major);
    majors().enumerate().any(|(index, major)| majors().skip(index + 1).any(|next| next == major))
}

/// Of several items for one major, the more specifically assigned ones stay.
fn keep_most_specific(concerns: &mut Vec<Concern<'_>>, trace: &mut Trace) {
    let key = |concern: &Concern<'_>| (concern.major(), concern.item.depth, concern.index);
    let ranks: Vec<_> = concerns.iter().map(key).collect();
    concerns.retain(|concern| {
        let (major, depth, _) = key(concern);
        let better = ranks.iter().filter(|rank| rank.0 == major && rank.1 > depth).max();
        if let Some((_, _, to)) = better {
            trace.push(Some(concern.index), ScopeRule::YieldsToMoreSpecific { to: *to });
        }
        better.is_none()
    });
}

/// Of several items still left for one major, the one with the earliest deadline stays.
fn keep_strictest(concerns: &mut Vec<Concern<'_>>, trace: &mut Trace) {
    let key = |concern: &Concern<'_>| {
        let deadline = concern.standing.deadline();
        (concern.major(), deadline.is_none(), deadline, concern.item.id, concern.index)
    };
    let ranks: Vec<_> = concerns.iter().map(key).collect();
    concerns.retain(|concern| {
        let own = key(concern);
        let better = ranks.iter().filter(|rank| rank.0 == own.0 && **rank < own).min();
        if let Some((.., to)) = better {
            trace.push(Some(concern.index), ScopeRule::YieldsToStricter { to: *to });
        }
        better.is_none()
    });
}

/// Follows the demand that comes first; deadlines already past count as equal, so that a device
/// far behind goes straight to the highest major and restarts once.
fn install(case: &Case<'_>, concerns: &[Concern<'_>], trace: &mut Trace) -> Option<Choice> {
    let demands = || {
        concerns.iter().filter_map(|concern| match &concern.standing {
            Standing::Due(demand) => Some((concern, demand)),
            Standing::OutOfReach
            | Standing::LeftAlone
            | Standing::Met
            | Standing::FloorNotPublished
            | Standing::Available(_)
            | Standing::Waiting { .. }
            | Standing::Incompatible { .. }
            | Standing::Unresolved(..)
            | Standing::Suspended(_) => None,
        })
    };
    let (first, demand) = demands().min_by_key(|(concern, demand)| {
        (demand.deadline.max(case.local), Reverse(concern.major()))
    })?;
    let Demand { version, ref build, send_build, deadline } = *demand;
    let then = demands()
        .filter(|(concern, _)| concern.major() > first.major())
        .min_by_key(|(concern, _)| concern.major());
    if demands().count() > 1 {
        trace.push(Some(first.index), TargetRule::First { version, deadline });
    }
    if let Some((concern, then)) = then {
        let (version, deadline) = (then.version, then.deadline);
        trace.push(Some(concern.index), TargetRule::Then { version, deadline });
    }
    let mechanism = mechanism(case.device, version.major());
    if let Some(mechanism) = mechanism {
        trace.push(Some(first.index), TargetRule::DeliveredBy(mechanism));
    }
    let target = Target {
        item: first.item.id,
        version,
        build: build.clone(),
        send_build,
        deadline,
        details_url: first.item.item.settings().details_url.as_deref().map(Into::into),
    };
    let then = then.map(|(_, demand)| demand.version);
    let outcome = Outcome::Install { target, then };
    Some(Choice { outcome, mechanism, meets_floor: false })
}

/// What is told of several items none of which has a target: the weightiest first. What the
/// device's own major asks weighs more than that a higher one is not for it.
const fn weight(standing: &Standing) -> u8 {
    match standing {
        Standing::Due(_) => 0,
        Standing::Unresolved(..) => 1,
        Standing::Suspended(_) => 2,
        Standing::Available(_) => 3,
        Standing::Met | Standing::FloorNotPublished => 4,
        Standing::Waiting { .. } => 5,
        Standing::Incompatible { .. } => 6,
        Standing::LeftAlone | Standing::OutOfReach => 7,
    }
}

fn outcome(standing: &Standing) -> Outcome {
    match standing {
        Standing::Unresolved(why, _) => Outcome::Unresolved(*why),
        Standing::Suspended(why) => Outcome::Suspended(*why),
        Standing::Available(version) => Outcome::Available { version: *version },
        Standing::Waiting { .. } => Outcome::Waiting,
        Standing::Incompatible { .. } => Outcome::Incompatible,
        Standing::Due(_)
        | Standing::Met
        | Standing::FloorNotPublished
        | Standing::LeftAlone
        | Standing::OutOfReach => Outcome::UpToDate,
    }
}
