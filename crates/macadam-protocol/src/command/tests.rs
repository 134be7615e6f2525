//! Tests.

use plist::{Dictionary, Value};
use proptest::prelude::*;

use super::*;
use crate::{Data, EnrollmentIdentity, Secret};

const MAC: &str = "5F3C0A51-7B1C-4E5D-9F27-2D1D6B3C8E01";
const COMMAND: &str = "0001_5E0C1A2B-0000-4000-8000-000000000042";

macro_rules! report {
    ($name:literal) => {
        decode_report(include_bytes!(concat!("../../testdata/command/", $name))).unwrap()
    };
}

#[test]
fn command_is_written_in_apples_words() {
    let command = MdmCommand::ScheduleOSUpdate {
        updates: vec![OsUpdateToSchedule {
            product_version: Some("15.6".to_owned()),
            install_action: "InstallASAP".to_owned(),
            ..OsUpdateToSchedule::default()
        }],
    };
    let xml = String::from_utf8(encode(COMMAND, &command)).unwrap();
    let body = xml.split_once("<plist version=\"1.0\">").unwrap().1;
    let expected = "<dict><key>CommandUUID</key>\
                    <string>0001_5E0C1A2B-0000-4000-8000-000000000042</string>\
                    <key>Command</key><dict>\
                    <key>RequestType</key><string>ScheduleOSUpdate</string>\
                    <key>Updates</key><array><dict>\
                    <key>ProductVersion</key><string>15.6</string>\
                    <key>InstallAction</key><string>InstallASAP</string>\
                    </dict></array></dict></dict></plist>";
    assert_eq!(body.replace(['\t', '\n'], ""), expected);
}

#[test]
fn every_command_is_read_as_it_was_written() {
    for command in every_command() {
        let octets = encode(COMMAND, &command);
        let xml = String::from_utf8(octets.clone()).unwrap();
        let request_type = format!("<string>{}</string>", command.request_type());
        assert!(xml.contains(&request_type), "{xml}");
        let expected = IssuedCommand { command_uuid: COMMAND.to_owned(), command };
        assert_eq!(decode(&octets).unwrap(), expected);
    }
}

#[test]
fn destructive_commands_are_these_and_no_others() {
    let commands = every_command();
    let destructive = commands.iter().filter(|command| command.is_destructive());
    let destructive: Vec<&str> = destructive.map(MdmCommand::request_type).collect();
    assert_eq!(destructive, ["RemoveProfile", "DeviceLock", "EraseDevice"]);
}

#[test]
fn secrets_of_commands_do_not_print() {
    for command in every_command() {
        let printed = format!("{command:?}");
        assert!(!printed.contains("123456") && !printed.contains("[1, 2"), "{printed}");
    }
}

#[test]
fn unknown_command_keeps_its_uuid_so_that_an_error_can_be_reported() {
    let octets = b"<dict><key>CommandUUID</key><string>c</string><key>Command</key><dict>\
                   <key>RequestType</key><string>WarpDrive</string></dict></dict>";
    let error = decode(octets).unwrap_err();
    assert_eq!(error.code(), "command_not_known");
    let DecodeCommandError::Command { command_uuid, .. } = error else { panic!("{error}") };
    assert_eq!(command_uuid, "c");
}

#[test]
fn idle_device_names_no_command() {
    assert_eq!(report!("idle.plist"), Report::idle(mac()));
}

#[test]
fn user_who_waits_at_login_says_so() {
    let report = report!("idle_mac_user.plist");
    assert!(report.need_sync_response);
    assert!(!report.not_on_console);
    assert!(!report.identity.is_device_channel());
}

#[test]
fn results_name_their_command_and_whether_they_are_final() {
    let acknowledged = report!("acknowledged.plist");
    assert_eq!(acknowledged, Report::about(mac(), COMMAND.to_owned(), Status::Acknowledged));
    assert!(acknowledged.status.is_terminal());
    assert!(!report!("not_now.plist").status.is_terminal());
    assert!(report!("command_format_error.plist").status.is_terminal());
}

#[test]
fn error_chain_is_kept_with_its_english_text() {
    let report = report!("command_format_error.plist");
    let expected = ErrorChainItem {
        error_code: 12021,
        error_domain: "MCMDMErrorDomain".to_owned(),
        localized_description: "Der Befehl ist unbekannt.".to_owned(),
        us_english_description: Some("The command is unknown.".to_owned()),
    };
    assert_eq!(report.error_chain, [expected]);
}

#[test]
fn odd_links_of_an_error_chain_cost_only_themselves() {
    let report = report!("error_with_odd_chain.plist");
    let domains: Vec<&str> =
        report.error_chain.iter().map(|item| item.error_domain.as_str()).collect();
    assert_eq!(report.status, Status::Error);
    assert_eq!(domains, ["DeviceManagement.error", "only"]);
}

