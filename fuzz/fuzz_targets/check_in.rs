//! Check-in messages: whatever is accepted is read the same after it was written. And the answers to
//! them, as the simulator reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::check_in::{
    self, BootstrapTokenAnswer, DigestChallengeAnswer, GetTokenAnswer, decode_answer,
};

fuzz_target!(|octets: &[u8]| {
    let _ = decode_answer::<BootstrapTokenAnswer>(octets);
    let _ = decode_answer::<DigestChallengeAnswer>(octets);
    let _ = decode_answer::<GetTokenAnswer>(octets);
    if let Ok(message) = check_in::decode(octets) {
        let written = check_in::encode(&message);
        let again = check_in::decode(&written).expect("what we wrote is readable");
        assert_eq!(check_in::encode(&again), written);
    }
});
