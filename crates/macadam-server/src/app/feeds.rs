//! How old the release data is, asking for new, and bringing it by hand.

use std::time::Duration;

use jiff::SignedDuration;
use macadam_api::feeds::{FeedName, FeedOutcome, FeedStatus};
use macadam_protocol::feed::gdmf::{self, DecodeGdmfError};
use macadam_store::{Fetch, StoreError};
use serde_json::json;
use thiserror::Error;

use super::App;
use super::caller::Caller;
use super::catalog::{Belief, GDMF, ObserveError, Observed, RefreshCatalogError};
use super::release_notes::{RefreshReleaseNotesError, SOFA};

/// How often the community's feed is asked, in wall time: it is somebody else's server.
pub(crate) const NOTES_PERIOD: Duration = Duration::from_hours(6);
/// Data is old when nothing was believed for so long.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// An answer that was brought by hand changed nothing.
#[derive(Debug, Error)]
pub(crate) enum ImportError {
    #[error("this is no answer of Apple's feed")]
    Decode(#[from] DecodeGdmfError),
    #[error(transparent)]
    Observe(#[from] ObserveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// How each feed stands.
    pub(crate) async fn feeds(&self) -> Result<Vec<FeedStatus>, StoreError> {
        let fetches = self.store.fetches().await?;
        let settings = &self.config.feed;
        let every = settings.is_enabled.then_some(settings.every);
        let mut feeds = vec![self.feed(FeedName::Gdmf, &settings.url, every, &fetches)];
        if let Some(url) = &settings.community_url {
            feeds.push(self.feed(FeedName::Sofa, url, Some(NOTES_PERIOD), &fetches));
        }
        Ok(feeds)
    }

    fn feed(
        &self,
        name: FeedName,
        url: &str,
        every: Option<Duration>,
        fetches: &[Fetch],
    ) -> FeedStatus {
        let stored = match name {
            FeedName::Gdmf => GDMF,
            FeedName::Sofa => SOFA,
        };
        let fetch = fetches.iter().find(|fetch| fetch.source == stored);
        let now = self.fleet_clock.now();
        let (accepted_at, tried_at) =
            (fetch.and_then(|fetch| fetch.accepted_at), fetch.map(|fetch| fetch.tried_at));
        FeedStatus {
            name,
            url: url.to_owned(),
            tried_at,
            accepted_at,
            changed_at: fetch.and_then(|fetch| fetch.changed_at),
            next_at: tried_at.zip(every).and_then(|(tried, every)| tried.checked_add(every).ok()),
            problem: fetch.and_then(|fetch| fetch.problem.clone()),
            stale: accepted_at.is_none_or(|at| now.duration_since(at) > STALE_AFTER),
        }
    }

    /// Asks a feed now.
    pub(crate) async fn refresh_feed(
        &self,
        caller: &Caller,
        name: FeedName,
    ) -> Result<FeedOutcome, RefreshFeedError> {
        let source = match name {
            FeedName::Gdmf => None,
            FeedName::Sofa => {
                Some(self.community_source.as_ref().ok_or(RefreshFeedError::NotRead)?)
            }
        };
        let target = format!("feeds/{}", name.as_str());
        self.audit(caller, "refresh_feed", &target, serde_json::Value::Null).await?;
        match source {
            None => Ok(outcome(self.refresh_catalog().await?)),
            Some(source) => Ok(FeedOutcome {
                changes: self.refresh_release_notes(source).await?,
                new_releases: Vec::new(),
                problems: Vec::new(),
            }),
        }
    }

    /// Takes an answer of Apple's feed that a person brought.
    pub(crate) async fn import_feed(
        &self,
        caller: &Caller,
        answer: &[u8],
        belief: Belief,
    ) -> Result<FeedOutcome, ImportError> {
        let answer = gdmf::decode(answer)?;
        let detail =
            json!({ "entries": answer.entries.len(), "confirm": belief == Belief::Confirmed });
        self.audit(caller, "import_feed", "feeds/gdmf", detail).await?;
        Ok(outcome(self.observe_feed(&answer, belief).await?))
    }
}

/// Asking the feed gave nothing.
#[derive(Debug, Error)]
pub(crate) enum RefreshFeedError {
    #[error("this server does not read that feed")]
    NotRead,
    #[error(transparent)]
    Refresh(#[from] RefreshCatalogError),
    #[error(transparent)]
    Notes(#[from] RefreshReleaseNotesError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn outcome(observed: Observed) -> FeedOutcome {
    FeedOutcome {
        changes: u64::try_from(observed.changes).unwrap_or(u64::MAX),
        new_releases: observed.new_releases,
        problems: observed.problems,
    }
}
