//! Tests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::ddm::DeclarationKind;
use crate::{Channel, Data, Enrollment, Secret, User};

const MAC: &str = "5F3C0A51-7B1C-4E5D-9F27-2D1D6B3C8E01";
const PHONE: &str = "00008132-001A2B3C4D5E6F70";

macro_rules! message {
    ($name:literal) => {
        decode(include_bytes!(concat!("../../testdata/check_in/", $name)))
    };
}

#[test]
fn mac_introduces_itself() {
    let check_in = message!("authenticate_mac.plist").unwrap();
    assert_eq!(check_in.identity, EnrollmentIdentity::device(MAC.parse().unwrap()));
    let expected = Authenticate {
        topic: "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001".to_owned(),
        device_name: text("Anna’s MacBook Air"),
        model_name: text("MacBook Air"),
        model: text("MacBookAir"),
        os_version: text("15.4"),
        build_version: text("24E248"),
        product_name: text("Mac14,2"),
        serial_number: text("LXAMPLE00001"),
        imei: None,
        meid: None,
    };
    assert_eq!(check_in.message, Message::Authenticate(expected));
}

#[test]
fn iphone_introduces_itself_without_the_names_of_a_mac() {
    let check_in = message!("authenticate_iphone.plist").unwrap();
    let Message::Authenticate(message) = check_in.message else { panic!("{check_in:?}") };
    assert_eq!(message.product_name, text("iPhone14,3"));
    assert_eq!(message.imei, text("35 000000 000000 0"));
    assert_eq!(message.device_name, None);
}

#[test]
fn user_enrollment_is_known_by_its_enrollment_id() {
    let check_in = message!("authenticate_user_enrollment.plist").unwrap();
    let id = "a3f1c0de-0000-4000-8000-000000000007".parse().unwrap();
    assert_eq!(check_in.identity.enrollment, Enrollment::User(id));
    assert_eq!(check_in.identity.udid(), None);
    assert!(check_in.identity.is_device_channel());
}

#[test]
fn binary_message_says_the_same_as_xml() {
    let check_in = message!("authenticate_binary.bplist").unwrap();
    let Message::Authenticate(message) = check_in.message else { panic!("{check_in:?}") };
    assert_eq!(message.device_name, text("Büro"));
}

#[test]
fn token_update_tells_how_to_push() {
    let check_in = message!("token_update_mac.plist").unwrap();
    let expected = TokenUpdate {
        topic: "com.apple.mgmt.External.00000000-0000-4000-8000-000000000001".to_owned(),
        token: Secret::new(Data((0..32).collect())),
        push_magic: Secret::new("2B0F3C1E-0000-4000-8000-00000000AAAA".to_owned()),
        unlock_token: None,
        awaiting_configuration: true,
        not_on_console: false,
    };
    assert_eq!(check_in.message, Message::TokenUpdate(expected));
}

#[test]
fn token_update_of_an_iphone_brings_its_unlock_token() {
    let check_in = message!("token_update_iphone.plist").unwrap();
    let Message::TokenUpdate(message) = check_in.message else { panic!("{check_in:?}") };
    assert_eq!(message.unlock_token.unwrap().expose().0.len(), 1024);
    assert!(!message.awaiting_configuration);
}

#[test]
fn user_of_a_mac_has_a_channel_of_their_own() {
    let check_in = message!("token_update_mac_user.plist").unwrap();
    let user = user("8D7A0B1C-0000-4000-8000-000000000501", "anna", "Anna Example");
    assert_eq!(user.key(), "8D7A0B1C-0000-4000-8000-000000000501");
    assert_eq!(check_in.identity.enrollment.as_str(), MAC);
    assert_eq!(check_in.identity.channel, Channel::User(user));
    let Message::TokenUpdate(message) = check_in.message else { panic!("not a TokenUpdate") };
    assert!(message.not_on_console);
}