#[test]
fn reports_that_say_too_little_are_refused() {
    let cases = [
        ("<key>UDID</key><string>U</string>", "property_list_unexpected_shape"),
        ("<key>Status</key><string>Idle</string>", "report_identity"),
        (
            "<key>UDID</key><string>U</string><key>Status</key><string>Fine</string>",
            "property_list_unexpected_shape",
        ),
        (
            "<key>UDID</key><string>U</string><key>Status</key><string>NotNow</string>",
            "report_no_command_uuid",
        ),
    ];
    for (keys, expected) in cases {
        let octets = format!("<dict>{keys}</dict>").into_bytes();
        assert_eq!(decode_report(&octets).unwrap_err().code(), expected, "{keys}");
    }
}

#[test]
fn facts_of_a_mac_are_read_and_an_odd_one_costs_only_itself() {
    let facts = report!("device_information_mac.plist").device_information().unwrap();
    assert_eq!(facts.os_version.as_deref(), Some("15.4"));
    assert_eq!(facts.software_update_device_id.as_deref(), Some("J413AP"));
    assert_eq!(facts.available_device_capacity, Some(113.5));
    assert_eq!(facts.device_capacity, Some(494.0));
    assert_eq!(facts.is_supervised, Some(true));
    let settings = facts.os_update_settings.unwrap();
    assert_eq!(settings.automatic_os_installation_enabled, Some(false));
    assert_eq!(facts.time_zone, None, "a number is no IANA name");
}

#[test]
fn security_of_a_mac_is_read() {
    let info = report!("security_info_mac.plist").security_info().unwrap();
    let management = info.management_status.unwrap();
    assert_eq!(management.user_approved_enrollment, Some(true));
    assert_eq!(management.enrolled_via_dep, Some(false));
    assert_eq!(info.bootstrap_token_required_for_software_update, Some(true));
    assert_eq!(info.bootstrap_token_allowed_for_authentication.as_deref(), Some("allowed"));
    assert_eq!(info.filevault_enabled, Some(true));
    let secure_boot = info.secure_boot.unwrap();
    assert_eq!(secure_boot.secure_boot_level.as_deref(), Some("full"));
    assert_eq!(secure_boot.reduced_security.unwrap().allows_mdm, Some(false));
}

#[test]
fn available_updates_are_read() {
    let updates = report!("available_os_updates_mac.plist").available_os_updates().unwrap();
    let [macos, safari] = updates.as_slice() else { panic!("{updates:?}") };
    assert_eq!(macos.version, "15.6");
    assert_eq!(macos.build.as_deref(), Some("24G84"));
    assert_eq!(macos.download_size, Some(3_221_225_472));
    assert!(macos.requires_bootstrap_token && macos.restart_required);
    let deferred = macos.deferred_until.unwrap();
    assert_eq!(deferred.to_xml_format(), "2026-09-01T00:00:00Z");
    assert_eq!(safari.product_key.as_deref(), Some("012-34567"));
}

#[test]
fn what_a_device_made_of_a_schedule_is_read() {
    let results = report!("schedule_os_update.plist").scheduled_os_updates().unwrap();
    let [scheduled, refused] = results.as_slice() else { panic!("{results:?}") };
    assert_eq!(scheduled.status, "Downloading");
    assert_eq!(refused.install_action, "Error");
    assert_eq!(refused.error_chain[0].error_code, 2200);
}

#[test]
fn progress_of_an_update_is_read() {
    let status = report!("os_update_status.plist").os_update_status().unwrap();
    assert_eq!(status[0].download_percent_complete, Some(1.0));
    assert_eq!(status[0].deferrals_remaining, Some(2));
    assert_eq!(status[0].past_notifications.len(), 1);
}

#[test]
fn response_without_the_asked_part_is_an_error_that_names_it() {
    let error = report!("acknowledged.plist").security_info().unwrap_err();
    assert_eq!(error.to_string(), "response has no readable SecurityInfo");
}

#[test]
fn results_print_as_their_keys_only() {
    let printed = format!("{:?}", report!("security_info_mac.plist"));
    assert!(printed.contains("SecurityInfo"), "{printed}");
    assert!(!printed.contains("FDE_"), "{printed}");
}

#[test]
fn every_documented_report_is_written_as_it_was_read() {
    for report in [
        report!("idle.plist"),
        report!("idle_mac_user.plist"),
        report!("acknowledged.plist"),
        report!("not_now.plist"),
        report!("command_format_error.plist"),
        report!("device_information_mac.plist"),
        report!("security_info_mac.plist"),
        report!("available_os_updates_mac.plist"),
        report!("schedule_os_update.plist"),
        report!("os_update_status.plist"),
    ] {
        assert_eq!(decode_report(&encode_report(&report)).unwrap(), report);
    }
}

