//! Policy files and device facts as they come over the API and from files of an administrator, and
//! the decision on whatever of them is accepted: it is total.
#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use macadam_api::facts::DeviceFacts;
use macadam_api::policy_file::{Policy, PolicyFile};
use macadam_policy::{Answer, Catalog, Doubts, FeedList, Offer, OfferSet};

const NOW: Timestamp = Timestamp::constant(1_773_230_400, 0);
const POLICY: &str = r#"{
    "library_items": [{
        "type": "managed_os", "label": "Tahoe", "platform": "macos", "major": 26,
        "enforcement": {"mode": "rolling", "within": "2w", "at": "12:30"},
        "bsi": {"mode": "automatic", "within": "3d", "at": "12:30"}
    }],
    "blueprints": [{"name": "Everybody", "assignment": {"classic": ["Tahoe"]}}]
}"#;

static POLICY_AND_CATALOG: LazyLock<(Policy, Catalog)> = LazyLock::new(|| {
    let file: PolicyFile = serde_json::from_str(POLICY).expect("the policy is well-formed");
    let policy = file.check().expect("the policy is sound");
    let mut catalog = Catalog::new(policy.approval());
    for (version, build, at) in [
        ("26.2", "25C56", 1_765_584_000),
        ("26.3", "25D125", 1_770_854_400),
        ("26.3.1", "25D2128", 1_772_668_800),
    ] {
        let offer = Offer {
            set: OfferSet::Installable,
            list: FeedList::MacOs,
            version,
            extra: None,
            build: Some(build),
            prerequisite_build: None,
            expires: None,
            device_ids: &["J413AP".into()],
        };
        let answer = Answer { offers: vec![offer], ..Answer::default() };
        let at = Timestamp::from_second(at).expect("the moment is in range");
        let doubts = Doubts { is_confirmed: true, ..Doubts::default() };
        let observed = catalog.observe(at, &answer, &doubts).expect("the answer is sane");
        catalog.apply(observed.events);
    }
    (policy, catalog)
});

fuzz_target!(|octets: &[u8]| {
    if let Ok(file) = serde_json::from_slice::<PolicyFile>(octets) {
        let _ = file.check();
    }
    if let Ok(facts) = serde_json::from_slice::<DeviceFacts>(octets) {
        let (policy, catalog) = &*POLICY_AND_CATALOG;
        if let Ok(line) = policy.decide(NOW, catalog, &facts) {
            assert!(!line.trace.is_empty(), "a decision without a reason");
        }
    }
});
