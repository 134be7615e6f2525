use super::*;
use crate::{Field, Operator};

const MORNING: Time = Time::constant(9, 30, 0, 0);

#[test]
fn continuously_enforce_with_do_not_manage_is_refused_and_says_why() {
    let mut item = tahoe();
    item.enforcement = VersionEnforcement::DoNotManage;
    insta::assert_snapshot!(refused(item), @r"
    installation: continuously enforce needs a version enforcement, because it also sets the schedule of the upgrade: choose rolling, a minimum or a specific version, or install on demand from Self Service
    ");
}

#[test]
fn self_service_may_leave_versions_alone() {
    let mut item = tahoe();
    item.installation = Installation::SelfService;
    item.enforcement = VersionEnforcement::DoNotManage;
    assert!(ManagedOs::new(item).is_ok());
}

#[test]
fn an_ipad_item_may_enforce_improvements_only() {
    let mut item = tahoe();
    item.platform = Platform::IpadOs;
    item.enforcement = VersionEnforcement::DoNotManage;
    item.bsi = BsiEnforcement::Automatic { within: Period::Days(2), at: MORNING };
    assert!(ManagedOs::new(item).is_ok());
}

#[test]
fn self_service_is_for_macs() {
    let mut item = tahoe();
    item.platform = Platform::Ios;
    item.installation = Installation::SelfService;
    insta::assert_snapshot!(refused(item), @"installation: Self Service is offered on macOS only; iOS always upgrades on the schedule");
}

#[test]
fn versions_of_another_major_are_refused() {
    let on = jiff::civil::date(2026, 3, 1);
    for enforcement in [
        VersionEnforcement::Minimum { version: version("15.7"), on, at: MORNING },
        VersionEnforcement::Specific { version: version("15.7"), on, at: MORNING },
    ] {
        let item = ManagedOsSettings { enforcement, ..tahoe() };
        assert_eq!(refused(item), "enforcement.version: version 15.7 is not a version of macOS 26");
    }
}

#[test]
fn a_typed_version_has_no_letter() {
    let on = jiff::civil::date(2026, 3, 1);
    let enforcement =
        VersionEnforcement::Minimum { version: version("26.3.1 (a)"), on, at: MORNING };
    insta::assert_snapshot!(refused(ManagedOsSettings { enforcement, ..tahoe() }), @"enforcement.version: a minimum or specific version has no letter; Background Security Improvements are enforced by their own setting");
}

#[test]
fn every_preset_is_allowed_and_nothing_past_120_days() {
    let rolling = |within| ManagedOsSettings {
        enforcement: VersionEnforcement::Rolling { within, at: MORNING },
        ..tahoe()
    };
    for within in Period::PRESETS {
        assert!(ManagedOs::new(rolling(within)).is_ok(), "{within}");
    }
    assert_eq!(refused(rolling(Period::Days(0))), "enforcement.within: must be between 1 and 120");
    assert_eq!(
        refused(rolling(Period::Days(121))),
        "enforcement.within: must be between 1 and 120"
    );
    assert_eq!(refused(rolling(Period::Months(4))), "enforcement.within: must be between 1 and 3");
}

#[test]
fn labels_are_one_line_that_can_be_read() {
    for label in ["", "   ", "two\nlines", &"x".repeat(101)] {
        let item = ManagedOsSettings { label: label.into(), ..tahoe() };
        assert_eq!(refused(item), "label: give the item a label of at most 100 characters");
    }
    assert!(ManagedOs::new(ManagedOsSettings { label: "ü".repeat(100), ..tahoe() }).is_ok());
}

#[test]
fn time_zones_are_those_of_the_iana() {
    for zone in ["Europe/Berlin", "UTC", "Pacific/Kiritimati"] {
        let item = ManagedOsSettings { legacy_time_zone: Some(zone.into()), ..tahoe() };
        assert!(ManagedOs::new(item).is_ok(), "{zone}");
    }
    for zone in ["", "CEST", "Europe/Atlantis", "../etc/passwd"] {
        let item = ManagedOsSettings { legacy_time_zone: Some(zone.into()), ..tahoe() };
        assert!(refused(item).starts_with("legacy_time_zone: "), "{zone}");
    }
}

#[test]
fn details_are_a_web_page() {
    for url in ["http://example.org", "https://", "https:///x", "https://a b", "javascript:1"] {
        let item = ManagedOsSettings { details_url: Some(url.into()), ..tahoe() };
        assert!(refused(item).starts_with("details_url: "), "{url}");
    }
    let item = ManagedOsSettings { details_url: Some("https://example.org/os".into()), ..tahoe() };
    assert!(ManagedOs::new(item).is_ok());
}

#[test]
fn rings_have_names_of_their_own_and_sound_rules() {
    let mut item = tahoe();
    item.rings = vec![ring("First", 0), ring("first ", 3), ring("Late", 121), ring("", 1)];
    item.rings[0].condition = Condition::Any(Vec::new());
    insta::assert_snapshot!(refused(item), @r"
    rings: ring 'First': a group of rules needs at least one rule
    rings: ring 'first ' is in the list twice
    rings.offset_days: must be between 0 and 120
    name: give every ring and freeze window a name of at most 100 characters
    ");
}

#[test]
fn windows_begin_before_they_end() {
    let mut item = tahoe();
    let (june, july) =
        (jiff::civil::date(2026, 6, 1).at(0, 0, 0, 0), jiff::civil::date(2026, 7, 1));
    let july = july.at(0, 0, 0, 0);
    let window = |from, until| FreezeWindow { name: "Fair".into(), from, until };
    item.freeze_windows = vec![window(june, july)];
    item.maintenance_windows = vec![MaintenanceWindow {
        days: vec![Weekday::Saturday],
        from: Time::constant(22, 0, 0, 0),
        until: Time::constant(4, 0, 0, 0),
    }];
    assert!(ManagedOs::new(item.clone()).is_ok());
    let next_june = june.saturating_add(1.year());
    item.freeze_windows = vec![window(july, june), window(june, june), window(june, next_june)];
    item.maintenance_windows[0].days.clear();
    insta::assert_snapshot!(refused(item), @r"
    freeze_windows: freeze window 'Fair' ends before it begins, or is longer than 92 days
    freeze_windows: freeze window 'Fair' ends before it begins, or is longer than 92 days
    freeze_windows: freeze window 'Fair' ends before it begins, or is longer than 92 days
    maintenance_windows: a maintenance window needs at least one day of the week
    ");
}

#[test]
fn lists_and_numbers_have_limits() {
    let mut item = tahoe();
    item.major = 10;
    item.minimum_notice_days = 91;
    item.rings = (0..21).map(|number| ring(&number.to_string(), 0)).collect();
    insta::assert_snapshot!(refused(item), @r"
    major: must be between 11 and 99
    rings: at most 20 rings fit in one item
    minimum_notice_days: must be between 0 and 90
    ");
}

#[test]
fn all_problems_are_told_at_once() {
    let mut item = tahoe();
    item.label.clear();
    item.enforcement = VersionEnforcement::DoNotManage;
    item.legacy_time_zone = Some("Mars".into());
    assert_eq!(refused(item).lines().count(), 3);
}

#[test]
fn deferrals_last_a_day_to_ninety() {
    let settings = |days| SoftwareUpdateSettings {
        label: "Defer".into(),
        deferrals: Deferrals { minor_days: Some(days), ..Deferrals::default() },
        ..SoftwareUpdateSettings::default()
    };
    for days in [1, 90] {
        assert!(SoftwareUpdateSettingsItem::new(settings(days)).is_ok());
    }
    for days in [0, 91] {
        let problems = SoftwareUpdateSettingsItem::new(settings(days)).unwrap_err();
        assert_eq!(listed(&problems), "deferrals.minor_days: must be between 1 and 90");
    }
}

fn tahoe() -> ManagedOsSettings {
    ManagedOsSettings {
        platform: Platform::MacOs,
        major: 26,
        label: "Tahoe".into(),
        installation: Installation::ContinuouslyEnforce,
        enforcement: VersionEnforcement::Rolling { within: Period::Days(14), at: MORNING },
        bsi: BsiEnforcement::None,
        legacy_time_zone: None,
        rings: Vec::new(),
        freeze_windows: Vec::new(),
        maintenance_windows: Vec::new(),
        minimum_notice_days: 0,
        details_url: None,
        pin_build: false,
        ring_halt: HaltRule::default(),
    }
}

fn ring(name: &str, offset_days: u16) -> Ring {
    let (field, operator, value) = (Field::Percentile, Operator::Below, "10".to_owned());
    let condition = Condition::Test { field, operator, value };
    Ring { name: name.into(), offset_days, condition }
}

fn version(text: &str) -> OsVersion {
    text.parse().unwrap()
}

/// The problems of settings that must be refused, one a line, as an administrator reads them.
fn refused(settings: ManagedOsSettings) -> String {
    listed(&ManagedOs::new(settings).unwrap_err())
}

fn listed(problems: &[ItemProblem]) -> String {
    let line = |problem: &ItemProblem| format!("{}: {problem}", problem.field());
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}
