//! The bytes of requests, made before anything is measured.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use macadam_pki::Identity;
use macadam_pki::cms::sign_detached;
use macadam_protocol::check_in::{
    self, CheckIn, DeclarativeEndpoint, DeclarativeManagement, Message, TokenUpdate,
};
use macadam_protocol::{Data, EnrollmentIdentity, Udid, property_list};
use plist::Dictionary;

use crate::connection::{Proof, client_cert};
use crate::device::{Endpoint, Request};

/// The server under load, and how devices show their certificates to it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Where it listens for plain HTTP.
    pub address: SocketAddr,
    /// How devices show their certificates; not as TLS clients.
    pub proof: Proof,
    /// When the signatures are made.
    pub signed_at: Timestamp,
}

impl Target {
    /// The bytes of a device's request.
    pub(super) fn bytes(&self, request: &Request, identity: &Identity) -> Vec<u8> {
        let proof = match self.proof {
            Proof::Signature | Proof::Tls => {
                let signature = sign_detached(&request.body, identity, self.signed_at);
                format!("Mdm-Signature: {}", STANDARD.encode(signature))
            }
            Proof::ProxyHeader => format!("Client-Cert: {}", client_cert(identity)),
        };
        self.with_header(request, &proof)
    }

    /// A request whose signature is that of another body.
    pub(super) fn wrongly_signed(&self, request: &Request, identity: &Identity) -> Vec<u8> {
        let signature = sign_detached(b"another body", identity, self.signed_at);
        self.with_header(request, &format!("Mdm-Signature: {}", STANDARD.encode(signature)))
    }

    fn with_header(&self, request: &Request, header: &str) -> Vec<u8> {
        let (path, content_type) = match request.endpoint {
            Endpoint::CheckIn => ("/mdm/checkin", check_in::CONTENT_TYPE),
            Endpoint::Command => ("/mdm/connect", "application/x-apple-aspen-mdm; charset=UTF-8"),
        };
        let mut bytes = format!(
            "PUT {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: MDM/1.0\r\nContent-Type: \
             {content_type}\r\n{header}\r\nContent-Length: {}\r\n\r\n",
            self.address,
            request.body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(&request.body);
        bytes
    }
}

/// Asks for commands.
pub(super) fn idle(udid: &str) -> Request {
    command_report(udid, [("Status", "Idle")])
}

/// Reports that a command was carried out.
pub(super) fn acknowledged(udid: &str, command: &str) -> Request {
    command_report(udid, [("Status", "Acknowledged"), ("CommandUUID", command)])
}

fn command_report<const N: usize>(udid: &str, keys: [(&str, &str); N]) -> Request {
    let mut report = Dictionary::from_iter(keys);
    report.insert("UDID".into(), udid.into());
    let body = property_list::encode(&plist::Value::Dictionary(report));
    Request { endpoint: Endpoint::Command, body }
}

/// Tells a push token.
pub(super) fn token_update(udid: &Udid, topic: &str, token: &[u8], magic: &str) -> Request {
    check_in(
        udid,
        Message::TokenUpdate(TokenUpdate {
            topic: topic.to_owned(),
            token: Data(token.to_vec()).into(),
            push_magic: magic.to_owned().into(),
            unlock_token: None,
            awaiting_configuration: false,
            not_on_console: false,
        }),
    )
}

/// Asks an endpoint of declarative management.
pub(super) fn declarative(udid: &Udid, endpoint: DeclarativeEndpoint) -> Request {
    let message = DeclarativeManagement { endpoint, data: None };
    check_in(udid, Message::DeclarativeManagement(message))
}

fn check_in(udid: &Udid, message: Message) -> Request {
    let identity = EnrollmentIdentity::device(udid.clone());
    Request { endpoint: Endpoint::CheckIn, body: check_in::encode(&CheckIn { identity, message }) }
}
