//! A double of Apple's release feed.
//!
//! It answers `GET /v2/pmv` over TLS with what Apple answered at the moment its clock shows, as the
//! recorded history has it. Like Apple, it shuffles every array of every answer.
//!
//! Beside it, it is the community's feed: it answers `GET /sofa/{file}` with what it was given for
//! the file, and an `ETag`.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::Listener;
use jiff::Timestamp;
use macadam_pki::{
    Certificate, CertificateAuthority, Identity, Issuance, IssueCertificateError, KeyKind,
    PrivateKey, SerialNumber, Validity,
};
use macadam_protocol::feed::gdmf::{self, Entry};
use macadam_protocol::feed::{FeedList, Seed};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::clock::sleep;
use crate::random::Random;

/// A client that takes longer for its handshake is let go.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(5);
/// How long, in steps, a request waits for the time to be known before it is told to come back.
const TIME_STEPS: u32 = 300;
const TIME_STEP: Duration = Duration::from_millis(100);
/// More than any client should read of an answer.
const OVERSIZED_BYTES: usize = 64 << 20;

/// Tells the double what time it is, once that is known.
pub type Clock = Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>;

/// A running double. Dropping it ends it.
pub struct AppleFeedDouble {
    address: SocketAddr,
    feed: Arc<Feed>,
    stop: CancellationToken,
}

/// What to answer instead of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFault {
    /// 500.
    ServerError,
    /// The first half of the answer.
    Truncated,
    /// An answer with nothing in it.
    Empty,
    /// An answer that misses the newest major of macOS.
    MajorMissing,
    /// An answer that does not end for 64 MiB.
    Oversized,
    /// No answer at all.
    Silent,
}

/// The double did not start.
#[derive(Debug, Error)]
pub enum StartFeedError {
    /// Its certificate is unusable.
    #[error("TLS of the release feed double cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The listener has no address.
    #[error("the release feed double cannot listen")]
    Listen(#[from] std::io::Error),
}

/// A throw-away authority, and a TLS certificate that it issued for `names`.
pub fn throw_away_identity(
    names: &[String],
    validity: Validity,
    seed: u64,
) -> Result<(Certificate, Identity), IssueCertificateError> {
    let mut random = Random::new(seed, "throw-away authority");
    let mut issuance =
        || Issuance { serial_number: SerialNumber::from_random(random.octets()), validity };
    let authority_key = PrivateKey::generate(KeyKind::P256);
    let authority =
        CertificateAuthority::create("Macadam throw-away root", authority_key, &issuance())?;
    let key = PrivateKey::generate(KeyKind::P256);
    let certificate = authority.issue_tls_server(key.public_key(), names, &issuance())?;
    let identity = Identity::new(certificate, key).expect("it was issued for the key");
    Ok((authority.certificate().clone(), identity))
}

impl AppleFeedDouble {
    /// Starts the double; `seed` decides the order of arrays.
    pub fn start(
        listener: TcpListener,
        identity: &Identity,
        history: Arc<Seed>,
        clock: Clock,
        seed: u64,
    ) -> Result<Self, StartFeedError> {
        let acceptor = TlsAcceptor::from(Arc::new(tls(identity)?));
        let (address, stop) = (listener.local_addr()?, CancellationToken::new());
        let random = Random::new(seed, "release feed");
        let state = State {
            random,
            script: VecDeque::new(),
            requests: 0,
            community_files: BTreeMap::new(),
        };
        let feed = Arc::new(Feed { history, clock, state: Mutex::new(state) });
        let router = Router::new()
            .route("/v2/pmv", get(answer))
            .route("/sofa/{file}", get(community_file))
            .with_state(Arc::clone(&feed));
        let server = axum::serve(TlsListener { listener, acceptor }, router)
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(server.into_future());
        Ok(Self { address, feed, stop })
    }

    /// Returns where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers the next requests like this, one each, before it tells the truth again.
    pub fn script(&self, faults: impl IntoIterator<Item = FeedFault>) {
        self.feed.lock().script.extend(faults);
    }

    /// Answers for a file of the community's feed with this from now on.
    pub fn put_community_file(&self, file: &str, content: &str) {
        self.feed.lock().community_files.insert(file.to_owned(), content.to_owned());
    }

    /// Returns how many requests were answered, or left without answer.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.feed.lock().requests
    }
}

impl Drop for AppleFeedDouble {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Feed {
    history: Arc<Seed>,
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    random: Random,
    script: VecDeque<FeedFault>,
    requests: u64,
    community_files: BTreeMap<String, String>,
}

impl Feed {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next fault of the script, and the randomness of one answer.
    fn next(&self) -> (Option<FeedFault>, Random) {
        let mut state = self.lock();
        state.requests += 1;
        (state.script.pop_front(), Random::new(state.random.number(), "one answer"))
    }
}

async fn answer(Shared(feed): Shared<Arc<Feed>>) -> Response {
    let (fault, mut random) = feed.next();
    let Some(now) = known_time(&feed.clock, TIME_STEPS).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let mut entries = feed.history.answer_at(now).entries;
    shuffle_all(&mut entries, &mut random);
    match fault {
        None => json(gdmf::encode(&entries)),
        Some(FeedFault::ServerError) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(FeedFault::Truncated) => {
            let mut body = gdmf::encode(&entries);
            body.truncate(body.len() / 2);
            json(body)
        }
        Some(FeedFault::Empty) => json(gdmf::encode(&[])),
        Some(FeedFault::MajorMissing) => {
            let newest = entries.iter().filter_map(mac_major).max();
            entries.retain(|entry| mac_major(entry).is_none() || mac_major(entry) != newest);
            json(gdmf::encode(&entries))
        }
        Some(FeedFault::Oversized) => json(vec![b' '; OVERSIZED_BYTES]),
        Some(FeedFault::Silent) => std::future::pending().await,
    }
}

/// Waits until it is known what time it is: an answer of another time would be believed.
async fn known_time(clock: &Clock, steps: u32) -> Option<Timestamp> {
    for _ in 0..steps {
        if let Some(now) = clock() {
            return Some(now);
        }
        sleep(TIME_STEP).await;
    }
    clock()
}

async fn community_file(
    Shared(feed): Shared<Arc<Feed>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(content) = feed.lock().community_files.get(&file).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let tag = format!("\"{:x}\"", hasher.finish());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, tag)], json(content.into_bytes())).into_response()
}

fn json(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn mac_major(entry: &Entry) -> Option<u16> {
    let major = entry.version.split('.').next()?.parse().ok()?;
    (entry.list == FeedList::MacOs).then_some(major)
}

fn shuffle_all(entries: &mut [Entry], random: &mut Random) {
    shuffle(entries, random);
    for entry in entries {
        let mut ids = entry.device_ids.to_vec();
        shuffle(&mut ids, random);
        entry.device_ids = ids.into();
    }
}

/// Fisher and Yates: each order is equally likely.
fn shuffle<T>(values: &mut [T], random: &mut Random) {
    for last in (1..values.len()).rev() {
        let chosen = random.below(last as u64 + 1);
        values.swap(last, usize::try_from(chosen).expect("it is not above an index"));
    }
}

fn tls(identity: &Identity) -> Result<rustls::ServerConfig, rustls::Error> {
    let certificate = CertificateDer::from(identity.certificate().der().to_vec());
    let key = PrivatePkcs8KeyDer::from(identity.key().to_pkcs8_der().to_vec());
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Connections whose handshake went well.
struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            let handshake = self.acceptor.accept(stream);
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_LIMIT, handshake).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

#[cfg(test)]
mod tests;
