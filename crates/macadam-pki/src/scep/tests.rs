//! Whole exchanges between our client and our server, and what each refuses.

use proptest::prelude::*;

use super::*;
use crate::cms::sign_with_attributes;
use crate::testing::{authority, issuance, now};
use crate::{CertificateAuthority, Expiry, Identity, KeyKind, PrivateKey, TrustAnchors};

const SERVER_NONCE: Nonce = [9; 16];

#[test]
fn capabilities_promise_what_the_server_does() {
    let capabilities: Vec<_> = CAPABILITIES.lines().collect();
    for promised in ["AES", "POSTPKIOperation", "Renewal", "SHA-256"] {
        assert!(capabilities.contains(&promised), "{promised}");
    }
}

#[test]
fn a_first_request_brings_the_identity() {
    let ca = authority(KeyKind::Rsa2048);
    let requester = requester(KeyKind::Rsa2048);
    let request = first_request(&ca, &requester);

    let message = PkiMessage::decode(&request.encode(now()).unwrap()).unwrap();
    assert_eq!(message.kind(), RequestKind::PkcsReq);
    assert_eq!(message.transaction_id(), "exchange-1");
    let requested = message.open(&ca).unwrap();
    assert_eq!(requested.challenge.as_deref(), Some("one-time"));
    assert_eq!(requested.common_name.as_deref(), Some("wish"));
    assert_eq!(requested.key, *requester.key().public_key());

    let issued = ca.issue_device_identity(&requested.key, "OURS", &issuance(7)).unwrap();
    let response = message.grant(&ca, &issued, SERVER_NONCE, now()).unwrap();
    assert_eq!(request.read_response(&response).unwrap(), issued);
}

#[test]
fn a_renewal_is_signed_with_the_identity_to_replace() {
    let ca = authority(KeyKind::Rsa2048);
    let identity = issued_identity(&ca);
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let request = EnrollmentRequest {
        kind: RequestKind::RenewalReq,
        key: &key,
        challenge: None,
        ..first_request(&ca, &identity)
    };

    let message = PkiMessage::decode(&request.encode(now()).unwrap()).unwrap();
    assert_eq!(message.kind(), RequestKind::RenewalReq);
    let anchors = TrustAnchors::from_certificates([ca.certificate()]).unwrap();
    message.signer().chains_to(&anchors, &[], now(), Expiry::Ignored).unwrap();
    let requested = message.open(&ca).unwrap();
    assert_eq!(requested.challenge, None);
    assert_eq!(requested.key, *key.public_key());

    let issued = ca.issue_device_identity(&requested.key, "OURS", &issuance(8)).unwrap();
    let response = message.grant(&ca, &issued, SERVER_NONCE, now()).unwrap();
    assert_eq!(request.read_response(&response).unwrap(), issued);
}

#[test]
fn a_refusal_reaches_the_client_with_its_reason() {
    let ca = authority(KeyKind::Rsa2048);
    let requester = requester(KeyKind::Rsa2048);
    let request = first_request(&ca, &requester);
    let message = PkiMessage::decode(&request.encode(now()).unwrap()).unwrap();
    for reason in [FailInfo::BadAlg, FailInfo::BadRequest, FailInfo::BadCertId] {
        let response = message.refuse(&ca, reason, SERVER_NONCE, now());
        let error = request.read_response(&response).unwrap_err();
        assert!(matches!(error, ReadResponseError::Refused(Some(found)) if found == reason));
    }
}

#[test]
fn a_response_to_another_request_is_not_accepted() {
    let ca = authority(KeyKind::Rsa2048);
    let requester = requester(KeyKind::Rsa2048);
    let request = first_request(&ca, &requester);
    let message = PkiMessage::decode(&request.encode(now()).unwrap()).unwrap();
    let issued = ca.issue_device_identity(requester.key().public_key(), "x", &issuance(7)).unwrap();
    let response = message.grant(&ca, &issued, SERVER_NONCE, now()).unwrap();

    let read = |request: EnrollmentRequest<'_>| request.read_response(&response).unwrap_err();
    let other = EnrollmentRequest { nonce: [1; 16], ..first_request(&ca, &requester) };
    assert!(matches!(read(other), ReadResponseError::OtherRequest));
    let other = EnrollmentRequest { transaction_id: "2", ..first_request(&ca, &requester) };
    assert!(matches!(read(other), ReadResponseError::OtherRequest));
    let other_ca = authority(KeyKind::Rsa2048);
    let error = read(first_request(&other_ca, &requester));
    assert!(matches!(error, ReadResponseError::OtherSigner));
    let other_key = PrivateKey::generate(KeyKind::Rsa2048);
    let other = EnrollmentRequest { key: &other_key, ..first_request(&ca, &requester) };
    assert!(matches!(read(other), ReadResponseError::NoCertificate));
}

#[test]
fn requests_for_the_key_of_somebody_else_are_refused() {
    let ca = authority(KeyKind::Rsa2048);
    let requester = requester(KeyKind::Rsa2048);
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let request = EnrollmentRequest { key: &key, ..first_request(&ca, &requester) };
    let message = PkiMessage::decode(&request.encode(now()).unwrap()).unwrap();
    let error = message.open(&ca).unwrap_err();
    assert!(matches!(error, OpenRequestError::OtherKey));
    assert_eq!(error.fail_info(), FailInfo::BadRequest);
}

