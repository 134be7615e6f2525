//! Devices as administrators see and change them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_api::devices::{
    DecisionSummary, Device, DeviceCounts, DeviceFilter, DeviceItem, DeviceRecord, DeviceSort,
    Readiness, UpdateDevice,
};
use macadam_api::facts::EnrollmentKind;
use macadam_api::facts::offset_minutes;
use macadam_api::people::Permission;
use macadam_api::releases::FeedList;
use macadam_api::{Detail, Named};
use macadam_policy::{BlueprintId, DeviceId, ItemId, OsVersion, Platform, days_left};
use macadam_store::{DeviceOrder, DeviceRow, DeviceSituation, PageCursor, SaveError, StoreError};
use serde_json::json;
use thiserror::Error;

use super::caller::Caller;
use super::decisions::Decided;
use super::device_history::wording;
use super::pages::{Rows, Wanted};
use super::{App, Knowledge, code_of, situations, summary, value_of};

pub(super) const TAGS: usize = 32;
const TAG_CHARACTERS: usize = 64;

/// A device cannot be shown or changed.
#[derive(Debug, Error)]
pub(crate) enum DeviceError {
    #[error("there is no such device")]
    Unknown,
    #[error("there is no such note")]
    UnknownNote,
    #[error("the device has not told its platform and version yet")]
    Untold,
    #[error("'{0}' is no OS version such as 26.3.1")]
    Version(String),
    #[error("moving a device needs the permission to edit blueprints")]
    NoMoving,
    #[error("the device cannot be changed like this")]
    Settings(Vec<Detail>),
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A device with everything that is known about it, decided for at this moment.
pub(super) struct DecidedDevice {
    pub(super) row: DeviceRow,
    pub(super) situation: DeviceSituation,
    pub(super) knowledge: std::sync::Arc<Knowledge>,
    pub(super) now: Timestamp,
    /// `None` until the device has told its platform and version.
    pub(super) decided: Option<Decided>,
}

impl App {
    /// Enrolled devices that match.
    pub(crate) async fn devices(
        &self,
        filter: DeviceFilter,
        wanted: Wanted<PageCursor>,
    ) -> Result<Rows<Device, PageCursor>, DeviceError> {
        let now = self.fleet_clock.now();
        let order = order(filter.sort.unwrap_or_default());
        let filter = stored_filter(filter, now)?;
        let rows =
            self.store.devices(&filter, order, wanted.after.as_ref(), wanted.limit()).await?;
        Ok(wanted.page(rows, |row| order.cursor_after(row)).map(|row| shown(row, now)))
    }

    /// How many enrolled devices match, by status.
    pub(crate) async fn device_counts(
        &self,
        filter: DeviceFilter,
    ) -> Result<DeviceCounts, DeviceError> {
        let now = self.fleet_clock.now();
        let rows = self.store.count_devices(&stored_filter(filter, now)?, now).await?;
        let number = |number: i64| u64::try_from(number).unwrap_or_default();
        let mut counts = DeviceCounts {
            total: 0,
            by_status: BTreeMap::new(),
            undecided: 0,
            overdue: 0,
            below_floor: 0,
        };
        for row in rows {
            counts.total += number(row.devices);
            counts.overdue += number(row.overdue);
            counts.below_floor += number(row.below_floor);
            match row.status.as_deref().and_then(value_of) {
                Some(status) => *counts.by_status.entry(status).or_default() += number(row.devices),
                None => counts.undecided += number(row.devices),
            }
        }
        Ok(counts)
    }

    /// Everything about one device that is not secret.
    pub(crate) async fn device_record(&self, id: DeviceId) -> Result<DeviceRecord, DeviceError> {
        let one = self.decided_device(id).await?;
        let items = one.items();
        let DecidedDevice { row, situation, now, decided, .. } = one;
        let offset = decided.as_ref().and_then(|decided| decided.device.utc_offset);
        let update_id = decided.as_ref().and_then(|decided| decided.device.update_id.as_ref());
        Ok(DeviceRecord {
            udid: row.udid.clone(),
            update_id: update_id.map(ToString::to_string),
            apple_silicon: situation.facts.apple_silicon,
            utc_offset_minutes: offset.map(offset_minutes),
            has_ddm_enforcement: decided
                .as_ref()
                .is_some_and(|decided| decided.device.has_ddm_enforcement),
            bootstrap_token_escrowed: Some(row.has_bootstrap_token),
            identity_expires_at: self.store.identity_expiry(row.enrollment_id).await?,
            items,
            readiness: Readiness::new(
                decided.as_ref().map(|decided| decided.blockers.as_slice()).unwrap_or_default(),
            ),
            status_items: status_items(&situation),
            device: shown(row, now),
        })
    }

