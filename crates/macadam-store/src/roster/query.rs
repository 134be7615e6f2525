//! What lists, counts and the overview ask of the roster.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{BlueprintId, DeviceId, ItemId};

use super::{ListedDecision, Member, Roster};
use crate::db::json;
use crate::{
    DeviceCount, DeviceFilter, DeviceKey, DeviceOrder, DeviceRow, DeviceSituation, FleetCount,
    FleetCounts, PageCursor, Standing,
};

/// The reason that stands for devices that nothing was decided for yet.
const UNDECIDED: &str = "undecided";

/// A filter, with what is compared as it is compared.
struct Matcher<'a> {
    filter: &'a DeviceFilter,
    search: Option<String>,
    /// As the code stands in JSON, quotes included.
    blocker: Option<String>,
}

/// Where a device stands in an order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Text(&'a str),
    Number(i64),
}

impl Roster {
    /// The devices of a page in this order, after the cursor.
    pub(crate) fn page(
        &self,
        filter: &DeviceFilter,
        order: DeviceOrder,
        after: Option<&PageCursor>,
        limit: u32,
    ) -> Vec<&Member> {
        let matcher = Matcher::new(filter);
        let after = after.map(|PageCursor { key, id }| {
            let key = match key {
                DeviceKey::Text(text) => Key::Text(text),
                DeviceKey::Number(number) => Key::Number(*number),
            };
            (key, *id)
        });
        let is_after = |member: &Member| {
            after.as_ref().is_none_or(|after| (order.key(member), member.device()) > *after)
        };
        let members = self.members.iter().map(AsRef::as_ref);
        let mut found: Vec<(Key<'_>, &Member)> = members
            .filter(|member| is_after(member) && matcher.matches(member))
            .map(|member| (order.key(member), member))
            .collect();
        let compare = |a: &(Key<'_>, &Member), b: &(Key<'_>, &Member)| -> Ordering {
            a.0.cmp(&b.0).then_with(|| a.1.device().cmp(&b.1.device()))
        };
        let limit = limit as usize;
        if found.len() > limit {
            // Only the page itself has to be in order.
            found.select_nth_unstable_by(limit, compare);
            found.truncate(limit);
        }
        found.sort_unstable_by(compare);
        found.into_iter().map(|(_, member)| member).collect()
    }

    /// How many devices a filter matches, by status; overdue are those due by `now`.
    pub(crate) fn count(&self, filter: &DeviceFilter, now: Timestamp) -> Vec<DeviceCount> {
        let matcher = Matcher::new(filter);
        let mut counts: BTreeMap<Option<&str>, DeviceCount> = BTreeMap::new();
        for member in self.members.iter().filter(|member| matcher.matches(member)) {
            let decision = member.decision.as_deref();
            let status = decision.map(|decision| decision.status.as_str());
            let count = counts.entry(status).or_insert_with(|| DeviceCount {
                status: status.map(ToOwned::to_owned),
                devices: 0,
                overdue: 0,
                below_floor: 0,
            });
            count.devices += 1;
            if decision.is_some_and(|it| it.deadline_at.is_some_and(|deadline| deadline <= now)) {
                count.overdue += 1;
            }
            if decision.is_some_and(|it| !it.meets_floor) {
                count.below_floor += 1;
            }
        }
        counts.into_values().collect()
    }

    /// How many devices each item reaches.
    pub(crate) fn reach_counts(&self) -> BTreeMap<ItemId, u64> {
        let reached = self.members.iter().flat_map(|member| &member.situation.reached);
        count(reached.map(|(item, _)| *item))
    }

    /// How many devices belong to each blueprint.
    pub(crate) fn blueprint_counts(&self) -> BTreeMap<BlueprintId, u64> {
        count(self.members.iter().filter_map(|member| member.situation.blueprint))
    }

    /// The devices by everything an overview asks for.
    pub(crate) fn counts(&self) -> FleetCounts {
        // Devices with equal decisions share one, so its address tells them apart.
        let mut counts: BTreeMap<*const ListedDecision, (&ListedDecision, i64)> = BTreeMap::new();
        for decision in self.members.iter().filter_map(|member| member.decision.as_deref()) {
            counts.entry(std::ptr::from_ref(decision)).or_insert((decision, 0)).1 += 1;
        }
        let decided = counts.into_values().map(|(decision, devices)| FleetCount {
            platform: decision.platform,
            os_version: decision.os_version.clone(),
            outcome: decision.outcome.clone(),
            status: decision.status.clone(),
            reason: decision.reason.clone(),
            deadline_at: decision.deadline_at,
            deadline_local: decision.deadline_local.clone(),
            blockers: decision.blockers.clone(),
            devices,
        });
        let enrolled = i64::try_from(self.members.len()).unwrap_or(i64::MAX);
        FleetCounts { enrolled, decided: decided.collect() }
    }
}

impl Member {
    pub(crate) fn device(&self) -> DeviceId {
        self.situation.device
    }

