//! What the tests of this crate share.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::{
    CertificateAuthority, Issuance, KeyKind, PrivateKey, SerialNumber, TrustAnchors, Validity,
};

/// A moment at which every certificate in `testdata` is valid.
pub(crate) const NOW: &str = "2027-03-01T12:00:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn read(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn read_text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap()
}

pub(crate) fn anchors(names: &[&str]) -> TrustAnchors {
    TrustAnchors::from_pem(&names.iter().map(|name| read_text(name)).collect::<String>()).unwrap()
}

/// Valid for a year around [`NOW`], with a serial number that ends in `serial`.
pub(crate) fn issuance(serial: u8) -> Issuance {
    let serial_number = SerialNumber::from_random([serial; 16]);
    let validity = Validity {
        not_before: "2027-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2028-01-01T00:00:00Z".parse().unwrap(),
    };
    Issuance { serial_number, validity }
}

pub(crate) fn authority(kind: KeyKind) -> CertificateAuthority {
    CertificateAuthority::create("Example Device CA", PrivateKey::generate(kind), &issuance(1))
        .unwrap()
}
