//! Tests.

use proptest::prelude::*;

use super::*;

#[test]
fn profile_is_read_as_it_was_written() {
    let profile = profile();
    assert_eq!(decode(&encode(&profile)).unwrap(), profile);
}

#[test]
fn profile_holds_apples_keys_and_nothing_else() {
    let value = plist::Value::from_reader_xml(encode(&profile()).as_slice()).unwrap();
    let mut keys = Vec::new();
    list_keys("", &value, &mut keys);
    insta::assert_snapshot!(keys.join("\n"), @r"
    /PayloadType
    /PayloadVersion
    /PayloadIdentifier
    /PayloadUUID
    /PayloadDisplayName
    /PayloadDescription
    /PayloadOrganization
    /PayloadContent[0]/PayloadType
    /PayloadContent[0]/PayloadVersion
    /PayloadContent[0]/PayloadIdentifier
    /PayloadContent[0]/PayloadUUID
    /PayloadContent[0]/PayloadDisplayName
    /PayloadContent[0]/PayloadContent
    /PayloadContent[1]/PayloadType
    /PayloadContent[1]/PayloadVersion
    /PayloadContent[1]/PayloadIdentifier
    /PayloadContent[1]/PayloadUUID
    /PayloadContent[1]/PayloadDisplayName
    /PayloadContent[1]/PayloadContent/URL
    /PayloadContent[1]/PayloadContent/Subject
    /PayloadContent[1]/PayloadContent/Challenge
    /PayloadContent[1]/PayloadContent/Keysize
    /PayloadContent[1]/PayloadContent/Key Type
    /PayloadContent[1]/PayloadContent/Key Usage
    /PayloadContent[1]/PayloadContent/CAFingerprint
    /PayloadContent[1]/PayloadContent/Retries
    /PayloadContent[1]/PayloadContent/RetryDelay
    /PayloadContent[1]/PayloadContent/KeyIsExtractable
    /PayloadContent[2]/PayloadType
    /PayloadContent[2]/PayloadVersion
    /PayloadContent[2]/PayloadIdentifier
    /PayloadContent[2]/PayloadUUID
    /PayloadContent[2]/PayloadDisplayName
    /PayloadContent[2]/IdentityCertificateUUID
    /PayloadContent[2]/Topic
    /PayloadContent[2]/ServerURL
    /PayloadContent[2]/CheckInURL
    /PayloadContent[2]/SignMessage
    /PayloadContent[2]/AccessRights
    /PayloadContent[2]/CheckOutWhenRemoved
    /PayloadContent[2]/ServerCapabilities
    /PayloadContent[2]/UseDevelopmentAPNS
    /PayloadContent[2]/PinningRevocationCheckRequired
    /PayloadContent[2]/PromptUserToAllowBootstrapTokenForAuthentication
    ");
}

#[test]
fn payloads_are_tied_together_by_their_uuids() {
    let value = plist::Value::from_reader_xml(encode(&profile()).as_slice()).unwrap();
    let payloads = value.as_dictionary().unwrap()["PayloadContent"].as_array().unwrap();
    let text = |index: usize, key: &str| {
        payloads[index].as_dictionary().unwrap()[key].as_string().unwrap().to_owned()
    };
    assert_eq!(text(2, "IdentityCertificateUUID"), text(1, "PayloadUUID"));
    assert_eq!(text(1, "PayloadIdentifier"), format!("com.example.mdm.{}", text(1, "PayloadUUID")));
}

#[test]
fn challenge_does_not_print() {
    let printed = format!("{:?}", profile());
    assert!(!printed.contains("one-time"), "{printed}");
}

#[test]
fn erase_can_be_kept_from_the_server() {
    let rights = AccessRights::ALL.without(AccessRights::ERASE).without(AccessRights::LOCK);
    assert_eq!(rights.bits(), 8191 - 8 - 4);
    assert!(!rights.has(AccessRights::ERASE));
    assert!(rights.has(AccessRights::APPS.with(AccessRights::SECURITY)));
}

#[test]
fn profile_without_management_or_with_another_identity_is_refused() {
    let xml = String::from_utf8(encode(&profile())).unwrap();
    let without = xml.replace("<string>com.apple.mdm</string>", "<string>com.example</string>");
    let error = decode(without.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "profile has no payload of type com.apple.mdm");
    let key = "<key>IdentityCertificateUUID</key>";
    let (before, after) = xml.split_once(key).unwrap();
    let after = after.replacen(SCEP_UUID, "AAAA", 1);
    let error = decode(format!("{before}{key}{after}").as_bytes()).unwrap_err();
    assert_eq!(error.code(), "profile_unknown_identity");
}

#[test]
fn payloads_of_other_kinds_are_passed_over() {
    let xml = String::from_utf8(encode(&profile())).unwrap();
    let other = "<array><dict><key>PayloadType</key><string>com.example.other</string>\
                 <key>PayloadVersion</key><integer>1</integer>\
                 <key>PayloadIdentifier</key><string>o</string>\
                 <key>PayloadUUID</key><string>o</string></dict>";
    let with_other = xml.replacen("<array>", other, 1);
    assert_eq!(decode(with_other.as_bytes()).unwrap(), profile());
}

proptest! {
    #[test]
    fn no_octets_make_the_decoder_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&octets);
    }

    #[test]
    fn no_damage_makes_the_decoder_panic(at in any::<proptest::sample::Index>(), octet: u8) {
        let mut octets = encode(&profile());
        let at = at.index(octets.len());
        octets[at] = octet;
        let _ = decode(&octets);
    }
}

