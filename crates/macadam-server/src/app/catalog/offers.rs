//! From the feed's wire types to what the catalog observes.

use macadam_policy::{
    Answer, FeedList, HistoricRelease, HistoricRow, Offer, OfferSet, UnreadOffer,
};
use macadam_protocol::feed::gdmf::{Entry, Gdmf, Unread};
use macadam_protocol::feed::{self, HistoricBuild, Seed};

/// The entries of an answer, as the catalog judges them.
pub(super) fn from_gdmf(answer: &Gdmf) -> Answer<'_> {
    Answer {
        offers: answer.entries.iter().map(offer).collect(),
        unread: answer.unread.iter().map(unread).collect(),
    }
}

fn offer(entry: &Entry) -> Offer<'_> {
    Offer {
        set: offer_set(entry.set),
        list: feed_list(entry.list),
        version: &entry.version,
        extra: entry.extra.as_deref(),
        build: entry.build.as_deref(),
        prerequisite_build: entry.prerequisite_build.as_deref(),
        expires: entry.expires,
        device_ids: &entry.device_ids,
    }
}

fn unread(unread: &Unread) -> UnreadOffer<'_> {
    UnreadOffer {
        set: offer_set(unread.set),
        list: feed_list(unread.list),
        version: unread.version.as_deref(),
        build: unread.build.as_deref(),
    }
}

const fn offer_set(set: feed::OfferSet) -> OfferSet {
    match set {
        feed::OfferSet::Public => OfferSet::Public,
        feed::OfferSet::Installable => OfferSet::Installable,
        feed::OfferSet::BackgroundSecurity => OfferSet::BackgroundSecurity,
    }
}

const fn feed_list(list: feed::FeedList) -> FeedList {
    match list {
        feed::FeedList::MacOs => FeedList::MacOs,
        feed::FeedList::Ios => FeedList::Ios,
        feed::FeedList::VisionOs => FeedList::VisionOs,
    }
}

/// The releases from before the record.
pub(crate) fn historic(seed: &Seed) -> Vec<HistoricRelease> {
    let row = |(release, build)| HistoricRelease::read(&historic_row(release, build));
    seed.historic_builds().filter_map(row).collect()
}

fn historic_row<'a>(
    release: &'a feed::HistoricRelease,
    build: Option<&'a HistoricBuild>,
) -> HistoricRow<'a> {
    HistoricRow {
        list: feed_list(release.list),
        version: &release.version,
        extra: release.extra.as_deref(),
        day: release.day,
        build: build.map(|build| build.build.as_str()),
        prerequisite_build: build.and_then(|build| build.prerequisite_build.as_deref()),
        device_ids: build.and_then(|build| build.device_ids.as_deref()).unwrap_or_default(),
        withdrawn_on: build.and_then(|build| build.withdrawn_on),
    }
}