#[test]
fn typed_results_are_read_as_a_device_put_them() {
    let facts = DeviceInformation {
        os_version: Some("26.6.1".to_owned()),
        is_supervised: Some(true),
        battery_level: Some(0.5),
        ..DeviceInformation::default()
    };
    let mut report = Report::about(mac(), COMMAND.to_owned(), Status::Acknowledged);
    let value = plist::to_value(&facts).unwrap();
    report.response.insert("QueryResponses".to_owned(), value);
    let report = decode_report(&encode_report(&report)).unwrap();
    assert_eq!(report.device_information().unwrap(), facts);
}

proptest! {
    #[test]
    fn no_octets_make_a_decoder_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&octets);
        let _ = decode_report(&octets);
    }

    #[test]
    fn no_result_makes_a_response_parser_panic(
        key in proptest::sample::select(RESULT_KEYS),
        inner in proptest::sample::select(INNER_KEYS),
        number in any::<i64>(),
        is_list in any::<bool>(),
    ) {
        let entry = Dictionary::from_iter([(inner.to_owned(), Value::Integer(number.into()))]);
        let entry = Value::Dictionary(entry);
        let result = if is_list { Value::Array(vec![entry]) } else { entry };
        let mut report = Report::about(mac(), COMMAND.to_owned(), Status::Acknowledged);
        report.response.insert(key.to_owned(), result);
        let _ = (report.device_information(), report.security_info(), report.os_update_status());
        let _ = (report.available_os_updates(), report.scheduled_os_updates());
    }

    #[test]
    fn any_message_on_a_locked_screen_survives_the_wire(
        message in "[ -~äß€\u{1f600}\n]{0,60}",
    ) {
        let command =
            MdmCommand::DeviceLock { message: Some(message), phone_number: None, pin: None };
        prop_assert_eq!(decode(&encode("c", &command)).unwrap().command, command);
    }
}

const RESULT_KEYS: &[&str] =
    &["QueryResponses", "SecurityInfo", "AvailableOSUpdates", "UpdateResults", "OSUpdateStatus"];

const INNER_KEYS: &[&str] = &["OSVersion", "ManagementStatus", "Version", "Status"];

fn mac() -> EnrollmentIdentity {
    EnrollmentIdentity::device(MAC.parse().unwrap())
}

/// One of each, with every key that it can have.
fn every_command() -> Vec<MdmCommand> {
    let pin = Some(Secret::new("123456".to_owned()));
    let data = || Some(Secret::new(Data(vec![1, 2, 3])));
    let mut queries = InformationQuery::TYPED.to_vec();
    queries.push(InformationQuery::Other("EASIdentifier".to_owned()));
    vec![
        MdmCommand::DeclarativeManagement { data: Some(Data(b"{}".to_vec())) },
        MdmCommand::DeviceInformation { queries },
        MdmCommand::SecurityInfo {},
        MdmCommand::InstallProfile { payload: Secret::new(Data(vec![1, 2, 3])) },
        MdmCommand::RemoveProfile { identifier: "com.example.profile".to_owned() },
        MdmCommand::ProfileList { managed_only: true },
        MdmCommand::DeviceLock {
            message: Some("Lost & <found>".to_owned()),
            phone_number: Some("+49".to_owned()),
            pin: pin.clone(),
        },
        MdmCommand::EraseDevice {
            pin,
            obliteration_behavior: Some("DoNotObliterate".to_owned()),
            preserve_data_plan: Some(true),
            disallow_proximity_setup: Some(false),
            return_to_service: Some(EraseReturnToService {
                enabled: true,
                wifi_profile_data: data(),
                mdm_profile_data: data(),
                bootstrap_token: data(),
            }),
        },
        MdmCommand::RestartDevice { notify_user: Some(true) },
        MdmCommand::ShutDownDevice {},
        MdmCommand::ScheduleOSUpdateScan { force: true },
        MdmCommand::AvailableOSUpdates {},
        MdmCommand::ScheduleOSUpdate {
            updates: vec![OsUpdateToSchedule {
                product_key: Some("k".to_owned()),
                product_version: Some("15.6".to_owned()),
                install_action: "InstallLater".to_owned(),
                max_user_deferrals: Some(3),
                priority: Some("High".to_owned()),
            }],
        },
        MdmCommand::OSUpdateStatus {},
        MdmCommand::DeviceConfigured {},
        MdmCommand::Settings {
            settings: vec![
                SettingsItem::DeviceName { device_name: "Lab 1".to_owned() },
                SettingsItem::MDMOptions {
                    mdm_options: MdmOptions {
                        activation_lock_allowed_while_supervised: Some(false),
                        idle_reboot_allowed: Some(true),
                        ..MdmOptions::default()
                    },
                },
            ],
        },
    ]
}
