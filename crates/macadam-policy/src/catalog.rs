//! The release catalog: append-only facts about what Apple offered to which device id, and when.

mod event;

use jiff::Timestamp;
use jiff::civil::Date;

pub use self::event::{
    CatalogEvent, CatalogPolicy, Doubts, EventChange, HistoricRelease, InsaneFetch, Observation,
    Offer, OfferSet, Review, ReviewScope,
};
use crate::{Build, ItemId, OsVersion, Platform, UpdateId};

/// All releases known, and what is known about them.
#[derive(Clone, Debug, Default)]
pub struct Catalog {}

/// One version and build for one device id, as `explain` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub version: OsVersion,
    pub build: Build,
    /// The day it was first public for this device id.
    pub released: Date,
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
    pub review: ReviewState,
}

/// Whether a release may be used, by the word of administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewState {
    /// Usable; `since` is set when that is later than its release.
    Approved {
        since: Option<Date>,
    },
    NotApproved,
    Held,
}

impl Catalog {
    /// An empty catalog, in which nothing can be decided.
    pub fn new(_policy: CatalogPolicy) -> Self {
        Self::default()
    }

    /// Adds facts from before the record.
    pub fn add_historic(&mut self, _releases: impl IntoIterator<Item = HistoricRelease>) {}

    /// Adds facts of the record, in time order.
    pub fn apply(&mut self, _events: impl IntoIterator<Item = CatalogEvent>) {}

    /// Replaces the administrators' reviews.
    pub fn set_reviews(&mut self, _reviews: Vec<Review>) {}

    /// What an answer of the feed changes, if it can be believed. Nothing is changed here: the
    /// events are stored first and then applied.
    pub fn observe(
        &self,
        _at: Timestamp,
        _offers: &[Offer<'_>],
        _doubts: &Doubts,
    ) -> Result<Observation, InsaneFetch> {
        Ok(Observation::default())
    }

    /// Whether no release is known as of `now`.
    pub fn is_empty(&self, _now: Timestamp) -> bool {
        true
    }

    /// The recorded releases of a platform as of `now`, oldest version first.
    pub fn releases(&self, _platform: Platform, _now: Timestamp) -> Vec<ReleaseSummary> {
        Vec::new()
    }

    /// The newest version of a major that is installable for some device of the platform and
    /// approved for the fleet; Background Security Improvements aside.
    pub fn newest_approved(
        &self,
        _platform: Platform,
        _major: u16,
        _now: Timestamp,
    ) -> Option<OsVersion> {
        None
    }

    /// Every release that lists this device id as of `now`, oldest version first; reviews as they
    /// count for `item`.
    pub fn table_for(
        &self,
        _id: &UpdateId,
        _item: Option<ItemId>,
        _now: Timestamp,
    ) -> Vec<Release> {
        Vec::new()
    }
}
