//! Everything known about the releases of one device id, evaluated at any moment.
//!
//! One index per device id, so that a decision reads one short, sorted list. The raw facts (spans
//! of being public and installable) are kept as applied; what follows from several of them
//! (withdrawals, gaps, the day of release) is computed again whenever one changes.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::event::{CatalogEvent, EventChange, HistoricRelease, OfferSet};
use super::span::{Span, Spans};
use crate::{Build, OsVersion, Platform, UpdateId};

/// A gap in which Apple offered nothing counts only from this length on.
const LONG_GAP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Apple publishes around 17:00 UTC and a capture can lag; with this much taken off, the day
/// agrees with Apple's own.
const CAPTURE_LAG: SignedDuration = SignedDuration::from_hours(8);

/// The releases of one device id, each list sorted by version (and prerequisite).
#[derive(Clone, Debug, Default)]
pub(crate) struct DeviceReleases {
    pub(crate) releases: Vec<KnownRelease>,
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
    pub(crate) known_from: Timestamp,
    pub(crate) source: Source,
    /// From history only: the moment it was taken back, or the end of time.
    history_withdrawn_from: Timestamp,
    /// Empty for a release from before the record.
    pub(crate) builds: Vec<KnownBuild>,
    /// When this version or a higher one of its major became installable again after a long gap.
    pub(crate) returned: Vec<Timestamp>,
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
    pub(crate) first_seen: Timestamp,
    /// In the public set, or in that of Background Security Improvements.
    pub(crate) public: Spans,
    pub(crate) installable: Spans,
    withdrawn: Spans,
    /// The day it stops being installable, and when that became known.
    expires: Option<(Timestamp, Date)>,
}

impl KnownBuild {
    pub(crate) fn is_usable(&self, at: Timestamp) -> bool {
        (self.public.contains(at) || self.installable.contains(at)) && !self.withdrawn.contains(at)
    }

    pub(crate) fn is_withdrawn(&self, at: Timestamp) -> bool {
        self.withdrawn.contains(at)
    }

    pub(crate) fn expires(&self, at: Timestamp) -> Option<Date> {
        self.expires.filter(|(known, _)| *known <= at).map(|(_, day)| day)
    }
}

impl KnownRelease {
    pub(crate) fn is_derived(&self) -> bool {
        self.source == Source::Derived
    }

    pub(crate) fn is_known(&self, at: Timestamp) -> bool {
        self.known_from <= at
    }

    pub(crate) fn is_usable(&self, at: Timestamp) -> bool {
        self.is_known(at) && self.builds.iter().any(|build| build.is_usable(at))
    }

    /// Whether every build of it was taken back.
    pub(crate) fn is_withdrawn(&self, at: Timestamp) -> bool {
        let mut seen = self.builds.iter().filter(|build| build.first_seen <= at).peekable();
        if seen.peek().is_none() {
            return self.history_withdrawn_from <= at;
        }
        seen.all(|build| build.is_withdrawn(at))
    }

    /// The day of the last return after a long gap.
    pub(crate) fn returned_on(&self, at: Timestamp) -> Option<Date> {
        self.returned.iter().rev().find(|moment| **moment <= at).map(|moment| release_day(*moment))
    }

    fn new(version: OsVersion, prerequisite: Option<Build>) -> Self {
        Self {
            version,
            prerequisite,
            released: Date::MAX,
            known_from: Timestamp::MAX,
            source: Source::Feed,
            history_withdrawn_from: Timestamp::MAX,
            builds: Vec::new(),
            returned: Vec::new(),
        }
    }

