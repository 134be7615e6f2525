use serde_json::{Value, json};

use super::*;

#[test]
fn every_setting_survives_the_way_through_the_policy() {
    let all_set = json!({
        "type": "managed_os",
        "label": "Tahoe",
        "platform": "macos",
        "major": 26,
        "installation": "self_service",
        "enforcement": {"mode": "rolling", "within": "2w", "at": "09:30:00"},
        "bsi": {"mode": "automatic", "within": "2d", "at": "12:00:00"},
        "legacy_time_zone": "Europe/Berlin",
        "rings": [{
            "name": "Pilot",
            "offset_days": 3,
            "condition": {"any": [
                {"test": {"field": "tag", "operator": "is", "value": "pilot"}},
                {"not": {"test": {"field": "percentile", "operator": "at_least", "value": "10"}}}
            ]}
        }],
        "freeze_windows": [{
            "name": "Year end",
            "from_local": "2026-12-20T00:00:00",
            "until_local": "2027-01-07T00:00:00"
        }],
        "maintenance_windows": [{
            "days": ["saturday", "sunday"],
            "from": "22:00:00",
            "until": "04:00:00"
        }],
        "minimum_notice_days": 5,
        "details_url": "https://example.org/os",
        "pin_build": true,
        "ring_halt": {"percent": 5, "devices": 4}
    });
    assert_eq!(through_policy(&all_set), all_set);
    let settings = json!({
        "type": "software_update_settings",
        "label": "Defer",
        "notifications": true,
        "deferrals": {
            "combined_days": 1,
            "major_days": 30,
            "minor_days": 7,
            "system_days": 3
        },
        "recommended_cadence": "oldest",
        "download": "always_on",
        "install_os_updates": "allowed",
        "install_security_updates": "always_off",
        "bsi_offered": true,
        "bsi_removable": false,
        "standard_users_may_update": true,
        "beta_enrollment": "allowed"
    });
    assert_eq!(through_policy(&settings), settings);
}

#[test]
fn every_enforcement_survives_too() {
    for enforcement in [
        json!({"mode": "minimum", "version": "26.3", "on": "2026-03-20", "at": "18:00:00"}),
        json!({"mode": "specific", "version": "26.3.1", "on": "2026-03-20", "at": "18:00:00"}),
        json!({"mode": "rolling", "within": "3m", "at": "00:00:00"}),
        json!({"mode": "rolling", "within": "120d", "at": "23:59:00"}),
    ] {
        let item = with_enforcement(enforcement.clone());
        assert_eq!(through_policy(&item)["enforcement"], enforcement);
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let item = with_enforcement(json!({"mode": "rolling", "within": "1w", "at": "09:30"}));
    let full = through_policy(&item);
    assert_eq!(full["installation"], "continuously_enforce");
    assert_eq!(full["bsi"], json!({"mode": "none"}));
    assert_eq!(full["rings"], json!([]));
    assert_eq!(full["details_url"], Value::Null);
}

#[test]
fn problems_name_the_field() {
    let refused = |enforcement| {
        let item = with_enforcement(enforcement);
        let settings: LibraryItemSettings = serde_json::from_value(item).unwrap();
        let problems = policy::LibraryItem::try_from(&settings).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let day = "2026-03-20";
    insta::assert_snapshot!(
        refused(json!({"mode": "rolling", "within": "2y", "at": "09:30"})),
        @"enforcement.within: '2y' is not a period; 1d to 120d, 1w to 17w or 1m to 3m is expected"
    );
    insta::assert_snapshot!(
        refused(json!({"mode": "minimum", "version": "new", "on": day, "at": "09:30"})),
        @"enforcement.version: 'new' is not an OS version; one like 26.3.1 or 26.3.1 (a) is expected"
    );
    insta::assert_snapshot!(
        refused(json!({"mode": "minimum", "version": "15.7", "on": day, "at": "09:30"})),
        @"enforcement.version: version 15.7 is not a version of macOS 26"
    );
}

#[test]
fn misspelled_fields_are_refused() {
    let mut item = with_enforcement(json!({"mode": "do_not_manage"}));
    item["minimum_notice"] = json!(5);
    let error = serde_json::from_value::<LibraryItemSettings>(item).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `minimum_notice`"), "{error}");
    let extra = json!({"mode": "rolling", "within": "1w", "at": "09:30", "on": "2026-03-20"});
    assert!(serde_json::from_value::<LibraryItemSettings>(with_enforcement(extra)).is_err());
}

fn with_enforcement(enforcement: Value) -> Value {
    json!({
        "type": "managed_os",
        "label": "Tahoe",
        "platform": "macos",
        "major": 26,
        "enforcement": enforcement
    })
}

/// Wire form to policy and back.
fn through_policy(item: &Value) -> Value {
    let settings: LibraryItemSettings = serde_json::from_value(item.clone()).unwrap();
    let item = policy::LibraryItem::try_from(&settings).unwrap();
    serde_json::to_value(LibraryItemSettings::from(&item)).unwrap()
}
