//! What Apple published, as administrators see it, and what they say about it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use macadam_api::previews::PreviewRequest;
use macadam_api::releases::{
    Approval, Availability, Cve, Release, ReleaseBuild, ReleaseFilter, ReleaseKind, ReleaseRecord,
    Review, ReviewAction, WriteReview, parse_release_id, release_id,
};
use macadam_api::server::WriteApproval;
use macadam_api::{Detail, Named};
use macadam_policy::{Build, FeedList, ItemId, OsVersion, Platform, ReleaseSummary, ReviewState};
use macadam_store::{FleetShare, NewReview, ReviewEntry, SaveError, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::caller::Caller;
use super::catalog::APPROVAL;
use super::changes::{ChangeError, check_rules};
use super::library::Library;
use super::pages::{Rows, Wanted};
use super::{App, situations};

const REASON_CHARACTERS: usize = 500;
/// The longest a release can wait for its approval by itself.
const MOST_APPROVAL_DAYS: u16 = 90;

/// What is stored of the community's knowledge about a release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReleaseNotes {
    #[serde(default)]
    pub(crate) cves: Vec<Cve>,
    #[serde(default)]
    pub(crate) link: Option<String>,
}

/// Where a release stands in the list: the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleaseKey {
    released_on: Date,
    id: String,
}

impl Ord for ReleaseKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.released_on.cmp(&self.released_on).then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for ReleaseKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl App {
    /// Releases that match, newest first.
    pub(crate) async fn releases(
        &self,
        filter: ReleaseFilter,
        wanted: Wanted<ReleaseKey>,
    ) -> Result<Rows<Release, ReleaseKey>, StoreError> {
        let mut releases: Vec<_> =
            self.all_releases().await?.into_iter().map(|record| record.release).collect();
        releases.retain(|release| matches(&filter, release));
        let key = |release: &Release| ReleaseKey {
            released_on: release.released_on,
            id: release.id.clone(),
        };
        releases.sort_by_key(key);
        Ok(wanted.page_of(releases, key))
    }

    /// One release with its builds.
    pub(crate) async fn release(&self, id: &str) -> Result<ReleaseRecord, ChangeError> {
        // An id can be written in more than one way, such as 26.3 and 26.3.0.
        let (list, version) = parse_release_id(id).ok_or(ChangeError::Unknown("release"))?;
        let is_meant =
            |record: &ReleaseRecord| parse_release_id(&record.release.id) == Some((list, version));
        let found = self.all_releases().await?.into_iter().find(is_meant);
        found.ok_or(ChangeError::Unknown("release"))
    }

    /// Approves, holds or resumes a release, for the fleet or for one item.
    pub(crate) async fn review_release(
        &self,
        caller: &Caller,
        id: &str,
        wish: WriteReview,
    ) -> Result<ReleaseRecord, ChangeError> {
        let id = self.release(id).await?.release.id;
        check_reason(&wish.reason)?;
        if let Some(item) = wish.item_id
            && self.store.item(ItemId(item)).await?.is_none()
        {
            let problem = Detail::unknown("item_id", "library item");
            return Err(ChangeError::Problems(vec![problem]));
        }
        let (action, item_id) = (wish.action, wish.item_id);
        let request = PreviewRequest::Review { release_id: id.clone(), action, item_id };
        let proposal = self.propose(&request).await?;
        match (wish.action, wish.preview_digest.as_deref()) {
            (ReviewAction::Hold, None) => check_rules(&proposal)?,
            (ReviewAction::Approve | ReviewAction::Hold | ReviewAction::Resume, shown) => {
                self.check_proposal(&proposal, shown).await?;
            }
        }
        self.audit(caller, "review_release", &format!("releases/{id}"), json!(wish)).await?;
        let review = NewReview {
            id: self.ids.id(self.wall_clock.now()),
            at: self.fleet_clock.now(),
            release: id.clone(),
            item: wish.item_id.map(ItemId),
            action: match wish.action {
                ReviewAction::Approve => macadam_store::ReviewAction::Approve,
                ReviewAction::Hold => macadam_store::ReviewAction::Hold,
                ReviewAction::Resume => macadam_store::ReviewAction::Resume,
            },
            by: caller.name.clone(),
            reason: wish.reason.trim().to_owned(),
        };
        self.store.review_release(review).await?;
        self.policy_changed();
        self.release(&id).await
    }

