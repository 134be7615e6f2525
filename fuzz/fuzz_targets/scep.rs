//! SCEP requests, by POST and by GET.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_pki::scep::{PkiMessage, decode_certificate_request, decode_get_message};

fuzz_target!(|octets: &[u8]| {
    let _ = PkiMessage::decode(octets);
    let _ = decode_certificate_request(octets);
    if let Ok(text) = std::str::from_utf8(octets) {
        let _ = decode_get_message(text);
    }
});
