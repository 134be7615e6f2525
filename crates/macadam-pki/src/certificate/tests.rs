//! Certificates of OpenSSL, Python and our own authority, and who may call itself a device.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::testing::{anchors, authority, issuance, now, read_text};
use crate::{
    APPLE_ROOT_CA, CertificateAuthority, ChainError, Expiry, IssueCertificateError, KeyKind,
    LoadAnchorsError, LoadAuthorityError, LoadKeyError, PrivateKey, PushCertificate,
    ReadAppleRootError, ReadPushCertificateError, TrustAnchors, read_apple_root,
};

#[test]
fn a_certificate_tells_its_name_validity_and_fingerprint() {
    let certificate = pem("device.pem");
    assert_eq!(certificate.subject_common_name().as_deref(), Some("rsa"));
    assert!(certificate.public_key().is_rsa());
    assert!(certificate.validity().contains(now()));
    assert_eq!(Certificate::from_pem(&certificate.to_pem()).unwrap(), certificate);

    let fingerprint = certificate.fingerprint();
    assert_eq!(fingerprint.to_string().parse::<Fingerprint>().unwrap(), fingerprint);
    let with_colons = "B0:".repeat(31) + "b1";
    assert_eq!(with_colons.parse::<Fingerprint>().unwrap().as_bytes()[30..], [0xb0, 0xb1]);
    for text in ["b0:b1".to_owned(), "zz".repeat(32), "b0".repeat(32) + "0"] {
        assert!(text.parse::<Fingerprint>().is_err(), "{text}");
    }
}

#[test]
fn a_certificate_without_expiry_is_valid_for_ever() {
    let mut issuance = issuance(1);
    issuance.validity.not_after = Timestamp::MAX;
    let key = PrivateKey::generate(KeyKind::P256);
    let ca = CertificateAuthority::create("CA", key, &issuance).unwrap();
    assert!(ca.certificate().validity().contains("9999-01-01T00:00:00Z".parse().unwrap()));
}

#[test]
fn our_authority_issues_device_identities() {
    for kind in [KeyKind::Rsa2048, KeyKind::P256] {
        let ca = authority(kind);
        let anchors = TrustAnchors::from_certificates([ca.certificate()]).unwrap();
        let key = PrivateKey::generate(KeyKind::P256);
        let device = ca.issue_device_identity(key.public_key(), "DEVICE-1", &issuance(2)).unwrap();
        assert_eq!(device.subject_common_name().as_deref(), Some("DEVICE-1"));
        assert_eq!(device.serial_number(), SerialNumber::from_random([2; 16]).as_bytes());
        assert_eq!(device.validity(), issuance(2).validity);
        assert_eq!(device.public_key(), key.public_key());
        device.chains_to(&anchors, &[], now(), Expiry::Enforced).unwrap();

        let other = authority(kind);
        let others = TrustAnchors::from_certificates([other.certificate()]).unwrap();
        let refused = device.chains_to(&others, &[], now(), Expiry::Enforced);
        assert!(refused.is_err(), "an authority of the same name is another one");
    }
}

#[test]
fn an_authority_survives_the_store() {
    let ca = authority(KeyKind::Rsa2048);
    let (certificate, key) = ca.to_pem();
    let loaded = CertificateAuthority::from_pem(&certificate, &key).unwrap();
    let device_key = PrivateKey::generate(KeyKind::P256);
    let device =
        loaded.issue_device_identity(device_key.public_key(), "device", &issuance(2)).unwrap();
    let anchors = TrustAnchors::from_certificates([ca.certificate()]).unwrap();
    device.chains_to(&anchors, &[], now(), Expiry::Enforced).unwrap();

    let (_, other_key) = authority(KeyKind::P256).to_pem();
    let mismatch = CertificateAuthority::from_pem(&certificate, &other_key);
    assert!(matches!(mismatch, Err(LoadAuthorityError::Mismatch(_))));
}

#[test]
fn expired_identities_are_refused_unless_they_renew() {
    let (anchors, device) = issued();
    let judge = |time: &str, expiry| device.chains_to(&anchors, &[], time.parse().unwrap(), expiry);
    assert!(matches!(judge("2029-01-01T00:00:00Z", Expiry::Enforced), Err(ChainError::Expired)));
    judge("2029-01-01T00:00:00Z", Expiry::Ignored).unwrap();
    for expiry in [Expiry::Enforced, Expiry::Ignored] {
        let early = judge("2026-01-01T00:00:00Z", expiry);
        assert!(matches!(early, Err(ChainError::NotYetValid)));
    }
}

