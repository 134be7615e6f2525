//! A double of Apple's push service.
//!
//! It speaks what Apple speaks: HTTP/2 over TLS with the push certificate as client certificate,
//! `POST /3/device/<token>`. Devices register their tokens; a push to one of them comes out of
//! [`Wakes`]. Like Apple, it keeps only the last push for each device that has not taken it.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use macadam_pki::{Certificate, Identity, PushCertificate};
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::Deserialize;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Apple refuses payloads above 4 KiB.
const MAX_PAYLOAD_BYTES: usize = 4096;
/// Apple's number of pushes in flight on one connection.
const MAX_STREAMS: u32 = 1000;
/// A client that takes longer for its handshake is let go.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// A running double. Dropping it ends it.
#[derive(Debug)]
pub struct ApnsDouble {
    address: SocketAddr,
    shared: Arc<Shared>,
    goodbye: watch::Sender<u64>,
    stop: CancellationToken,
}

/// The devices' end: takes the pushes that arrived for registered tokens.
#[derive(Clone, Debug)]
pub struct Wakes(Arc<Shared>);

/// A push that arrived for a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// The token of the device.
    pub token: Vec<u8>,
    /// What the server knows from the device's TokenUpdate; a device ignores pushes without it.
    pub magic: String,
}

/// What to answer instead of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripted {
    /// 410: the token is not valid any more.
    Unregistered,
    /// 400: the token is for the topic of another push certificate.
    NotForTopic,
    /// 429: too many pushes to one device.
    TooManyRequests {
        /// The `Retry-After` header, in whole seconds.
        retry_after: Option<Duration>,
    },
    /// 503: the service is shutting down.
    Unavailable {
        /// The `Retry-After` header, in whole seconds.
        retry_after: Option<Duration>,
    },
}

/// How often each thing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApnsCounts {
    /// TLS connections whose client certificate was accepted.
    pub connections: u64,
    /// Pushes to registered tokens.
    pub taken: u64,
    /// Pushes to tokens that nobody has, or has any more.
    pub unregistered: u64,
    /// Pushes answered with 429 or 503.
    pub busy: u64,
    /// Pushes that Apple would call malformed.
    pub malformed: u64,
}

/// The double did not start.
#[derive(Debug, Error)]
pub enum StartApnsError {
    /// Its certificate or the authority of push certificates is unusable.
    #[error("TLS of the push service double cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The authority of push certificates is unusable.
    #[error("push certificates cannot be verified")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
    /// The listener has no address.
    #[error("the push service double cannot listen")]
    Listen(#[from] std::io::Error),
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Tokens that devices hold; `false` once a device has let go of one.
    tokens: BTreeMap<Vec<u8>, bool>,
    waiting: BTreeMap<Vec<u8>, String>,
    script: VecDeque<Scripted>,
    counts: ApnsCounts,
}

/// An answer to one push.
enum Answer {
    Taken,
    Scripted(Scripted),
    Malformed(&'static str),
}

impl ApnsDouble {
    /// Starts the double: `identity` is its TLS certificate, `push_authority` stands for the
    /// authority with which Apple issues push certificates.
    pub fn start(
        listener: TcpListener,
        identity: &Identity,
        push_authority: &Certificate,
    ) -> Result<(Self, Wakes), StartApnsError> {
        let acceptor = TlsAcceptor::from(Arc::new(tls(identity, push_authority)?));
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let (goodbye, stop) = (watch::Sender::new(0), CancellationToken::new());
        let wakes = Wakes(Arc::clone(&shared));
        let connection =
            Connection { acceptor, shared: Arc::clone(&shared), goodbye: goodbye.subscribe() };
        tokio::spawn(accept(listener, connection, stop.clone()));
        Ok((Self { address, shared, goodbye, stop }, wakes))
    }

    /// Returns where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers the next pushes like this, one each, before it tells the truth again.
    pub fn script(&self, answers: impl IntoIterator<Item = Scripted>) {
        self.shared.lock().script.extend(answers);
    }

    /// Says goodbye (GOAWAY) on every connection, as Apple does when it restarts a machine.
    pub fn say_goodbye(&self) {
        self.goodbye.send_modify(|times| *times += 1);
    }

    /// Returns how often each thing happened.
    #[must_use]
    pub fn counts(&self) -> ApnsCounts {
        self.shared.lock().counts
    }
}

impl Drop for ApnsDouble {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Wakes {
    /// Registers the token of a device: pushes to it are taken from now on.
    pub fn register(&self, token: Vec<u8>) {
        self.0.lock().tokens.insert(token, true);
    }

    /// Lets go of a token, as a device does that was erased; pushes to it are answered with 410.
    pub fn unregister(&self, token: &[u8]) {
        let mut state = self.0.lock();
        state.waiting.remove(token);
        if let Some(is_held) = state.tokens.get_mut(token) {
            *is_held = false;
        }
    }

