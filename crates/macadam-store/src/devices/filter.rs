//! A filter of devices as the statements want it.

use jiff::Timestamp;
use macadam_policy::{BlueprintId, ItemId, Platform};

use super::{DeviceFilter, DeviceState};
use crate::db::{Param, json, params};

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
}

impl Filter {
    pub(super) fn new(filter: &DeviceFilter) -> Self {
        let filter = filter.clone();
        let search = filter.search.map(|search| {
            let search = search.to_lowercase().replace('\\', r"\\");
            format!("%{}%", search.replace('%', r"\%").replace('_', r"\_"))
        });
        Self {
            search,
            blueprint: filter.blueprint,
            platform: filter.platform,
            status: filter.status,
            state: filter.state,
            overdue: filter.overdue.map(|(is_overdue, _)| is_overdue),
            now: filter.overdue.map_or(Timestamp::UNIX_EPOCH, |(_, now)| now),
            meets_floor: filter.meets_floor,
            item: filter.item,
            tag: filter.tag.map(|tag| json(&tag)),
            target_version: filter.target_version,
            os_order: filter.os_order,
            os_order_below: filter.os_order_below,
            due_before: filter.due_before,
            not_seen_since: filter.not_seen_since,
        }
    }

    pub(super) fn params(&self) -> [Param<'_>; 15] {
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
        ]
    }
}
