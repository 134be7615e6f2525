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

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use self::event::{
    Answer, CatalogEvent, CatalogPolicy, Doubts, EventChange, HistoricRelease, HistoricRow,
    InsaneFetch, Observation, Offer, OfferSet, Review, ReviewScope, UnreadOffer,
};
pub use self::index::utc_day;
pub(crate) use self::index::{DeviceReleases, KnownBuild, KnownRelease, Source};
pub(crate) use self::lists::leaves_soon;
pub use self::lists::{Release, ReleaseSummary};
pub(crate) use self::review::ReviewMoment;
pub use self::review::ReviewState;
use self::review::Reviews;
pub(crate) use self::span::Moment;
use crate::{Build, ItemId, OsVersion, Platform, UpdateId};

/// All releases known, and what is known about them.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The class of each device id: its place in `classes`.
    devices: BTreeMap<UpdateId, usize>,
    /// What is known for device ids that were always offered the same. Hundreds of ids make some
    /// dozens of classes, which stay close to the processor while a fleet is decided for.
    classes: Vec<DeviceReleases>,
    history: Vec<HistoricRelease>,
    /// The rows of the history that name a device id.
    named: BTreeMap<UpdateId, Vec<usize>>,
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
            classes: Vec::new(),
            history: Vec::new(),
            named: BTreeMap::new(),
            recorded_from: Moment::MAX,
            majors: BTreeMap::new(),
            builds: BTreeMap::new(),
            reviews: Reviews::new(policy),
        }
    }

    /// Adds facts from before the record.
    pub fn add_historic(&mut self, releases: impl IntoIterator<Item = HistoricRelease>) {
        for release in releases {
            for id in &release.device_ids {
                self.named.entry(id.clone()).or_default().push(self.history.len());
            }
            self.history.push(release);
        }
        let everybody = self.devices.keys().chain(self.named.keys());
        let everybody = everybody.map(|id| (id.clone(), Vec::new())).collect();
        self.learn(&[], everybody);
    }

    /// Adds facts of the record, in time order.
    ///
    /// Cheapest in one call for many events: what follows from them is found once, at the end.
    pub fn apply(&mut self, events: impl IntoIterator<Item = CatalogEvent>) {
        let events: Vec<CatalogEvent> = events.into_iter().collect();
        let mut touched: BTreeMap<UpdateId, Vec<usize>> = BTreeMap::new();
        for (position, event) in events.iter().enumerate() {
            for id in event.change.device_ids() {
                touched.entry(id.clone()).or_default().push(position);
            }
        }
        let first = events.iter().map(|event| Moment::from(event.at)).min();
        if let Some(first) = first.filter(|first| *first < self.recorded_from) {
            self.recorded_from = first;
            for id in self.devices.keys() {
                touched.entry(id.clone()).or_default();
            }
        }
        self.learn(&events, touched);
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
        answer: &Answer<'_>,
        doubts: &Doubts,
    ) -> Result<Observation, InsaneFetch> {
        let devices =
            self.devices.iter().filter_map(|(id, class)| Some((id, self.classes.get(*class)?)));
        observe::observe(devices, at, answer, doubts)
    }

    /// The catalog for replaying the past: what is known from before the record was public from
    /// its day on, which the record itself does not say. Its builds are those the history names.
    #[must_use]
    pub fn for_replay(&self) -> Self {
        let mut catalog = self.clone();
        for (id, class) in &self.devices {
            let platform = Platform::of_update_id(id.as_str());
            let (Some(platform), Some(known)) = (platform, catalog.classes.get_mut(*class)) else {
                continue;
            };
            let list = platform.feed_list();
            known.offer_history(|version| {
                let rows = self.history.iter().filter(|row| row.list == list);
                let mut rows = rows.filter(|row| row.version == version);
                rows.find_map(|row| row.builds.first().cloned())
            });
        }
        catalog
    }

    /// Whether no release is known as of `now`.
    pub fn is_empty(&self, now: Timestamp) -> bool {
        let now = Moment::from(now);
        !self.majors.values().any(|since| *since <= now)
    }

    /// What tells device ids apart that were ever offered something else; nothing for an id that no
    /// release lists.
    pub(crate) fn class_of(&self, id: &UpdateId) -> Option<usize> {
        self.devices.get(id).copied()
    }

    pub(crate) fn device(&self, id: &UpdateId) -> Option<&DeviceReleases> {
        self.classes.get(*self.devices.get(id)?)
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
        self.devices.values().filter_map(|class| self.classes.get(*class)).filter(lists).count()
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

    /// Tells each device its events, by position, and computes again what follows from them.
    ///
    /// Devices that were alike and learn the same stay alike, and are worked on once.
    fn learn(&mut self, events: &[CatalogEvent], touched: BTreeMap<UpdateId, Vec<usize>>) {
        let mut groups: BTreeMap<_, Vec<UpdateId>> = BTreeMap::new();
        for (id, positions) in touched {
            let Some(platform) = Platform::of_update_id(id.as_str()) else { continue };
            let named = self.named.get(&id).cloned().unwrap_or_default();
            let class = self.devices.get(&id).copied();
            groups.entry((class, platform, named, positions)).or_default().push(id);
        }
        for ((class, platform, _, positions), ids) in groups {
            let Some(first) = ids.first() else { continue };
            let old = class.and_then(|class| self.classes.get(class));
            let mut known = old.cloned().unwrap_or_default();
            for event in positions.iter().filter_map(|position| events.get(*position)) {
                known.note(event);
            }
            known.refresh(first, &self.history, self.recorded_from);
            self.index_platform(platform, &known);
            self.set_class(class, &ids, known);
        }
    }

    /// Puts the devices of a class, or some of them, into what is now their class.
    fn set_class(&mut self, class: Option<usize>, ids: &[UpdateId], known: DeviceReleases) {
        let members = self.devices.values().filter(|member| Some(**member) == class).count();
        let whole = class.filter(|_| members == ids.len());
        match whole.and_then(|class| self.classes.get_mut(class)) {
            Some(place) => *place = known,
            None => {
                let class = self.classes.len();
                self.classes.push(known);
                self.devices.extend(ids.iter().map(|id| (id.clone(), class)));
            }
        }
    }

    fn index_platform(&mut self, platform: Platform, known: &DeviceReleases) {
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
