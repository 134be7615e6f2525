//! The community's feed about releases (SOFA): why a release matters.
//!
//! It is asked with the tag of the last answer, so that an unchanged feed costs a few bytes.

use macadam_pki::Certificate;
use macadam_protocol::feed::sofa::{self, DecodeSofaError, Sofa};
use macadam_store::Sha256;
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
    /// The feed as it is now.
    Changed(Box<CommunityFile>),
}

/// One file of the feed, as it was read.
#[derive(Debug)]
pub(crate) struct CommunityFile {
    pub(crate) feed: Sofa,
    /// The tag to send next time.
    tag: Option<HeaderValue>,
    /// Of the bytes.
    pub(crate) hash: Sha256,
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
    /// Makes a client; without `roots` it trusts those of the public web.
    pub(crate) fn new(limits: FetchLimits, roots: Option<&[Certificate]>) -> reqwest::Result<Self> {
        let mut http = fetch::client(limits);
        if let Some(roots) = roots {
            let roots = roots.iter().map(|root| reqwest::Certificate::from_der(root.der()));
            http = http.tls_certs_only(roots.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Self { http: http.build()?, limits })
    }

    /// Reads the file at `url`, unless it is still the one that was read before.
    pub(crate) async fn fetch(
        &self,
        url: &str,
        before: Option<&CommunityFile>,
    ) -> Result<CommunityAnswer, FetchCommunityFeedError> {
        let tag = before.and_then(|file| file.tag.as_ref());
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
        let body = body.map_err(FetchCommunityFeedError::Fetch)?;
        let feed = sofa::decode(&body).map_err(FetchCommunityFeedError::Decode)?;
        let hash = Sha256::of(&body);
        Ok(CommunityAnswer::Changed(Box::new(CommunityFile { feed, tag, hash })))
    }
}

fn fetch_error(error: reqwest::Error) -> FetchCommunityFeedError {
    FetchCommunityFeedError::Fetch(error.into())
}

#[cfg(test)]
mod tests;
