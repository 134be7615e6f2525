//! Tests of declarations, manifest, tokens and payloads.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;

#[test]
fn tokens_are_written_in_whole_seconds() {
    let tokens = TokensResponse {
        sync_tokens: SyncTokens {
            declarations_token: "d1".parse().unwrap(),
            timestamp: "2026-11-22T02:00:00.75Z".parse().unwrap(),
        },
    };
    let octets = encode_tokens(&tokens);
    let expected =
        r#"{"SyncTokens":{"DeclarationsToken":"d1","Timestamp":"2026-11-22T02:00:00Z"}}"#;
    assert_eq!(String::from_utf8(octets.clone()).unwrap(), expected);
    let timestamp = decode_tokens(&octets).unwrap().sync_tokens.timestamp;
    assert_eq!(timestamp.to_string(), "2026-11-22T02:00:00Z");
}

#[test]
fn manifest_has_all_four_lists_even_when_empty() {
    let mut items = DeclarationItems {
        declarations: Declarations::default(),
        declarations_token: "d1".parse().unwrap(),
    };
    let item = DeclarationItem::new("com.example.os-update", "c1").unwrap();
    items.declarations.of_kind_mut(DeclarationKind::Configuration).push(item);
    let octets = encode_declaration_items(&items);
    let value: Value = serde_json::from_slice(&octets).unwrap();
    let expected = json!({
        "Declarations": {
            "Activations": [], "Assets": [], "Management": [],
            "Configurations": [{"Identifier": "com.example.os-update", "ServerToken": "c1"}],
        },
        "DeclarationsToken": "d1",
    });
    assert_eq!(value, expected);
    assert_eq!(decode_declaration_items(&octets).unwrap(), items);
    assert!(decode_declaration_items(br#"{"Declarations":{},"DeclarationsToken":"d"}"#).is_err());
}

#[test]
fn declaration_is_read_as_it_was_written() {
    let declaration = Declaration {
        declaration_type: declaration_type::ACTIVATION.to_owned(),
        identifier: "com.example.activation".parse().unwrap(),
        server_token: "a1".parse().unwrap(),
        payload: Activation {
            standard_configurations: vec!["com.example.os-update".to_owned()],
            predicate: None,
        }
        .to_value(),
    };
    let octets = encode_declaration(&declaration);
    let value: Value = serde_json::from_slice(&octets).unwrap();
    assert_eq!(value["Type"], "com.apple.activation.simple");
    assert_eq!(value["Payload"], json!({"StandardConfigurations": ["com.example.os-update"]}));
    assert_eq!(decode_declaration(&octets).unwrap(), declaration);
}

#[test]
fn identifiers_and_tokens_keep_apples_bounds() {
    assert!("x".repeat(64).parse::<DeclarationId>().is_ok());
    assert!("x".repeat(65).parse::<DeclarationId>().is_err());
    assert!("ü".repeat(33).parse::<ServerToken>().is_err(), "octets count, not characters");
    assert!("x".repeat(256).parse::<DeclarationsToken>().is_ok());
    let error = "x".repeat(257).parse::<DeclarationsToken>().unwrap_err();
    let text = "declarations token must be 1 to 256 octets without control characters";
    assert_eq!(error.to_string(), text);
    for bad in ["", "a\nb", "a\0"] {
        assert!(bad.parse::<DeclarationId>().is_err(), "{bad:?}");
    }
}

#[test]
fn kind_of_a_declaration_is_in_its_type() {
    for declaration_type in DECLARATION_TYPES {
        assert!(DeclarationKind::of_type(declaration_type).is_some(), "{declaration_type}");
        assert!(is_known_declaration_type(declaration_type));
    }
    let kind = DeclarationKind::of_type(declaration_type::SOFTWARE_UPDATE_ENFORCEMENT);
    assert_eq!(kind, Some(DeclarationKind::Configuration));
    assert_eq!(DeclarationKind::of_type("com.example.configuration.x"), None);
    assert!(!is_known_declaration_type("com.apple.configuration.warp-drive"));
}

#[test]
fn enforcement_has_a_local_time_without_zone_and_fraction() {
    let enforcement = SoftwareUpdateEnforcement {
        target_os_version: "26.6.1".to_owned(),
        target_build_version: Some("23G83".to_owned()),
        target_local_date_time: "2026-09-01T09:30:00.5".parse().unwrap(),
        details_url: Some("https://example.com/why".to_owned()),
    };
    let expected = json!({
        "TargetOSVersion": "26.6.1",
        "TargetBuildVersion": "23G83",
        "TargetLocalDateTime": "2026-09-01T09:30:00",
        "DetailsURL": "https://example.com/why",
    });
    assert_eq!(enforcement.to_value(), expected);
}

#[test]
fn settings_have_every_key_of_apples_schema() {
    let settings = SoftwareUpdateSettings {
        notifications: Some(false),
        deferrals: Some(Deferrals {
            combined_period_in_days: Some(1),
            major_period_in_days: Some(90),
            minor_period_in_days: Some(30),
            system_period_in_days: Some(7),
        }),
        recommended_cadence: Some(RecommendedCadence::Oldest),
        automatic_actions: Some(AutomaticActions {
            download: Some(AutomaticAction::AlwaysOn),
            install_os_updates: Some(AutomaticAction::Allowed),
            install_security_update: Some(AutomaticAction::AlwaysOff),
        }),
        rapid_security_response: Some(RapidSecurityResponse {
            enable: Some(true),
            enable_rollback: Some(false),
        }),
        allow_standard_user_os_updates: Some(true),
        beta: Some(Beta {
            program_enrollment: Some(AutomaticAction::AlwaysOn),
            offer_programs: vec![program("Offered")],
            require_program: Some(program("Required")),
        }),
    };
    let expected = json!({
        "Notifications": false,
        "Deferrals": {
            "CombinedPeriodInDays": 1, "MajorPeriodInDays": 90,
            "MinorPeriodInDays": 30, "SystemPeriodInDays": 7,
        },
        "RecommendedCadence": "Oldest",
        "AutomaticActions": {
            "Download": "AlwaysOn", "InstallOSUpdates": "Allowed",
            "InstallSecurityUpdate": "AlwaysOff",
        },
        "RapidSecurityResponse": {"Enable": true, "EnableRollback": false},
        "AllowStandardUserOSUpdates": true,
        "Beta": {
            "ProgramEnrollment": "AlwaysOn",
            "OfferPrograms": [{"Description": "Offered", "Token": "t"}],
            "RequireProgram": {"Description": "Required", "Token": "t"},
        },
    });
    assert_eq!(settings.to_value(), expected);
    assert_eq!(through_json(&settings), settings);
    assert_eq!(SoftwareUpdateSettings::default().to_value(), json!({}));
}

#[test]
fn other_payloads_have_apples_keys() {
    let subscriptions = StatusSubscriptions::to([status_item::INSTALL_STATE]);
    let expected = json!({"StatusItems": [{"Name": "softwareupdate.install-state"}]});
    assert_eq!(subscriptions.to_value(), expected);
    let organization = OrganizationInfo {
        name: "Example".to_owned(),
        email: None,
        url: Some("https://example.com".to_owned()),
    };
    let expected = json!({"Name": "Example", "URL": "https://example.com"});
    assert_eq!(organization.to_value(), expected);
    let capabilities =
        ServerCapabilities { version: "1.0.0".to_owned(), supported_features: BTreeMap::new() };
    let expected = json!({"Version": "1.0.0", "SupportedFeatures": {}});
    assert_eq!(capabilities.to_value(), expected);
    let properties = BTreeMap::from([("ring".to_owned(), json!(2))]);
    assert_eq!(properties.to_value(), json!({"ring": 2}));
    assert_eq!(through_json(&organization), organization);
}

#[test]
fn payloads_name_their_declaration_types() {
    let types = [
        SoftwareUpdateEnforcement::DECLARATION_TYPE,
        SoftwareUpdateSettings::DECLARATION_TYPE,
        StatusSubscriptions::DECLARATION_TYPE,
        Activation::DECLARATION_TYPE,
        OrganizationInfo::DECLARATION_TYPE,
        ServerCapabilities::DECLARATION_TYPE,
        BTreeMap::<String, Value>::DECLARATION_TYPE,
    ];
    for declaration_type in types {
        assert!(is_known_declaration_type(declaration_type), "{declaration_type}");
    }
}

proptest! {
    #[test]
    fn no_octets_make_a_decoder_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_declaration(&octets);
        let _ = decode_declaration_items(&octets);
        let _ = decode_tokens(&octets);
    }

    #[test]
    fn any_manifest_survives_the_wire(
        items in proptest::collection::vec(("[ -~]{1,64}", "[a-z0-9]{1,64}", 0_usize..4), 0..20),
        token in "[a-z0-9]{1,256}",
    ) {
        let mut manifest = DeclarationItems {
            declarations: Declarations::default(),
            declarations_token: token.parse().unwrap(),
        };
        for (identifier, server_token, kind) in items {
            let item = DeclarationItem::new(&identifier, &server_token).unwrap();
            manifest.declarations.of_kind_mut(DeclarationKind::ALL[kind]).push(item);
        }
        let octets = encode_declaration_items(&manifest);
        prop_assert_eq!(decode_declaration_items(&octets).unwrap(), manifest);
    }
}

fn program(description: &str) -> BetaProgram {
    BetaProgram { description: description.to_owned(), token: "t".to_owned() }
}

fn through_json<T: Payload + DeserializeOwned>(payload: &T) -> T {
    serde_json::from_value(payload.to_value()).unwrap()
}
