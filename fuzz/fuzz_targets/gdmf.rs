//! Apple's release feed, read and written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::feed::gdmf;

fuzz_target!(|octets: &[u8]| {
    if let Ok(feed) = gdmf::decode(octets) {
        let again = gdmf::decode(&gdmf::encode(&feed.entries)).expect("what we wrote is readable");
        assert_eq!(again.entries, feed.entries);
        assert!(again.problems.is_empty(), "what was kept is sound");
    }
});