#[test]
fn user_of_a_shared_ipad_is_told_by_the_short_name() {
    let check_in = message!("token_update_shared_ipad_user.plist").unwrap();
    let Channel::User(user) = check_in.identity.channel else { panic!("not a user") };
    assert_eq!(user.key(), "ben@school.example");
    let without_name = body(
        "CheckOut",
        "<key>UDID</key><string>U</string>\
         <key>UserID</key><string>FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF</string>",
    );
    assert_eq!(decode(&without_name).unwrap_err().code(), "check_in_identity");
}

#[test]
fn user_of_a_user_enrollment_has_an_enrollment_user_id() {
    let message = body(
        "CheckOut",
        "<key>EnrollmentID</key><string>E</string><key>EnrollmentUserID</key><string>EU</string>",
    );
    let identity = decode(&message).unwrap().identity;
    let user = User { id: "EU".to_owned(), short_name: None, long_name: None };
    assert_eq!(identity.enrollment.as_str(), "E");
    assert_eq!(identity.channel, Channel::User(user));
}

#[test]
fn messages_without_content_are_told_apart() {
    let cases = [
        (message!("check_out.plist"), "CheckOut"),
        (message!("user_authenticate.plist"), "UserAuthenticate"),
        (message!("return_to_service.plist"), "ReturnToService"),
        (message!("get_bootstrap_token.plist"), "GetBootstrapToken"),
    ];
    for (check_in, message_type) in cases {
        assert_eq!(check_in.unwrap().message.message_type(), message_type);
    }
}

#[test]
fn second_round_of_user_authentication_brings_the_response() {
    let check_in = message!("user_authenticate_response.plist").unwrap();
    let Message::UserAuthenticate(message) = check_in.message else { panic!("{check_in:?}") };
    let response = message.digest_response.unwrap();
    assert_eq!(response.expose(), "Digest username=\"anna\", response=\"0123\"");
}

#[test]
fn bootstrap_token_is_set_and_removed() {
    let token = Some(Secret::new(Data((0..128).collect())));
    for (check_in, expected) in [
        (message!("set_bootstrap_token.plist"), token),
        (message!("set_bootstrap_token_removed.plist"), None),
    ] {
        let message =
            SetBootstrapToken { bootstrap_token: expected, awaiting_configuration: false };
        assert_eq!(check_in.unwrap().message, Message::SetBootstrapToken(message));
    }
}

#[test]
fn tokens_of_other_services_are_asked_for() {
    let maid = GetToken { token_service_type: "com.apple.maid".into(), token_parameters: None };
    assert_eq!(message!("get_token_maid.plist").unwrap().message, Message::GetToken(maid));
    let check_in = message!("get_token_watch.plist").unwrap();
    let Message::GetToken(watch) = check_in.message else { panic!("{check_in:?}") };
    let parameters = watch.token_parameters.unwrap();
    assert_eq!(parameters.phone_udid.unwrap().as_str(), PHONE);
    assert_eq!(parameters.watch_udid.unwrap().as_str(), "00008310-0011223344556677");
}

#[test]
fn declarative_endpoints_are_read() {
    let declaration = |kind, identifier: &str| DeclarativeEndpoint::Declaration {
        kind,
        identifier: identifier.parse().unwrap(),
    };
    let cases = [
        (message!("declarative_tokens.plist"), DeclarativeEndpoint::Tokens),
        (message!("declarative_declaration_items.plist"), DeclarativeEndpoint::DeclarationItems),
        (message!("declarative_status.plist"), DeclarativeEndpoint::Status),
        (
            message!("declarative_declaration.plist"),
            declaration(DeclarationKind::Configuration, "com.example.os-update"),
        ),
        (
            message!("declarative_declaration_with_slash.plist"),
            declaration(DeclarationKind::Asset, "a/b"),
        ),
    ];
    for (check_in, expected) in cases {
        let check_in = check_in.unwrap();
        let Message::DeclarativeManagement(message) = check_in.message else {
            panic!("{check_in:?}")
        };
        assert_eq!(message.endpoint.to_string().parse(), Ok(expected.clone()));
        assert_eq!(message.data.is_some(), expected == DeclarativeEndpoint::Status);
        assert_eq!(message.endpoint, expected);
    }
}

