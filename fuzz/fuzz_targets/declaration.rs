//! Declarations, manifest and tokens, as the simulator reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::ddm;

fuzz_target!(|octets: &[u8]| {
    if let Ok(declaration) = ddm::decode_declaration(octets) {
        let written = ddm::encode_declaration(&declaration);
        assert_eq!(ddm::decode_declaration(&written).expect("readable"), declaration);
    }
    let _ = ddm::decode_declaration_items(octets);
    let _ = ddm::decode_tokens(octets);
});
