//! Tests.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

macro_rules! report {
    ($name:literal) => {
        decode_status_report(include_bytes!(concat!("../../../testdata/ddm/", $name))).unwrap()
    };
}

#[test]
fn full_report_of_a_mac_is_read() {
    let report = report!("status_full_mac.json");
    assert!(report.is_full);
    assert_eq!(report.broken, []);
    let device = &report.device;
    assert_eq!(device.serial_number.as_deref(), Some("LXAMPLE00001"));
    assert_eq!(device.model_identifier.as_deref(), Some("Mac14,2"));
    assert_eq!(device.os.version.as_deref(), Some("15.4"));
    assert_eq!(device.os.build_version.as_deref(), Some("24E248"));
    assert!(device.os.supplemental_extra_version.as_ref().unwrap().is_empty());
    assert_eq!(device.battery_health.as_deref(), Some("normal"));
    assert_eq!(device.is_filevault_enabled, Some(true));
}

#[test]
fn software_update_in_progress_is_read() {
    let update = report!("status_full_mac.json").software_update;
    let expected = SoftwareUpdateStatus {
        device_id: Some("J413AP".to_owned()),
        install_state: Some(InstallState::Waiting),
        install_reason: Some(InstallReason {
            reasons: vec![InstallReasonKind::Declaration],
            declaration_id: Some("com.example.os-update".to_owned()),
        }),
        pending_version: Some(PendingVersion::Update(PendingUpdate {
            os_version: "15.6".to_owned(),
            build_version: Some("24G84".to_owned()),
            target_local_date_time: Some("2026-09-01T09:30:00".parse().unwrap()),
        })),
        failure_reason: Some(FailureReason {
            count: 2,
            reason: Some("insufficient space".to_owned()),
            timestamp: Some("2026-08-30T02:00:00Z".parse().unwrap()),
        }),
        beta_enrollment: Some(String::new()),
    };
    assert_eq!(update, expected);
}

#[test]
fn nothing_pending_is_told_apart_from_nothing_reported() {
    let update = report!("status_ios_security_improvement.json").software_update;
    assert_eq!(update.install_state, Some(InstallState::None));
    assert_eq!(update.install_reason, Some(InstallReason::default()));
    assert_eq!(update.pending_version, Some(PendingVersion::Nothing));
    assert_eq!(update.failure_reason, Some(FailureReason::default()));
    let silent = report!("status_partial_removal.json").software_update;
    assert_eq!(silent, SoftwareUpdateStatus::default());
}

#[test]
fn letter_of_a_security_improvement_is_the_same_with_and_without_parentheses() {
    let os = report!("status_ios_security_improvement.json").device.os;
    assert_eq!(os.supplemental_extra_version.unwrap().as_str(), "a");
    let letters: Vec<ExtraVersion> =
        ["a", "(a)", " (a) ", "( a )"].iter().map(|text| text.parse().unwrap()).collect();
    assert!(letters.iter().all(|letter| letter.to_string() == "a"), "{letters:?}");
    assert_eq!("(a".parse::<ExtraVersion>().unwrap().as_str(), "(a");
}

#[test]
fn enrollment_is_read_and_its_secrets_do_not_print() {
    let mdm = report!("status_ios_security_improvement.json").mdm;
    assert_eq!(mdm.enrollment_type, Some(EnrollmentType::Supervised));
    assert_eq!(mdm.is_shared_ipad, Some(false));
    assert_eq!(mdm.push_token.as_ref().unwrap().expose(), "AAECAw==");
    assert!(!format!("{mdm:?}").contains("2B0F3C1E"));
}

#[test]
fn capabilities_are_read() {
    let capabilities = report!("status_full_mac.json").client_capabilities.unwrap();
    assert!(capabilities.supported_versions.contains("1.0.0"));
    let declarations = &capabilities.supported_payloads.declarations;
    let enforcement = "com.apple.configuration.softwareupdate.enforcement.specific";
    assert!(declarations.configurations.contains(enforcement));
    assert!(declarations.management.contains("com.apple.management.properties"));
    let items = &capabilities.supported_payloads.status_items;
    assert!(items.contains("softwareupdate.install-state"));
}

#[test]
fn capabilities_without_payloads_are_capabilities_for_nothing() {
    let body = br#"{"StatusItems":{"management":{"client-capabilities":
        {"supported-versions":["1.0.0"],"supported-features":{}}}}}"#;
    let capabilities = decode_status_report(body).unwrap().client_capabilities.unwrap();
    assert_eq!(capabilities.supported_payloads, SupportedPayloads::default());
}