#[test]
fn unknown_endpoints_are_told_apart_from_broken_messages() {
    let long = format!("declaration/configuration/{}", "x".repeat(65));
    for endpoint in ["", "token", "declaration/", "declaration/x/y", "declaration/asset/", &long] {
        let message = body(
            "DeclarativeManagement",
            &format!(
                "<key>UDID</key><string>U</string><key>Endpoint</key><string>{endpoint}</string>"
            ),
        );
        assert_eq!(decode(&message).unwrap_err().code(), "check_in_unknown_endpoint", "{endpoint}");
    }
    let without = body("DeclarativeManagement", "<key>UDID</key><string>U</string>");
    assert_eq!(decode(&without).unwrap_err().code(), "check_in_incomplete_message");
}

#[test]
fn unknown_message_type_is_named_in_its_error() {
    let message = body("WarpDrive", "<key>UDID</key><string>U</string>");
    let error = decode(&message).unwrap_err();
    assert_eq!(error.code(), "check_in_unknown_message_type");
    assert_eq!(error.to_string(), "check-in message is of the unknown type `WarpDrive`");
    let long = decode(&body(&"x".repeat(9_000), "")).unwrap_err();
    assert!(long.to_string().len() < 200);
}

#[test]
fn messages_that_say_too_little_are_refused() {
    let udid = "<key>UDID</key><string>U</string>";
    let too_long = format!("<key>UDID</key><string>{}</string>", "U".repeat(65));
    let cases = [
        (body("Authenticate", udid), "check_in_incomplete_message"),
        (body("TokenUpdate", udid), "check_in_incomplete_message"),
        (body("GetToken", udid), "check_in_incomplete_message"),
        (body("CheckOut", ""), "check_in_identity"),
        (body("CheckOut", "<key>UDID</key><string></string>"), "check_in_identity"),
        (body("CheckOut", &too_long), "check_in_identity"),
        (b"<dict/>".to_vec(), "check_in_no_message_type"),
        (b"<array/>".to_vec(), "check_in_no_message_type"),
        (b"<dict><key>MessageType</key><true/></dict>".to_vec(), "check_in_no_message_type"),
        (b"{}".to_vec(), "property_list_not_recognized"),
    ];
    for (message, expected) in cases {
        let text = String::from_utf8_lossy(&message).into_owned();
        assert_eq!(decode(&message).unwrap_err().code(), expected, "{text}");
    }
}

#[test]
fn push_token_is_neither_empty_nor_endless() {
    let update = |bytes: usize| {
        let token = STANDARD.encode(vec![7; bytes]);
        let keys = format!(
            "<key>UDID</key><string>U</string><key>Topic</key><string>t</string>
            <key>PushMagic</key><string>m</string><key>Token</key><data>{token}</data>"
        );
        decode(&body("TokenUpdate", &keys)).map(drop)
    };
    assert!(update(1).is_ok() && update(256).is_ok());
    for bytes in [0, 257] {
        assert_eq!(update(bytes).unwrap_err().code(), "check_in_value_out_of_bounds", "{bytes}");
    }
}

