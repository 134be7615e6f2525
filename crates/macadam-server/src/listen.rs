//! Accepts connections and hands their requests to the router, each with who sent it.
//!
//! Whatever a peer does, only its own connection suffers: handshakes and headers have a time
//! limit, connections a number, and a broken one ends without a word.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A peer that has not finished its TLS handshake or its headers by then is let go.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// How long requests in the works may take once the server was told to stop.
const GOODBYE_LIMIT: Duration = Duration::from_secs(10);
/// Pause after `accept` failed, which mostly means that the process has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// The TLS client certificate, of which only the possession of its key is proved, and those
    /// that it sent along; empty if it showed none.
    pub(crate) certificates: Arc<[CertificateDer<'static>]>,
}

/// What a listener speaks.
#[derive(Clone)]
pub(crate) enum Transport {
    Plain,
    /// The configuration is swapped when the server's certificate is renewed.
    Tls(Arc<ArcSwap<rustls::ServerConfig>>),
}

/// One address the server listens on.
pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) transport: Transport,
}

/// Serves one listener until `stop`, and then lets requests in the works finish.
pub(crate) async fn serve_listener(
    listener: Listener,
    router: Router,
    connections: Arc<Semaphore>,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.socket.accept()).await {
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        // Beyond the limit the connection is dropped at once: refusing must stay cheap.
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else { continue };
        let connection = Connection {
            address,
            router: router.clone(),
            watcher: graceful.watcher(),
            _permit: permit,
        };
        tokio::spawn(connection.serve(stream, listener.transport.clone()));
    }
    drop(listener.socket);
    if tokio::time::timeout(GOODBYE_LIMIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still in the works when the server stopped");
    }
}

#[expect(clippy::disallowed_methods, reason = "a real shortage of sockets passes in real time")]
async fn pause_after(error: &io::Error) {
    tracing::warn!(error = %error, "a connection could not be accepted");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

struct Connection {
    address: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    async fn serve(self, stream: TcpStream, transport: Transport) {
        // Answers are small and whole; waiting to fill packets only costs time.
        let _ = stream.set_nodelay(true);
        match transport {
            Transport::Plain => self.serve_http(stream, Arc::default()).await,
            Transport::Tls(config) => {
                let handshake = TlsAcceptor::from(config.load_full()).accept(stream);
                let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_LIMIT, handshake).await else {
                    tracing::debug!(peer.address = %self.address, "TLS handshake failed");
                    return;
                };
                let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
                let certificates = certificates.iter().cloned().collect();
                self.serve_http(stream, certificates).await;
            }
        }
    }

    async fn serve_http<S>(self, stream: S, certificates: Arc<[CertificateDer<'static>]>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let peer = Peer { address: self.address, certificates };
        let router = self.router;
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let router = router.clone();
            let mut request: Request = request.map(Body::new);
            request.extensions_mut().insert(peer.clone());
            async move {
                Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|e| match e {}))
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HANDSHAKE_LIMIT);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64);
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(error, peer.address = %self.address, "connection ended early");
        }
    }
}
