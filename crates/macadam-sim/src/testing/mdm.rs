//! A small device-management server over HTTP, for tests of everything that speaks to one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use jiff::{SignedDuration, Timestamp};
use macadam_pki::cms::{decode_signature_header, sign_attached, verify_detached};
use macadam_pki::scep::PkiMessage;
use macadam_pki::{
    Certificate, CertificateAuthority, Expiry, Issuance, KeyKind, PrivateKey, SerialNumber,
    TrustAnchors, Validity, decode_client_cert,
};
use macadam_protocol::check_in;
use macadam_protocol::profile::{AccessRights, EnrollmentProfile, MdmPayload, ScepPayload};
use macadam_protocol::{Limits, profile, property_list};
use plist::Dictionary;

use super::Server;
use crate::device::{Answer, Endpoint, Request};

pub(crate) const NOW: &str = "2026-11-26T10:00:00Z";
pub(crate) const TOPIC: &str = "com.apple.mgmt.External.test";

/// The server: one scripted [`Server`] for each device, behind certificates.
pub(crate) struct Mdm {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    authority: CertificateAuthority,
    /// Other authorities whose certificates are device identities.
    external: Option<Certificate>,
    state: Mutex<Devices>,
}

#[derive(Default)]
struct Devices {
    issued: u8,
    /// By UDID: the certificate that enrolled, and the device's server.
    known: BTreeMap<String, (Certificate, Server)>,
    /// What new devices are told.
    declarations: Vec<serde_json::Value>,
}

impl Mdm {
    /// Starts a server that gives every device these declarations.
    pub(crate) async fn start(
        declarations: Vec<serde_json::Value>,
        external: Option<Certificate>,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let key = PrivateKey::generate(KeyKind::Rsa2048);
        let authority = CertificateAuthority::create("Test", key, &issuance(0)).unwrap();
        let state = Mutex::new(Devices { declarations, ..Devices::default() });
        let url = format!("http://{address}");
        let shared = Arc::new(Shared { url, authority, external, state });
        let router = Router::new()
            .route("/enroll/{code}", get(|| async { "a page" }).post(enroll))
            .route("/scep", get(scep_certificate).post(scep))
            .route("/mdm/checkin", put(mdm_check_in))
            .route("/mdm/connect", put(mdm_connect))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    pub(crate) fn link(&self) -> String {
        format!("{}/enroll/once", self.shared.url)
    }

    pub(crate) fn scep_url(&self) -> String {
        format!("{}/scep", self.shared.url)
    }

    /// Looks at the server of one device.
    pub(crate) fn device<T>(&self, udid: &str, look: impl FnOnce(&mut Server) -> T) -> T {
        let mut devices = self.shared.state.lock().unwrap();
        look(&mut devices.known.get_mut(udid).unwrap().1)
    }
}

fn issuance(number: u8) -> Issuance {
    let now: Timestamp = NOW.parse().unwrap();
    let year = SignedDuration::from_hours(24 * 365);
    let validity = Validity { not_before: now - year, not_after: now + year };
    Issuance { serial_number: SerialNumber::from_random([number; 16]), validity }
}

async fn enroll(State(shared): State<Arc<Shared>>) -> Vec<u8> {
    let profile = EnrollmentProfile {
        identifier: "test".into(),
        uuid: "1".into(),
        display_name: "Test".into(),
        description: None,
        organization: "Test".into(),
        trusted_certificates: Vec::new(),
        scep: ScepPayload {
            uuid: "2".into(),
            url: format!("{}/scep", shared.url),
            name: None,
            subject: vec![vec![("CN".into(), "subject".into())]],
            challenge: Some("challenge".to_owned().into()),
            key_size: 2048,
            key_usage: 5,
            ca_fingerprint: None,
            retries: 3,
            retry_delay_seconds: 10,
            is_key_extractable: false,
        },
        mdm: MdmPayload {
            uuid: "3".into(),
            topic: TOPIC.into(),
            server_url: format!("{}/mdm/connect", shared.url),
            check_in_url: Some(format!("{}/mdm/checkin", shared.url)),
            sign_message: true,
            access_rights: AccessRights::ALL,
            check_out_when_removed: true,
            server_capabilities: Vec::new(),
            use_development_apns: false,
            server_url_pinning_certificate_uuids: Vec::new(),
            check_in_url_pinning_certificate_uuids: Vec::new(),
            pinning_revocation_check_required: false,
            prompt_user_to_allow_bootstrap_token_for_authentication: false,
        },
    };
    let now = NOW.parse().unwrap();
    sign_attached(&profile::encode(&profile), shared.authority.identity(), &[], now)
}

async fn scep_certificate(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Vec<u8> {
    assert_eq!(query["operation"], "GetCACert");
    shared.authority.certificate().der().to_vec()
}

async fn scep(State(shared): State<Arc<Shared>>, body: Bytes) -> Vec<u8> {
    let message = PkiMessage::decode(&body).unwrap();
    let requested = message.open(&shared.authority).unwrap();
    let number = {
        let mut devices = shared.state.lock().unwrap();
        devices.issued += 1;
        devices.issued
    };
    let issued = shared
        .authority
        .issue_device_identity(&requested.key, "subject", &issuance(number))
        .unwrap();
    message.grant(&shared.authority, &issued, [7; 16], NOW.parse().unwrap()).unwrap()
}

async fn mdm_check_in(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let message = check_in::decode(&body).unwrap();
    let udid = message.identity.udid().unwrap().to_string();
    let enrolls = matches!(message.message, check_in::Message::Authenticate(_));
    serve(
        &shared,
        &headers,
        &udid,
        enrolls,
        Request { endpoint: Endpoint::CheckIn, body: body.to_vec() },
    )
}

async fn mdm_connect(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let report: Dictionary = property_list::decode(&body, &Limits::MESSAGE).unwrap();
    let udid = report["UDID"].as_string().unwrap().to_owned();
    serve(
        &shared,
        &headers,
        &udid,
        false,
        Request { endpoint: Endpoint::Command, body: body.to_vec() },
    )
}

/// Serves a device whose certificate is trusted and the one that it enrolled with.
fn serve(
    shared: &Shared,
    headers: &HeaderMap,
    udid: &str,
    enrolls: bool,
    request: Request,
) -> Response {
    let Some(certificate) = certificate(headers, &request.body) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let authorities = [Some(shared.authority.certificate()), shared.external.as_ref()];
    let anchors = TrustAnchors::from_certificates(authorities.into_iter().flatten()).unwrap();
    if certificate.chains_to(&anchors, &[], NOW.parse().unwrap(), Expiry::Ignored).is_err() {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut devices = shared.state.lock().unwrap();
    if enrolls {
        let server = Server::declaring(devices.declarations.clone());
        devices.known.insert(udid.to_owned(), (certificate.clone(), server));
    }
    let known = devices.known.get_mut(udid).filter(|(known, _)| *known == certificate);
    let Some((_, server)) = known else { return StatusCode::FORBIDDEN.into_response() };
    match server.answer(&request) {
        Answer::Replied { status, body } => {
            (StatusCode::from_u16(status).unwrap(), body).into_response()
        }
        Answer::Lost => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The certificate of a signature that fits the body, or of a proxy's header.
fn certificate(headers: &HeaderMap, body: &[u8]) -> Option<Certificate> {
    if let Some(signature) = headers.get("mdm-signature") {
        let signature = decode_signature_header(signature.as_bytes()).ok()?;
        return Some(verify_detached(&signature, body).ok()?.certificate);
    }
    decode_client_cert(headers.get("client-cert")?.as_bytes()).ok()
}
