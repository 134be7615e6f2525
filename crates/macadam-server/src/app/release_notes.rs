//! Why a release matters: its vulnerabilities, which of them were exploited, and Apple's page.
//! From the history that ships with the server, and from the community's feed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use macadam_api::releases::{Cve, FeedList};
use macadam_protocol::feed::sofa::{ShrunkSofaError, Sofa, SofaRelease};
use macadam_protocol::feed::{self, Seed};
use macadam_store::{ReleaseFacts, Sha256, StoreError};
use thiserror::Error;
use tokio::sync::Mutex;

use super::App;
use super::catalog::with_causes;
use super::releases::ReleaseNotes;
use crate::outbound::community_feed::{
    CommunityAnswer, CommunityFeed, CommunityFile, FetchCommunityFeedError,
};

/// How long a file that lost something is taken for a mistake. A major does end one day.
const PATIENCE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Releases saved at a time.
const BATCH: usize = 1000;
/// The name that the community's feed is stored under.
pub(super) const SOFA: &str = "sofa";
/// The files that are read, by the list of releases that they are about.
const FILES: [(FeedList, &str); 2] =
    [(FeedList::Macos, "macos_data_feed.json"), (FeedList::Ios, "ios_data_feed.json")];

/// Where the community's feed is, and what it answered last.
pub(crate) struct CommunitySource {
    /// Without the name of a file.
    url: String,
    client: CommunityFeed,
    known: Mutex<[Known; FILES.len()]>,
}

/// What is known of one file.
#[derive(Default)]
struct Known {
    /// The last one that was believed.
    file: Option<Box<CommunityFile>>,
    /// Since when answers have been without something that it had.
    doubted_since: Option<Timestamp>,
}

/// The community's feed told nothing, or not all.
#[derive(Debug, Error)]
pub(crate) enum RefreshReleaseNotesError {
    #[error("cannot read {name}")]
    Fetch { name: &'static str, source: FetchCommunityFeedError },
    #[error("{name} is not believed")]
    Shrunk { name: &'static str, source: ShrunkSofaError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommunitySource {
    pub(crate) fn new(url: String, client: CommunityFeed) -> Self {
        Self { url, client, known: Mutex::default() }
    }
}

impl App {
    /// Gives a new store what the shipped history knows.
    pub(crate) async fn seed_release_notes(&self, seed: &Seed) -> Result<(), StoreError> {
        if !self.store.release_facts().await?.is_empty() {
            return Ok(());
        }
        let releases = seed.releases.iter();
        let notes = releases.filter_map(|release| {
            let list = match release.list {
                feed::FeedList::MacOs => FeedList::Macos,
                feed::FeedList::Ios => FeedList::Ios,
                feed::FeedList::VisionOs => FeedList::Visionos,
            };
            let version = named(&release.version, release.extra.as_deref())?;
            let link = release.security_url.clone();
            Some(stored(list, version, link, &release.cves, &release.exploited))
        });
        self.save_notes(notes.collect()).await
    }

    /// Asks the community's feed, and takes what it says over what was known. A file that cannot
    /// be had or believed changes nothing, and costs the other one nothing.
    pub(crate) async fn refresh_release_notes(
        &self,
        source: &CommunitySource,
    ) -> Result<u64, RefreshReleaseNotesError> {
        let mut known = source.known.lock().await;
        let (mut changes, mut failed) = (0, None);
        for ((list, name), known) in FILES.into_iter().zip(known.iter_mut()) {
            match self.refresh_file(source, list, name, known).await {
                Ok(changed) => changes += changed,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let now = self.fleet_clock.now();
        if let Some(error) = failed {
            self.store.record_fetch_problem(now, SOFA, &with_causes(&error)).await?;
            return Err(error);
        }
        let hashes = known.iter().filter_map(|known| known.file.as_ref());
        let hashes = hashes.flat_map(|file| file.hash.0);
        let hash = Sha256::of(&hashes.collect::<Vec<_>>());
        self.store.record_fetch(now, SOFA, hash).await?;
        Ok(changes)
    }

    async fn refresh_file(
        &self,
        source: &CommunitySource,
        list: FeedList,
        name: &'static str,
        known: &mut Known,
    ) -> Result<u64, RefreshReleaseNotesError> {
        let url = format!("{}/{name}", source.url);
        let answer = source.client.fetch(&url, known.file.as_deref()).await;
        match answer.map_err(|source| RefreshReleaseNotesError::Fetch { name, source })? {
            CommunityAnswer::Unchanged => {
                known.doubted_since = None;
                Ok(0)
            }
            CommunityAnswer::Changed(file) => {
                if let Some(former) = &known.file
                    && let Err(source) = file.feed.check_after(&former.feed)
                {
                    let now = self.fleet_clock.now();
                    let since = *known.doubted_since.get_or_insert(now);
                    if now.duration_since(since) < PATIENCE {
                        return Err(RefreshReleaseNotesError::Shrunk { name, source });
                    }
                }
                let changes = self.save_answer(list, &file.feed).await?;
                *known = Known { file: Some(file), doubted_since: None };
                Ok(changes)
            }
        }
    }

    /// Says about how many releases the answer told something new.
    async fn save_answer(&self, list: FeedList, answer: &Sofa) -> Result<u64, StoreError> {
        let notes = answer.releases.iter().filter_map(|release| {
            let SofaRelease { version, extra, security_url, cves, exploited, .. } = release;
            let version = named(version, extra.as_deref())?;
            let notes = stored(list, version.clone(), security_url.clone(), cves, exploited);
            Some((version, notes))
        });
        // The same version may come twice; the last word counts.
        let notes: BTreeMap<_, _> = notes.collect();
        let known = self.store.release_facts().await?;
        let news: Vec<_> = notes.into_values().filter(|notes| !known.contains(notes)).collect();
        let changes = u64::try_from(news.len()).unwrap_or(u64::MAX);
        self.save_notes(news).await?;
        Ok(changes)
    }

    async fn save_notes(&self, notes: Vec<ReleaseFacts>) -> Result<(), StoreError> {
        for batch in notes.chunks(BATCH) {
            self.store.save_release_facts(batch.to_vec()).await?;
        }
        Ok(())
    }
}

fn stored(
    list: FeedList,
    version: String,
    link: Option<String>,
    cves: &[String],
    exploited: &[String],
) -> ReleaseFacts {
    let cves = cves.iter().map(|id| Cve { id: id.clone(), exploited: exploited.contains(id) });
    let notes = ReleaseNotes { cves: cves.collect(), link };
    ReleaseFacts {
        list: list.as_str().to_owned(),
        version,
        document: serde_json::to_string(&notes).expect("texts are JSON"),
    }
}

/// The version as Apple writes it; none for text that is no version.
fn named(base: &str, extra: Option<&str>) -> Option<String> {
    let version: macadam_policy::OsVersion = match extra {
        Some(extra) => format!("{base} ({})", extra.trim_matches(['(', ')'])).parse().ok()?,
        None => base.parse().ok()?,
    };
    Some(version.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_is_written_as_apple_does_whichever_way_it_came() {
        assert_eq!(named("26.3.1", Some("(a)")).as_deref(), Some("26.3.1 (a)"));
        assert_eq!(named("26.3.1", Some("a")).as_deref(), Some("26.3.1 (a)"));
        assert_eq!(named("26.3", None).as_deref(), Some("26.3"));
        assert_eq!(named("newest", None), None);
    }
}
