//! The release catalog: what Apple's feed said, as an append-only log in the store, and what
//! people decided about releases.

mod document;
mod offers;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use macadam_api::events::Noun;
use macadam_api::releases::{Approval, FeedList, parse_release_id, release_id};
use macadam_policy::{
    Catalog, CatalogEvent, CatalogPolicy, Doubts, InsaneFetch, OsVersion, Review, ReviewScope,
};
use macadam_protocol::feed::Seed;
use macadam_protocol::feed::gdmf::{self, Gdmf};
use macadam_store::{AppendCatalogError, ReviewAction, ReviewEntry, Sha256, StoreError};
use thiserror::Error;

pub(crate) use self::offers::historic;
use super::App;
use crate::outbound::apple_feed::FetchAppleFeedError;

/// Events read at a time.
const EVENT_PAGE: u32 = 1000;
/// How often another server may append first before an answer of the feed is given up.
const APPEND_ATTEMPTS: usize = 5;
/// The setting that says when releases count as approved.
pub(super) const APPROVAL: &str = "approval";
/// The setting that holds which majors the feed has not shown since when.
const DOUBTS: &str = "feed_doubts";
/// The name of Apple's feed among the fetches.
pub(crate) const GDMF: &str = "gdmf";

/// Whether an answer that lacks much of what was known before is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Belief {
    /// It is not, until it stays that way for days.
    Cautious,
    /// A person looked at it and said so.
    Confirmed,
}

/// What an accepted answer of the feed changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) changes: usize,
    /// Versions that appeared.
    pub(crate) new_releases: Vec<String>,
    /// Broken entries that were left out.
    pub(crate) problems: Vec<String>,
}