    /// Changes what administrators say about a device.
    pub(crate) async fn update_device(
        &self,
        caller: &Caller,
        id: DeviceId,
        wish: UpdateDevice,
    ) -> Result<DeviceRecord, DeviceError> {
        self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        let blueprint = wish.blueprint_id.map(BlueprintId);
        if blueprint.is_some() && !caller.may(Permission::EditBlueprints) {
            return Err(DeviceError::NoMoving);
        }
        let mut problems = Vec::new();
        problems.extend(wish.tags.as_deref().and_then(tags_problem));
        if let Some(blueprint) = blueprint
            && self.store.blueprint(blueprint).await?.is_none()
        {
            problems.push(Detail::unknown("blueprint_id", "blueprint"));
        }
        if !problems.is_empty() {
            return Err(DeviceError::Settings(problems));
        }
        self.audit(caller, "update_device", &format!("devices/{id}"), json!(wish)).await?;
        if let Some(mut tags) = wish.tags {
            tags.sort_unstable();
            tags.dedup();
            self.store.set_tags(id, tags).await?;
        }
        if blueprint.is_some() {
            self.store.move_devices(vec![id], blueprint).await?;
        }
        self.reconcile_now(id, "administrator").await;
        self.device_record(id).await
    }

    /// Wakes a device, so that it connects.
    pub(crate) async fn sync_device(
        &self,
        caller: &Caller,
        id: DeviceId,
    ) -> Result<(), DeviceError> {
        let row = self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        self.audit(caller, "sync_device", &format!("devices/{id}"), serde_json::Value::Null)
            .await?;
        self.store.queue_pushes(self.fleet_clock.now(), vec![row.enrollment_id]).await?;
        self.signals.send_pushes.notify_one();
        Ok(())
    }

