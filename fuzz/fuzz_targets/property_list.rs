//! Property lists: whatever is accepted can be written and read again as the same value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::{Limits, property_list};

fuzz_target!(|octets: &[u8]| {
    let Ok(value) = property_list::decode_value(octets, &Limits::MESSAGE) else {
        return;
    };
    // Writing adds markup, so the size limit of a message is not applied to what was written.
    let limits = Limits { octets: usize::MAX, ..Limits::MESSAGE };
    let written = property_list::encode(&value);
    let again = property_list::decode_value(&written, &limits).expect("what we wrote is readable");
    // Writing drops control characters, so only what is written twice must be equal.
    assert_eq!(property_list::encode(&again), written);
});
