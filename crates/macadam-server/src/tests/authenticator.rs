//! An authenticator and the browser before it, as the W3C's Web Authentication describes them.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// A security key with room for any number of passkeys, in the browser of one person.
pub(super) struct Authenticator {
    /// The page that the browser shows.
    pub(super) origin: String,
    /// Whether the person gives the PIN.
    pub(super) verifies: bool,
    held: Vec<Held>,
}

/// A passkey on the authenticator.
struct Held {
    id: Vec<u8>,
    host: String,
    user_handle: String,
    key: EcdsaKeyPair,
    /// How often it was used; `None` on an authenticator that does not count.
    count: Option<u32>,
}

impl Authenticator {
    pub(super) fn at(origin: &str) -> Self {
        Self { origin: origin.to_owned(), verifies: true, held: Vec::new() }
    }

    /// Makes a passkey, one that counts its uses if it is to be `counted`.
    pub(super) fn make(&mut self, options: &Value, counted: bool) -> Value {
        let excluded = options["excludeCredentials"].as_array().cloned().unwrap_or_default();
        let is_here = |one: &Value| self.held.iter().any(|held| one["id"] == encoded(&held.id));
        assert!(!excluded.iter().any(is_here), "this authenticator has one of the person");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let algorithms = options["pubKeyCredParams"].as_array().unwrap();
        assert!(algorithms.iter().any(|one| one["alg"] == -7), "it can ES256 only");
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let held = Held {
            id: digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec(),
            host: options["rp"]["id"].as_str().unwrap().to_owned(),
            user_handle: options["user"]["id"].as_str().unwrap().to_owned(),
            key,
            count: counted.then_some(0),
        };
        let mut data = self.data(&held, HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(held.id.len()).unwrap().to_be_bytes());
        data.extend(&held.id);
        data.extend(cose_key(held.key.public_key().as_ref()));
        let client = self.client_data("webauthn.create", options);
        let credential = json!({
            "id": encoded(&held.id),
            "rawId": encoded(&held.id),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": encoded(client.as_bytes()),
                "attestationObject": encoded(&attestation(&data)),
                "transports": ["usb"],
            },
        });
        self.held.push(held);
        credential
    }

    /// Uses the newest of the passkeys for the host that asks.
    pub(super) fn show(&mut self, options: &Value) -> Value {
        assert_eq!(options["userVerification"], "required");
        let host = options["rpId"].as_str().unwrap();
        let held = self.held.iter_mut().rfind(|held| held.host == host).unwrap();
        held.count = held.count.map(|count| count + 1);
        let held = self.held.iter().rfind(|held| held.host == host).unwrap();
        let client = self.client_data("webauthn.get", options);
        let data = self.data(held, 0);
        let signed = [data.as_slice(), digest(&SHA256, client.as_bytes()).as_ref()].concat();
        let signature = held.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encoded(&held.id),
            "rawId": encoded(&held.id),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(client.as_bytes()),
                "authenticatorData": encoded(&data),
                "signature": encoded(signature.as_ref()),
                "userHandle": held.user_handle,
            },
        })
    }

    /// Forgets the last uses, as a copy that was taken before them would.
    pub(super) fn turn_back(&mut self, uses: u32) {
        for held in &mut self.held {
            held.count = held.count.map(|count| count - uses);
        }
    }

    fn data(&self, held: &Held, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = digest(&SHA256, held.host.as_bytes()).as_ref().to_vec();
        data.push(USER_PRESENT | verified | flags);
        data.extend(held.count.unwrap_or(0).to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        })
        .to_string()
    }
}

/// A point of P-256 as a COSE key for ES256.
fn cose_key(point: &[u8]) -> Vec<u8> {
    let (x, y) = point[1..].split_at(32);
    let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    [&head, x, &[0x22, 0x58, 0x20], y].concat()
}

/// An attestation object that attests nothing.
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut object = vec![0xa3];
    object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x59");
    object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    object.extend(data);
    object
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
