//! Signed messages: no bytes panic, and what was verified carries its content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_pki::cms::{decode_signature_header, verify_attached, verify_detached};

fuzz_target!(|octets: &[u8]| {
    let _ = decode_signature_header(octets);
    let _ = verify_detached(octets, b"content");
    if let Ok(message) = verify_attached(octets) {
        let signer = verify_detached(octets, &message.content).expect("it was just verified");
        assert_eq!(signer.certificate, message.signer.certificate);
    }
});
