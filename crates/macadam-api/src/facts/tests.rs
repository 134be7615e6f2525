use serde_json::json;

use super::*;

#[test]
fn facts_survive_the_way_through_the_policy() {
    let facts = json!({
        "device": "air",
        "platform": "macos",
        "update_id": "J413AP",
        "os_version": "26.3.1 (a)",
        "build": "25D2128",
        "enrollment": "device",
        "supervised": true,
        "has_ddm_enforcement": true,
        "apple_silicon": true,
        "utc_offset_minutes": -570,
        "at_work": {
            "state": "prepared",
            "pending_version": "26.4",
            "pending_build": "25E246",
            "deadline_local": "2026-03-10T09:30:00"
        },
        "failure_count": 2,
        "failure_reason": "no space",
        "declaration_problem": null,
        "last_seen_at": "2026-03-09T08:00:00Z",
        "blueprint": null,
        "name": "Anna's Mac",
        "serial_number": "C02",
        "model": "MacBook Air",
        "product": "Mac14,2",
        "tags": ["pilot"],
        "percentile": 42,
        "items": {},
        "exempt_until": null
    });
    let read: DeviceFacts = serde_json::from_value(facts.clone()).unwrap();
    let (device, attributes) = read.to_policy().unwrap();
    let back = DeviceFacts::from_policy("air".into(), &device, &attributes);
    assert_eq!(serde_json::to_value(back).unwrap(), facts);
}

#[test]
fn three_facts_are_enough() {
    let text = r#"{"device":"a","platform":"ipados","os_version":"16.7"}"#;
    let facts: DeviceFacts = serde_json::from_str(text).unwrap();
    let (device, _) = facts.to_policy().unwrap();
    assert!(device.supervised);
    assert!(!device.has_ddm_enforcement);
    let newer = text.replace("16.7", "17.0");
    let facts: DeviceFacts = serde_json::from_str(&newer).unwrap();
    assert!(facts.to_policy().unwrap().0.has_ddm_enforcement);
}

#[test]
fn broken_facts_name_the_field() {
    let broken = |field: &str, value: serde_json::Value| {
        let mut facts = json!({"device": "a", "platform": "macos", "os_version": "15.4"});
        facts[field] = value;
        let facts: DeviceFacts = serde_json::from_value(facts).unwrap();
        facts.to_policy().unwrap_err().field
    };
    assert_eq!(broken("os_version", json!("fifteen")), "os_version");
    assert_eq!(broken("update_id", json!("?")), "update_id");
    assert_eq!(broken("build", json!("x")), "build");
    assert_eq!(broken("utc_offset_minutes", json!(30_000)), "utc_offset_minutes");
    let at_work = json!({"state": "prepared", "pending_version": "new"});
    assert_eq!(broken("at_work", at_work), "at_work.pending_version");
}
