//! Enrollment profiles, as the simulator reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::profile;

fuzz_target!(|octets: &[u8]| {
    if let Ok(decoded) = profile::decode(octets) {
        let written = profile::encode(&decoded);
        assert!(profile::decode(&written).is_ok());
    }
});
