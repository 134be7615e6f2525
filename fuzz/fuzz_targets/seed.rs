//! The seed history: what is read is written back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use macadam_protocol::feed::Seed;

fuzz_target!(|text: &str| {
    // One input for the three files, each starting with its own first line.
    let mut files = text.splitn(3, '\0');
    let mut file = || files.next().unwrap_or_default();
    if let Ok(seed) = Seed::decode(file(), file(), file()) {
        let [devices, releases, timeline] = seed.encode();
        let again =
            Seed::decode(&devices, &releases, &timeline).expect("what we wrote is readable");
        assert_eq!(again.encode(), [devices, releases, timeline]);
        for moment in seed.moments() {
            let _ = seed.answer_at(moment);
        }
    }
});
