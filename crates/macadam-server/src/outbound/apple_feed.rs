//! Apple's release feed.
//!
//! Its certificate chains to Apple's own root and to no root of the public web, so that root, and
//! no other, is trusted for this host. Anybody who could answer in Apple's name could make a fleet
//! believe that a release exists, or that one was withdrawn.

use macadam_pki::{APPLE_ROOT_CA, Certificate, DecodeCertificateError, Fingerprint};
use macadam_protocol::feed::gdmf::{self, DecodeGdmfError, Gdmf};
use reqwest::Url;
use thiserror::Error;
use tokio::sync::OnceCell;

use super::fetch::{self, FetchError, FetchLimits};
use crate::config::FeedSettings;

/// Where Apple publishes its root. It is believed for its fingerprint, not for its origin.
const APPLE_ROOT_URL: &str = "https://www.apple.com/appleca/AppleIncRootCertificate.cer";
const MAX_ROOT_BYTES: usize = 16 << 10;

/// A client of the release feed.
pub(crate) struct AppleFeed {
    url: Url,
    roots: Roots,
    limits: FetchLimits,
    http: OnceCell<reqwest::Client>,
}

enum Roots {
    /// Fetched before the first use, and refused unless its fingerprint is the one we know.
    Apple { url: String },
    /// Named by the operator, such as a copy of Apple's root, or the root of a double.
    Named(Vec<Certificate>),
}

/// The client could not be made from its settings.
#[derive(Debug, Error)]
pub(crate) enum OpenAppleFeedError {
    #[error("the release feed at {url} is not asked, because only https proves who answers")]
    NotHttps { url: String },
    #[error("Apple's host is trusted with Apple Root CA alone, and {found} is not it")]
    NotAppleRoot { found: Fingerprint },
}

/// The feed was not read.
#[derive(Debug, Error)]
pub(crate) enum FetchAppleFeedError {
    #[error("Apple's root certificate cannot be fetched")]
    FetchRoot(#[source] FetchError),
    #[error("what was fetched as Apple's root certificate is no certificate")]
    DecodeRoot(#[source] DecodeCertificateError),
    #[error("what was fetched as Apple's root certificate is {found}")]
    ForeignRoot { found: Fingerprint },
    #[error("the roots of the release feed cannot be used")]
    Tls(#[source] reqwest::Error),
    #[error("the release feed cannot be fetched")]
    Fetch(#[source] FetchError),
    #[error("the release feed is not usable")]
    Decode(#[source] DecodeGdmfError),
}

impl AppleFeed {
    /// Makes a client; it connects with the first fetch.
    pub(crate) fn new(
        settings: &FeedSettings,
        limits: FetchLimits,
    ) -> Result<Self, OpenAppleFeedError> {
        let not_https = || OpenAppleFeedError::NotHttps { url: settings.url.clone() };
        let url = Url::parse(&settings.url).ok().filter(|url| url.scheme() == "https");
        let url = url.ok_or_else(not_https)?;
        let roots = match &settings.roots {
            None => Roots::Apple { url: APPLE_ROOT_URL.to_owned() },
            Some(roots) => Roots::Named(allowed(roots, &url)?),
        };
        Ok(Self { url, roots, limits, http: OnceCell::new() })
    }

    /// Reads what Apple offers now. Whether that is plausible is for the catalog to say.
    pub(crate) async fn fetch(&self) -> Result<Gdmf, FetchAppleFeedError> {
        let http = self.http.get_or_try_init(|| self.connect()).await?;
        let body = self.get(http, self.url.as_str(), self.limits.bytes).await;
        let body = body.map_err(FetchAppleFeedError::Fetch)?;
        gdmf::decode(&body).map_err(FetchAppleFeedError::Decode)
    }

    async fn connect(&self) -> Result<reqwest::Client, FetchAppleFeedError> {
        let roots = match &self.roots {
            Roots::Apple { url } => vec![self.fetch_root(url).await?],
            Roots::Named(roots) => roots.clone(),
        };
        let roots = roots.iter().map(|root| reqwest::Certificate::from_der(root.der()));
        let roots: Vec<_> = roots.collect::<Result<_, _>>().map_err(FetchAppleFeedError::Tls)?;
        let http = fetch::client(self.limits).https_only(true).tls_certs_only(roots).build();
        http.map_err(FetchAppleFeedError::Tls)
    }

    async fn fetch_root(&self, url: &str) -> Result<Certificate, FetchAppleFeedError> {
        let http = fetch::client(self.limits).build().map_err(FetchAppleFeedError::Tls)?;
        let der = self.get(&http, url, MAX_ROOT_BYTES).await;
        let der = der.map_err(FetchAppleFeedError::FetchRoot)?;
        let root = Certificate::from_der(&der).map_err(FetchAppleFeedError::DecodeRoot)?;
        match root.fingerprint() {
            APPLE_ROOT_CA => Ok(root),
            found => Err(FetchAppleFeedError::ForeignRoot { found }),
        }
    }

    async fn get(
        &self,
        http: &reqwest::Client,
        url: &str,
        limit: usize,
    ) -> Result<Vec<u8>, FetchError> {
        fetch::body(http.get(url).send().await?, limit).await
    }
}

/// Apple's own host is never believed on another root's word.
fn allowed(roots: &[Certificate], url: &Url) -> Result<Vec<Certificate>, OpenAppleFeedError> {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let foreign = roots.iter().map(Certificate::fingerprint).find(|found| *found != APPLE_ROOT_CA);
    match foreign {
        Some(found) if host == "apple.com" || host.ends_with(".apple.com") => {
            Err(OpenAppleFeedError::NotAppleRoot { found })
        }
        _ => Ok(roots.to_vec()),
    }
}

#[cfg(test)]
mod tests;
