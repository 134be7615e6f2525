//! Everything known about the releases of one device id, evaluated at any moment.
//!
//! One index per device id, so that a decision reads one short, sorted list. The raw facts (spans
//! of being public and installable) are kept as applied; what follows from several of them
//! (withdrawals, gaps, the day of release) is computed again whenever one changes.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::event::{CatalogEvent, EventChange, HistoricRelease, OfferSet};
use super::span::{Moment, Span, Spans};
use crate::{Build, OsVersion, Platform, UpdateId};

/// A gap in which Apple offered nothing counts only from this length on.
const LONG_GAP_HOURS: i64 = 7 * 24;

/// Apple publishes around 17:00 UTC and a capture can lag; with this much taken off, the day
/// agrees with Apple's own.
const CAPTURE_LAG_HOURS: i64 = 8;

/// The releases of one device id, each list sorted by version (and prerequisite).
#[derive(Clone, Debug, Default)]
pub(crate) struct DeviceReleases {
    pub(crate) releases: Vec<KnownRelease>,
    /// Their versions, close together for searching.
    versions: Vec<OsVersion>,
    /// Background Security Improvements.
    pub(crate) improvements: Vec<KnownRelease>,
}

/// One version for one device id.
#[derive(Clone, Debug)]
pub(crate) struct KnownRelease {
    pub(crate) version: OsVersion,
    /// Part of the identity of a Background Security Improvement; otherwise `None`.
    pub(crate) prerequisite: Option<Build>,
    pub(crate) released: Date,
    /// Before this moment nobody could know of it.
    pub(crate) known_from: Moment,
    pub(crate) source: Source,
    /// When some build of it was installable and not withdrawn.
    usable: Spans,
    /// When every build of it was taken back.
    withdrawn: Spans,
    /// Empty for a release from before the record.
    pub(crate) builds: Vec<KnownBuild>,
    /// When this version or a higher one of its major became installable again after a long gap,
    /// and the day that counts as.
    returned: Vec<(Moment, Date)>,
}

/// Where the day of a release comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// First seen public for this very device id.
    Feed,
    /// The history names this device id, or the feed lists it for the release.
    History,
    /// The history names no devices: it is taken to be for every id of the major.
    Derived,
}

/// One build for one device id.
#[derive(Clone, Debug)]
pub(crate) struct KnownBuild {
    pub(crate) build: Build,
    pub(crate) first_seen: Moment,
    /// In the public set, or in that of Background Security Improvements.
    pub(crate) public: Spans,
    pub(crate) installable: Spans,
    withdrawn: Spans,
    /// The day it stops being installable, and when that became known.
    expires: Option<(Moment, Date)>,
}

impl KnownBuild {
    pub(crate) fn is_usable(&self, at: Moment) -> bool {
        (self.public.contains(at) || self.installable.contains(at)) && !self.withdrawn.contains(at)
    }

    pub(crate) fn is_withdrawn(&self, at: Moment) -> bool {
        self.withdrawn.contains(at)
    }

    pub(crate) fn expires(&self, at: Moment) -> Option<Date> {
        self.expires.filter(|(known, _)| *known <= at).map(|(_, day)| day)
    }
}

impl KnownRelease {
    pub(crate) fn is_derived(&self) -> bool {
        self.source == Source::Derived
    }

    pub(crate) fn is_known(&self, at: Moment) -> bool {
        self.known_from <= at
    }

    pub(crate) fn is_usable(&self, at: Moment) -> bool {
        self.is_known(at) && self.usable.contains(at)
    }

    /// Since when it has been usable.
    pub(crate) fn usable_since(&self, at: Moment) -> Option<Moment> {
        self.usable.since(at).map(|since| since.max(self.known_from))
    }

    /// The moments at which it stopped being usable.
    pub(crate) fn usable_until(&self) -> impl Iterator<Item = Moment> + '_ {
        self.usable.iter().map(|span| span.until)
    }

    /// Whether every build of it was taken back.
    pub(crate) fn is_withdrawn(&self, at: Moment) -> bool {
        self.withdrawn.contains(at)
    }

    /// The day of the last return after a long gap.
    pub(crate) fn returned_on(&self, at: Moment) -> Option<Date> {
        self.returned.iter().rev().find(|(moment, _)| *moment <= at).map(|(_, day)| *day)
    }

    fn new(version: OsVersion, prerequisite: Option<Build>) -> Self {
        Self {
            version,
            prerequisite,
            released: Date::MAX,
            known_from: Moment::MAX,
            source: Source::Feed,
            usable: Spans::default(),
            withdrawn: Spans::default(),
            builds: Vec::new(),
            returned: Vec::new(),
        }
    }

    fn build_mut(&mut self, build: &Build, at: Moment) -> &mut KnownBuild {
        let place = match self.builds.binary_search_by(|known| known.build.cmp(build)) {
            Ok(place) => place,
            Err(place) => {
                let known = KnownBuild {
                    build: build.clone(),
                    first_seen: at,
                    public: Spans::default(),
                    installable: Spans::default(),
                    withdrawn: Spans::default(),
                    expires: None,
                };
                self.builds.insert(place, known);
                place
            }
        };
        self.builds.get_mut(place).expect("the place was just found or filled")
    }

    fn is_public(&self, at: Moment) -> bool {
        self.builds.iter().any(|build| build.public.contains(at))
    }

    /// First seen public; where it never was while recorded, first seen installable.
    fn set_day_from_feed(&mut self) {
        let public = self.builds.iter().filter_map(|build| build.public.first()).min();
        let installable = self.builds.iter().filter_map(|build| build.installable.first()).min();
        if let Some(first) = public.or(installable) {
            self.known_from = first;
            self.released = release_day(first);
        }
        self.source = Source::Feed;
    }

    fn set_day_from_history(&mut self, row: &HistoricRelease, source: Source) {
        let taken_back = row.withdrawn_on.map(|day| Span::since(start_of(day)));
        let taken_back: Spans = taken_back.into_iter().collect();
        if self.source == Source::Feed {
            self.released = row.day;
            self.source = source;
            self.withdrawn = taken_back;
        } else {
            self.released = self.released.min(row.day);
            self.source = self.source.min(source);
            // One row that was not taken back is enough.
            let either = self.withdrawn.without(&taken_back);
            self.withdrawn = self.withdrawn.without(&either);
        }
        self.known_from = self.known_from.min(start_of(self.released));
    }
}

