//! From the feed's wire types to what the catalog observes.

use macadam_policy::{
    Answer, Build, FeedList, HistoricRelease, Offer, OfferSet, OsVersion, UnreadOffer, UpdateId,
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

/// The releases from before the record: one row for each group of builds with its devices.
pub(crate) fn historic(seed: &Seed) -> Vec<HistoricRelease> {
    let mut rows = Vec::new();
    for release in &seed.releases {
        let Some(version) = version(&release.version, release.extra.as_deref()) else { continue };
        let row = |build: Option<&HistoricBuild>| HistoricRelease {
            list: feed_list(release.list),
            version,
            day: release.day,
            builds: build.and_then(|build| build.build.parse::<Build>().ok()).into_iter().collect(),
            prerequisite_build: build
                .and_then(|build| build.prerequisite_build.as_deref())
                .and_then(|build| build.parse().ok()),
            device_ids: build
                .and_then(|build| build.device_ids.as_deref())
                .unwrap_or_default()
                .iter()
                .filter_map(|id| UpdateId::new(id))
                .collect(),
            withdrawn_on: build.and_then(|build| build.withdrawn_on),
        };
        if release.builds.is_empty() {
            rows.push(row(None));
        }
        rows.extend(release.builds.iter().map(|build| row(Some(build))));
    }
    rows
}

fn version(base: &str, extra: Option<&str>) -> Option<OsVersion> {
    let base: OsVersion = base.parse().ok()?;
    let letter = extra.and_then(|extra| extra.chars().find(char::is_ascii_alphabetic));
    match letter {
        Some(letter) => base.with_letter(letter),
        None => Some(base),
    }
}
