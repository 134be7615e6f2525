//! Certificates, as bytes and in the headers of a proxy; authorities and keys of an operator.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use macadam_pki::{Certificate, Expiry, PrivateKey, PushCertificate, TrustAnchors};
use macadam_pki::{decode_client_cert, decode_client_cert_chain};

static ANCHORS: LazyLock<TrustAnchors> = LazyLock::new(|| {
    TrustAnchors::from_pem(include_str!("../../crates/macadam-pki/testdata/root.pem"))
        .expect("the authority is well-formed")
});

fuzz_target!(|octets: &[u8]| {
    let _ = decode_client_cert(octets);
    let _ = decode_client_cert_chain(octets);
    if let Ok(text) = std::str::from_utf8(octets) {
        let _ = TrustAnchors::from_pem(text);
        let _ = PrivateKey::from_pem(text);
    }
    if let Ok(certificate) = Certificate::from_der(octets) {
        let _ = PushCertificate::topic_of(&certificate);
        let _ = certificate.subject_common_name();
        let now = certificate.validity().not_after;
        let _ = certificate.chains_to(&ANCHORS, &[], now, Expiry::Enforced);
        let again = Certificate::from_pem(&certificate.to_pem());
        assert_eq!(again.expect("what we wrote is readable"), certificate);
    }
});
