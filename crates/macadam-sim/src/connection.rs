//! A device's connection to its server: enrolling over HTTP, and carrying its messages.

mod enroll;

pub use enroll::{EnrollError, Enrollee, Enroller, Reroute};

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use jiff::Timestamp;
use macadam_pki::cms::sign_detached;
use macadam_pki::{Identity, PrivateKey};
use macadam_protocol::check_in;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::device::{Answer, Endpoint, Request};
use crate::identity::{LoadIdentityError, load_identity};

/// Devices do not read longer answers.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// A connection that was idle for longer may be closed by the server while a request is sent on it.
const POOL_IDLE_LIMIT: Duration = Duration::from_secs(3);

const COMMAND_TYPE: &str = "application/x-apple-aspen-mdm; charset=UTF-8";

/// How a device shows its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// It signs each message in the `Mdm-Signature` header.
    Signature,
    /// As a TLS client.
    Tls,
    /// In the `Client-Cert` header of RFC 9440, as if a proxy had seen it.
    ProxyHeader,
}

/// What a device keeps from its enrollment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The identity certificate, as PEM.
    pub certificate: String,
    /// Its key, as PEM.
    pub key: String,
    /// The push topic.
    pub topic: String,
    /// Where check-ins go.
    pub check_in_url: String,
    /// Where command reports go.
    pub server_url: String,
    /// How the device shows its certificate.
    pub proof: Proof,
}

/// A device's way to its server.
#[derive(Debug)]
pub struct Connection {
    identity: Identity,
    credentials: Credentials,
    http: reqwest::Client,
}

/// The way to the server cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The saved identity is broken.
    #[error(transparent)]
    Identity(#[from] LoadIdentityError),
    /// The HTTP client cannot be made.
    #[error("HTTP client of a device cannot be made")]
    Client(#[source] reqwest::Error),
}

impl Credentials {
    /// Credentials of an identity that some authority issued.
    #[must_use]
    pub fn new(identity: &Identity, topic: &str, server: &str, proof: Proof) -> Self {
        Self {
            certificate: identity.certificate().to_pem(),
            key: identity.key().to_pem().to_string(),
            topic: topic.to_owned(),
            check_in_url: format!("{server}/mdm/checkin"),
            server_url: format!("{server}/mdm/connect"),
            proof,
        }
    }

    /// The same, for a server on this machine that came back at another port, as if something on
    /// the old one led there. Anywhere else a device goes where its profile says.
    #[must_use]
    pub fn followed_to(self, server: &str) -> Self {
        let follow = |url: String| port_of(&url, server).unwrap_or(url);
        let (check_in_url, server_url) = (follow(self.check_in_url), follow(self.server_url));
        Self { check_in_url, server_url, ..self }
    }
}

/// A URL with the port of a server on this machine, if it is one on this machine too.
fn port_of(url: &str, server: &str) -> Option<String> {
    let (mut url, server) = (Url::parse(url).ok()?, Url::parse(server).ok()?);
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    if !is_here || url.host() != server.host() || url.scheme() != server.scheme() {
        return None;
    }
    url.set_port(server.port()).ok()?;
    Some(url.into())
}

impl Connection {
    /// Makes the connection of an enrolled device. Devices share `http`, except those that are TLS
    /// clients: they trust the same `roots` with a client of their own.
    pub fn new(
        credentials: Credentials,
        http: &reqwest::Client,
        roots: &[reqwest::Certificate],
    ) -> Result<Self, ConnectError> {
        let identity = load_identity(&credentials.certificate, &credentials.key)?;
        let http = match credentials.proof {
            Proof::Signature | Proof::ProxyHeader => http.clone(),
            Proof::Tls => {
                let pem = format!("{}{}", credentials.certificate, credentials.key);
                let identity = reqwest::Identity::from_pem(pem.as_bytes());
                client(roots, Some(identity.map_err(ConnectError::Client)?))?
            }
        };
        Ok(Self { identity, credentials, http })
    }

    /// What is to be saved of it.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Sends a request; whatever goes wrong on the way, the device only learns that no answer came.
    pub async fn send(&self, request: &Request, wall: Timestamp) -> Answer {
        self.exchange(request, wall).await.unwrap_or(Answer::Lost)
    }

    async fn exchange(&self, request: &Request, wall: Timestamp) -> Result<Answer, reqwest::Error> {
        let (url, content_type) = match request.endpoint {
            Endpoint::CheckIn => (&self.credentials.check_in_url, check_in::CONTENT_TYPE),
            Endpoint::Command => (&self.credentials.server_url, COMMAND_TYPE),
        };
        let mut sent = self.http.put(url).header(http::header::CONTENT_TYPE, content_type);
        match self.credentials.proof {
            Proof::Signature => {
                let signature = sign_detached(&request.body, &self.identity, wall);
                sent = sent.header("Mdm-Signature", STANDARD.encode(signature));
            }
            Proof::ProxyHeader => sent = sent.header("Client-Cert", client_cert(&self.identity)),
            Proof::Tls => {}
        }
        let mut response = sent.body(request.body.clone()).send().await?;
        let status = response.status().as_u16();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > ANSWER_LIMIT {
                return Ok(Answer::Lost);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer::Replied { status, body: body.to_vec() })
    }
}

/// The certificate as RFC 9440 writes it.
pub(crate) fn client_cert(identity: &Identity) -> String {
    format!(":{}:", STANDARD.encode(identity.certificate().der()))
}

/// An HTTP client that trusts `roots`, or the machine's authorities when there are none.
pub fn client(
    roots: &[reqwest::Certificate],
    identity: Option<reqwest::Identity>,
) -> Result<reqwest::Client, ConnectError> {
    let mut builder = reqwest::Client::builder()
        .user_agent("MDM/1.0")
        .no_proxy()
        .pool_idle_timeout(POOL_IDLE_LIMIT);
    if !roots.is_empty() {
        builder = builder.tls_certs_only(roots.iter().cloned());
    }
    if let Some(identity) = identity {
        builder = builder.identity(identity);
    }
    builder.build().map_err(ConnectError::Client)
}

/// Joins an issued certificate with its key.
fn identity(certificate: macadam_pki::Certificate, key: PrivateKey) -> Option<Identity> {
    Identity::new(certificate, key).ok()
}

#[cfg(test)]
mod tests;