impl DeviceReleases {
    /// The releases of one major, oldest first.
    pub(crate) fn track(&self, major: u16) -> &[KnownRelease] {
        let start = self.versions.partition_point(|version| version.major() < major);
        let end = self.versions.partition_point(|version| version.major() <= major);
        self.releases.get(start..end).unwrap_or_default()
    }

    /// Those of one major that are above a version, oldest first.
    pub(crate) fn track_above(&self, major: u16, version: OsVersion) -> &[KnownRelease] {
        let lower = |other: &OsVersion| *other <= version || other.major() < major;
        let start = self.versions.partition_point(lower);
        let end = self.versions.partition_point(|version| version.major() <= major);
        self.releases.get(start..end).unwrap_or_default()
    }

    /// The Background Security Improvements of the running version above it, oldest first.
    pub(crate) fn improvements_above(&self, running: OsVersion) -> &[KnownRelease] {
        let start = self.improvements.partition_point(|release| release.version <= running);
        let rest = self.improvements.get(start..).unwrap_or_default();
        let length = rest.partition_point(|release| release.version.base() == running.base());
        rest.get(..length).unwrap_or_default()
    }

    /// The list that a version is in.
    pub(crate) fn list_of(&self, version: OsVersion) -> &[KnownRelease] {
        if version.letter().is_some() { &self.improvements } else { &self.releases }
    }

    /// Whether any release of the major lists this id as of this moment.
    pub(crate) fn lists_major(&self, major: u16, at: Moment) -> bool {
        self.track(major).iter().any(|release| release.is_known(at))
    }

    /// Keeps one fact of the record.
    pub(crate) fn note(&mut self, event: &CatalogEvent) {
        let release = self.release_mut(event.version, event.prerequisite_build.as_ref());
        let at = Moment::from(event.at);
        let build = release.build_mut(&event.build, at);
        let spans = match event.set {
            OfferSet::Public | OfferSet::BackgroundSecurity => &mut build.public,
            OfferSet::Installable => &mut build.installable,
        };
        match event.change {
            EventChange::Listed { .. } => spans.begin(at),
            EventChange::Unlisted { .. } => spans.end(at),
            EventChange::Expires { on, .. } => build.expires = Some((at, on)),
        }
    }

    fn release_mut(
        &mut self,
        version: OsVersion,
        prerequisite: Option<&Build>,
    ) -> &mut KnownRelease {
        let is_improvement = version.letter().is_some();
        let list = if is_improvement { &mut self.improvements } else { &mut self.releases };
        let prerequisite = prerequisite.filter(|_| is_improvement);
        let key = (version, prerequisite);
        let place = match list
            .binary_search_by(|known| (known.version, known.prerequisite.as_ref()).cmp(&key))
        {
            Ok(place) => place,
            Err(place) => {
                list.insert(place, KnownRelease::new(version, prerequisite.cloned()));
                place
            }
        };
        list.get_mut(place).expect("the place was just found or filled")
    }

    /// Computes again what follows from the facts.
    pub(crate) fn refresh(
        &mut self,
        id: &UpdateId,
        history: &[HistoricRelease],
        recorded_from: Moment,
    ) {
        self.releases.retain(|release| !release.builds.is_empty());
        self.improvements.retain(|release| !release.builds.is_empty());
        for release in self.releases.iter_mut().chain(&mut self.improvements) {
            release.set_day_from_feed();
        }
        self.add_history(id, history, recorded_from);
        self.find_withdrawals();
        for release in self.releases.iter_mut().chain(&mut self.improvements) {
            release.sum_up_builds();
        }
        self.find_returns(recorded_from);
        self.versions = self.releases.iter().map(|release| release.version).collect();
    }

