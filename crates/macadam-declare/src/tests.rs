//! Golden sets, and properties that any set must have.

use std::collections::BTreeMap;
use std::sync::Arc;

use insta::assert_snapshot;
use jiff::civil::date;
use macadam_policy::{
    Decision, Deferrals, Device, EnrollmentKind, ItemId, Mechanism, Outcome, Platform,
    SoftwareUpdateSettings, SoftwareUpdateSettingsItem, Status, Target, Trace, Unresolved,
};
use macadam_protocol::ddm::{ClientCapabilities, OrganizationInfo, declaration_type};
use proptest::prelude::*;
use uuid::Uuid;

use crate::{Capabilities, Compiler, DeclarationSet, Properties, SetProblem, Subject, check};

const TAHOE: ItemId = ItemId(Uuid::from_u128(0x26));
const DEFERRALS: ItemId = ItemId(Uuid::from_u128(0xdef));

#[test]
fn enforcement_names_version_and_local_deadline_only() {
    let set = compiled(&mac(), &install("26.6.1", None), &[]);
    assert_snapshot!(declaration(&set, "macadam.os."), @r#"{"Type":"com.apple.configuration.softwareupdate.enforcement.specific","Identifier":"macadam.os.00000000-0000-0000-0000-000000000026","ServerToken":"…","Payload":{"TargetLocalDateTime":"2026-08-20T09:30:00","TargetOSVersion":"26.6.1"}}"#);
}

#[test]
fn background_security_improvement_names_base_version_and_its_build() {
    let set = compiled(&mac(), &install("26.3.1 (a)", Some("25D771280a")), &[]);
    assert_snapshot!(declaration(&set, "macadam.os."), @r#"{"Type":"com.apple.configuration.softwareupdate.enforcement.specific","Identifier":"macadam.os.00000000-0000-0000-0000-000000000026","ServerToken":"…","Payload":{"TargetBuildVersion":"25D771280a","TargetLocalDateTime":"2026-08-20T09:30:00","TargetOSVersion":"26.3.1"}}"#);
}

#[test]
fn each_configuration_has_an_activation_of_its_own() {
    let set = compiled(&mac(), &install("26.6.1", None), &[DEFERRALS]);
    assert_snapshot!(outline(&set), @"
    activation macadam.os.00000000-0000-0000-0000-000000000026.active
    activation macadam.settings.00000000-0000-0000-0000-000000000def.active
    activation macadam.subscriptions.active
    configuration macadam.os.00000000-0000-0000-0000-000000000026
    configuration macadam.settings.00000000-0000-0000-0000-000000000def
    configuration macadam.subscriptions
    management macadam.organization
    ");
}

#[test]
fn settings_carry_only_the_keys_of_the_platform() {
    let mac_set = compiled(&mac(), &satisfied(), &[DEFERRALS]);
    assert_snapshot!(declaration(&mac_set, "macadam.settings."), @r#"{"Type":"com.apple.configuration.softwareupdate.settings","Identifier":"macadam.settings.00000000-0000-0000-0000-000000000def","ServerToken":"…","Payload":{"Deferrals":{"MajorPeriodInDays":90,"MinorPeriodInDays":30},"Notifications":true}}"#);
    let phone = Device { platform: Platform::Ios, ..mac() };
    let phone_set = compiled(&phone, &satisfied(), &[DEFERRALS]);
    assert_snapshot!(declaration(&phone_set, "macadam.settings."), @r#"{"Type":"com.apple.configuration.softwareupdate.settings","Identifier":"macadam.settings.00000000-0000-0000-0000-000000000def","ServerToken":"…","Payload":{"Deferrals":{"CombinedPeriodInDays":14},"Notifications":true}}"#);
}

#[test]
fn unsupervised_phone_gets_no_key_that_needs_supervision() {
    let phone = Device { platform: Platform::Ios, supervised: false, ..mac() };
    let set = compiled(&phone, &satisfied(), &[DEFERRALS]);
    assert_snapshot!(declaration(&set, "macadam.settings."), @r#"{"Type":"com.apple.configuration.softwareupdate.settings","Identifier":"macadam.settings.00000000-0000-0000-0000-000000000def","ServerToken":"…","Payload":{"Notifications":true}}"#);
}

#[test]
fn satisfied_target_leaves_the_manifest() {
    let before = compiled(&mac(), &install("26.6.1", None), &[]);
    let after = compiled(&mac(), &satisfied(), &[]);
    assert!(outline(&before).contains("macadam.os."));
    assert!(!outline(&after).contains("macadam.os."));
    assert_ne!(before.token, after.token);
}

#[test]
fn unresolved_target_leaves_only_the_enforcement_out() {
    let decision = Decision { outcome: Outcome::Unresolved(Unresolved::Held), ..satisfied() };
    assert_eq!(compiled(&mac(), &decision, &[]), compiled(&mac(), &satisfied(), &[]));
}

#[test]
fn nothing_is_declared_where_commands_do_the_work() {
    let decision = Decision { mechanism: Some(Mechanism::MdmCommands), ..install("13.7.8", None) };
    assert!(!outline(&compiled(&mac(), &decision, &[])).contains("macadam.os."));
}

#[test]
fn types_that_were_not_advertised_are_never_sent() {
    let mut reported = everything();
    reported
        .supported_payloads
        .declarations
        .configurations
        .remove(declaration_type::SOFTWARE_UPDATE_ENFORCEMENT);
    reported.supported_payloads.declarations.management.clear();
    let capabilities = Arc::new(Capabilities::from(&reported));
    let decision = install("26.6.1", None);
    let device = mac();
    let set = compiler().compile(Subject {
        device: &device,
        decision: &decision,
        settings_items: &[],
        properties: &pilot(),
        capabilities: Some(&capabilities),
    });
    assert_snapshot!(outline(&set), @"
    activation macadam.subscriptions.active
    configuration macadam.subscriptions
    ");
}

#[test]
fn set_is_empty_until_the_device_has_reported_what_it_can() {
    let (device, decision) = (mac(), install("26.6.1", None));
    let set = compiler().compile(Subject {
        device: &device,
        decision: &decision,
        settings_items: &[DEFERRALS],
        properties: &pilot(),
        capabilities: None,
    });
    assert!(set.declarations.is_empty());
    assert_eq!(check(&set), []);
}

#[test]
fn subscriptions_ask_only_for_advertised_items() {
    let set = compiled(&mac(), &satisfied(), &[]);
    assert_snapshot!(declaration(&set, "macadam.subscriptions"), @r#"{"Type":"com.apple.configuration.management.status-subscriptions","Identifier":"macadam.subscriptions","ServerToken":"…","Payload":{"StatusItems":[{"Name":"device.identifier.serial-number"},{"Name":"device.operating-system.version"},{"Name":"softwareupdate.install-state"}]}}"#);
}

#[test]
fn properties_say_where_an_administrator_put_the_device() {
    let mut compiler = compiler();
    let capabilities = Arc::new(Capabilities::from(&everything()));
    let (device, decision) = (mac(), satisfied());
    let mut set = |properties: &Properties| {
        compiler.compile(Subject {
            device: &device,
            decision: &decision,
            settings_items: &[],
            properties,
            capabilities: Some(&capabilities),
        })
    };
    let pilots = set(&pilot());
    assert_snapshot!(declaration(&pilots, "macadam.properties"), @r#"{"Type":"com.apple.management.properties","Identifier":"macadam.properties","ServerToken":"…","Payload":{"blueprint":"Everybody","ring":"Pilot"}}"#);
    assert_eq!(check(&pilots), []);
    let no_ring = set(&Properties { ring: None, ..pilot() });
    assert!(declaration(&no_ring, "macadam.properties").contains(r#"{"blueprint":"Everybody"}"#));
    assert_ne!(pilots.token, no_ring.token);
    assert!(Arc::ptr_eq(&pilots, &set(&pilot())));
    assert!(!outline(&set(&Properties::default())).contains("macadam.properties"));
}

#[test]
fn devices_of_one_class_share_one_set() {
    let mut compiler = compiler();
    let capabilities = Arc::new(Capabilities::from(&everything()));
    let (one, other) = (mac(), Device { failure_count: 7, ..mac() });
    let decision = install("26.6.1", None);
    let properties = pilot();
    let subject = |device| Subject {
        device,
        decision: &decision,
        settings_items: &[],
        properties: &properties,
        capabilities: Some(&capabilities),
    };
    let first = compiler.compile(subject(&one));
    let second = compiler.compile(subject(&other));
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(compiler.class_count(), 1);
}

#[test]
fn checker_finds_what_was_tampered_with() {
    let whole = compiled(&mac(), &install("26.6.1", None), &[]);
    let mut without = whole.clone();
    without.declarations.retain(|one| one.identifier.as_str() != "macadam.subscriptions");
    assert!(check(&without).contains(&SetProblem::ManifestMembers));
    assert!(check(&without).contains(&SetProblem::Dangling {
        activation: "macadam.subscriptions.active".into(),
        configuration: "macadam.subscriptions".into(),
    }));
    let mut inactive = whole.clone();
    inactive.declarations.retain(|one| one.identifier.as_str() != "macadam.subscriptions.active");
    assert!(
        check(&inactive).contains(&SetProblem::NotActivated("macadam.subscriptions".to_owned()))
    );
    let mut renamed = whole;
    renamed.manifest = compiled(&mac(), &satisfied(), &[]).manifest;
    assert!(check(&renamed).contains(&SetProblem::ManifestToken));
}

proptest! {
    #[test]
    fn any_set_passes_the_checker_and_its_token_follows_its_content(
        minor in 0_u16..40,
        day in 1_i8..28,
        with_build in any::<bool>(),
        with_settings in any::<bool>(),
    ) {
        let version = format!("26.{minor}");
        let build = with_build.then_some("25G83");
        let mut decision = install(&version, build);
        if let Outcome::Install { target, .. } = &mut decision.outcome {
            target.deadline = date(2026, 9, day).at(18, 0, 0, 0);
        }
        let items = if with_settings { vec![DEFERRALS] } else { vec![] };
        let set = compiled(&mac(), &decision, &items);
        prop_assert_eq!(check(&set), []);
        prop_assert_eq!(&set, &compiled(&mac(), &decision, &items));
        prop_assert_ne!(&set.token, &compiled(&mac(), &satisfied(), &items).token);
    }
}

fn compiled(device: &Device, decision: &Decision, settings_items: &[ItemId]) -> DeclarationSet {
    let capabilities = Arc::new(Capabilities::from(&everything()));
    let (capabilities, properties) = (Some(&capabilities), &Properties::default());
    let subject = Subject { device, decision, settings_items, properties, capabilities };
    (*compiler().compile(subject)).clone()
}

fn pilot() -> Properties {
    Properties { blueprint: Some("Everybody".into()), ring: Some("Pilot".into()) }
}

fn compiler() -> Compiler {
    let settings = SoftwareUpdateSettings {
        label: "Deferrals".into(),
        notifications: Some(true),
        deferrals: Deferrals {
            combined_days: Some(14),
            major_days: Some(90),
            minor_days: Some(30),
            system_days: None,
        },
        ..SoftwareUpdateSettings::default()
    };
    let item = SoftwareUpdateSettingsItem::new(settings).expect("the settings are right");
    let organization =
        OrganizationInfo { name: "Example Organization".into(), email: None, url: None };
    Compiler::new(BTreeMap::from([(DEFERRALS, Arc::new(item))]), Some(organization))
}

fn everything() -> ClientCapabilities {
    let mut reported = ClientCapabilities::default();
    let declarations = &mut reported.supported_payloads.declarations;
    declarations.activations.insert(declaration_type::ACTIVATION.into());
    for name in [
        declaration_type::SOFTWARE_UPDATE_ENFORCEMENT,
        declaration_type::SOFTWARE_UPDATE_SETTINGS,
        declaration_type::STATUS_SUBSCRIPTIONS,
    ] {
        declarations.configurations.insert(name.into());
    }
    declarations.management.insert(declaration_type::ORGANIZATION_INFO.into());
    declarations.management.insert(declaration_type::PROPERTIES.into());
    for name in [
        "app.managed.list",
        "device.identifier.serial-number",
        "device.operating-system.version",
        "softwareupdate.install-state",
    ] {
        reported.supported_payloads.status_items.insert(name.into());
    }
    reported
}

fn mac() -> Device {
    Device {
        platform: Platform::MacOs,
        update_id: macadam_policy::UpdateId::new("J413AP"),
        os_version: "26.3.1".parse().expect("a version"),
        build: "25D2128".parse().ok(),
        enrollment: EnrollmentKind::Device,
        supervised: true,
        has_ddm_enforcement: true,
        apple_silicon: Some(true),
        utc_offset: None,
        at_work: None,
        failure_count: 0,
        failure_reason: None,
        declaration_problem: None,
        last_seen: None,
    }
}

fn install(version: &str, build: Option<&str>) -> Decision {
    let target = Target {
        item: TAHOE,
        version: version.parse().expect("a version"),
        build: build.unwrap_or("25G80").parse().expect("a build"),
        send_build: build.is_some(),
        deadline: date(2026, 8, 20).at(9, 30, 0, 0),
        details_url: None,
    };
    Decision {
        outcome: Outcome::Install { target, then: None },
        status: Status::Pending,
        ..satisfied()
    }
}

fn satisfied() -> Decision {
    Decision {
        outcome: Outcome::UpToDate,
        status: Status::Pass,
        mechanism: Some(Mechanism::Ddm),
        meets_floor: true,
        trace: Trace::default(),
    }
}

/// The first declaration whose identifier begins like this, its token left out: tokens follow
/// from the rest, and the properties above watch them.
fn declaration(set: &DeclarationSet, prefix: &str) -> String {
    let configuration = set.declarations.iter().find(|one| {
        let name = one.identifier.as_str();
        name.starts_with(prefix) && !name.ends_with(".active")
    });
    configuration.map_or_else(String::new, |one| {
        String::from_utf8_lossy(&one.body).replace(one.server_token.as_str(), "…")
    })
}

fn outline(set: &DeclarationSet) -> String {
    set.declarations
        .iter()
        .map(|one| format!("{} {}\n", one.kind.path(), one.identifier.as_str()))
        .collect()
}