    fn deadline_at(&self) -> Option<Timestamp> {
        self.decision.as_ref()?.deadline_at
    }

    fn outcome(&self) -> Option<&str> {
        self.decision.as_ref()?.outcome.as_deref()
    }

    fn stands(&self, standing: Standing, now: Timestamp) -> bool {
        let status = self.decision.as_ref().map(|decision| &*decision.status);
        Standing::of(self.outcome().zip(status), self.deadline_at(), now) == standing
    }

    fn has_reason(&self, reason: &str) -> bool {
        let told = self.decision.as_ref().and_then(|decision| decision.reason.as_deref());
        told == Some(reason) || (reason == UNDECIDED && self.outcome().is_none())
    }

    /// Whether the day of the deadline, on the device's clock, compares with `day` like this.
    fn is_due(&self, is: Ordering, day: &str) -> bool {
        let local = self.decision.as_ref().and_then(|decision| decision.deadline_local.as_deref());
        let due = local.and_then(|local| local.get(..day.len()));
        due.is_some_and(|due| due.cmp(day) == is)
    }
}

impl DeviceOrder {
    /// Devices without a deadline come last, without a version or a sign of life first.
    fn key(self, member: &Member) -> Key<'_> {
        let situation = &member.situation;
        match self {
            Self::Name => Key::Text(&situation.name),
            Self::Serial => Key::Text(&situation.facts.serial),
            Self::OsVersion => Key::Number(member.os_order.unwrap_or(0)),
            Self::Deadline => {
                Key::Number(member.deadline_at().map_or(i64::MAX, Timestamp::as_microsecond))
            }
            Self::LastSeen => {
                Key::Number(situation.last_seen_at.map_or(0, Timestamp::as_microsecond))
            }
        }
    }

    /// Lets a row stand where the roster had it, so that the next page begins after it even if the
    /// device changed meanwhile.
    pub(crate) fn keep_place(self, member: &Member, row: &mut DeviceRow) {
        match self {
            Self::Name => row.name.clone_from(&member.situation.name),
            Self::Serial => row.serial.clone_from(&member.situation.facts.serial),
            Self::OsVersion => row.os_order = member.os_order,
            Self::Deadline => row.deadline_at = member.deadline_at(),
            Self::LastSeen => row.last_seen_at = member.situation.last_seen_at,
        }
    }
}

impl<'a> Matcher<'a> {
    fn new(filter: &'a DeviceFilter) -> Self {
        Self {
            filter,
            search: filter.search.as_ref().map(|search| search.to_lowercase()),
            blocker: filter.blocker.as_ref().map(json),
        }
    }

    /// What is `None` does not matter.
    fn matches(&self, member: &Member) -> bool {
        self.matches_device(member)
            && self.matches_inventory(member)
            && self.matches_decision(member)
    }