#[test]
fn external_authorities_issue_through_intermediates() {
    let (device, intermediate) = (pem("device.pem"), pem("intermediate.pem"));
    let root = anchors(&["root.pem"]);
    let judge = |anchors: &TrustAnchors, intermediates: &[Certificate]| {
        device.chains_to(anchors, intermediates, now(), Expiry::Enforced)
    };
    let chain = std::slice::from_ref(&intermediate);
    judge(&root, chain).unwrap();
    judge(&anchors(&["root.pem", "intermediate.pem"]), &[]).unwrap();
    assert!(matches!(judge(&root, &[]), Err(ChainError::UnknownIssuer)));
    let stranger = anchors(&["stranger.pem"]);
    assert!(matches!(judge(&stranger, chain), Err(ChainError::UnknownIssuer)));
    let many = vec![intermediate; 9];
    assert!(matches!(judge(&root, &many), Err(ChainError::TooManyIntermediates)));
}

#[test]
fn server_certificates_and_authorities_are_no_devices() {
    let anchors = anchors(&["root.pem", "intermediate.pem"]);
    for name in ["server.pem", "intermediate.pem"] {
        let refused = pem(name).chains_to(&anchors, &[], now(), Expiry::Enforced);
        assert!(matches!(refused, Err(ChainError::Unacceptable(_))), "{name}: {refused:?}");
    }
}

#[test]
fn bundles_without_authorities_are_refused() {
    assert!(matches!(TrustAnchors::from_pem("nothing"), Err(LoadAnchorsError::Missing)));
    let bundle = read_text("root.pem").repeat(65);
    assert!(matches!(
        TrustAnchors::from_pem(&bundle),
        Err(LoadAnchorsError::Decode(DecodeCertificateError::TooMany))
    ));
}

#[test]
fn server_certificates_name_their_hosts() {
    let ca = authority(KeyKind::P256);
    let key = PrivateKey::generate(KeyKind::P256);
    let issue = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        ca.issue_tls_server(key.public_key(), &names, &issuance(4))
    };
    let certificate = issue(&["localhost", "127.0.0.1", "mdm.example.com"]).unwrap();
    let der = CertificateDer::from(certificate.der());
    let server = webpki::EndEntityCert::try_from(&der).unwrap();
    for name in ["localhost", "127.0.0.1", "mdm.example.com"] {
        let name = rustls_pki_types::ServerName::try_from(name).unwrap();
        server.verify_is_valid_for_subject_name(&name).unwrap();
    }
    let other = rustls_pki_types::ServerName::try_from("example.com").unwrap();
    assert!(server.verify_is_valid_for_subject_name(&other).is_err());
    assert!(matches!(issue(&[]), Err(IssueCertificateError::NoHostName)));
    assert!(matches!(issue(&["bücher.example"]), Err(IssueCertificateError::HostName { .. })));
}

#[test]
fn client_cert_headers_are_rfc_9440_byte_sequences() {
    let certificate = pem("device.pem");
    let encoded = STANDARD.encode(certificate.der());
    let decoded = decode_client_cert(format!(" :{encoded}: ").as_bytes()).unwrap();
    assert_eq!(decoded, certificate);

    assert!(matches!(
        decode_client_cert(encoded.as_bytes()),
        Err(DecodeClientCertError::NotByteSequence)
    ));
    assert!(matches!(decode_client_cert(b":"), Err(DecodeClientCertError::NotByteSequence)));
    assert!(matches!(decode_client_cert(b"::"), Err(DecodeClientCertError::Certificate(_))));
    let chain = format!(":{encoded}:, :{encoded}:");
    let decoded = decode_client_cert_chain(chain.as_bytes()).unwrap();
    assert_eq!(decoded, [certificate.clone(), certificate]);
    assert_eq!(decode_client_cert_chain(b" ").unwrap(), []);
    assert!(matches!(
        decode_client_cert_chain(format!(":{encoded}:,").as_bytes()),
        Err(DecodeClientCertError::NotByteSequence)
    ));
    let long = [",".repeat(8).as_str(), &chain].concat();
    assert!(matches!(
        decode_client_cert_chain(long.as_bytes()),
        Err(DecodeClientCertError::TooLarge)
    ));

    let large = format!(":{}:", "A".repeat(40_000));
    assert!(matches!(decode_client_cert(large.as_bytes()), Err(DecodeClientCertError::TooLarge)));
}