const SCEP_UUID: &str = "6F0E1B2C-0000-4000-8000-000000000002";

fn profile() -> EnrollmentProfile {
    EnrollmentProfile {
        identifier: "com.example.mdm".to_owned(),
        uuid: "6F0E1B2C-0000-4000-8000-000000000000".to_owned(),
        display_name: "Example management".to_owned(),
        description: Some("Lets Example manage this device.".to_owned()),
        organization: "Example & Co".to_owned(),
        trusted_certificates: vec![TrustedCertificate {
            uuid: "6F0E1B2C-0000-4000-8000-000000000001".to_owned(),
            display_name: "Example root".to_owned(),
            certificate: Data(vec![0x30, 0x03, 0x02, 0x01, 0x01]),
        }],
        scep: ScepPayload {
            uuid: SCEP_UUID.to_owned(),
            url: "https://mdm.example.com/scep".to_owned(),
            name: None,
            subject: vec![
                vec![("O".to_owned(), "Example".to_owned())],
                vec![("CN".to_owned(), "device".to_owned())],
            ],
            challenge: Some(Secret::new("one-time".to_owned())),
            key_size: 2048,
            key_usage: 5,
            ca_fingerprint: Some(Data(vec![7; 32])),
            retries: 3,
            retry_delay_seconds: 10,
            is_key_extractable: false,
        },
        mdm: MdmPayload {
            uuid: "6F0E1B2C-0000-4000-8000-000000000003".to_owned(),
            topic: "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001".to_owned(),
            server_url: "https://mdm.example.com/mdm".to_owned(),
            check_in_url: Some("https://mdm.example.com/check-in".to_owned()),
            sign_message: true,
            access_rights: AccessRights::ALL.without(AccessRights::ERASE),
            check_out_when_removed: true,
            server_capabilities: vec![
                server_capability::PER_USER_CONNECTIONS.to_owned(),
                server_capability::BOOTSTRAP_TOKEN.to_owned(),
            ],
            use_development_apns: false,
            server_url_pinning_certificate_uuids: Vec::new(),
            check_in_url_pinning_certificate_uuids: Vec::new(),
            pinning_revocation_check_required: false,
            prompt_user_to_allow_bootstrap_token_for_authentication: true,
        },
    }
}

/// Lists the path of every key that has a value of its own.
fn list_keys(path: &str, value: &plist::Value, keys: &mut Vec<String>) {
    if let Some(entries) = value.as_dictionary() {
        for (key, value) in entries {
            list_keys(&format!("{path}/{key}"), value, keys);
        }
    } else if let Some(payloads) = value.as_array().filter(|_| path == "/PayloadContent") {
        for (index, payload) in payloads.iter().enumerate() {
            list_keys(&format!("{path}[{index}]"), payload, keys);
        }
    } else {
        keys.push(path.to_owned());
    }
}