#[test]
fn secrets_do_not_print() {
    for check_in in [
        message!("token_update_iphone.plist"),
        message!("set_bootstrap_token.plist"),
        message!("user_authenticate_response.plist"),
        message!("get_token_watch.plist"),
    ] {
        let printed = format!("{:?}", check_in.unwrap());
        assert!(printed.contains("[redacted]"), "{printed}");
        for secret in ["2B0F3C1E", "[0, 1, 2", "0123", "c0ffee"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

#[test]
fn answers_are_read_as_they_were_written() {
    let token = Some(Secret::new(Data(vec![1, 2, 3])));
    let bootstrap = BootstrapTokenAnswer { bootstrap_token: token.clone() };
    assert_eq!(through_the_wire(&bootstrap), bootstrap);
    let none = BootstrapTokenAnswer::default();
    assert_eq!(through_the_wire(&none), none);
    let get = GetTokenAnswer { token_data: Secret::new(Data(b"a.b.c".to_vec())) };
    assert_eq!(through_the_wire(&get), get);
    let challenge = DigestChallengeAnswer { digest_challenge: Secret::new(String::new()) };
    assert_eq!(through_the_wire(&challenge), challenge);
    let auth = AuthTokenAnswer { auth_token: Secret::new("session".to_owned()) };
    assert_eq!(through_the_wire(&auth), auth);
    let back = ReturnToServiceAnswer {
        return_to_service: ReturnToService {
            enabled: true,
            bootstrap_token: token,
            ..Default::default()
        },
    };
    assert_eq!(through_the_wire(&back), back);
}

#[test]
fn every_documented_message_is_written_as_it_was_read() {
    let messages = [
        message!("authenticate_mac.plist"),
        message!("authenticate_iphone.plist"),
        message!("authenticate_user_enrollment.plist"),
        message!("token_update_mac.plist"),
        message!("token_update_iphone.plist"),
        message!("token_update_mac_user.plist"),
        message!("token_update_shared_ipad_user.plist"),
        message!("check_out.plist"),
        message!("user_authenticate.plist"),
        message!("user_authenticate_response.plist"),
        message!("set_bootstrap_token.plist"),
        message!("set_bootstrap_token_removed.plist"),
        message!("get_bootstrap_token.plist"),
        message!("get_token_maid.plist"),
        message!("get_token_watch.plist"),
        message!("declarative_tokens.plist"),
        message!("declarative_declaration.plist"),
        message!("declarative_status.plist"),
        message!("return_to_service.plist"),
    ];
    for check_in in messages {
        let check_in = check_in.unwrap();
        assert_eq!(decode(&encode(&check_in)).unwrap(), check_in);
    }
}

proptest! {
    #[test]
    fn no_octets_make_the_decoder_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&octets);
    }

    #[test]
    fn no_damage_to_a_message_makes_the_decoder_panic(
        at in any::<proptest::sample::Index>(),
        octet in any::<u8>(),
        is_binary in any::<bool>(),
    ) {
        let mut octets = if is_binary {
            include_bytes!("../../testdata/check_in/authenticate_binary.bplist").to_vec()
        } else {
            include_bytes!("../../testdata/check_in/token_update_mac_user.plist").to_vec()
        };
        let at = at.index(octets.len());
        octets[at] = octet;
        let _ = decode(&octets);
    }

    #[test]
    fn any_identity_and_names_survive_the_wire(
        id in "[A-Za-z0-9-]{1,64}",
        is_user_enrollment in any::<bool>(),
        user in proptest::option::of(("[A-Z0-9-]{1,36}", "[a-zäöü@. ]{1,20}")),
        name in "[ -~äß€\u{1f600}]{0,30}",
    ) {
        let enrollment = if is_user_enrollment {
            Enrollment::User(id.parse().unwrap())
        } else {
            Enrollment::Device(id.parse().unwrap())
        };
        let channel = match user {
            None => Channel::Device,
            Some((id, short_name)) => Channel::User(super::tests::user(&id, &short_name, "L")),
        };
        let message = Message::Authenticate(Authenticate {
            topic: "t".to_owned(),
            device_name: Some(name),
            ..Authenticate::default()
        });
        let check_in = CheckIn { identity: EnrollmentIdentity { enrollment, channel }, message };
        prop_assert_eq!(decode(&encode(&check_in)).unwrap(), check_in);
    }
}

fn through_the_wire<T: Answer>(answer: &T) -> T {
    decode_answer(&encode_answer(answer)).unwrap()
}

fn body(message_type: &str, keys: &str) -> Vec<u8> {
    format!("<dict><key>MessageType</key><string>{message_type}</string>{keys}</dict>").into_bytes()
}

fn user(id: &str, short_name: &str, long_name: &str) -> User {
    User { id: id.to_owned(), short_name: text(short_name), long_name: text(long_name) }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}
