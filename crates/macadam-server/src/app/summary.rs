//! The fleet in numbers, its versions over time, and what needs a person.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use macadam_api::Os;
use macadam_api::releases::release_id;
use macadam_api::summary::{
    BlockerCount, DeadlineDay, NewRelease, PlatformSummary, ReasonCount, Standing, Standings,
    Summary, SummaryQuery, VersionCount, VersionShare, VersionShareQuery,
};
use macadam_policy::{Blocker, FeedList, OsVersion, Platform, utc_day};
use macadam_store::{FleetCount, FleetCounts, StoreError};

use super::devices::DeviceError;
use super::releases::{ReleaseNotes, kind};
use super::{App, Knowledge, reasons};

/// How far back the summary looks for releases.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How far back the spread of versions goes when nobody says.
const SHARES_BACK: SignedDuration = SignedDuration::from_hours(24 * 90);

impl App {
    /// The fleet in numbers, and what needs a person.
    pub(crate) async fn summary(&self, query: SummaryQuery) -> Result<Summary, DeviceError> {
        let now = self.fleet_clock.now();
        let counts = self.store.fleet_counts().await?;
        let feeds = self.feeds().await?;
        let (attention, _) = self.attention(&feeds).await?;
        let since = query.since.unwrap_or_else(|| earlier(now, LOOK_BACK));
        let releases = self.new_releases(utc_day(since), now, &counts).await?;
        let devices = number(counts.enrolled);
        let mut standings = Standings::default();
        let mut platforms: BTreeMap<Platform, Standings> = BTreeMap::new();
        for count in &counts.decided {
            let standing = shown(count.standing(now));
            add(&mut standings, standing, count);
            if let Some(platform) = count.platform {
                add(platforms.entry(platform).or_default(), standing, count);
            }
        }
        let undecided = devices.saturating_sub(total(&standings));
        standings.not_enforced += undecided;
        Ok(Summary {
            at: now,
            devices,
            standings,
            platforms: platforms.into_iter().map(platform_summary).collect(),
            reasons: reason_counts(&counts, undecided, now),
            blockers: blocker_counts(&counts),
            versions: versions(&counts),
            deadlines: deadlines(&counts, now),
            releases,
            feeds,
            attention,
        })
    }

    /// How the versions were spread, day by day.
    pub(crate) async fn version_shares(
        &self,
        query: VersionShareQuery,
    ) -> Result<Vec<VersionShare>, StoreError> {
        let from =
            query.from.unwrap_or_else(|| utc_day(earlier(self.fleet_clock.now(), SHARES_BACK)));
        let shares = self.store.version_shares(&from.to_string()).await?;
        let is_meant = |os: Os| query.platform.is_none_or(|platform| platform == os);
        let shares = shares.into_iter().filter(|share| is_meant(share.platform.into()));
        Ok(shares
            .filter_map(|share| {
                Some(VersionShare {
                    day: share.day.parse().ok()?,
                    platform: share.platform.into(),
                    os_version: share.os_version,
                    devices: number(share.devices),
                })
            })
            .collect())
    }

    /// Notes how the versions are spread today.
    pub(crate) async fn note_version_shares(&self) -> Result<(), StoreError> {
        let counts = self.store.fleet_counts().await?;
        let shares = by_version(&counts).into_iter().map(|((platform, version), devices)| {
            (platform, version.to_string(), i64::try_from(devices).unwrap_or(i64::MAX))
        });
        let today = utc_day(self.fleet_clock.now());
        self.store.note_version_shares(&today.to_string(), shares.collect()).await
    }

    async fn new_releases(
        &self,
        since: Date,
        now: Timestamp,
        counts: &FleetCounts,
    ) -> Result<Vec<NewRelease>, StoreError> {
        let knowledge: std::sync::Arc<Knowledge> = self.refresh_knowledge().await?;
        let new = knowledge.catalog.released_since(since, now);
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let stored = self.store.release_facts().await?;
        let notes: BTreeMap<_, _> =
            stored.iter().map(|row| ((&*row.list, &*row.version), &row.document)).collect();
        let versions = by_version(counts);
        let mut releases: Vec<_> = new
            .into_iter()
            .map(|((list, version), released_on)| {
                let text = version.to_string();
                let place = (macadam_api::releases::FeedList::from(list).as_str(), text.as_str());
                let notes: ReleaseNotes = notes
                    .get(&place)
                    .and_then(|document| serde_json::from_str(document).ok())
                    .unwrap_or_default();
                NewRelease {
                    id: release_id(list.into(), version),
                    list: list.into(),
                    kind: kind(version),
                    released_on,
                    exploited: notes.cves.iter().any(|cve| cve.exploited),
                    cve_count: u32::try_from(notes.cves.len()).unwrap_or(u32::MAX),
                    devices_done: done(&versions, list, version),
                    version: text,
                }
            })
            .collect();
        releases.sort_by(|a, b| (b.released_on, &a.id).cmp(&(a.released_on, &b.id)));
        Ok(releases)
    }
}

type Versions = BTreeMap<(Platform, OsVersion), u64>;

/// Devices by what they run; a version that cannot be read is none.
fn by_version(counts: &FleetCounts) -> Versions {
    let mut versions = Versions::new();
    for count in &counts.decided {
        let version = count.os_version.as_deref().and_then(|text| text.parse().ok());
        if let Some(key) = count.platform.zip(version) {
            *versions.entry(key).or_default() += number(count.devices);
        }
    }
    versions
}

