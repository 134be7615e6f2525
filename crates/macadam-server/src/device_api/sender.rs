//! A device's message together with the certificate that vouches for it.
//!
//! There are three ways to show a certificate: as a TLS client, in the header of a named proxy
//! that saw it as TLS server, and in the signature of the message. What is shown twice must agree.

use std::net::IpAddr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use macadam_pki::cms::{decode_signature_header, verify_detached};
use macadam_pki::{Certificate, decode_client_cert};
use macadam_store::RefusalReason;
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
pub(super) struct Admitted(OwnedSemaphorePermit);

/// Certificates that a request shows, before any authority was asked.
struct Shown {
    certificate: Certificate,
    others: Vec<Certificate>,
}

impl FromRequest<App> for Message {
    type Rejection = DeviceError;

    async fn from_request(request: Request, app: &App) -> Result<Self, DeviceError> {
        let (mut parts, body) = request.into_parts();
        let Ok(Origin(origin)) = Origin::from_request_parts(&mut parts, app).await else {
            return Err(DeviceError::Incomplete);
        };
        let body = read(Request::from_parts(parts.clone(), body), app).await?;
        // Only now: a sender of slow bodies must not keep others from being served.
        let admitted = app.admit().ok_or(DeviceError::Overloaded)?;
        let refuse = |reason, certificate| {
            let claimed = String::new();
            app.refuse(reason, Suspect { certificate, claimed, device: None, origin });
            DeviceError::Refused
        };
        let shown = shown_certificate(app, &parts, &body).map_err(|reason| refuse(reason, None))?;
        let certificate = app
            .identity_trust
            .check(app.wall_clock.now(), &shown.certificate, &shown.others)
            .map_err(|_| {
                let fingerprint = Some(shown.certificate.fingerprint());
                refuse(RefusalReason::UntrustedCertificate, fingerprint)
            })?;
        let is_check_in = is_check_in(&parts.headers);
        Ok(Self { body, certificate, origin, is_check_in, _admitted: admitted })
    }
}

impl FromRequestParts<App> for Admitted {
    type Rejection = DeviceError;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, DeviceError> {
        app.admit().map(Self).ok_or(DeviceError::Overloaded)
    }
}

async fn read(request: Request, app: &App) -> Result<Bytes, DeviceError> {
    Bytes::from_request(request, app).await.map_err(|refusal| match refusal.status() {
        StatusCode::PAYLOAD_TOO_LARGE => DeviceError::TooLarge,
        _ => DeviceError::Incomplete,
    })
}

/// On a shared URL, this is what tells check-ins from reports about commands.
fn is_check_in(headers: &HeaderMap) -> bool {
    headers.get("content-type").is_some_and(|content_type| {
        content_type.as_bytes().starts_with(macadam_protocol::check_in::CONTENT_TYPE.as_bytes())
    })
}

fn shown_certificate(app: &App, parts: &Parts, body: &[u8]) -> Result<Shown, RefusalReason> {
    let connection = connection_certificate(app, parts)?;
    let Some(signature) = parts.headers.get("mdm-signature") else {
        let certificate = connection.ok_or(RefusalReason::UnknownCertificate)?;
        return Ok(Shown { certificate, others: Vec::new() });
    };
    let signer = decode_signature_header(signature.as_bytes())
        .ok()
        .and_then(|signature| verify_detached(&signature, body).ok())
        .ok_or(RefusalReason::BadSignature)?;
    if connection.is_some_and(|connection| connection != signer.certificate) {
        return Err(RefusalReason::BadSignature);
    }
    Ok(Shown { certificate: signer.certificate, others: signer.other_certificates })
}

/// The certificate of the connection's other end, which for a named proxy is the device's as the
/// proxy tells it. Anybody else's header is not looked at.
fn connection_certificate(app: &App, parts: &Parts) -> Result<Option<Certificate>, RefusalReason> {
    let Some(peer) = parts.extensions.get::<Peer>() else { return Ok(None) };
    if is_trusted_proxy(peer.address.ip(), &app.config.trusted_proxies) {
        let header = parts.headers.get("client-cert").map(|header| header.as_bytes());
        return header
            .map(decode_client_cert)
            .transpose()
            .map_err(|_| RefusalReason::UntrustedCertificate);
    }
    let certificate = peer.certificate.as_deref();
    certificate
        .map(|der| Certificate::from_der(der))
        .transpose()
        .map_err(|_| RefusalReason::UntrustedCertificate)
}