    /// Waits for a push to any device.
    pub async fn next(&self) -> Wake {
        loop {
            let arrived = self.0.arrived.notified();
            if let Some((token, magic)) = self.0.lock().waiting.pop_first() {
                return Wake { token, magic };
            }
            arrived.await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, token: Vec<u8>, magic: String) -> Answer {
        if let Some(scripted) = self.script.pop_front() {
            return Answer::Scripted(scripted);
        }
        match self.tokens.get(&token) {
            Some(true) => {
                self.waiting.insert(token, magic);
                Answer::Taken
            }
            Some(false) => Answer::Scripted(Scripted::Unregistered),
            None => Answer::Malformed("BadDeviceToken"),
        }
    }

    fn count(&mut self, answer: &Answer) {
        let counter = match answer {
            Answer::Taken => &mut self.counts.taken,
            Answer::Scripted(Scripted::Unregistered | Scripted::NotForTopic)
            | Answer::Malformed("BadDeviceToken") => &mut self.counts.unregistered,
            Answer::Scripted(Scripted::TooManyRequests { .. } | Scripted::Unavailable { .. }) => {
                &mut self.counts.busy
            }
            Answer::Malformed(_) => &mut self.counts.malformed,
        };
        *counter += 1;
    }
}

fn tls(
    identity: &Identity,
    push_authority: &Certificate,
) -> Result<rustls::ServerConfig, StartApnsError> {
    let provider = Arc::new(default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(push_authority.der()))?;
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()?;
    let certificate = CertificateDer::from(identity.certificate().der().to_vec());
    let key = PrivatePkcs8KeyDer::from(identity.key().to_pkcs8_der().to_vec());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// What each connection needs.
#[derive(Clone)]
struct Connection {
    acceptor: TlsAcceptor,
    shared: Arc<Shared>,
    goodbye: watch::Receiver<u64>,
}

async fn accept(listener: TcpListener, connection: Connection, stop: CancellationToken) {
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        // Out of sockets: the next connection may find one again.
        let Ok((stream, _)) = accepted else { continue };
        let (connection, stop) = (connection.clone(), stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(connection.serve(stream)).await });
    }
}

impl Connection {
    async fn serve(mut self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let handshake = tokio::time::timeout(HANDSHAKE_LIMIT, self.acceptor.accept(stream)).await;
        let Ok(Ok(stream)) = handshake else { return };
        let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let Some(topic) = certificates.first().and_then(|der| topic(der)) else { return };
        self.shared.lock().counts.connections += 1;

        let shared = Arc::clone(&self.shared);
        let service = service_fn(move |request| {
            let (shared, topic) = (Arc::clone(&shared), topic.clone());
            async move { respond(request, &topic, &shared).await }
        });
        let connection = http2::Builder::new(TokioExecutor::new())
            .max_concurrent_streams(MAX_STREAMS)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        self.goodbye.mark_unchanged();
        loop {
            tokio::select! {
                _ = connection.as_mut() => return,
                Ok(()) = self.goodbye.changed() => connection.as_mut().graceful_shutdown(),
            }
        }
    }
}

fn topic(certificate: &CertificateDer<'_>) -> Option<String> {
    PushCertificate::topic_of(&Certificate::from_der(certificate).ok()?)
}

async fn respond(
    request: Request<Incoming>,
    topic: &str,
    shared: &Shared,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (parts, body) = request.into_parts();
    let answer = match read(&parts, topic, body).await {
        Ok((token, magic)) => {
            let mut state = shared.lock();
            let answer = state.push(token, magic);
            state.count(&answer);
            answer
        }
        Err(reason) => {
            let answer = Answer::Malformed(reason);
            shared.lock().count(&answer);
            answer
        }
    };
    if matches!(answer, Answer::Taken) {
        shared.arrived.notify_one();
    }
    Ok(answer.into_response())
}

/// Reads token and magic, or tells Apple's reason for refusing.
async fn read(
    parts: &http::request::Parts,
    topic: &str,
    body: Incoming,
) -> Result<(Vec<u8>, String), &'static str> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Payload {
        mdm: String,
    }
    if parts.method != Method::POST {
        return Err("MethodNotAllowed");
    }
    let token = parts.uri.path().strip_prefix("/3/device/").ok_or("BadPath")?;
    let token = unhex(token).ok_or("BadDeviceToken")?;
    if text(&parts.headers, "apns-push-type") != Some("mdm") {
        return Err("InvalidPushType");
    }
    if text(&parts.headers, "apns-topic") != Some(topic) {
        return Err("BadTopic");
    }
    let body = Limited::new(body, MAX_PAYLOAD_BYTES).collect().await;
    let body = body.map_err(|_| "PayloadTooLarge")?.to_bytes();
    let payload: Payload = serde_json::from_slice(&body).map_err(|_| "PayloadEmpty")?;
    Ok((token, payload.mdm))
}

impl Answer {
    fn into_response(self) -> Response<Full<Bytes>> {
        let (status, reason, retry_after) = match self {
            Self::Taken => return Response::new(Full::default()),
            Self::Malformed(reason) => (StatusCode::BAD_REQUEST, reason, None),
            Self::Scripted(Scripted::Unregistered) => (StatusCode::GONE, "Unregistered", None),
            Self::Scripted(Scripted::NotForTopic) => {
                (StatusCode::BAD_REQUEST, "DeviceTokenNotForTopic", None)
            }
            Self::Scripted(Scripted::TooManyRequests { retry_after }) => {
                (StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", retry_after)
            }
            Self::Scripted(Scripted::Unavailable { retry_after }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", retry_after)
            }
        };
        let body = serde_json::json!({ "reason": reason }).to_string();
        let mut response = Response::new(Full::from(body));
        *response.status_mut() = status;
        if let Some(retry_after) = retry_after {
            response.headers_mut().insert(http::header::RETRY_AFTER, retry_after.as_secs().into());
        }
        response
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Reads hexadecimal digits; Apple's tokens have 32 bytes, but nobody may rely on it.
fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > 200 || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests;
