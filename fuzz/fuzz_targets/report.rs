//! Reports and the typed results in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::command;

fuzz_target!(|octets: &[u8]| {
    if let Ok(report) = command::decode_report(octets) {
        let _ = report.device_information();
        let _ = report.security_info();
        let _ = report.available_os_updates();
        let _ = report.scheduled_os_updates();
        let _ = report.os_update_status();
        let _ = command::encode_report(&report);
    }
});