/// Asking the feed gave nothing.
#[derive(Debug, Error)]
pub(crate) enum RefreshCatalogError {
    #[error("Apple's feed did not answer")]
    Fetch(#[from] FetchAppleFeedError),
    #[error(transparent)]
    Observe(#[from] ObserveError),
}

/// An answer of the feed changed nothing.
#[derive(Debug, Error)]
pub(crate) enum ObserveError {
    #[error("the feed's answer is not believed")]
    Insane(#[from] InsaneFetch),
    #[error("other servers kept appending to the catalog")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Asks Apple's feed, and takes its answer into the catalog.
    pub(crate) async fn refresh_catalog(&self) -> Result<Observed, RefreshCatalogError> {
        match self.apple_feed.fetch().await {
            Ok(answer) => Ok(self.observe_feed(&answer, Belief::Cautious).await?),
            Err(error) => {
                let now = self.fleet_clock.now();
                let problem = with_causes(&error);
                self.store
                    .record_fetch_problem(now, GDMF, &problem)
                    .await
                    .map_err(ObserveError::from)?;
                self.changed(Noun::Feeds, None);
                Err(error.into())
            }
        }
    }

    /// When Apple's feed was asked last, by any server.
    pub(crate) async fn last_feed_attempt(&self) -> Result<Option<Timestamp>, StoreError> {
        let fetches = self.store.fetches().await?;
        Ok(fetches.into_iter().find(|fetch| fetch.source == GDMF).map(|fetch| fetch.tried_at))
    }

    /// Takes an answer of Apple's feed into the catalog, if it can be believed. Otherwise the last
    /// good state stays, and the reason is recorded.
    pub(crate) async fn observe_feed(
        &self,
        answer: &Gdmf,
        belief: Belief,
    ) -> Result<Observed, ObserveError> {
        let at = self.fleet_clock.now();
        let told = offers::from_gdmf(answer);
        for _ in 0..APPEND_ATTEMPTS {
            let knowledge = self.refresh_knowledge().await?;
            let (mut doubts, version) = self.load_doubts().await?;
            doubts.is_confirmed = belief == Belief::Confirmed;
            let observation = match knowledge.catalog.observe(at, &told, &doubts) {
                Ok(observation) => observation,
                Err(insane) => {
                    self.note_doubts(at, &insane, doubts, version).await?;
                    self.store.record_fetch_problem(at, GDMF, &insane.to_string()).await?;
                    self.changed(Noun::Feeds, None);
                    return Err(insane.into());
                }
            };
            let new_releases = new_versions(&knowledge.catalog, at, &observation.events);
            let documents = observation.events.iter().map(document::encode).collect();
            let end = knowledge.catalog_end;
            if observation.events.is_empty() || self.append(at, end, documents).await? {
                self.clear_doubts(&doubts, version).await?;
                self.store.record_fetch(at, GDMF, canonical_hash(answer)).await?;
                self.changed(Noun::Feeds, None);
                let mut problems = answer.problems.clone();
                problems.extend(observation.problems);
                let changes = observation.events.len();
                self.announce(changes, &new_releases).await?;
                return Ok(Observed { changes, new_releases, problems });
            }
        }
        Err(ObserveError::Busy)
    }

    async fn announce(&self, changes: usize, new_releases: &[String]) -> Result<(), StoreError> {
        if changes == 0 {
            return Ok(());
        }
        self.refresh_knowledge().await?;
        self.changed(Noun::Releases, None);
        tracing::info!(changes, releases = new_releases.join(", "), "the release catalog changed");
        self.policy_changed();
        Ok(())
    }

    /// Appends to the log; `false` when another server did so first.
    async fn append(
        &self,
        at: Timestamp,
        end: i64,
        documents: Vec<String>,
    ) -> Result<bool, StoreError> {
        match self.store.append_catalog_events(at, end, documents).await {
            Ok(_) => Ok(true),
            Err(AppendCatalogError::Moved { .. }) => Ok(false),
            Err(AppendCatalogError::Store(error)) => Err(error),
        }
    }

    /// Gives a new store the past that ships with the server, up to now.
    pub(crate) async fn seed_catalog(&self, seed: &Seed) -> Result<(), StoreError> {
        if self.store.catalog_end().await? > 0 {
            return Ok(());
        }
        let now = self.fleet_clock.now();
        let mut catalog = Catalog::new(CatalogPolicy::default());
        let mut documents = Vec::new();
        for moment in seed.moments().into_iter().filter(|moment| *moment <= now) {
            let answer = seed.answer_at(moment);
            // The record was believed when it was made.
            let doubts = Doubts { is_confirmed: true, ..Doubts::default() };
            let observed = catalog.observe(moment, &offers::from_gdmf(&answer), &doubts);
            let Ok(observation) = observed else { continue };
            documents.extend(observation.events.iter().map(document::encode));
            catalog.apply(observation.events);
        }
        // If it fails, another server that started at the same moment appended the same.
        self.append(now, 0, documents).await.map(drop)
    }

    pub(super) async fn catalog_events_after(
        &self,
        mut seq: i64,
    ) -> Result<Vec<(i64, Option<CatalogEvent>)>, StoreError> {
        let mut events = Vec::new();
        loop {
            let page = self.store.catalog_events_after(seq, EVENT_PAGE).await?;
            let Some(last) = page.last() else { return Ok(events) };
            seq = last.seq;
            events.extend(page.into_iter().map(|stored| {
                let event = document::decode(&stored.document);
                if event.is_none() {
                    tracing::error!(catalog.event = stored.seq, "a catalog event cannot be read");
                }
                (stored.seq, event)
            }));
        }
    }

    /// When releases count as approved, and what people decided about single ones.
    pub(super) async fn load_reviews(&self) -> Result<(CatalogPolicy, Vec<Review>), StoreError> {
        let stored = self.store.setting(APPROVAL).await?;
        let approval = stored
            .and_then(|(document, _)| serde_json::from_str::<Approval>(&document).ok())
            .unwrap_or_default();
        Ok((approval.into(), current_reviews(&self.store.reviews().await?)))
    }

    async fn load_doubts(&self) -> Result<(Doubts, i64), StoreError> {
        let Some((document, version)) = self.store.setting(DOUBTS).await? else {
            return Ok((Doubts::default(), 0));
        };
        let stored: BTreeMap<String, Timestamp> =
            serde_json::from_str(&document).unwrap_or_default();
        let missing_since = stored
            .into_iter()
            .filter_map(|(id, since)| {
                let (list, version) = parse_release_id(&id)?;
                Some(((list.into(), version.major()), since))
            })
            .collect();
        Ok((Doubts { missing_since, is_confirmed: false }, version))
    }

    async fn note_doubts(
        &self,
        at: Timestamp,
        insane: &InsaneFetch,
        mut doubts: Doubts,
        version: i64,
    ) -> Result<(), StoreError> {
        let missing = match insane {
            InsaneFetch::MajorsMissing { majors } => majors.as_slice(),
            InsaneFetch::Empty | InsaneFetch::ListsEmpty { .. } | InsaneFetch::Shrunk { .. } => {
                return Ok(());
            }
        };
        doubts.missing_since.retain(|major, _| missing.contains(major));
        for major in missing {
            doubts.missing_since.entry(*major).or_insert(at);
        }
        self.save_doubts(&doubts, version).await
    }

    async fn clear_doubts(&self, doubts: &Doubts, version: i64) -> Result<(), StoreError> {
        if doubts.missing_since.is_empty() {
            return Ok(());
        }
        self.save_doubts(&Doubts::default(), version).await
    }

    async fn save_doubts(&self, doubts: &Doubts, version: i64) -> Result<(), StoreError> {
        let stored: BTreeMap<String, Timestamp> = doubts
            .missing_since
            .iter()
            .map(|((list, major), since)| {
                (release_id(FeedList::from(*list), OsVersion::new(*major, 0)), *since)
            })
            .collect();
        let document = serde_json::to_string(&stored).expect("a map of texts is JSON");
        match self.store.save_setting(DOUBTS, &document, version).await {
            Err(macadam_store::SaveError::Store(error)) => Err(error),
            // Another server saw the same answer and was first.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// What people decided about releases, the last word of each kind.
fn current_reviews(entries: &[ReviewEntry]) -> Vec<Review> {
    let mut reviews: BTreeMap<(ReviewScope, String), Review> = BTreeMap::new();
    for entry in entries {
        let Some((list, version)) = parse_release_id(&entry.release) else { continue };
        let scope = entry.item_id.map_or(ReviewScope::Fleet, ReviewScope::Item);
        let review = reviews.entry((scope, entry.release.clone())).or_insert(Review {
            scope,
            list: list.into(),
            version,
            approved_at: None,
            held_since: None,
            resumed_at: None,
        });
        match entry.action {
            ReviewAction::Approve => {
                review.approved_at.get_or_insert(entry.at);
            }
            ReviewAction::Hold => {
                review.held_since.get_or_insert(entry.at);
            }
            ReviewAction::Resume => {
                if review.held_since.take().is_some() {
                    review.resumed_at = Some(entry.at);
                }
            }
        }
    }
    reviews.into_values().collect()
}

/// Versions that no device was offered before.
fn new_versions(catalog: &Catalog, at: Timestamp, events: &[CatalogEvent]) -> Vec<String> {
    let mut known = BTreeSet::new();
    for platform in macadam_policy::Platform::ALL {
        let releases = catalog.releases(platform, at);
        known.extend(releases.iter().map(|release| (platform.feed_list().name(), release.version)));
    }
    let mut new = Vec::new();
    for event in events {
        let is_listed = matches!(event.change, macadam_policy::EventChange::Listed { .. });
        if is_listed && known.insert((event.list.name(), event.version)) {
            new.push(release_id(event.list.into(), event.version));
        }
    }
    new
}

/// An error and what caused it, in one line.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A hash that does not depend on the order of the answer's arrays, which changes by itself.
fn canonical_hash(answer: &Gdmf) -> Sha256 {
    let mut entries = answer.entries.clone();
    entries.sort();
    Sha256::of(&gdmf::encode(&entries))
}

#[cfg(test)]
mod tests;