#[test]
fn one_report_may_speak_of_two_revisions_of_a_declaration() {
    let declarations = report!("status_full_mac.json").declarations.unwrap();
    let statuses: Vec<_> = declarations
        .reported
        .iter()
        .filter(|status| status.identifier == "com.example.os-update")
        .map(|status| {
            let token = status.server_token.as_ref().unwrap().as_str();
            (token, status.is_active, status.validity, status.reasons.len())
        })
        .collect();
    assert_eq!(statuses, [("c2", true, Validity::Unknown, 0), ("c1", false, Validity::Invalid, 1)]);
    let failed = &declarations.reported[2].reasons[0];
    assert_eq!(failed.code, "Error.ConfigurationCannotBeApplied");
    assert_eq!(
        failed.details,
        Some(json!({"Error": "The version is older than the installed one."}))
    );
}

#[test]
fn removed_declarations_are_told_apart_from_reported_ones() {
    let report = report!("status_partial_removal.json");
    assert!(!report.is_full);
    let declarations = report.declarations.unwrap();
    let removed = (DeclarationKind::Configuration, "com.example.old".to_owned());
    assert_eq!(declarations.removed, [removed]);
    assert_eq!(declarations.reported.len(), 1);
}

#[test]
fn unknown_items_are_kept_as_they_stand() {
    let other = report!("status_full_mac.json").other;
    let names: Vec<&str> = other.keys().map(String::as_str).collect();
    assert_eq!(names, ["com.example.new-item.nested", "security.certificate.list"]);
    let list = &other["security.certificate.list"];
    assert_eq!(list[1], json!({"identifier": "c-2", "_removed": true}));
}

#[test]
fn item_with_an_object_as_its_value_is_not_taken_apart() {
    let body = br#"{"StatusItems":{"device":{"system":{"health":{"disk":{"ok":true}}}}}}"#;
    let other = decode_status_report(body).unwrap().other;
    assert_eq!(other["device.system.health"], json!({"disk": {"ok": true}}));
}

#[test]
fn errors_of_the_device_are_read() {
    let errors = report!("status_full_mac.json").errors;
    assert_eq!(errors[0].status_item, "passcode.is-present");
    assert_eq!(errors[0].reasons[0].code, "Error.UnknownStatusItem");
}

#[test]
fn broken_items_cost_only_themselves() {
    let report = report!("status_broken_items.json");
    let mut broken: Vec<&str> = report.broken.iter().map(|item| item.name.as_str()).collect();
    broken.sort_unstable();
    let long_name = "x".repeat(128);
    assert_eq!(
        broken,
        [
            "Errors",
            "device.model.family",
            "management.client-capabilities",
            "management.declarations",
            "management.declarations",
            "management.declarations",
            "mdm.enrollment-type",
            "softwareupdate.failure-reason",
            "softwareupdate.pending-version",
            long_name.as_str(),
        ]
    );
    assert!(!report.is_full);
    assert_eq!(report.device.model_identifier.as_deref(), Some("iPad14,1"));
    assert_eq!(report.errors.len(), 1);
    let update = report.software_update;
    let other = InstallState::Other("preparing-something-new".to_owned());
    assert_eq!(update.install_state, Some(other));
    let reasons = update.install_reason.unwrap().reasons;
    assert_eq!(reasons, [InstallReasonKind::AutoUpdate]);
    let Some(PendingVersion::Update(pending)) = update.pending_version else { panic!("nothing") };
    assert_eq!(pending.os_version, "26.6");
    assert_eq!(pending.target_local_date_time, None);
    let declarations = report.declarations.unwrap();
    assert_eq!(declarations.reported.len(), 1);
    assert_eq!(declarations.reported[0].identifier, "y");
}

#[test]
fn deadline_is_local_however_a_release_wrote_it() {
    let texts = [
        "2026-09-01T09:30:00",
        "2026-09-01T09:30:00Z",
        "2026-09-01 09:30:00",
        "2026-09-01T09:30:00.000",
    ];
    for text in texts {
        let moment = local_date_time(text).unwrap();
        assert_eq!(moment.to_string(), "2026-09-01T09:30:00", "{text}");
    }
    for text in ["", "Z", "soon", "2026-13-01T00:00:00"] {
        assert_eq!(local_date_time(text), None, "{text}");
    }
}