    /// Decides for one device from its stored facts.
    pub(super) async fn decided_device(&self, id: DeviceId) -> Result<DecidedDevice, DeviceError> {
        let row = self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        // A device that has left has no situation any more.
        let situation = self.store.situations_of(&[id]).await?.pop();
        let situation = situation.ok_or(DeviceError::Unknown)?;
        let knowledge = self.refresh_knowledge().await?;
        let now = self.fleet_clock.now();
        let decided = knowledge.decide(now, &situation);
        Ok(DecidedDevice { row, situation, knowledge, now, decided })
    }
}

impl DecidedDevice {
    /// The items that reach the device, in the order of the blueprint.
    fn items(&self) -> Vec<DeviceItem> {
        let Some(decided) = &self.decided else { return Vec::new() };
        let item = |id: &ItemId| {
            let history = {
                let halts = &self.knowledge.halts;
                situations::item_history(&self.situation, (*id, halts), self.now)
            };
            let ring = self
                .knowledge
                .library
                .managed_os
                .get(id)
                .and_then(|entry| entry.item.ring_of(&decided.device, &decided.attributes));
            Some(DeviceItem {
                id: id.0,
                label: self.knowledge.library.label(*id)?.to_owned(),
                reached_at: history.reached_at,
                ring: ring.map(|ring| ring.name.clone()),
            })
        };
        decided.reaching.iter().filter_map(item).collect()
    }
}

/// The last value of every status item, as the device sent it; what it said about declarations is
/// kept in our own words, and shown with them.
fn status_items(situation: &DeviceSituation) -> BTreeMap<String, serde_json::Value> {
    let mut items: BTreeMap<_, _> =
        serde_json::from_str(&situation.facts.other).unwrap_or_default();
    items.remove(super::device_history::SAID);
    items
}

fn order(sort: DeviceSort) -> DeviceOrder {
    match sort {
        DeviceSort::Name => DeviceOrder::Name,
        DeviceSort::SerialNumber => DeviceOrder::Serial,
        DeviceSort::OsVersion => DeviceOrder::OsVersion,
        DeviceSort::Deadline => DeviceOrder::Deadline,
        DeviceSort::LastSeen => DeviceOrder::LastSeen,
    }
}

/// The filter as the store has it; devices that left are never meant.
fn stored_filter(
    filter: DeviceFilter,
    now: Timestamp,
) -> Result<macadam_store::DeviceFilter, DeviceError> {
    let version = |text: String| match text.parse::<OsVersion>() {
        Ok(version) => Ok(version),
        Err(_) => Err(DeviceError::Version(text)),
    };
    Ok(macadam_store::DeviceFilter {
        search: filter.search,
        blueprint: filter.blueprint_id.map(BlueprintId),
        platform: filter.platform.map(Into::into),
        status: filter.status.map(|status| code_of(&status)),
        overdue: filter.overdue.map(|is_overdue| (is_overdue, now)),
        meets_floor: filter.meets_floor,
        item: filter.item_id.map(ItemId),
        tag: filter.tag,
        target_version: filter
            .target_version
            .map(|text| version(text).map(|version| version.to_string()))
            .transpose()?,
        os_order: filter.os_version.map(version).transpose()?.map(OsVersion::order),
        os_order_below: filter.os_version_below.map(version).transpose()?.map(OsVersion::order),
        due_before: filter.due_before,
        not_seen_since: filter.not_seen_since,
        supervised: filter.supervised,
        is_user_enrollment: filter.enrollment.map(|kind| kind == EnrollmentKind::User),
        model: filter.model,
        build: filter.build,
        enrolled_before: filter.enrolled_before,
        enrolled_since: filter.enrolled_since,
        standing: filter.standing.map(|standing| (summary::stored(standing), now)),
        reason: filter.reason,
        due_on: filter.due_on.map(|day| day.to_string()),
        due_after: filter.due_after.map(|day| day.to_string()),
        os_order_from: filter.os_version_from.map(version).transpose()?.map(OsVersion::order),
        blocker: filter.blocker,
        platforms: filter.list.map(|list| {
            let of_list = |platform: &Platform| FeedList::from(platform.feed_list()) == list;
            Platform::ALL.into_iter().filter(of_list).collect()
        }),
    })
}

fn shown(row: DeviceRow, now: Timestamp) -> Device {
    let decision = decision_summary(&row, now);
    let version = situations::version(&row.os_version, row.os_extra.as_deref());
    let os_version = version.map_or(row.os_version, |version| version.to_string());
    let blueprint = row.blueprint_id.zip(row.blueprint_name);
    Device {
        id: row.id.0,
        name: row.name,
        serial_number: row.serial,
        model: row.model_name,
        product: row.product,
        platform: row.platform.map(Into::into),
        os_version,
        build: (!row.os_build.is_empty()).then_some(row.os_build),
        blueprint: blueprint.map(|(id, name)| Named { id: id.0, name }),
        tags: serde_json::from_str(&row.tags).unwrap_or_default(),
        enrollment: match row.enrollment_key {
            Some(_) => EnrollmentKind::User,
            None => EnrollmentKind::Device,
        },
        supervised: row.supervised.unwrap_or(false),
        enrolled_at: row.began_at,
        last_seen_at: row.last_seen_at,
        decision,
    }
}

fn decision_summary(row: &DeviceRow, now: Timestamp) -> DecisionSummary {
    let item = row.item_id.zip(row.item_label.as_ref());
    let has_offset = row.utc_offset_seconds.is_some();
    let undecided = "the device has not told its platform and version yet";
    DecisionSummary {
        status: row.status.as_deref().and_then(value_of),
        meets_floor: row.meets_floor.unwrap_or(false),
        item: item.map(|(id, label)| Named { id: id.0, name: label.clone() }),
        target_version: row.target_version.clone(),
        deadline_local: row.deadline_local.as_deref().and_then(|text| text.parse().ok()),
        deadline_at: row.deadline_at.filter(|_| has_offset),
        days_left: row.deadline_at.and_then(|deadline| days_left(deadline, now)),
        is_overdue: row.deadline_at.is_some_and(|deadline| deadline <= now),
        mechanism: row.mechanism.as_deref().and_then(value_of),
        unresolved: row.reason.as_deref().and_then(value_of),
        not_manageable: row.reason.as_deref().and_then(value_of),
        reason: row.detail.clone().unwrap_or_else(|| undecided.to_owned()),
        wording: wording(row.wording.as_deref()),
    }
}

pub(super) fn tags_problem(tags: &[String]) -> Option<Detail> {
    let is_good = |tag: &String| {
        (1..=TAG_CHARACTERS).contains(&tag.chars().count())
            && tag.trim() == tag
            && !tag.contains(char::is_control)
    };
    if tags.len() <= TAGS && tags.iter().all(is_good) {
        return None;
    }
    let message = format!("must be at most {TAGS} words of 1 to {TAG_CHARACTERS} characters");
    let facts = vec![("tags", TAGS.to_string()), ("characters", TAG_CHARACTERS.to_string())];
    Some(Detail::new("tags", message).named("tags", facts))
}