    /// When releases count as approved.
    pub(crate) async fn approval(&self) -> Result<Approval, StoreError> {
        let stored = self.store.setting(APPROVAL).await?;
        Ok(stored
            .and_then(|(document, _)| serde_json::from_str(&document).ok())
            .unwrap_or_default())
    }

    /// Changes when releases count as approved.
    pub(crate) async fn write_approval(
        &self,
        caller: &Caller,
        wish: WriteApproval,
    ) -> Result<(), ChangeError> {
        check_reason(&wish.reason)?;
        if let Approval::AfterDays { days } = wish.approval
            && !(1..=MOST_APPROVAL_DAYS).contains(&days)
        {
            let problem = Detail::range("approval.days", (1, MOST_APPROVAL_DAYS.into()));
            return Err(ChangeError::Problems(vec![problem]));
        }
        self.audit(caller, "write_approval", "approval", json!(wish)).await?;
        let version = self.store.setting(APPROVAL).await?.map_or(0, |(_, version)| version);
        let document = serde_json::to_string(&wish.approval).expect("an approval is JSON");
        match self.store.save_setting(APPROVAL, &document, version).await {
            // Somebody else wrote between our two steps, and this is the later word.
            Err(SaveError::Stale { current }) => {
                self.store.save_setting(APPROVAL, &document, current).await?;
            }
            other => drop(other?),
        }
        self.policy_changed();
        Ok(())
    }

    async fn all_releases(&self) -> Result<Vec<ReleaseRecord>, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let now = self.fleet_clock.now();
        let notes = self.store.release_facts().await?;
        let notes = notes.into_iter().filter_map(|row| {
            Some(((row.list, row.version), serde_json::from_str(&row.document).ok()?))
        });
        let notes: BTreeMap<(String, String), ReleaseNotes> = notes.collect();
        let reviews = self.store.reviews().await?;
        let fleet = fleet(&self.store.fleet_shape().await?);
        let mut summaries: BTreeMap<(FeedList, OsVersion), Vec<ReleaseSummary>> = BTreeMap::new();
        for platform in Platform::ALL {
            for summary in knowledge.catalog.releases(platform, now) {
                let key = (platform.feed_list(), summary.version);
                summaries.entry(key).or_default().push(summary);
            }
        }
        let records = summaries.into_iter().map(|((list, version), summaries)| {
            let place = (macadam_api::releases::FeedList::from(list).as_str(), version.to_string());
            let notes = notes.get(&(place.0.to_owned(), place.1)).cloned().unwrap_or_default();
            let known = Known { list, version, summaries, notes };
            let reviews = shown_reviews(&knowledge.library, &reviews, &known.id());
            known.record(reviews, &fleet)
        });
        Ok(records.collect())
    }
}

/// How many enrolled devices there are of one kind and version.
struct FleetPart {
    platform: Platform,
    update_id: String,
    version: OsVersion,
    devices: u64,
}

fn fleet(shares: &[FleetShare]) -> Vec<FleetPart> {
    let part = |share: &FleetShare| {
        let id = situations::listed_id(share.platform, share.update_id.as_deref(), &share.product)?;
        Some(FleetPart {
            platform: share.platform,
            update_id: id.as_str().to_owned(),
            version: situations::version(&share.os_version, share.os_extra.as_deref())?,
            devices: u64::try_from(share.devices).unwrap_or_default(),
        })
    };
    shares.iter().filter_map(part).collect()
}

/// Everything known about one version of one list.
struct Known {
    list: FeedList,
    version: OsVersion,
    /// One for each build and platform.
    summaries: Vec<ReleaseSummary>,
    notes: ReleaseNotes,
}

impl Known {
    fn id(&self) -> String {
        release_id(self.list.into(), self.version)
    }

    fn record(self, reviews: Vec<Review>, fleet: &[FleetPart]) -> ReleaseRecord {
        let state = self.summaries.iter().map(|summary| summary.review).max();
        let devices = |is_counted: &dyn Fn(&FleetPart) -> bool| {
            fleet.iter().filter(|part| is_counted(part)).map(|part| part.devices).sum()
        };
        let release = Release {
            id: self.id(),
            list: self.list.into(),
            version: self.version.to_string(),
            kind: kind(self.version),
            released_on: self.summaries.iter().map(|it| it.released).min().unwrap_or(Date::MAX),
            availability: self
                .summaries
                .iter()
                .map(availability)
                .min()
                .unwrap_or(Availability::Expired),
            approved: state.is_some_and(ReviewState::is_approved),
            held: state == Some(ReviewState::Held),
            reviews,
            exploited: self.notes.cves.iter().any(|cve| cve.exploited),
            cve_count: u32::try_from(self.notes.cves.len()).unwrap_or(u32::MAX),
            link: self.notes.link.clone(),
            devices_able: devices(&|part| self.is_for(part)),
            devices_done: devices(&|part| {
                self.is_for(part)
                    && part.version.major() == self.version.major()
                    && part.version >= self.version
            }),
        };
        let builds = self.builds();
        ReleaseRecord { release, builds, cves: self.notes.cves }
    }

