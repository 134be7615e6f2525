//! The catalog as people read it: releases of a platform, and the table behind one decision.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::Catalog;
use super::index::{KnownBuild, KnownRelease, utc_day};
use super::review::{ReviewMoment, ReviewState};
use super::span::Moment;
use crate::{Build, FeedList, ItemId, OsVersion, Platform, UpdateId};

/// This long before a typed version leaves the feed, administrators are told.
const LEAVES_FEED_NOTICE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Whether what leaves the feed on a day is announced today.
pub(crate) fn leaves_soon(on: Date, today: Date) -> bool {
    on.duration_since(today) <= LEAVES_FEED_NOTICE
}

/// One version and build for one device id, as `explain` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub version: OsVersion,
    /// `None` for a release from before the record whose build is not known.
    pub build: Option<Build>,
    /// The day it was first public for this device id.
    pub released: Date,
    /// Nobody recorded that it was for this id; it is taken to be, as for every id of its major.
    pub is_derived: bool,
    pub is_public: bool,
    pub is_installable: bool,
    pub is_withdrawn: bool,
    /// The day on which it leaves the feed, once that is settled.
    pub expires: Option<Date>,
    pub review: ReviewState,
}

/// One version and build of a platform, for lists of releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseSummary {
    pub platform: Platform,
    pub version: OsVersion,
    pub build: Build,
    pub prerequisite_build: Option<Build>,
    /// The earliest day it was public for any device id.
    pub released: Date,
    pub device_ids: Vec<UpdateId>,
    /// For how many of them it is public, installable and withdrawn now.
    pub public_for: usize,
    pub installable_for: usize,
    pub withdrawn_for: usize,
    /// When it was first public for any of them.
    pub first_public: Option<Timestamp>,
    /// When it left the public set for the last of them.
    pub left_public: Option<Timestamp>,
    /// The last day on which it leaves the feed for any of them, once that is settled.
    pub expires: Option<Date>,
    /// The word for the whole fleet.
    pub review: ReviewState,
}

impl ReleaseSummary {
    /// Takes over when the build was public and when it expires, as known at `now`.
    fn note_spans(&mut self, build: &KnownBuild, now: Moment) {
        let first = build.public.first().filter(|first| *first <= now).map(Moment::timestamp);
        self.first_public = [self.first_public, first].into_iter().flatten().min();
        let spans = build.public.iter().filter(|span| span.from <= now);
        let left = spans.last().map(|span| span.until).filter(|until| *until <= now);
        self.left_public = match self.public_for {
            0 => self.left_public.max(left.map(Moment::timestamp)),
            _ => None,
        };
        self.expires = self.expires.max(build.expires(now));
    }
}

impl Catalog {
    /// The recorded releases of a platform as of `now`, oldest version first.
    pub fn releases(&self, platform: Platform, now: Timestamp) -> Vec<ReleaseSummary> {
        let now = Moment::from(now);
        let mut summaries: BTreeMap<_, ReleaseSummary> = BTreeMap::new();
        for (id, release) in self.known_releases(platform, now) {
            for build in release.builds.iter().filter(|build| build.first_seen <= now) {
                let key = (release.version, &build.build, release.prerequisite.as_ref());
                let summary = summaries.entry(key).or_insert_with(|| ReleaseSummary {
                    platform,
                    version: release.version,
                    build: build.build.clone(),
                    prerequisite_build: release.prerequisite.clone(),
                    released: release.released,
                    device_ids: Vec::new(),
                    public_for: 0,
                    installable_for: 0,
                    withdrawn_for: 0,
                    first_public: None,
                    left_public: None,
                    expires: None,
                    review: self.review(platform, release, None, ReviewMoment::at(now)),
                });
                summary.released = summary.released.min(release.released);
                summary.device_ids.push(id.clone());
                summary.public_for += usize::from(build.public.contains(now));
                summary.installable_for += usize::from(build.is_usable(now));
                summary.withdrawn_for += usize::from(build.is_withdrawn(now));
                summary.note_spans(build, now);
            }
        }
        summaries.into_values().collect()
    }

