//! Fetching a document from somebody else's server, within limits.

use std::time::Duration;

use reqwest::{Response, StatusCode, redirect};
use thiserror::Error;

/// Who asks: operators of public feeds ask for a name that says so.
const USER_AGENT: &str = concat!("macadam/", env!("CARGO_PKG_VERSION"));

/// What one fetch may take up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchLimits {
    /// How long opening a connection may take.
    pub(crate) connect: Duration,
    /// How long the whole answer may take, the connection included.
    pub(crate) answer: Duration,
    /// How many bytes of it are read.
    pub(crate) bytes: usize,
}

/// A document did not arrive.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    #[error("no answer in time")]
    TimedOut,
    #[error("the server cannot be reached, or broke off")]
    Unreachable(#[source] reqwest::Error),
    #[error("the server answered with status {0}")]
    Status(StatusCode),
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { limit: usize },
}

/// Starts a client that goes where it is told, and nowhere else.
pub(crate) fn client(limits: FetchLimits) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .connect_timeout(limits.connect)
        .timeout(limits.answer)
}

/// Reads the body of a good answer.
pub(crate) async fn body(mut response: Response, limit: usize) -> Result<Vec<u8>, FetchError> {
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(FetchError::from)? {
        if body.len() + chunk.len() > limit {
            return Err(FetchError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::TimedOut } else { Self::Unreachable(error) }
    }
}
