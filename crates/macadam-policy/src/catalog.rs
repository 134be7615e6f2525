//! The release catalog: append-only facts about what Apple offered to which device id, and when.
//!
//! Facts come in as events and are indexed by device id, each with the spans of time in which it
//! held, so that the catalog answers for any moment. Nothing here is decided for a device.

mod event;
mod index;
mod lists;
mod observe;
mod review;
mod span;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use self::event::{
    CatalogEvent, CatalogPolicy, Doubts, EventChange, HistoricRelease, InsaneFetch, Observation,
    Offer, OfferSet, Review, ReviewScope,
};
pub(crate) use self::index::{DeviceReleases, KnownBuild, KnownRelease, Source, utc_day};
pub use self::lists::{Release, ReleaseSummary};
pub(crate) use self::review::ReviewMoment;
pub use self::review::ReviewState;
use self::review::Reviews;
pub(crate) use self::span::Moment;
use crate::{Build, ItemId, OsVersion, Platform, UpdateId};

/// All releases known, and what is known about them.
#[derive(Clone, Debug)]
pub struct Catalog {
    devices: BTreeMap<UpdateId, DeviceReleases>,
    history: Vec<HistoricRelease>,
    /// The moment of the first event: what was public then was released before.
    recorded_from: Moment,
    /// Since when some device of the platform is known to be listed for the major.
    majors: BTreeMap<(Platform, u16), Moment>,
    /// Every build of a version, each since it was first seen, whichever device it is for.
    builds: BTreeMap<(Platform, OsVersion), Vec<(Build, Moment)>>,
    reviews: Reviews,
}

impl Default for Catalog {
    fn default() -> Self {
        Self::new(CatalogPolicy::default())
    }
}

impl Catalog {
    /// An empty catalog, in which nothing can be decided.
    pub fn new(policy: CatalogPolicy) -> Self {
        Self {
            devices: BTreeMap::new(),
            history: Vec::new(),
            recorded_from: Moment::MAX,
            majors: BTreeMap::new(),
            builds: BTreeMap::new(),
            reviews: Reviews::new(policy),
        }
    }

    /// Adds facts from before the record.
    pub fn add_historic(&mut self, releases: impl IntoIterator<Item = HistoricRelease>) {
        self.history.extend(releases);
        for id in self.history.iter().flat_map(|release| &release.device_ids) {
            self.devices.entry(id.clone()).or_default();
        }
        let all = self.devices.keys().cloned().collect();
        self.refresh(&all);
    }

    /// Adds facts of the record, in time order.
    ///
    /// Cheapest in one call for many events: what follows from them is found once, at the end.
    pub fn apply(&mut self, events: impl IntoIterator<Item = CatalogEvent>) {
        let recorded_from = self.recorded_from;
        let mut touched = BTreeSet::new();
        for event in events {
            self.recorded_from = self.recorded_from.min(event.at.into());
            for id in event.change.device_ids() {
                self.devices.entry(id.clone()).or_default().note(&event);
                touched.insert(id.clone());
            }
        }
        if self.recorded_from < recorded_from {
            touched.extend(self.devices.keys().cloned());
        }
        self.refresh(&touched);
    }

    /// Replaces the administrators' reviews.
    pub fn set_reviews(&mut self, reviews: Vec<Review>) {
        self.reviews.set(reviews);
    }

    /// Changes when releases count as approved.
    pub fn set_policy(&mut self, policy: CatalogPolicy) {
        self.reviews.policy = policy;
    }

    /// What an answer of the feed changes, if it can be believed. Nothing is changed here: the
    /// events are stored first and then applied.
    pub fn observe(
        &self,
        at: Timestamp,
        offers: &[Offer<'_>],
        doubts: &Doubts,
    ) -> Result<Observation, InsaneFetch> {
        observe::observe(&self.devices, at, offers, doubts)
    }

    /// Whether no release is known as of `now`.
    pub fn is_empty(&self, now: Timestamp) -> bool {
        let now = Moment::from(now);
        !self.majors.values().any(|since| *since <= now)
    }

    pub(crate) fn device(&self, id: &UpdateId) -> Option<&DeviceReleases> {
        self.devices.get(id)
    }

    /// Whether some device of the platform is listed for the major as of `now`.
    pub(crate) fn is_major_known(&self, platform: Platform, major: u16, now: Moment) -> bool {
        self.majors.get(&(platform, major)).is_some_and(|since| *since <= now)
    }

    /// Whether different devices get different builds of the version as of `now`.
    pub(crate) fn is_forked(&self, platform: Platform, version: OsVersion, now: Moment) -> bool {
        let builds = self.builds.get(&(platform, version));
        builds.is_some_and(|builds| builds.iter().filter(|(_, since)| *since <= now).count() > 1)
    }

    /// For how many device ids a build is installable as of `now`.
    pub(crate) fn device_count(&self, version: OsVersion, build: &Build, now: Moment) -> usize {
        let lists = |known: &&DeviceReleases| {
            let track = known.track(version.major()).iter();
            let builds = track.filter(|release| release.version == version);
            builds
                .flat_map(|release| &release.builds)
                .any(|b| b.build == *build && b.is_usable(now))
        };
        self.devices.values().filter(lists).count()
    }

    pub(crate) fn review(
        &self,
        platform: Platform,
        release: &KnownRelease,
        item: Option<ItemId>,
        moment: ReviewMoment,
    ) -> ReviewState {
        self.reviews.state(platform.feed_list(), release, item, moment)
    }

    /// Computes again what follows from the facts about these devices.
    fn refresh(&mut self, ids: &BTreeSet<UpdateId>) {
        for id in ids {
            let Some((platform, known)) =
                Platform::of_update_id(id.as_str()).zip(self.devices.get_mut(id))
            else {
                continue;
            };
            known.refresh(id, &self.history, self.recorded_from);
            for release in &known.releases {
                let major = (platform, release.version.major());
                let since = self.majors.entry(major).or_insert(release.known_from);
                *since = release.known_from.min(*since);
                let builds = self.builds.entry((platform, release.version)).or_default();
                for build in &release.builds {
                    match builds.iter_mut().find(|(known, _)| *known == build.build) {
                        Some((_, since)) => *since = build.first_seen.min(*since),
                        None => builds.push((build.build.clone(), build.first_seen)),
                    }
                }
            }
        }
    }
}
