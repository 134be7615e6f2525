//! What is known of Apple's releases offline: the shipped history and answers of Apple's feed.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use macadam_api::policy_file::Policy;
use macadam_policy::{
    Answer, Catalog, Doubts, FeedList, HistoricRelease, HistoricRow, Offer, OfferSet, UnreadOffer,
};
use macadam_protocol::feed::gdmf::{self, Entry, Gdmf, Unread};
use macadam_protocol::feed::{self, HistoricBuild, Seed};

use crate::error::CliError;
use crate::file;

/// Where releases are known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The history that ships with the product.
    Seed,
    /// An answer of Apple's feed; without a time, from the moment that is decided for.
    Answer { path: PathBuf, at: Option<Timestamp> },
}

/// A catalog, and what could not be read on the way to it.
pub(super) struct Known {
    pub(super) catalog: Catalog,
    pub(super) notes: Vec<String>,
}

/// Reads `seed`, `FILE` or `FILE@TIME`.
pub(super) fn source(text: &str) -> Result<Source, String> {
    if text == "seed" {
        return Ok(Source::Seed);
    }
    let timed = text.rsplit_once('@').and_then(|(path, at)| Some((path, at.parse().ok()?)));
    Ok(match timed {
        Some((path, at)) => Source::Answer { path: path.into(), at: Some(at) },
        None => Source::Answer { path: text.into(), at: None },
    })
}

/// Everything the sources told up to `now`, reviewed as the policy says.
pub(super) fn catalog(
    sources: &[Source],
    now: Timestamp,
    policy: &Policy,
) -> Result<Known, CliError> {
    let mut catalog = Catalog::new(policy.approval());
    let mut answers = Vec::new();
    for source in sources {
        match source {
            Source::Seed => {
                let seed = feed::seed();
                catalog.add_historic(historic(&seed));
                let moments = seed.moments().into_iter().filter(|moment| *moment <= now);
                answers.extend(moments.map(|at| Told { at, by: None, gdmf: seed.answer_at(at) }));
            }
            Source::Answer { path, at } => answers.push(Told::read(path, at.unwrap_or(now))?),
        }
    }
    answers.sort_by_key(|answer| answer.at);
    if let Some(Told { by: Some(path), .. }) = answers.last().filter(|last| last.at > now) {
        return Err(CliError::Usage(format!("{} is from after --at", path.display())));
    }
    let mut notes = Vec::new();
    for answer in &answers {
        let found = answer.tell(&mut catalog);
        // What the recorded past cannot tell is no news to anybody.
        if let Some(path) = answer.by {
            notes.extend(found.iter().map(|note| format!("{}: {note}", path.display())));
        }
    }
    catalog.set_reviews(policy.reviews().to_vec());
    Ok(Known { catalog, notes })
}

/// One answer of Apple's feed.
struct Told<'a> {
    at: Timestamp,
    /// The file it is from; none for the shipped history.
    by: Option<&'a Path>,
    gdmf: Gdmf,
}

impl<'a> Told<'a> {
    fn read(path: &'a Path, at: Timestamp) -> Result<Self, CliError> {
        let parse = |error: gdmf::DecodeGdmfError| CliError::Parse {
            path: path.to_owned(),
            source: error.into(),
        };
        let gdmf = gdmf::decode(&file::read(path)?).map_err(parse)?;
        Ok(Self { at, by: Some(path), gdmf })
    }

    /// Adds the answer to the catalog, and gives what of it could not be used.
    fn tell(&self, catalog: &mut Catalog) -> Vec<String> {
        let told = Answer {
            offers: self.gdmf.entries.iter().map(offer).collect(),
            unread: self.gdmf.unread.iter().map(unread).collect(),
        };
        // Whoever names the files vouches for them, as we do for the history.
        let doubts = Doubts { is_confirmed: true, ..Doubts::default() };
        let mut notes = self.gdmf.problems.clone();
        match catalog.observe(self.at, &told, &doubts) {
            Ok(observation) => {
                notes.extend(observation.problems);
                catalog.apply(observation.events);
            }
            Err(insane) => notes.push(format!("it changes nothing: {insane}")),
        }
        notes
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
fn historic(seed: &Seed) -> Vec<HistoricRelease> {
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