#[test]
fn requests_to_another_authority_are_refused() {
    let ca = authority(KeyKind::Rsa2048);
    let other = authority(KeyKind::Rsa2048);
    let requester = requester(KeyKind::Rsa2048);
    let request = first_request(&other, &requester).encode(now()).unwrap();
    let error = PkiMessage::decode(&request).unwrap().open(&ca).unwrap_err();
    // Of 256 wrong content keys one gives something that is padded well, and no request.
    match error {
        OpenRequestError::Decrypt(_) => assert_eq!(error.fail_info(), FailInfo::BadMessageCheck),
        OpenRequestError::Request(_) => assert_eq!(error.fail_info(), FailInfo::BadRequest),
        OpenRequestError::NotRsa | OpenRequestError::OtherKey => panic!("{error:?}"),
    }
}

#[test]
fn elliptic_keys_cannot_take_part() {
    let ca = authority(KeyKind::Rsa2048);
    let requester = requester(KeyKind::P256);
    let request = first_request(&ca, &requester).encode(now()).unwrap();
    let error = PkiMessage::decode(&request).unwrap().open(&ca).unwrap_err();
    assert!(matches!(error, OpenRequestError::NotRsa));
    assert_eq!(error.fail_info(), FailInfo::BadAlg);
}

#[test]
fn only_two_message_types_reach_the_signer() {
    for message_type in ["3", "20", "21", "22", "1", "x"] {
        let message = signed(&[
            attributes::text(attributes::MESSAGE_TYPE, message_type),
            attributes::text(attributes::TRANSACTION_ID, "1"),
            attributes::nonce(attributes::SENDER_NONCE, &[1; 16]),
        ]);
        let error = PkiMessage::decode(&message).unwrap_err();
        assert!(matches!(error, DecodePkiMessageError::UnsupportedType { .. }), "{message_type}");
    }
}

#[test]
fn messages_without_the_attributes_of_scep_are_refused() {
    let complete = [
        attributes::text(attributes::MESSAGE_TYPE, attributes::PKCS_REQ),
        attributes::text(attributes::TRANSACTION_ID, "1"),
        attributes::nonce(attributes::SENDER_NONCE, &[1; 16]),
    ];
    PkiMessage::decode(&signed(&complete)).unwrap();
    for (missing, name) in ["messageType", "transactionID", "senderNonce"].iter().enumerate() {
        let mut attributes = complete.to_vec();
        attributes.remove(missing);
        let error = PkiMessage::decode(&signed(&attributes)).unwrap_err();
        let is_named =
            matches!(error, DecodePkiMessageError::Attribute { attribute } if attribute == *name);
        assert!(is_named, "{name}: {error:?}");
    }
    let long = "1".repeat(129);
    let attributes = [
        complete[0].clone(),
        attributes::text(attributes::TRANSACTION_ID, &long),
        complete[2].clone(),
    ];
    assert!(PkiMessage::decode(&signed(&attributes)).is_err());
}

#[test]
fn certificate_requests_are_signed_with_their_own_key() {
    let key = PrivateKey::generate(KeyKind::P256);
    let request = crate::ca::certificate_request(&key, "wish", Some("pässwort")).unwrap();
    let requested = decode_certificate_request(&request).unwrap();
    assert_eq!(requested.challenge.as_deref(), Some("pässwort"));
    for index in 0..request.len() {
        let mut damaged = request.clone();
        damaged[index] ^= 4;
        assert!(decode_certificate_request(&damaged).is_err(), "{index}");
    }
}

#[test]
fn get_parameters_are_lenient_about_plus_signs() {
    assert_eq!(decode_get_message("+/ =").ok(), None);
    assert_eq!(decode_get_message("-w==").ok(), None);
    assert_eq!(decode_get_message(" /8=").unwrap(), [0xfb, 0xff]);
    assert!(decode_get_message(&"A".repeat(100_000)).is_err());
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_request(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(PkiMessage::decode(&bytes).is_err());
        prop_assert!(decode_certificate_request(&bytes).is_err());
    }
}

fn requester(kind: KeyKind) -> Identity {
    Identity::self_signed(PrivateKey::generate(kind), "wish", &issuance(6)).unwrap()
}

fn issued_identity(ca: &CertificateAuthority) -> Identity {
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let certificate = ca.issue_device_identity(key.public_key(), "OURS", &issuance(7)).unwrap();
    Identity::new(certificate, key).unwrap()
}

fn first_request<'a>(
    ca: &'a CertificateAuthority,
    requester: &'a Identity,
) -> EnrollmentRequest<'a> {
    EnrollmentRequest {
        kind: RequestKind::PkcsReq,
        authority: ca.certificate(),
        requester,
        key: requester.key(),
        common_name: "wish",
        challenge: Some("one-time"),
        transaction_id: "exchange-1",
        nonce: [5; 16],
    }
}

fn signed(attributes: &[Vec<u8>]) -> Vec<u8> {
    let signer = requester(KeyKind::P256);
    sign_with_attributes(Some(b"content"), &signer, attributes.to_vec(), now())
}
