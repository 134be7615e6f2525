//! A typed client of the admin API, for the command line, the agent and tests.

mod events;
mod pages;
mod passkeys;
mod resources;

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, IF_MATCH};
use reqwest::{Certificate, Method, Response, StatusCode, Url, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

pub use events::Events;
pub use pages::Pages;

use crate::{ErrorCode, Problem};

/// No answer of the API is larger.
const MAX_ANSWER: usize = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A preview of a large fleet takes its time.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A server, and the right to ask it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
}

/// How to reach a server.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientSettings<'a> {
    /// Such as `https://mdm.example.org`.
    pub url: &'a str,
    pub token: Option<&'a str>,
    /// Certificates to trust beside the machine's own, in PEM.
    pub extra_roots_pem: Option<&'a [u8]>,
}

/// Why there is no client.
#[derive(Debug, Error)]
pub enum NewClientError {
    #[error("'{0}' is not the address of a server; one like https://mdm.example.org is expected")]
    Url(String),
    #[error("the extra root certificate is not in PEM")]
    Roots(#[source] reqwest::Error),
    #[error("preparing for TLS")]
    Tls(#[source] reqwest::Error),
}

/// Why a request has no good answer.
#[derive(Debug, Error)]
pub enum ClientError {
    #[error("{}", .0.message)]
    Refused(Problem),
    #[error("{base} cannot be reached")]
    Unreachable { base: String, source: reqwest::Error },
    #[error("{base} answered with status {status}, which is not from a Macadam server")]
    NotOurs { base: String, status: u16 },
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the answer is not what this version understands")]
    NotUnderstood(#[source] serde_json::Error),
    #[error("the server repeats a page of the list")]
    PageRepeats,
}

impl ClientError {
    /// The stable code of what went wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(problem) => problem.code.as_str(),
            Self::Unreachable { .. } => "unreachable",
            Self::NotOurs { .. } => "not_a_macadam_server",
            Self::TooLarge { .. } => "answer_too_large",
            Self::NotUnderstood(_) => "not_understood",
            Self::PageRepeats => "page_repeats",
        }
    }

    /// What a person can do about it; empty where the message says it all.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Refused(problem) => problem.code.advice(),
            Self::Unreachable { .. } => "check the address, and that the server runs",
            Self::NotOurs { .. } => "check the address; a proxy may answer in its place",
            Self::NotUnderstood(_) => "use the same version of macadam here as on the server",
            Self::TooLarge { .. } | Self::PageRepeats => "look into the server's log",
        }
    }
}

/// A typed answer, and the bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    pub value: T,
    pub bytes: Vec<u8>,
}

/// What is sent with a request.
#[derive(Default)]
struct Ask {
    body: Option<Vec<u8>>,
    revision: Option<u64>,
    query: Option<Value>,
    /// Of the whole answer, where it is not the usual one.
    timeout: Option<Duration>,
}

impl Ask {
    /// A request with this JSON body.
    fn json(body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("wire types have text keys and no custom code");
        Self { body: Some(body), ..Self::default() }
    }

    fn revision(self, revision: u64) -> Self {
        Self { revision: Some(revision), ..self }
    }

    fn query(self, query: &impl Serialize) -> Self {
        let query = serde_json::to_value(query).expect("filters are flat structs");
        Self { query: Some(query), ..self }
    }
}

impl Client {
    /// Prepares to ask a server; nothing is sent yet.
    pub fn new(settings: ClientSettings<'_>) -> Result<Self, NewClientError> {
        let base = Url::parse(settings.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| NewClientError::Url(settings.url.to_owned()))?;
        let roots = match settings.extra_roots_pem {
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(NewClientError::Roots)?,
            None => Vec::new(),
        };
        // A redirect could carry the token to another host.
        let http = reqwest::Client::builder()
            .user_agent(concat!("macadam/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .tls_certs_merge(roots)
            .build()
            .map_err(NewClientError::Tls)?;
        Ok(Self { http, base, token: settings.token.map(str::to_owned) })
    }

    /// The same server, asked with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>, ClientError> {
        self.call(Method::GET, path, Ask::default()).await
    }

    /// Sends a request and reads a JSON answer.
    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        ask: Ask,
    ) -> Result<Answer<T>, ClientError> {
        let bytes = self.send(method, path, ask).await?;
        let value = serde_json::from_slice(&bytes).map_err(ClientError::NotUnderstood)?;
        Ok(Answer { value, bytes })
    }

    /// Sends a request whose good answer is empty.
    async fn act(&self, method: Method, path: &str, ask: Ask) -> Result<(), ClientError> {
        self.send(method, path, ask).await.map(drop)
    }

    async fn send(&self, method: Method, path: &str, ask: Ask) -> Result<Vec<u8>, ClientError> {
        let response = self.ask(method, path, ask).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = read(response).await.map_err(|error| match error {
            ReadError::Broken(source) => self.unreachable(source),
            ReadError::TooLarge => ClientError::TooLarge { limit: MAX_ANSWER },
        })?;
        if status.is_success() {
            return Ok(bytes);
        }
        Err(self.refusal(status, &headers, &bytes))
    }

    async fn ask(&self, method: Method, path: &str, ask: Ask) -> Result<Response, ClientError> {
        let mut request = self.http.request(method, self.url(path, ask.query.as_ref()));
        if let Some(timeout) = ask.timeout {
            request = request.timeout(timeout);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(revision) = ask.revision {
            request = request.header(IF_MATCH, format!("\"{revision}\""));
        }
        if let Some(body) = ask.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        request.send().await.map_err(|source| self.unreachable(source))
    }

    fn unreachable(&self, source: reqwest::Error) -> ClientError {
        ClientError::Unreachable { base: self.base.to_string(), source: source.without_url() }
    }

    fn url(&self, path: &str, query: Option<&Value>) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let Some(Value::Object(fields)) = query else { return url };
        let mut pairs = url.query_pairs_mut();
        for (name, value) in fields {
            match value {
                Value::Null => {}
                Value::String(text) => {
                    pairs.append_pair(name, text);
                }
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    pairs.append_pair(name, &value.to_string());
                }
            }
        }
        drop(pairs);
        url
    }

    fn refusal(&self, status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> ClientError {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_problem = media_type.is_some_and(|text| text.starts_with(Problem::MEDIA_TYPE));
        match serde_json::from_slice::<Problem>(bytes) {
            Ok(problem) if is_problem => ClientError::Refused(problem),
            Ok(_) | Err(_) => {
                ClientError::NotOurs { base: self.base.to_string(), status: status.as_u16() }
            }
        }
    }
}

enum ReadError {
    Broken(reqwest::Error),
    TooLarge,
}

async fn read(mut response: Response) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(ReadError::Broken)? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return Err(ReadError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

impl ClientError {
    /// Whether the server refused with this code.
    pub fn is(&self, code: ErrorCode) -> bool {
        match self {
            Self::Refused(problem) => problem.code == code,
            Self::Unreachable { .. }
            | Self::NotOurs { .. }
            | Self::TooLarge { .. }
            | Self::NotUnderstood(_)
            | Self::PageRepeats => false,
        }
    }
}

#[cfg(test)]
mod tests;
