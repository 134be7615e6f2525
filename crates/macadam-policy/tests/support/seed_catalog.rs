//! The catalog of the real past, as a server that had watched the feed all along would have it.

use jiff::Timestamp;
use macadam_policy::{
    Answer, Catalog, Doubts, FeedList, HistoricRelease, HistoricRow, InsaneFetch, Offer, OfferSet,
};
use macadam_protocol::feed;

/// The catalog, and the answers that it did not believe.
pub(crate) struct Past {
    pub(crate) catalog: Catalog,
    #[allow(dead_code, reason = "the benchmark has no use for it")]
    pub(crate) refused: Vec<(Timestamp, InsaneFetch)>,
}

/// Observes every recorded answer of Apple's feed in order and applies what it changed.
pub(crate) fn recorded_past() -> Past {
    let seed = feed::seed();
    let mut catalog = Catalog::default();
    catalog.add_historic(seed.historic_builds().map(historic));
    let mut doubts = Doubts::default();
    let mut refused = Vec::new();
    for moment in seed.moments() {
        let answer = seed.answer_at(moment);
        let offers = answer.entries.iter().map(offer).collect();
        let told = Answer { offers, unread: Vec::new() };
        match catalog.observe(moment, &told, &doubts) {
            Ok(observation) => {
                assert_eq!(observation.problems, Vec::<String>::new());
                catalog.apply(observation.events);
                doubts = Doubts::default();
            }
            Err(reason) => {
                if let InsaneFetch::MajorsMissing { majors } = &reason {
                    for major in majors {
                        doubts.missing_since.entry(*major).or_insert(moment);
                    }
                }
                refused.push((moment, reason));
            }
        }
    }
    Past { catalog, refused }
}

fn offer(entry: &feed::gdmf::Entry) -> Offer<'_> {
    Offer {
        set: match entry.set {
            feed::OfferSet::Public => OfferSet::Public,
            feed::OfferSet::Installable => OfferSet::Installable,
            feed::OfferSet::BackgroundSecurity => OfferSet::BackgroundSecurity,
        },
        list: list(entry.list),
        version: &entry.version,
        extra: entry.extra.as_deref(),
        build: entry.build.as_deref(),
        prerequisite_build: entry.prerequisite_build.as_deref(),
        expires: entry.expires,
        device_ids: &entry.device_ids,
    }
}

const fn list(list: feed::FeedList) -> FeedList {
    match list {
        feed::FeedList::MacOs => FeedList::MacOs,
        feed::FeedList::Ios => FeedList::Ios,
        feed::FeedList::VisionOs => FeedList::VisionOs,
    }
}

/// Of our own record nothing may be unreadable.
fn historic(
    (release, build): (&feed::HistoricRelease, Option<&feed::HistoricBuild>),
) -> HistoricRelease {
    let row = HistoricRow {
        list: list(release.list),
        version: &release.version,
        extra: release.extra.as_deref(),
        day: release.day,
        build: build.map(|build| build.build.as_str()),
        prerequisite_build: build.and_then(|build| build.prerequisite_build.as_deref()),
        device_ids: build.and_then(|build| build.device_ids.as_deref()).unwrap_or_default(),
        withdrawn_on: build.and_then(|build| build.withdrawn_on),
    };
    let read = HistoricRelease::read(&row).expect("a version");
    assert_eq!(read.builds.len(), usize::from(row.build.is_some()), "{row:?}");
    assert_eq!(read.prerequisite_build.is_some(), row.prerequisite_build.is_some(), "{row:?}");
    read
}