    fn matches_device(&self, member: &Member) -> bool {
        let DeviceFilter { blueprint, platform, platforms, item, tag, not_seen_since, .. } =
            self.filter;
        let situation = &member.situation;
        let facts = &situation.facts;
        wants(self.search.as_ref(), |search| member.search.contains(search.as_str()))
            && wants(blueprint.as_ref(), |blueprint| situation.blueprint == Some(*blueprint))
            && wants(platform.as_ref(), |platform| facts.platform == Some(*platform))
            && wants(platforms.as_ref(), |all| {
                facts.platform.is_some_and(|platform| all.contains(&platform))
            })
            && wants(item.as_ref(), |item| situation.reached.iter().any(|(id, _)| id == item))
            && wants(tag.as_ref(), |tag| situation.tags.contains(tag))
            && wants(not_seen_since.as_ref(), |since| {
                situation.last_seen_at.is_none_or(|seen| seen < *since)
            })
    }

    /// What the device told of itself, and how it is enrolled.
    fn matches_inventory(&self, member: &Member) -> bool {
        let DeviceFilter {
            os_order,
            os_order_below,
            os_order_from,
            supervised,
            is_user_enrollment,
            model,
            build,
            enrolled_before,
            enrolled_since,
            ..
        } = self.filter;
        let DeviceSituation { facts, is_user_enrollment: is_users, .. } = &member.situation;
        let version = member.os_order;
        wants(os_order.as_ref(), |order| version == Some(*order))
            && wants(os_order_below.as_ref(), |order| version.is_some_and(|it| it < *order))
            && wants(os_order_from.as_ref(), |order| version.is_some_and(|it| it >= *order))
            && wants(supervised.as_ref(), |wish| facts.supervised.unwrap_or(false) == *wish)
            && wants(is_user_enrollment.as_ref(), |wish| is_users == wish)
            && wants(model.as_ref(), |model| {
                facts.model_name.eq_ignore_ascii_case(model)
                    || facts.product.eq_ignore_ascii_case(model)
            })
            && wants(build.as_ref(), |build| facts.os_build.eq_ignore_ascii_case(build))
            && wants(enrolled_before.as_ref(), |moment| member.began_at < *moment)
            && wants(enrolled_since.as_ref(), |moment| member.began_at >= *moment)
    }

    fn matches_decision(&self, member: &Member) -> bool {
        let DeviceFilter {
            status,
            overdue,
            meets_floor,
            target_version,
            due_before,
            standing,
            reason,
            due_on,
            due_after,
            ..
        } = self.filter;
        let decision = member.decision.as_deref();
        let deadline = member.deadline_at();
        wants(status.as_ref(), |status| decision.is_some_and(|it| it.status == **status))
            && wants(overdue.as_ref(), |(is_overdue, now)| {
                deadline.is_some_and(|deadline| deadline <= *now) == *is_overdue
            })
            && wants(meets_floor.as_ref(), |meets| {
                decision.is_some_and(|it| it.meets_floor == *meets)
            })
            && wants(target_version.as_ref(), |version| {
                decision.is_some_and(|it| it.target_version.as_ref() == Some(version))
            })
            && wants(due_before.as_ref(), |moment| deadline.is_some_and(|it| it < *moment))
            && wants(standing.as_ref(), |(standing, now)| member.stands(*standing, *now))
            && wants(reason.as_ref(), |reason| member.has_reason(reason))
            && wants(due_on.as_ref(), |day| member.is_due(Ordering::Equal, day))
            && wants(due_after.as_ref(), |day| member.is_due(Ordering::Greater, day))
            && wants(self.blocker.as_ref(), |code| {
                let blockers = decision.and_then(|it| it.blockers.as_deref());
                blockers.is_some_and(|blockers| blockers.contains(code.as_str()))
            })
    }
}

fn wants<T>(wish: Option<&T>, has: impl FnOnce(&T) -> bool) -> bool {
    wish.is_none_or(has)
}

fn count<T: Ord>(things: impl Iterator<Item = T>) -> BTreeMap<T, u64> {
    let mut counts = BTreeMap::new();
    for thing in things {
        *counts.entry(thing).or_default() += 1;
    }
    counts
}
