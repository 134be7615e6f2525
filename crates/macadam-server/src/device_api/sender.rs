//! A device's message together with the certificate that vouches for it.
//!
//! There are three ways to show a certificate: as a TLS client, in the header of a named proxy
//! that saw it as TLS server, and in the signature of the message. What is shown twice must agree.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use macadam_pki::cms::{decode_signature_header, verify_detached};
use macadam_pki::{Certificate, decode_client_cert, decode_client_cert_chain};
use macadam_store::RefusalReason;
use rustls_pki_types::CertificateDer;
use tokio::sync::OwnedSemaphorePermit;

use super::error::DeviceError;
use crate::app::{App, Suspect, TrustedCertificate};
use crate::listen::Peer;
use crate::origin::{Origin, is_trusted_proxy};

/// A message whose certificate comes from an authority we trust. Whom it speaks for is not known
/// before the message is decoded.
pub(super) struct Message {
    pub(super) body: Bytes,
    pub(super) certificate: TrustedCertificate,
    pub(super) origin: IpAddr,
    pub(super) is_check_in: bool,
    _admitted: OwnedSemaphorePermit,
}

/// A request that anybody may make, within what the server can take.
pub(super) struct Admitted {
    _permit: OwnedSemaphorePermit,
}

/// What a request says about its sender, unchecked.
struct Claims {
    origin: IpAddr,
    is_check_in: bool,
    signature: Option<HeaderValue>,
    connection: Option<Connection>,
}

/// The certificates of the connection's other end.
enum Connection {
    /// Shown to us.
    Tls(Arc<[CertificateDer<'static>]>),
    /// Shown to a named proxy: the device's own, and those sent along, in the lines of one header.
    Forwarded { own: HeaderValue, chain: Vec<HeaderValue> },
}

/// Certificates that a request shows, before any authority was asked.
struct Shown {
    certificate: Certificate,
    others: Vec<Certificate>,
}

impl FromRequest<App> for Message {
    type Rejection = DeviceError;

    async fn from_request(request: Request, app: &App) -> Result<Self, DeviceError> {
        let claims = Claims::of(&request, app).ok_or(DeviceError::Incomplete)?;
        let body = read(request, app).await?;
        // Only now: a sender of slow bodies must not keep others from being served.
        let admitted = app.admit().ok_or(DeviceError::Overloaded)?;
        let refuse = |reason, certificate| {
            let suspect = Suspect {
                certificate,
                claimed: String::new(),
                device: None,
                origin: claims.origin,
            };
            app.refuse(reason, suspect);
            DeviceError::Refused
        };
        let shown = claims.certificate(&body).map_err(|reason| refuse(reason, None))?;
        let now = app.wall_clock.now();
        let certificate =
            app.identity_trust.check(now, &shown.certificate, &shown.others).map_err(|_| {
                let fingerprint = shown.certificate.fingerprint();
                refuse(RefusalReason::UntrustedCertificate, Some(fingerprint))
            })?;
        Ok(Self {
            body,
            certificate,
            origin: claims.origin,
            is_check_in: claims.is_check_in,
            _admitted: admitted,
        })
    }
}

impl FromRequestParts<App> for Admitted {
    type Rejection = DeviceError;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, DeviceError> {
        let permit = app.admit().ok_or(DeviceError::Overloaded)?;
        Ok(Self { _permit: permit })
    }
}

async fn read(request: Request, app: &App) -> Result<Bytes, DeviceError> {
    Bytes::from_request(request, app).await.map_err(|refusal| match refusal.status() {
        StatusCode::PAYLOAD_TOO_LARGE => DeviceError::TooLarge,
        _ => DeviceError::Incomplete,
    })
}

impl Claims {
    fn of(request: &Request, app: &App) -> Option<Self> {
        let (headers, peer) = (request.headers(), request.extensions().get::<Peer>()?);
        let proxies = &app.config.trusted_proxies;
        // A proxy's own certificate is not the device's, and anybody else's header is not read.
        let connection = if is_trusted_proxy(peer.address.ip(), proxies) {
            let chain = || headers.get_all("client-cert-chain").into_iter().cloned().collect();
            headers
                .get("client-cert")
                .map(|own| Connection::Forwarded { own: own.clone(), chain: chain() })
        } else {
            let certificates = &peer.certificates;
            (!certificates.is_empty()).then(|| Connection::Tls(Arc::clone(certificates)))
        };
        Some(Self {
            origin: Origin::of(peer, headers, proxies).0,
            is_check_in: is_check_in(headers),
            signature: headers.get("mdm-signature").cloned(),
            connection,
        })
    }

    fn certificate(&self, body: &[u8]) -> Result<Shown, RefusalReason> {
        let connection = self.connection.as_ref().map(Connection::shown).transpose()?;
        let Some(signature) = &self.signature else {
            return connection.ok_or(RefusalReason::UnknownCertificate);
        };
        let signer = decode_signature_header(signature.as_bytes())
            .ok()
            .and_then(|signature| verify_detached(&signature, body).ok())
            .ok_or(RefusalReason::BadSignature)?;
        if connection.is_some_and(|connection| connection.certificate != signer.certificate) {
            return Err(RefusalReason::BadSignature);
        }
        Ok(Shown { certificate: signer.certificate, others: signer.other_certificates })
    }
}

impl Connection {
    fn shown(&self) -> Result<Shown, RefusalReason> {
        let shown = match self {
            Self::Forwarded { own, chain } => forwarded(own, chain),
            Self::Tls(certificates) => presented(certificates),
        };
        shown.ok_or(RefusalReason::UntrustedCertificate)
    }
}

fn forwarded(own: &HeaderValue, chain: &[HeaderValue]) -> Option<Shown> {
    let certificate = decode_client_cert(own.as_bytes()).ok()?;
    // RFC 9440 sends a list; lines of one header are one list.
    let lines: Vec<_> = chain.iter().map(HeaderValue::as_bytes).collect();
    Some(Shown { certificate, others: decode_client_cert_chain(&lines.join(&b","[..])).ok()? })
}

fn presented(certificates: &[CertificateDer<'static>]) -> Option<Shown> {
    let (own, chain) = certificates.split_first()?;
    let others = chain.iter().map(|der| Certificate::from_der(der)).collect::<Result<_, _>>();
    Some(Shown { certificate: Certificate::from_der(own).ok()?, others: others.ok()? })
}

/// On a shared URL, this is what tells check-ins from reports about commands.
fn is_check_in(headers: &HeaderMap) -> bool {
    headers.get("content-type").is_some_and(|content_type| {
        content_type.as_bytes().starts_with(macadam_protocol::check_in::CONTENT_TYPE.as_bytes())
    })
}