    /// The versions that were first public for any device id on or after a day, each with its
    /// earliest day.
    pub fn released_since(
        &self,
        since: Date,
        now: Timestamp,
    ) -> BTreeMap<(FeedList, OsVersion), Date> {
        let mut versions: BTreeMap<_, Date> = BTreeMap::new();
        for platform in Platform::ALL {
            for (_, release) in self.known_releases(platform, Moment::from(now)) {
                let day = versions
                    .entry((platform.feed_list(), release.version))
                    .or_insert(release.released);
                *day = release.released.min(*day);
            }
        }
        versions.retain(|_, day| *day >= since);
        versions
    }

    /// The first day on which a version leaves the feed for some device of the platform, once
    /// that is near enough to be announced.
    pub fn leaves_feed(
        &self,
        platform: Platform,
        version: OsVersion,
        now: Timestamp,
    ) -> Option<Date> {
        let today = utc_day(now);
        let now = Moment::from(now);
        let releases = self.known_releases(platform, now).map(|(_, release)| release);
        let builds = releases
            .filter(|release| release.version == version)
            .flat_map(|release| &release.builds)
            .filter(|build| build.is_usable(now));
        let days = builds.filter_map(|build| build.expires(now));
        days.filter(|on| leaves_soon(*on, today)).min()
    }

    /// The newest version of a major that is installable for some device of the platform and
    /// approved for the fleet; Background Security Improvements aside.
    pub fn newest_approved(
        &self,
        platform: Platform,
        major: u16,
        now: Timestamp,
    ) -> Option<OsVersion> {
        let now = Moment::from(now);
        let moment = ReviewMoment::at(now);
        self.known_releases(platform, now)
            .map(|(_, release)| release)
            .filter(|release| release.version.major() == major)
            .filter(|release| release.version.letter().is_none() && release.is_usable(now))
            .filter(|release| self.review(platform, release, None, moment).is_approved())
            .map(|release| release.version)
            .max()
    }

    /// Every release that lists this device id as of `now`, oldest version first; reviews as they
    /// count for `item`.
    pub fn table_for(&self, id: &UpdateId, item: Option<ItemId>, now: Timestamp) -> Vec<Release> {
        let Some((platform, known)) = Platform::of_update_id(id.as_str()).zip(self.device(id))
        else {
            return Vec::new();
        };
        let now = Moment::from(now);
        let mut table = Vec::new();
        let known = known.releases.iter().chain(&known.improvements);
        for release in known.filter(|release| release.is_known(now)) {
            let review = self.review(platform, release, item, ReviewMoment::at(now));
            let row = |build: Option<&KnownBuild>| Release {
                version: release.version,
                build: build.map(|build| build.build.clone()),
                released: release.released,
                is_derived: release.is_derived(),
                is_public: build.is_some_and(|build| build.public.contains(now)),
                is_installable: build.is_some_and(|build| build.is_usable(now)),
                is_withdrawn: build
                    .map_or_else(|| release.is_withdrawn(now), |build| build.is_withdrawn(now)),
                expires: build.and_then(|build| build.expires(now)),
                review,
            };
            let seen = release.builds.iter().filter(|build| build.first_seen <= now);
            table.extend(seen.map(|build| row(Some(build))));
            if release.builds.is_empty() {
                table.push(row(None));
            }
        }
        table.sort_by_key(|row| row.version);
        table
    }

    fn known_releases(
        &self,
        platform: Platform,
        now: Moment,
    ) -> impl Iterator<Item = (&UpdateId, &KnownRelease)> {
        self.devices
            .iter()
            .filter(move |(id, _)| Platform::of_update_id(id.as_str()) == Some(platform))
            .filter_map(|(id, class)| Some((id, self.classes.get(*class)?)))
            .flat_map(|(id, known)| {
                known.releases.iter().chain(&known.improvements).map(move |release| (id, release))
            })
            .filter(move |(_, release)| release.is_known(now))
    }
}
