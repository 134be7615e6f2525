//! Enveloped messages to a fixed recipient.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use macadam_pki::cms::decrypt_enveloped;
use macadam_pki::{Certificate, Identity, PrivateKey};

static RECIPIENT: LazyLock<Identity> = LazyLock::new(|| {
    let certificate = include_str!("../../crates/macadam-pki/testdata/recipient.pem");
    let key = include_str!("../../crates/macadam-pki/testdata/recipient.key");
    let certificate = Certificate::from_pem(certificate).expect("the certificate is well-formed");
    let key = PrivateKey::from_pem(key).expect("the key is well-formed");
    Identity::new(certificate, key).expect("they belong together")
});

fuzz_target!(|octets: &[u8]| {
    let _ = decrypt_enveloped(octets, &RECIPIENT);
});
