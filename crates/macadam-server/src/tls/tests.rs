//! Clients with, without and with a stolen certificate, against a socket of ours.

use std::net::SocketAddr;

use arc_swap::ArcSwap;
use axum::routing::get;
use axum::{Extension, Router};
use macadam_pki::{
    Certificate, CertificateAuthority, Identity, Issuance, KeyKind, PrivateKey, SerialNumber,
    Validity,
};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::listen::{Listener, Peer, Transport, serve_listener};

#[tokio::test]
async fn an_identity_of_any_authority_reaches_the_request_with_its_chain() {
    let server = Server::start(ClientCertificates::Asked).await;
    for kind in [KeyKind::Rsa2048, KeyKind::P256] {
        let identity = identity("DEVICE-1", kind, EXPIRED);
        assert_eq!(server.ask(Some(&identity)).await.unwrap(), "DEVICE-1, Server CA");
    }
    server.stop().await;
}

#[tokio::test]
async fn clients_without_a_certificate_are_served() {
    let server = Server::start(ClientCertificates::Asked).await;
    assert_eq!(server.ask(None).await.unwrap(), "nobody");
    server.stop().await;
}

#[tokio::test]
async fn sockets_for_people_do_not_ask() {
    let server = Server::start(ClientCertificates::Ignored).await;
    let identity = identity("DEVICE-1", KeyKind::P256, VALID);
    assert_eq!(server.ask(Some(&identity)).await.unwrap(), "nobody");
    server.stop().await;
}

#[tokio::test]
async fn a_certificate_without_its_key_is_refused() {
    let server = Server::start(ClientCertificates::Asked).await;
    let (certificate, _) = identity("DEVICE-1", KeyKind::P256, VALID).into_parts();
    let key = PrivateKey::generate(KeyKind::P256);
    assert!(server.ask_as(Some((&certificate, &key))).await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn plain_http_on_the_same_socket_is_dropped() {
    let server = Server::start(ClientCertificates::Asked).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    server.stop().await;
}

const VALID: (&str, &str) = ("2020-01-01T00:00:00Z", "2120-01-01T00:00:00Z");
const EXPIRED: (&str, &str) = ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z");

/// A socket that answers with the name in the peer's certificate.
struct Server {
    address: SocketAddr,
    authority: Certificate,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(client_certificates: ClientCertificates) -> Self {
        let key = PrivateKey::generate(KeyKind::P256);
        let authority = CertificateAuthority::create("Server CA", key, &issuance(VALID)).unwrap();
        let key = PrivateKey::generate(KeyKind::P256);
        let names = ["localhost".to_owned()];
        let certificate =
            authority.issue_tls_server(key.public_key(), &names, &issuance(VALID)).unwrap();
        let config = server_config(vec![der(&certificate)], pkcs8(&key), client_certificates);
        let transport = Transport::Tls(Arc::new(ArcSwap::from_pointee(config.unwrap())));
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve_listener(
            Listener { socket, transport },
            Router::new().route("/", get(name_of_peer)),
            Arc::new(Semaphore::new(8)),
            stop.clone(),
        ));
        Self { address, authority: authority.certificate().clone(), stop, task }
    }

    async fn ask(&self, identity: Option<&Identity>) -> std::io::Result<String> {
        self.ask_as(identity.map(|identity| (identity.certificate(), identity.key()))).await
    }

    async fn ask_as(
        &self,
        identity: Option<(&Certificate, &PrivateKey)>,
    ) -> std::io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(der(&self.authority)).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            // Not checked by the client: a thief would not check either.
            Some((certificate, key)) => {
                let key = aws_lc_rs::sign::any_supported_type(&pkcs8(key)).unwrap();
                let shown = CertifiedKey::new(vec![der(certificate), der(&self.authority)], key);
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(shown)))
            }
        };
        let stream = TcpStream::connect(self.address).await?;
        let name = "localhost".try_into().unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer.rsplit("\r\n\r\n").next().unwrap_or_default().to_owned())
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

async fn name_of_peer(Extension(peer): Extension<Peer>) -> String {
    let name = |der: &[u8]| Certificate::from_der(der).unwrap().subject_common_name().unwrap();
    let names: Vec<_> = peer.certificates.iter().map(|der| name(der)).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn identity(name: &str, kind: KeyKind, validity: (&str, &str)) -> Identity {
    Identity::self_signed(PrivateKey::generate(kind), name, &issuance(validity)).unwrap()
}

fn issuance((not_before, not_after): (&str, &str)) -> Issuance {
    let (not_before, not_after) = (not_before.parse().unwrap(), not_after.parse().unwrap());
    let serial_number = SerialNumber::from_random([1; 16]);
    Issuance { serial_number, validity: Validity { not_before, not_after } }
}

fn der(certificate: &Certificate) -> CertificateDer<'static> {
    CertificateDer::from(certificate.der().to_vec())
}

fn pkcs8(key: &PrivateKey) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(key.to_pkcs8_der().to_vec().into())
}
