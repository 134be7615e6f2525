//! Commands, as the simulator reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::command;

fuzz_target!(|octets: &[u8]| {
    if let Ok(issued) = command::decode(octets) {
        let _ = command::encode(&issued.command_uuid, &issued.command);
    }
});
