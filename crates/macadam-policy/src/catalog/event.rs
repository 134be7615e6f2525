//! The plain values a catalog is built from: facts about what Apple offered, and people's reviews.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;

use crate::{Build, FeedList, ItemId, OsVersion, ParseVersionError, UpdateId};

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

/// An answer of Apple's feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer<'a> {
    pub offers: Vec<Offer<'a>>,
    /// What stands in the answer and could not be read; it is taken to be as it was.
    pub unread: Vec<UnreadOffer<'a>>,
}

/// An entry that could not be read, by what could be read of it; all of a list by nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadOffer<'a> {
    pub set: OfferSet,
    pub list: FeedList,
    /// Without the letter of a Background Security Improvement.
    pub version: Option<&'a str>,
    pub build: Option<&'a str>,
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
    /// The day on which Apple stops offering it to management (settled once it left the public
    /// set). One version and build can stand in two entries with different days.
    Expires {
        device_ids: Vec<UpdateId>,
        on: Date,
    },
}

impl EventChange {
    pub fn device_ids(&self) -> &[UpdateId] {
        match self {
            Self::Listed { device_ids }
            | Self::Unlisted { device_ids }
            | Self::Expires { device_ids, .. } => device_ids,
        }
    }
}

/// A release from before the record of the feed begins; never a target.
///
/// Several rows may tell of one version: one for each group of builds and devices.
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

/// A release from before the record as plain text, before it is judged: for one of its builds, or
/// for the release as a whole where no record names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricRow<'a> {
    pub list: FeedList,
    pub version: &'a str,
    pub extra: Option<&'a str>,
    pub day: Date,
    pub build: Option<&'a str>,
    pub prerequisite_build: Option<&'a str>,
    pub device_ids: &'a [Arc<str>],
    pub withdrawn_on: Option<Date>,
}

impl HistoricRelease {
    /// Reads a row. What of it cannot be read is left out; without its version it is nothing.
    pub fn read(row: &HistoricRow<'_>) -> Option<Self> {
        let build = |text: Option<&str>| text.and_then(|text| text.parse().ok());
        Some(Self {
            list: row.list,
            version: read_version(row.version, row.extra).ok()?,
            day: row.day,
            builds: build(row.build).into_iter().collect(),
            prerequisite_build: build(row.prerequisite_build),
            device_ids: row.device_ids.iter().filter_map(|id| UpdateId::new(id)).collect(),
            withdrawn_on: row.withdrawn_on,
        })
    }
}

/// The version with the letter of its Background Security Improvement, as Apple writes both.
pub(super) fn read_version(
    version: &str,
    extra: Option<&str>,
) -> Result<OsVersion, ParseVersionError> {
    extra.map_or_else(|| version.parse(), |extra| format!("{version} {extra}").parse())
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
    Item(ItemId),
}

/// When releases count as approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatalogPolicy {
    #[default]
    AtOnce,
    AfterDays(u16),
    ByHand,
}

/// What the caller of `observe` remembers about answers that were not believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Majors that were missing from every answer since this moment.
    pub missing_since: BTreeMap<(FeedList, u16), Timestamp>,
    /// A person confirmed that the next answer is to be believed.
    pub is_confirmed: bool,
}

/// What an answer of Apple's feed changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// The facts to store, and then to apply.
    pub events: Vec<CatalogEvent>,
    /// Entries that could not be read, in words; the others are kept.
    pub problems: Vec<String>,
}

/// Why an answer of Apple's feed is not believed (Managed OS specification, section 3, fact 5).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InsaneFetch {
    #[error("the answer has nothing installable")]
    Empty,
    #[error("the answer has nothing installable for {}", list_names(lists))]
    ListsEmpty { lists: Vec<FeedList> },
    #[error("majors vanished from the public set: {}", list_majors(majors))]
    MajorsMissing { majors: Vec<(FeedList, u16)> },
    #[error("the public set shrank from {before} to {after} entries")]
    Shrunk { before: usize, after: usize },
}

fn list_names(lists: &[FeedList]) -> String {
    let names: Vec<_> = lists.iter().map(|list| list.name()).collect();
    names.join(", ")
}

fn list_majors(majors: &[(FeedList, u16)]) -> String {
    let names: Vec<_> =
        majors.iter().map(|(list, major)| format!("{} {major}", list.name())).collect();
    names.join(", ")
}