    fn is_for(&self, part: &FleetPart) -> bool {
        self.summaries.iter().any(|summary| {
            summary.platform == part.platform
                && summary.device_ids.iter().any(|id| id.as_str() == part.update_id)
        })
    }

    /// Builds of one number are one, whichever platforms they are for.
    fn builds(&self) -> Vec<ReleaseBuild> {
        let mut builds: BTreeMap<(&Build, Option<&Build>), ReleaseBuild> = BTreeMap::new();
        for summary in &self.summaries {
            let key = (&summary.build, summary.prerequisite_build.as_ref());
            let build = builds.entry(key).or_insert_with(|| ReleaseBuild {
                build: summary.build.to_string(),
                prerequisite_build: summary.prerequisite_build.as_ref().map(ToString::to_string),
                update_ids: Vec::new(),
                first_public_at: None,
                left_public_at: summary.left_public,
                expires_on: None,
                availability: Availability::Expired,
                derived: false,
            });
            build.update_ids.extend(summary.device_ids.iter().map(ToString::to_string));
            build.first_public_at =
                [build.first_public_at, summary.first_public].into_iter().flatten().min();
            build.left_public_at = later_end(build.left_public_at, summary.left_public);
            build.expires_on = build.expires_on.max(summary.expires);
            build.availability = build.availability.min(availability(summary));
        }
        builds.into_values().collect()
    }
}

/// What is still public for somebody has not left.
fn later_end(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    Some(one?.max(other?))
}

/// The best availability over all hardware.
fn availability(summary: &ReleaseSummary) -> Availability {
    if summary.public_for > 0 {
        Availability::Public
    } else if summary.installable_for > 0 {
        Availability::ManagementOnly
    } else if summary.withdrawn_for > 0 {
        Availability::Withdrawn
    } else {
        Availability::Expired
    }
}

pub(super) fn kind(version: OsVersion) -> ReleaseKind {
    if version.letter().is_some() {
        ReleaseKind::Bsi
    } else if version == OsVersion::new(version.major(), 0) {
        ReleaseKind::Major
    } else {
        ReleaseKind::Minor
    }
}

fn matches(filter: &ReleaseFilter, release: &Release) -> bool {
    let major = release.version.split(['.', ' ']).next().and_then(|major| major.parse().ok());
    filter.list.is_none_or(|list| release.list == list)
        && filter.major.is_none_or(|wanted| major == Some(wanted))
        && filter.kind.is_none_or(|kind| release.kind == kind)
        && filter.availability.is_none_or(|availability| release.availability == availability)
        && filter.held.is_none_or(|is_held| release.held == is_held)
}

/// What was said about one release, for the fleet first.
fn shown_reviews(library: &Library, entries: &[ReviewEntry], id: &str) -> Vec<Review> {
    let mut reviews: BTreeMap<Option<ItemId>, Review> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.release == id) {
        let item = entry.item_id.map(|item| Named {
            id: item.0,
            name: library.label(item).unwrap_or_default().to_owned(),
        });
        let review = reviews.entry(entry.item_id).or_insert_with(|| Review {
            item,
            approved_at: None,
            held_since: None,
            resumed_at: None,
            reason: String::new(),
            by: String::new(),
        });
        match entry.action {
            macadam_store::ReviewAction::Approve => {
                review.approved_at.get_or_insert(entry.at);
            }
            macadam_store::ReviewAction::Hold => {
                review.held_since.get_or_insert(entry.at);
            }
            macadam_store::ReviewAction::Resume => {
                if review.held_since.take().is_some() {
                    review.resumed_at = Some(entry.at);
                }
            }
        }
        review.reason.clone_from(&entry.reason);
        review.by.clone_from(&entry.reviewer);
    }
    reviews.into_values().collect()
}

pub(super) fn check_reason(reason: &str) -> Result<(), ChangeError> {
    if (1..=REASON_CHARACTERS).contains(&reason.trim().chars().count()) {
        return Ok(());
    }
    Err(ChangeError::Problems(vec![Detail::length("reason", (1, REASON_CHARACTERS))]))
}
