//! How old the release data is, asking for new, and bringing it by hand.

use jiff::SignedDuration;
use macadam_api::feeds::{FeedName, FeedOutcome, FeedStatus};
use macadam_protocol::feed::gdmf::{self, DecodeGdmfError};
use macadam_store::StoreError;
use serde_json::json;
use thiserror::Error;

use super::App;
use super::access::Caller;
use super::catalog::{Belief, GDMF, ObserveError, Observed, RefreshCatalogError};

/// Apple's data is old when nothing was believed for so long.
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
        let now = self.fleet_clock.now();
        let fetch = self.store.fetches().await?.into_iter().find(|fetch| fetch.source == GDMF);
        let accepted_at = fetch.as_ref().and_then(|fetch| fetch.accepted_at);
        let tried_at = fetch.as_ref().map(|fetch| fetch.tried_at);
        let settings = &self.config.feed;
        let next_at = tried_at.filter(|_| settings.is_enabled);
        Ok(vec![FeedStatus {
            name: FeedName::Gdmf,
            url: settings.url.clone(),
            tried_at,
            accepted_at,
            changed_at: fetch.as_ref().and_then(|fetch| fetch.changed_at),
            next_at: next_at.and_then(|tried_at| tried_at.checked_add(settings.every).ok()),
            problem: fetch.and_then(|fetch| fetch.problem),
            stale: accepted_at.is_none_or(|at| now.duration_since(at) > STALE_AFTER),
        }])
    }

    /// Asks Apple's feed now.
    pub(crate) async fn refresh_feed(
        &self,
        caller: &Caller,
    ) -> Result<FeedOutcome, RefreshFeedError> {
        self.audit(caller, "refresh_feed", "feeds/gdmf", serde_json::Value::Null).await?;
        Ok(outcome(self.refresh_catalog().await?))
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
    #[error(transparent)]
    Refresh(#[from] RefreshCatalogError),
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
