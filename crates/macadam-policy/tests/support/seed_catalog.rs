//! The catalog of the real past, as a server that had watched the feed all along would have it.

use jiff::Timestamp;
use macadam_policy::{
    Answer, Catalog, Doubts, FeedList, HistoricRelease, InsaneFetch, Offer, OfferSet, UpdateId,
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
    catalog.add_historic(seed.releases.iter().flat_map(historic));
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

/// One row for each build, because devices, prerequisites and withdrawals are told of builds.
fn historic(release: &feed::HistoricRelease) -> Vec<HistoricRelease> {
    let text = match &release.extra {
        Some(extra) => format!("{} {extra}", release.version),
        None => release.version.clone(),
    };
    let row = HistoricRelease {
        list: list(release.list),
        version: text.parse().unwrap(),
        day: release.day,
        builds: Vec::new(),
        prerequisite_build: None,
        device_ids: Vec::new(),
        withdrawn_on: None,
    };
    if release.builds.is_empty() {
        return vec![row];
    }
    let of_build = |build: &feed::HistoricBuild| HistoricRelease {
        builds: vec![build.build.parse().unwrap()],
        prerequisite_build: build.prerequisite_build.as_ref().map(|text| text.parse().unwrap()),
        device_ids: build
            .device_ids
            .iter()
            .flat_map(|ids| ids.iter())
            .filter_map(|id| UpdateId::new(id))
            .collect(),
        withdrawn_on: build.withdrawn_on,
        ..row.clone()
    };
    release.builds.iter().map(of_build).collect()
}
