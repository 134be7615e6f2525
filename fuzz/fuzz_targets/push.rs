//! Bodies of push notifications, as the simulator reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::push;

fuzz_target!(|octets: &[u8]| {
    if let Ok(magic) = push::decode(octets) {
        assert_eq!(push::decode(&push::encode(&magic)).expect("readable"), magic);
    }
});
