//! A filter of devices as the statements want it.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, ItemId, Platform};

use super::{DeviceFilter, DeviceState};
use crate::Standing;
use crate::db::{Param, json, params};
use crate::summary::due_soon;

/// The parameters that all statements with a filter begin with.
pub(super) struct Filter {
    search: Option<String>,
    blueprint: Option<BlueprintId>,
    platform: Option<Platform>,
    status: Option<String>,
    state: Option<DeviceState>,
    overdue: Option<bool>,
    /// What overdue is judged by.
    pub(super) now: Timestamp,
    meets_floor: Option<bool>,
    item: Option<ItemId>,
    /// As the tag stands in JSON, quotes included: no tag is part of another one.
    tag: Option<String>,
    target_version: Option<String>,
    os_order: Option<i64>,
    os_order_below: Option<i64>,
    due_before: Option<Timestamp>,
    not_seen_since: Option<Timestamp>,
    standing: Option<Standing>,
    due_soon: Timestamp,
    reason: Option<String>,
    due_on: Option<String>,
    os_order_from: Option<i64>,
    /// As the code stands in JSON, quotes included.
    blocker: Option<String>,
    /// The codes of platforms, none of which is part of another one.
    platforms: Option<String>,
}

impl Filter {
    pub(super) fn new(filter: &DeviceFilter) -> Self {
        let filter = filter.clone();
        let search = filter.search.map(|search| {
            let search = search.to_lowercase().replace('\\', r"\\");
            format!("%{}%", search.replace('%', r"\%").replace('_', r"\_"))
        });
        let moments = [filter.overdue.map(|(_, now)| now), filter.standing.map(|(_, now)| now)];
        let now = moments.into_iter().flatten().next().unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            search,
            blueprint: filter.blueprint,
            platform: filter.platform,
            status: filter.status,
            state: filter.state,
            overdue: filter.overdue.map(|(is_overdue, _)| is_overdue),
            now,
            meets_floor: filter.meets_floor,
            item: filter.item,
            tag: filter.tag.map(|tag| json(&tag)),
            target_version: filter.target_version,
            os_order: filter.os_order,
            os_order_below: filter.os_order_below,
            due_before: filter.due_before,
            not_seen_since: filter.not_seen_since,
            standing: filter.standing.map(|(standing, _)| standing),
            due_soon: due_soon(now),
            reason: filter.reason,
            due_on: filter.due_on,
            os_order_from: filter.os_order_from,
            blocker: filter.blocker.map(|code| json(&code)),
            platforms: filter.platforms.map(|platforms| {
                platforms.iter().map(|platform| platform.code()).collect::<Vec<_>>().join(" ")
            }),
        }
    }

    pub(super) fn params(&self) -> [Param<'_>; 22] {
        *params![
            self.search,
            self.blueprint,
            self.platform,
            self.status,
            self.state,
            self.overdue,
            self.now,
            self.meets_floor,
            self.item,
            self.tag,
            self.target_version,
            self.os_order,
            self.os_order_below,
            self.due_before,
            self.not_seen_since,
            self.standing,
            self.due_soon,
            self.reason,
            self.due_on,
            self.os_order_from,
            self.blocker,
            self.platforms,
        ]
    }
}
