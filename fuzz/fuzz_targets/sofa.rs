//! The community's feed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::feed::sofa;

fuzz_target!(|octets: &[u8]| {
    if let Ok(feed) = sofa::decode(octets) {
        assert!(feed.check_after(&feed).is_ok(), "a feed may follow itself");
    }
});
