//! Status reports: whatever is accepted is read the same after it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::ddm;

fuzz_target!(|octets: &[u8]| {
    if let Ok(report) = ddm::decode_status_report(octets) {
        for value in report.other.values() {
            let merged = ddm::merge_status_item(None, value);
            let _ = ddm::merge_status_item(Some(&merged), value);
        }
        let written = ddm::encode_status_report(&report);
        if written.len() <= macadam_protocol::Limits::MESSAGE.octets {
            ddm::decode_status_report(&written).expect("what we wrote is readable");
        }
    }
});
