//! The community's feed about releases (SOFA): why a release matters.
//!
//! It is asked with the tag of the last answer, so that an unchanged feed costs a few bytes.

use macadam_protocol::feed::sofa::{self, DecodeSofaError, Sofa};
use reqwest::StatusCode;
use reqwest::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use thiserror::Error;

use super::fetch::{self, FetchError, FetchLimits};

/// A client of the community's feed.
pub(crate) struct CommunityFeed {
    http: reqwest::Client,
    limits: FetchLimits,
}

/// What the feed answered.
#[derive(Debug)]
pub(crate) enum CommunityAnswer {
    /// Nothing changed since the answer with the tag that was sent.
    Unchanged,
    /// The feed as it is now, and the tag to send next time.
    Changed { feed: Box<Sofa>, tag: Option<HeaderValue> },
}

/// The feed was not read.
#[derive(Debug, Error)]
pub(crate) enum FetchCommunityFeedError {
    #[error("the community feed cannot be fetched")]
    Fetch(#[source] FetchError),
    #[error("the community feed is not usable")]
    Decode(#[source] DecodeSofaError),
}

impl CommunityFeed {
    /// Makes a client; it trusts the roots of the public web.
    pub(crate) fn new(limits: FetchLimits) -> reqwest::Result<Self> {
        Ok(Self { http: fetch::client(limits).build()?, limits })
    }

    /// Reads the file at `url`, unless it is still the one that came with `tag`.
    pub(crate) async fn fetch(
        &self,
        url: &str,
        tag: Option<&HeaderValue>,
    ) -> Result<CommunityAnswer, FetchCommunityFeedError> {
        let mut request = self.http.get(url);
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag.clone());
        }
        let response = request.send().await.map_err(fetch_error)?;
        if tag.is_some() && response.status() == StatusCode::NOT_MODIFIED {
            return Ok(CommunityAnswer::Unchanged);
        }
        let tag = response.headers().get(ETAG).cloned();
        let body = fetch::body(response, self.limits.bytes).await;
        let feed = sofa::decode(&body.map_err(FetchCommunityFeedError::Fetch)?);
        let feed = Box::new(feed.map_err(FetchCommunityFeedError::Decode)?);
        Ok(CommunityAnswer::Changed { feed, tag })
    }
}

fn fetch_error(error: reqwest::Error) -> FetchCommunityFeedError {
    FetchCommunityFeedError::Fetch(error.into())
}

#[cfg(test)]
mod tests;