    /// Takes what is known from before the record to have been public from its day on.
    pub(super) fn offer_history(&mut self, build: impl Fn(OsVersion) -> Option<Build>) {
        for release in self.releases.iter_mut().filter(|it| it.source != Source::Feed) {
            release.offer_from_its_day(&build);
        }
    }

    /// The days of releases from before the record; later ones are in the record itself.
    fn add_history(&mut self, id: &UpdateId, history: &[HistoricRelease], recorded_from: Moment) {
        let Some(platform) = Platform::of_update_id(id.as_str()) else { return };
        // The history tells of iOS and iPadOS; tvOS shares the list, but not every release.
        let may_derive = platform != Platform::TvOs;
        let recorded_majors: Vec<u16> =
            self.releases.iter().map(|release| release.version.major()).collect();
        for row in history.iter().filter(|row| row.list == platform.feed_list()) {
            if start_of(row.day) >= recorded_from {
                continue;
            }
            let is_named = row.device_ids.contains(id);
            let is_of_major = recorded_majors.binary_search(&row.version.major()).is_ok();
            if is_named || (may_derive && row.device_ids.is_empty() && is_of_major) {
                let release = self.release_mut(row.version, row.prerequisite_build.as_ref());
                let is_listed = !release.builds.is_empty();
                let source = if is_named || is_listed { Source::History } else { Source::Derived };
                release.set_day_from_history(row, source);
            }
        }
    }

    /// A build that leaves the public set while nothing higher is public was taken back, until it
    /// is public again.
    fn find_withdrawals(&mut self) {
        let releases = self.releases.clone();
        let improvements = self.improvements.clone();
        for release in &mut self.releases {
            let version = release.version;
            release.find_withdrawals(|at| {
                releases.iter().rev().take_while(|r| r.version > version).any(|r| r.is_public(at))
            });
        }
        for release in &mut self.improvements {
            let version = release.version;
            release.find_withdrawals(|at| {
                let higher = improvements.iter().chain(&releases);
                higher.filter(|other| other.version > version).any(|other| other.is_public(at))
            });
        }
    }

    /// Finds when a major became installable again after a gap that Apple caused. For each
    /// version, it and every higher one of its major count.
    fn find_returns(&mut self, recorded_from: Moment) {
        let mut usable = Spans::default();
        let mut major = None;
        for release in self.releases.iter_mut().rev() {
            if major != Some(release.version.major()) {
                major = Some(release.version.major());
                usable = Spans::default();
            }
            usable = usable.union(&release.usable);
            let mut gap_from = release.known_from.max(recorded_from);
            release.returned.clear();
            for span in usable.iter() {
                if span.from >= gap_from.plus_hours(LONG_GAP_HOURS) {
                    release.returned.push((span.from, release_day(span.from)));
                }
                gap_from = gap_from.max(span.until);
            }
        }
    }
}

impl KnownRelease {
    fn find_withdrawals(&mut self, is_superseded: impl Fn(Moment) -> bool) {
        for build in &mut self.builds {
            let mut withdrawn = Spans::default();
            let next = build.public.iter().skip(1).map(|span| span.from);
            let ends = build.public.iter().map(|span| span.until);
            for (from, until) in ends.zip(next.chain([Moment::MAX])) {
                if from < Moment::MAX && !is_superseded(from) {
                    withdrawn.add(Span { from, until });
                }
            }
            build.withdrawn = withdrawn;
        }
    }

    fn offer_from_its_day(&mut self, build: impl Fn(OsVersion) -> Option<Build>) {
        let from = self.known_from;
        let recorded = self.builds.iter().map(|build| build.first_seen).min();
        let until = recorded.unwrap_or(Moment::MAX);
        let Some(name) =
            self.builds.first().map(|it| it.build.clone()).or_else(|| build(self.version))
        else {
            return;
        };
        // Offered once, however many devices of a class ask for it.
        if from >= until {
            return;
        }
        let before: Spans = [Span { from, until }].into_iter().collect();
        let before = before.without(&self.withdrawn);
        let known = self.build_mut(&name, from);
        known.first_seen = from;
        known.public = known.public.union(&before);
        self.usable = self.usable.union(&before);
    }

    /// What holds for the release because it holds for some, or for every one, of its builds.
    fn sum_up_builds(&mut self) {
        if self.builds.is_empty() {
            return;
        }
        let (mut usable, mut kept) = (Spans::default(), Spans::default());
        let mut seen = Spans::default();
        for build in &self.builds {
            let offered = build.public.union(&build.installable);
            usable = usable.union(&offered.without(&build.withdrawn));
            let since: Spans = [Span::since(build.first_seen)].into_iter().collect();
            kept = kept.union(&since.without(&build.withdrawn));
            seen = seen.union(&since);
        }
        self.withdrawn = seen.without(&kept);
        self.usable = usable;
    }
}

/// The day a release counts as published.
fn release_day(seen: Moment) -> Date {
    utc_day(seen.plus_hours(-CAPTURE_LAG_HOURS).timestamp())
}

/// The day in UTC, which releases, and what starts a clock, count by.
pub fn utc_day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

fn start_of(day: Date) -> Moment {
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    Offset::UTC.to_timestamp(midnight).map_or(Moment::MAX, Moment::from)
}