    fn build_mut(&mut self, build: &Build, at: Timestamp) -> &mut KnownBuild {
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

    fn is_public(&self, at: Timestamp) -> bool {
        self.builds.iter().any(|build| build.public.contains(at))
    }

    /// When it was usable, whatever administrators said.
    fn usable_spans(&self) -> Spans {
        self.builds.iter().fold(Spans::default(), |spans, build| {
            spans.union(&build.public.union(&build.installable).without(&build.withdrawn))
        })
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
        let withdrawn_from = row.withdrawn_on.map_or(Timestamp::MAX, start_of);
        if self.source == Source::Feed {
            self.released = row.day;
            self.source = source;
            self.history_withdrawn_from = withdrawn_from;
        } else {
            self.released = self.released.min(row.day);
            self.source = self.source.min(source);
            self.history_withdrawn_from = self.history_withdrawn_from.max(withdrawn_from);
        }
        self.known_from = self.known_from.min(start_of(self.released));
    }
}

impl DeviceReleases {
    /// The releases of one major, oldest first.
    pub(crate) fn track(&self, major: u16) -> &[KnownRelease] {
        let start = self.releases.partition_point(|release| release.version.major() < major);
        let rest = self.releases.get(start..).unwrap_or_default();
        let length = rest.partition_point(|release| release.version.major() == major);
        rest.get(..length).unwrap_or_default()
    }

    /// The Background Security Improvements of one version, oldest first.
    pub(crate) fn improvements_of(&self, base: OsVersion) -> &[KnownRelease] {
        let start = self.improvements.partition_point(|release| release.version <= base);
        let rest = self.improvements.get(start..).unwrap_or_default();
        let length = rest.partition_point(|release| release.version.base() == base);
        rest.get(..length).unwrap_or_default()
    }

    /// Whether any release of the major lists this id as of this moment.
    pub(crate) fn lists_major(&self, major: u16, at: Timestamp) -> bool {
        self.track(major).iter().any(|release| release.is_known(at))
    }

    /// Keeps one fact of the record.
    pub(crate) fn note(&mut self, event: &CatalogEvent) {
        let release = self.release_mut(event.version, event.prerequisite_build.as_ref());
        let build = release.build_mut(&event.build, event.at);
        let spans = match event.set {
            OfferSet::Public | OfferSet::BackgroundSecurity => &mut build.public,
            OfferSet::Installable => &mut build.installable,
        };
        match event.change {
            EventChange::Listed { .. } => spans.begin(event.at),
            EventChange::Unlisted { .. } => spans.end(event.at),
            EventChange::Expires { on, .. } => build.expires = Some((event.at, on)),
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
        recorded_from: Timestamp,
    ) {
        self.releases.retain(|release| !release.builds.is_empty());
        self.improvements.retain(|release| !release.builds.is_empty());
        for release in self.releases.iter_mut().chain(&mut self.improvements) {
            release.set_day_from_feed();
        }
        self.add_history(id, history, recorded_from);
        self.find_withdrawals();
        self.find_returns(recorded_from);
    }

    /// The days of releases from before the record; later ones are in the record itself.
    fn add_history(
        &mut self,
        id: &UpdateId,
        history: &[HistoricRelease],
        recorded_from: Timestamp,
    ) {
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
    fn find_returns(&mut self, recorded_from: Timestamp) {
        let mut usable = Spans::default();
        let mut major = None;
        for release in self.releases.iter_mut().rev() {
            if major != Some(release.version.major()) {
                major = Some(release.version.major());
                usable = Spans::default();
            }
            usable = usable.union(&release.usable_spans());
            let mut gap_from = release.known_from.max(recorded_from);
            release.returned.clear();
            for span in usable.iter() {
                if span.from.duration_since(gap_from) >= LONG_GAP {
                    release.returned.push(span.from);
                }
                gap_from = gap_from.max(span.until);
            }
        }
    }
}

impl KnownRelease {
    fn find_withdrawals(&mut self, is_superseded: impl Fn(Timestamp) -> bool) {
        for build in &mut self.builds {
            let mut withdrawn = Spans::default();
            let next = build.public.iter().skip(1).map(|span| span.from);
            let ends = build.public.iter().map(|span| span.until);
            for (from, until) in ends.zip(next.chain([Timestamp::MAX])) {
                if from < Timestamp::MAX && !is_superseded(from) {
                    withdrawn.add(Span { from, until });
                }
            }
            build.withdrawn = withdrawn;
        }
    }
}

/// The day a release counts as published.
pub(crate) fn release_day(seen: Timestamp) -> Date {
    utc_day(seen.checked_sub(CAPTURE_LAG).unwrap_or(Timestamp::MIN))
}

pub(crate) fn utc_day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

pub(crate) fn start_of(day: Date) -> Timestamp {
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    Offset::UTC.to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}