#[test]
fn report_that_is_no_object_is_refused_and_an_empty_one_says_nothing() {
    for body in ["", "[]", "null", "{"] {
        let error = decode_status_report(body.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "json_malformed", "{body}");
    }
    for body in ["{}", r#"{"StatusItems":null,"Errors":null}"#] {
        let report = decode_status_report(body.as_bytes()).unwrap();
        assert_eq!(report, StatusReport::default(), "{body}");
    }
    let odd = decode_status_report(br#"{"StatusItems":[],"Errors":{}}"#).unwrap();
    assert_eq!(odd.broken.len(), 2);
}

#[test]
fn long_name_is_not_copied_into_the_names_below_it() {
    let inner: Vec<String> = (0..10_000).map(|number| format!("\"{number}\":1")).collect();
    let body =
        format!("{{\"StatusItems\":{{\"{}\":{{{}}}}}}}", "n".repeat(500_000), inner.join(","));
    let report = decode_status_report(body.as_bytes()).unwrap();
    assert_eq!(report.other.len(), 0);
    assert_eq!(report.broken.len(), 1);
}

#[test]
fn name_of_too_many_levels_is_broken() {
    let body = format!("{{\"StatusItems\":{{\"{}\":1,\"a.b\":2}}}}", "a.".repeat(16));
    let report = decode_status_report(body.as_bytes()).unwrap();
    assert_eq!(report.broken.len(), 1);
    assert_eq!(report.other["a.b"], 2);
}

#[test]
fn lists_of_a_partial_report_are_merged_by_identifier() {
    let stored = json!([{"identifier": "a", "v": 1}, {"identifier": "b", "v": 1}]);
    let reported = json!([
        {"identifier": "b", "v": 2}, {"identifier": "a", "_removed": true},
        {"identifier": "c", "v": 1}, {"identifier": "unknown", "_removed": true},
    ]);
    let merged = merge_status_item(Some(&stored), &reported);
    assert_eq!(merged, json!([{"identifier": "b", "v": 2}, {"identifier": "c", "v": 1}]));
    assert_eq!(merge_status_item(Some(&merged), &json!([])), merged);
    assert_eq!(merge_status_item(Some(&merged), &json!(["x"])), json!(["x"]));
    assert_eq!(merge_status_item(Some(&json!(1)), &json!("x")), json!("x"));
    let first = merge_status_item(None, &reported);
    assert_eq!(first, json!([{"identifier": "b", "v": 2}, {"identifier": "c", "v": 1}]));
}

#[test]
fn merged_list_stops_growing() {
    let list = |from: usize, to: usize| -> Value {
        (from..to).map(|number| json!({"identifier": number.to_string()})).collect()
    };
    let merged = merge_status_item(Some(&list(0, 9_999)), &list(9_990, 10_100));
    assert_eq!(merged.as_array().unwrap().len(), 10_000);
}

#[test]
fn documented_reports_are_written_as_they_were_read() {
    for report in [
        report!("status_full_mac.json"),
        report!("status_ios_security_improvement.json"),
        report!("status_partial_removal.json"),
    ] {
        assert_eq!(decode_status_report(&encode_status_report(&report)).unwrap(), report);
    }
}

#[test]
fn words_are_written_as_they_were_read() {
    let states = ["none", "waiting", "downloading", "prepared", "installing", "failed", "new"];
    for word in states {
        assert_eq!(InstallState::from(word).as_str(), word);
    }
    let reasons = [
        "system-settings",
        "install-tonight",
        "auto-update",
        "notification",
        "setup-assistant",
        "command-line",
        "mdm",
        "declaration",
        "new",
    ];
    for word in reasons {
        assert_eq!(InstallReasonKind::from(word).as_str(), word);
    }
    assert_eq!(InstallState::from("new"), InstallState::Other("new".to_owned()));
}

proptest! {
    #[test]
    fn no_octets_make_the_decoder_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_status_report(&octets);
    }

    #[test]
    fn no_value_in_the_place_of_an_item_makes_the_decoder_panic(
        name in proptest::sample::select(crate::ddm::STATUS_ITEMS),
        value in any_json(),
        is_deeper in any::<bool>(),
    ) {
        let mut item = value;
        if is_deeper {
            item = json!({"reason": item, "count": item, "configurations": [item]});
        }
        for level in name.rsplit('.') {
            item = json!({ level: item });
        }
        let body = json!({"StatusItems": item}).to_string();
        let report = decode_status_report(body.as_bytes()).unwrap();
        let again = decode_status_report(&encode_status_report(&report)).unwrap();
        prop_assert_eq!(StatusReport { broken: Vec::new(), ..report }, again);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z0-9()-]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(
                proptest::sample::select(
                    &["identifier", "_removed", "valid", "active", "server-token", "x"][..]
                )
                .prop_map(str::to_owned),
                inner,
                0..4,
            )
            .prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}