#[test]
fn private_keys_of_every_encoding_are_read_and_never_shown() {
    for kind in [KeyKind::Rsa2048, KeyKind::P256] {
        let key = PrivateKey::generate(kind);
        let loaded = PrivateKey::from_pem(&key.to_pem()).unwrap();
        assert_eq!(loaded.public_key(), key.public_key());
        assert_eq!(format!("{key:?}"), "PrivateKey([redacted])");
    }
    let secret = read_text("recipient.key");
    assert!(PrivateKey::from_pem(&secret).unwrap().public_key().is_rsa());
    assert!(matches!(PrivateKey::from_pem("nothing"), Err(LoadKeyError::Missing)));
    let encrypted = secret.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert!(matches!(PrivateKey::from_pem(&encrypted), Err(LoadKeyError::Encrypted)));
    let broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert!(matches!(PrivateKey::from_pem(broken), Err(LoadKeyError::Unsupported)));
}

#[test]
fn push_certificates_have_a_topic_and_their_own_key() {
    const TOPIC: &str = "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001";
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let push = PushCertificate::from_pem(&with_user_id(&key, TOPIC), &key.to_pem()).unwrap();
    assert_eq!(push.topic(), TOPIC);
    assert_eq!(push.expires_at(), issuance(5).validity.not_after);

    let read = |user_id| PushCertificate::from_pem(&with_user_id(&key, user_id), &key.to_pem());
    assert!(matches!(read("com.example.app"), Err(ReadPushCertificateError::OtherTopic { .. })));
    assert!(matches!(read("com.apple.mgmt."), Err(ReadPushCertificateError::OtherTopic { .. })));
    assert!(matches!(
        PushCertificate::from_pem(&read_text("device.pem"), &key.to_pem()),
        Err(ReadPushCertificateError::NoTopic)
    ));
    let other = PrivateKey::generate(KeyKind::P256);
    assert!(matches!(
        PushCertificate::from_pem(&with_user_id(&key, TOPIC), &other.to_pem()),
        Err(ReadPushCertificateError::Mismatch(_))
    ));
}

#[test]
fn only_apples_root_is_apples_root() {
    let error = read_apple_root(&read_text("root.pem")).unwrap_err();
    assert!(matches!(error, ReadAppleRootError::Other { .. }));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_certificate(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(Certificate::from_der(&bytes).is_err());
        prop_assert!(decode_client_cert(&bytes).is_err());
    }

    #[test]
    fn damaged_certificates_do_not_chain(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
    ) {
        let genuine = pem("device.pem");
        let mut der = genuine.der().to_vec();
        for (index, change) in edits {
            let index = index.index(der.len());
            der[index] ^= change;
        }
        prop_assume!(der != genuine.der());
        if let Ok(certificate) = Certificate::from_der(&der) {
            let _ = (certificate.subject_common_name(), certificate.subject_key_identifier());
            let anchors = anchors(&["root.pem", "intermediate.pem"]);
            let judged = certificate.chains_to(&anchors, &[], now(), Expiry::Enforced);
            prop_assert!(judged.is_err());
        }
    }
}

fn pem(name: &str) -> Certificate {
    Certificate::from_pem(&read_text(name)).unwrap()
}

fn issued() -> (TrustAnchors, Certificate) {
    let mut long = issuance(1);
    long.validity.not_after = "2040-01-01T00:00:00Z".parse().unwrap();
    let key = PrivateKey::generate(KeyKind::P256);
    let ca = CertificateAuthority::create("CA", key, &long).unwrap();
    let key = PrivateKey::generate(KeyKind::P256);
    let device = ca.issue_device_identity(key.public_key(), "device", &issuance(2)).unwrap();
    (TrustAnchors::from_certificates([ca.certificate()]).unwrap(), device)
}

/// A certificate as Apple issues for pushes: the topic is the user id of the subject.
fn with_user_id(key: &PrivateKey, user_id: &str) -> String {
    let ca = authority(KeyKind::P256);
    ca.issue_push_certificate(key.public_key(), user_id, &issuance(5)).unwrap().to_pem()
}

/// They need the recorded release data; without it they say that they did not run.
mod real_feeds {
    use super::*;

    #[test]
    fn apples_root_is_accepted() {
        let Ok(data) = std::env::var("MACADAM_RELEASE_DATA") else {
            println!("did not run: MACADAM_RELEASE_DATA is not set");
            return;
        };
        let path = std::path::Path::new(&data).join("feeds/AppleRoot.pem");
        let root = read_apple_root(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(root.subject_common_name().as_deref(), Some("Apple Root CA"));
        assert_eq!(root.fingerprint(), APPLE_ROOT_CA);
    }
}
