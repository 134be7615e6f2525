//! The release catalog: append-only facts about what Apple offered to which device id, and when.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;

use crate::{Build, FeedList, OsVersion, UpdateId};

/// The set of the feed an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferSet {
    /// `PublicAssetSets`: what a device is offered now.
    Public,
    /// `AssetSets`: what management may still install.
    Installable,
    /// `PublicBackgroundSecurityImprovements`.
    BackgroundSecurity,
}

/// One entry of an answer of Apple's feed, as plain text, before it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer<'a> {
    pub set: OfferSet,
    pub list: FeedList,
    pub version: &'a str,
    pub extra: Option<&'a str>,
    pub build: Option<&'a str>,
    pub prerequisite_build: Option<&'a str>,
    pub expires: Option<Date>,
    pub device_ids: &'a [Arc<str>],
}

/// One fact: at this moment an entry appeared in, or left, a set for these device ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogEvent {
    pub at: Timestamp,
    pub set: OfferSet,
    pub list: FeedList,
    /// With the letter of a Background Security Improvement.
    pub version: OsVersion,
    pub build: Build,
    pub prerequisite_build: Option<Build>,
    pub change: EventChange,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventChange {
    Listed {
        device_ids: Vec<UpdateId>,
    },
    Unlisted {
        device_ids: Vec<UpdateId>,
    },
    /// The day on which Apple stops offering it to management (settled once it left the public set).
    Expires {
        on: Date,
    },
}

/// A release from before the record of the feed begins; never a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricRelease {
    pub list: FeedList,
    pub version: OsVersion,
    pub day: Date,
    pub builds: Vec<Build>,
    pub prerequisite_build: Option<Build>,
    /// Known device ids; empty means every id that is listed for the major.
    pub device_ids: Vec<UpdateId>,
    pub withdrawn_on: Option<Date>,
}

/// An administrator's word about a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub scope: ReviewScope,
    pub list: FeedList,
    pub version: OsVersion,
    /// When it was approved by hand.
    pub approved_at: Option<Timestamp>,
    /// When it was put on hold, while it is.
    pub held_since: Option<Timestamp>,
    /// When the last hold was lifted.
    pub resumed_at: Option<Timestamp>,
}

/// Whether a review is for everybody or for one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewScope {
    Fleet,
    Item(crate::ItemId),
}

/// When releases count as approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatalogPolicy {
    #[default]
    AtOnce,
    AfterDays(u16),
    ByHand,
}

/// Why an answer of Apple's feed is not believed (Managed OS specification, section 3, fact 5).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InsaneFetch {
    #[error("the feed offers nothing for {0:?}")]
    Empty(FeedList),
    #[error("{list:?} {major} vanished from the public set")]
    MajorMissing { list: FeedList, major: u16 },
    #[error("the public set shrank from {before} to {after} entries")]
    Shrunk { before: usize, after: usize },
}

/// One version and build for one device id, as `explain` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub version: OsVersion,
    pub build: Build,
    pub released: Date,
}

/// All releases known, and what is known about them.
#[derive(Clone, Debug, Default)]
pub struct Catalog {}

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
    ) -> Result<Vec<CatalogEvent>, InsaneFetch> {
        Ok(Vec::new())
    }
}
