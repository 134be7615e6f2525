//! Backtests: policies replayed over the history of releases, for the own fleet or a sample.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use macadam_api::backtests::{
    Backtest, BacktestFleet, BacktestPolicy, BacktestRequest, PolicyReport, SampleDevices,
};
use macadam_api::library_items::{LibraryItemSettings, ManagedOsSettings, VersionEnforcement};
use macadam_api::{Detail, Os};
use macadam_policy::{
    AssignedItem, BacktestSpan, Catalog, FleetClass, ItemId, LibraryItem, ManagedOs, Platform,
    UpdateId, backtest, utc_day,
};
use macadam_store::StoreError;
use thiserror::Error;
use uuid::Uuid;

use super::{App, situations};

const POLICIES: usize = 4;
const ITEMS: usize = 20;
/// Kinds of devices in one backtest; a fleet has as many as it has models.
const CLASSES: usize = 500;
/// Nine years and some days.
const DAYS: i64 = 3_300;
const NAME_CHARACTERS: usize = 100;

/// A backtest was not made.
#[derive(Debug, Error)]
pub(crate) enum BacktestError {
    #[error("it cannot be made like this")]
    Settings(Vec<Detail>),
    #[error("the work was given up")]
    GivenUp(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Replays policies over the history of releases.
    pub(crate) async fn backtest(&self, wish: BacktestRequest) -> Result<Backtest, BacktestError> {
        let today = utc_day(self.fleet_clock.now());
        let mut problems = span_problems(&wish, today);
        let knowledge = self.refresh_knowledge().await?;
        let majors = majors(&knowledge.catalog, self.fleet_clock.now());
        let policies = policies(&wish.policies, &majors, &mut problems);
        let fleet = match wish.fleet {
            BacktestFleet::Own { platform } => self.own_classes(platform).await?,
            BacktestFleet::Sample { devices } => sample(&devices, &mut problems),
        };
        if fleet.len() > CLASSES {
            let message = format!("must be at most {CLASSES} kinds of devices");
            problems.push(Detail::new("fleet.devices", message));
        }
        if !problems.is_empty() {
            return Err(BacktestError::Settings(problems));
        }
        let span = BacktestSpan { from: wish.from, until: wish.until };
        // Some seconds of computing, which nothing else should wait for.
        let reports = tokio::task::spawn_blocking(move || {
            let all: u64 = fleet.iter().map(|class| u64::from(class.devices)).sum();
            let report = |(name, items): (String, Vec<AssignedItem>)| {
                let report = backtest(&knowledge.catalog, &items, &fleet, span);
                (PolicyReport::new(name, &report), report.devices)
            };
            let reports: Vec<_> = policies.into_iter().map(report).collect();
            let seen = reports.first().map_or(0, |(_, devices)| *devices);
            (all - seen, reports.into_iter().map(|(report, _)| report).collect())
        });
        let (devices_left_out, policies) = reports.await?;
        Ok(Backtest { from: span.from, until: span.until, devices_left_out, policies })
    }

    async fn own_classes(&self, only: Option<Os>) -> Result<Vec<FleetClass>, StoreError> {
        let only: Option<Platform> = only.map(Into::into);
        let mut classes: BTreeMap<(Platform, UpdateId), u32> = BTreeMap::new();
        for share in self.store.fleet_shape().await? {
            if only.is_some_and(|only| only != share.platform) {
                continue;
            }
            let id = share.update_id.as_deref();
            if let Some(id) = situations::listed_id(share.platform, id, &share.product) {
                let count = classes.entry((share.platform, id)).or_default();
                *count = count.saturating_add(u32::try_from(share.devices).unwrap_or(u32::MAX));
            }
        }
        let class = |((platform, update_id), devices)| FleetClass { platform, update_id, devices };
        Ok(classes.into_iter().map(class).collect())
    }
}

fn span_problems(wish: &BacktestRequest, today: Date) -> Vec<Detail> {
    let mut problems = Vec::new();
    if wish.until <= wish.from {
        problems.push(
            Detail::new("until", "must be after the first day").named("not_after", Vec::new()),
        );
    } else if wish.until.duration_since(wish.from).as_hours() / 24 > DAYS {
        problems.push(
            Detail::new("until", format!("must be within {DAYS} days of the first"))
                .named("too_far", vec![("days", DAYS.to_string())]),
        );
    }
    if wish.until > today {
        problems
            .push(Detail::new("until", "must not be in the future").named("future", Vec::new()));
    }
    problems
}

/// The majors that ever came out, by platform.
type Majors = BTreeMap<Platform, BTreeSet<u16>>;

fn majors(catalog: &Catalog, now: Timestamp) -> Majors {
    let mut majors = Majors::new();
    for (list, version) in catalog.released_since(Date::MIN, now).into_keys() {
        for platform in Platform::ALL.into_iter().filter(|it| it.feed_list() == list) {
            majors.entry(platform).or_default().insert(version.major());
        }
    }
    majors
}

/// The item as it would have been for each major; one that names a version stays as it is.
fn for_every_major(settings: &ManagedOsSettings, majors: &Majors) -> Vec<ManagedOsSettings> {
    let every = majors.get(&settings.platform.into());
    match (&settings.enforcement, every) {
        (VersionEnforcement::Rolling { .. }, Some(every)) => {
            every.iter().map(|&major| ManagedOsSettings { major, ..settings.clone() }).collect()
        }
        (
            VersionEnforcement::Rolling { .. }
            | VersionEnforcement::Minimum { .. }
            | VersionEnforcement::Specific { .. }
            | VersionEnforcement::DoNotManage,
            _,
        ) => vec![settings.clone()],
    }
}

fn policies(
    wishes: &[BacktestPolicy],
    majors: &Majors,
    problems: &mut Vec<Detail>,
) -> Vec<(String, Vec<AssignedItem>)> {
    if !(1..=POLICIES).contains(&wishes.len()) {
        problems.push(Detail::new("policies", format!("must be 1 to {POLICIES}")));
        return Vec::new();
    }
    let mut policies = Vec::new();
    for (place, wish) in wishes.iter().enumerate() {
        let field = format!("policies.{place}");
        if !(1..=NAME_CHARACTERS).contains(&wish.name.trim().chars().count()) {
            let message = format!("must have 1 to {NAME_CHARACTERS} characters");
            problems.push(Detail::new("name", message).within(&field));
        }
        if wish.items.len() > ITEMS {
            problems.push(Detail::new("items", format!("must be at most {ITEMS}")).within(&field));
            continue;
        }
        let mut items = Vec::new();
        for (number, settings) in wish.items.iter().enumerate() {
            match LibraryItem::try_from(&LibraryItemSettings::ManagedOs(settings.clone())) {
                Ok(LibraryItem::ManagedOs(item)) if !wish.every_major => items.push(item),
                Ok(LibraryItem::ManagedOs(_)) => {
                    let every = for_every_major(settings, majors);
                    items.extend(every.into_iter().filter_map(managed_os));
                }
                Ok(LibraryItem::SoftwareUpdateSettings(_)) => {}
                Err(details) => {
                    let within = format!("{field}.items.{number}");
                    problems.extend(details.into_iter().map(|detail| detail.within(&within)));
                }
            }
        }
        let items = items.into_iter().enumerate().map(|(number, it)| assigned(number, it));
        policies.push((wish.name.trim().to_owned(), items.collect()));
    }
    policies
}

/// Settings that were good for one major are for another, as far as its rules go.
fn managed_os(settings: ManagedOsSettings) -> Option<ManagedOs> {
    match LibraryItem::try_from(&LibraryItemSettings::ManagedOs(settings)) {
        Ok(LibraryItem::ManagedOs(item)) => Some(item),
        Ok(LibraryItem::SoftwareUpdateSettings(_)) | Err(_) => None,
    }
}

/// An item that has always reached every device, in no ring.
fn assigned(number: usize, item: ManagedOs) -> AssignedItem {
    AssignedItem {
        id: ItemId(Uuid::from_u128(number as u128 + 1)),
        item: Arc::new(item),
        reached_at: Timestamp::UNIX_EPOCH,
        depth: 0,
        ring_offset_days: 0,
        is_paused: false,
        is_excluded: false,
        requested_at: None,
        requested_local: None,
        exempt_until: None,
        halts: Vec::new(),
    }
}

fn sample(devices: &[SampleDevices], problems: &mut Vec<Detail>) -> Vec<FleetClass> {
    let mut classes = Vec::new();
    for (place, sample) in devices.iter().enumerate() {
        match UpdateId::new(&sample.update_id) {
            Some(update_id) => classes.push(FleetClass {
                platform: sample.platform.into(),
                update_id,
                devices: sample.devices,
            }),
            None => {
                let message = "is no software-update device id such as J413AP or iPad14,1";
                let field = format!("fleet.devices.{place}.update_id");
                problems.push(Detail::new(field, message));
            }
        }
    }
    classes
}
