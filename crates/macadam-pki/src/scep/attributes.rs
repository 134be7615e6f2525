//! The signed attributes that SCEP adds to CMS (RFC 8894, section 3.2.1).

use const_oid::ObjectIdentifier;
use der::asn1::{PrintableStringRef, Utf8StringRef};
use der::{Tag, Tagged};

use crate::cms::structures::{SetRef, attribute, octets};

/// Some clients use a digest in hexadecimal, the longest sensible name of an exchange.
const MAX_TEXT_BYTES: usize = 128;
/// RFC 8894 says 16; answers repeat what was sent, whatever its length.
const MAX_NONCE_BYTES: usize = 64;

/// An attribute and its name in RFC 8894.
#[derive(Clone, Copy)]
pub(super) struct Kind(&'static str, ObjectIdentifier);

pub(super) const MESSAGE_TYPE: Kind = kind("messageType", "2.16.840.1.113733.1.9.2");
pub(super) const PKI_STATUS: Kind = kind("pkiStatus", "2.16.840.1.113733.1.9.3");
pub(super) const FAIL_INFO: Kind = kind("failInfo", "2.16.840.1.113733.1.9.4");
pub(super) const SENDER_NONCE: Kind = kind("senderNonce", "2.16.840.1.113733.1.9.5");
pub(super) const RECIPIENT_NONCE: Kind = kind("recipientNonce", "2.16.840.1.113733.1.9.6");
pub(super) const TRANSACTION_ID: Kind = kind("transactionID", "2.16.840.1.113733.1.9.7");

/// Values of [`MESSAGE_TYPE`].
pub(super) const CERT_REP: &str = "3";
pub(super) const RENEWAL_REQ: &str = "17";
pub(super) const PKCS_REQ: &str = "19";

/// Values of [`PKI_STATUS`].
pub(super) const SUCCESS: &str = "0";
pub(super) const FAILURE: &str = "2";

/// An attribute that is missing, repeated, or of another type; holds its name.
#[derive(Debug)]
pub(super) struct Unusable(pub(super) &'static str);

pub(super) fn read_text(attributes: &[u8], kind: Kind) -> Result<&str, Unusable> {
    SetRef(attributes)
        .attribute(kind.1)
        .filter(|value| matches!(value.tag(), Tag::PrintableString | Tag::Utf8String))
        .and_then(|value| std::str::from_utf8(value.value()).ok())
        .filter(|text| !text.is_empty() && text.len() <= MAX_TEXT_BYTES)
        .ok_or(Unusable(kind.0))
}

pub(super) fn read_nonce(attributes: &[u8], kind: Kind) -> Result<&[u8], Unusable> {
    SetRef(attributes)
        .attribute(kind.1)
        .filter(|value| value.tag() == Tag::OctetString && value.value().len() <= MAX_NONCE_BYTES)
        .map(|value| value.value())
        .ok_or(Unusable(kind.0))
}

/// Writes a text; a character that no `PrintableString` has was not read by us.
pub(super) fn text(kind: Kind, text: &str) -> Vec<u8> {
    match PrintableStringRef::new(text) {
        Ok(text) => attribute(kind.1, &text),
        Err(_) => {
            let text = Utf8StringRef::new(text).expect("texts are below 256 MB");
            attribute(kind.1, &text)
        }
    }
}

pub(super) fn nonce(kind: Kind, nonce: &[u8]) -> Vec<u8> {
    attribute(kind.1, &octets(nonce))
}

const fn kind(name: &'static str, oid: &str) -> Kind {
    Kind(name, ObjectIdentifier::new_unwrap(oid))
}