fn versions(counts: &FleetCounts) -> Vec<VersionCount> {
    let mut versions: Vec<_> = by_version(counts).into_iter().collect();
    versions.sort_by_key(|((platform, version), _)| (*platform, Reverse(*version)));
    let shown = |((platform, version), devices): ((Platform, OsVersion), u64)| VersionCount {
        platform: platform.into(),
        os_version: version.to_string(),
        devices,
    };
    versions.into_iter().map(shown).collect()
}

/// Devices that run a version or something newer of its major.
fn done(versions: &Versions, list: FeedList, version: OsVersion) -> u64 {
    let has = |(platform, running): &(Platform, OsVersion)| {
        platform.feed_list() == list && running.major() == version.major() && *running >= version
    };
    versions.iter().filter(|(key, _)| has(key)).map(|(_, devices)| devices).sum()
}

/// The days, from the earliest place on Earth where it is today, on which something is due.
fn deadlines(counts: &FleetCounts, now: Timestamp) -> Vec<DeadlineDay> {
    let today = Offset::constant(-12).to_datetime(now).date();
    let mut days: BTreeMap<Date, u64> = BTreeMap::new();
    for count in &counts.decided {
        let local = count.deadline_local.as_deref();
        let day = local.and_then(|local| local.parse::<jiff::civil::DateTime>().ok());
        if let Some(day) = day.map(jiff::civil::DateTime::date).filter(|day| *day >= today) {
            *days.entry(day).or_default() += number(count.devices);
        }
    }
    days.into_iter().map(|(day, devices)| DeadlineDay { day, devices }).collect()
}

fn reason_counts(counts: &FleetCounts, undecided: u64, now: Timestamp) -> Vec<ReasonCount> {
    let mut by_reason: BTreeMap<(Standing, &str), u64> = BTreeMap::new();
    for count in &counts.decided {
        let standing = shown(count.standing(now));
        let reason = match standing {
            Standing::CannotUpdate | Standing::NotEnforced if count.outcome.is_none() => {
                Some(reasons::UNDECIDED)
            }
            Standing::CannotUpdate | Standing::NotEnforced => count.reason.as_deref(),
            Standing::OnTime | Standing::DueSoon | Standing::Overdue => None,
        };
        if let Some(reason) = reason {
            *by_reason.entry((standing, reason)).or_default() += number(count.devices);
        }
    }
    if undecided > 0 {
        let key = (Standing::NotEnforced, reasons::UNDECIDED);
        *by_reason.entry(key).or_default() += undecided;
    }
    let mut reasons: Vec<_> = by_reason
        .into_iter()
        .map(|((standing, reason), devices)| ReasonCount {
            standing,
            reason: reason.to_owned(),
            sentence: reasons::sentence(reason).to_owned(),
            devices,
        })
        .collect();
    reasons.sort_by_key(|reason| Reverse(reason.devices));
    reasons
}

fn blocker_counts(counts: &FleetCounts) -> Vec<BlockerCount> {
    let mut by_code: BTreeMap<String, u64> = BTreeMap::new();
    for count in &counts.decided {
        let Some(blockers) = &count.blockers else { continue };
        let codes: Vec<String> = serde_json::from_str(blockers).unwrap_or_default();
        for code in codes {
            *by_code.entry(code).or_default() += number(count.devices);
        }
    }
    let mut blockers: Vec<_> = by_code
        .into_iter()
        .map(|(blocker, devices)| BlockerCount {
            sentence: Blocker::summary(&blocker).to_owned(),
            blocker,
            devices,
        })
        .collect();
    blockers.sort_by_key(|blocker| Reverse(blocker.devices));
    blockers
}

fn platform_summary((platform, standings): (Platform, Standings)) -> PlatformSummary {
    PlatformSummary { platform: platform.into(), devices: total(&standings), standings }
}

fn add(standings: &mut Standings, standing: Standing, count: &FleetCount) {
    let place = match standing {
        Standing::OnTime => &mut standings.on_time,
        Standing::DueSoon => &mut standings.due_soon,
        Standing::Overdue => &mut standings.overdue,
        Standing::CannotUpdate => &mut standings.cannot_update,
        Standing::NotEnforced => &mut standings.not_enforced,
    };
    *place += number(count.devices);
}

const fn total(standings: &Standings) -> u64 {
    let Standings { on_time, due_soon, overdue, cannot_update, not_enforced } = *standings;
    on_time + due_soon + overdue + cannot_update + not_enforced
}

const fn shown(standing: macadam_store::Standing) -> Standing {
    match standing {
        macadam_store::Standing::OnTime => Standing::OnTime,
        macadam_store::Standing::DueSoon => Standing::DueSoon,
        macadam_store::Standing::Overdue => Standing::Overdue,
        macadam_store::Standing::CannotUpdate => Standing::CannotUpdate,
        macadam_store::Standing::NotEnforced => Standing::NotEnforced,
    }
}

/// The standing as the store filters by it.
pub(super) const fn stored(standing: Standing) -> macadam_store::Standing {
    match standing {
        Standing::OnTime => macadam_store::Standing::OnTime,
        Standing::DueSoon => macadam_store::Standing::DueSoon,
        Standing::Overdue => macadam_store::Standing::Overdue,
        Standing::CannotUpdate => macadam_store::Standing::CannotUpdate,
        Standing::NotEnforced => macadam_store::Standing::NotEnforced,
    }
}

fn number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn earlier(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
