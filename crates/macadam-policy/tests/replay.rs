//! Real days of the recorded history, decided for real device ids.
//!
//! The catalog is what a server would have that watched the feed all along. Targets and deadlines
//! were worked out by hand from the recorded answers.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of it is test"
)]

#[path = "support/seed_catalog.rs"]
mod seed_catalog;

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use jiff::tz::Offset;
use macadam_policy::{
    AssignedItem, BsiEnforcement, Device, EnrollmentKind, HaltRule, InsaneFetch, Installation,
    ItemId, ManagedOs, ManagedOsSettings, Outcome, Period, Platform, UpdateId, VersionEnforcement,
    decide,
};
use uuid::Uuid;

use self::seed_catalog::{Past, recorded_past};

static PAST: LazyLock<Past> = LazyLock::new(recorded_past);

#[test]
fn two_outages_of_the_feed_were_not_believed() {
    let refused: Vec<String> =
        PAST.refused.iter().map(|(at, reason)| format!("{at} {reason:?}")).collect();
    assert_eq!(refused, ["2024-11-14T19:41:38Z Empty", "2025-05-21T19:03:00Z Empty"]);
    assert!(PAST.refused.iter().all(|(_, reason)| *reason == InsaneFetch::Empty));
}

#[test]
fn on_2024_07_29_every_track_has_its_own_release() {
    let on = |device: &str, major: u16| decided("2024-07-30T12:00:00Z", device, &[rolling(major)]);
    assert_eq!(on("J152FAP on 12.7.5", 12), "12.7.6 by 2024-08-05T09:00:00");
    assert_eq!(on("J152FAP on 13.6.7", 13), "13.6.8 by 2024-08-05T09:00:00");
    assert_eq!(on("J152FAP on 14.5", 14), "14.6 by 2024-08-05T09:00:00");
    assert_eq!(on("iPhone15,2 on 17.5.1", 17), "17.6 by 2024-08-05T09:00:00");
    assert_eq!(on("iPhone10,1 on 16.7.8", 16), "16.7.9 by 2024-08-05T09:00:00");
    assert_eq!(on("iPhone15,2 on 17.6", 17), "up to date");
}

#[test]
fn on_2024_08_19_a_second_build_does_not_restart_the_clock() {
    let on = |now: &str, device: &str| decided(now, device, &[rolling(17)]);
    let first = on("2024-08-10T12:00:00Z", "iPhone15,2 on 17.6");
    assert_eq!(first, "17.6.1 by 2024-08-14T09:00:00");
    let second = on("2024-08-20T12:00:00Z", "iPhone15,2 on 17.6");
    assert_eq!(second, "17.6.1 (21G101) by 2024-08-14T09:00:00");
    let kept_build = on("2024-08-20T12:00:00Z", "iPhone16,1 on 17.6");
    assert_eq!(kept_build, "17.6.1 (21G93) by 2024-08-14T09:00:00");
    assert_eq!(on("2024-08-20T12:00:00Z", "iPhone15,2 on 17.6.1"), "up to date");
}

#[test]
fn on_2024_10_30_new_macs_get_their_own_build_of_15_1() {
    let on = |device: &str| decided("2024-10-31T12:00:00Z", device, &[rolling(15)]);
    assert_eq!(on("J614sAP on 15.0"), "15.1 (24B2083) by 2024-11-06T09:00:00");
    assert_eq!(on("J314sAP on 15.0.1"), "15.1 (24B83) by 2024-11-04T09:00:00");
    let before = decided("2024-10-29T12:00:00Z", "J314sAP on 15.0.1", &[rolling(15)]);
    assert_eq!(before, "15.1 by 2024-11-04T09:00:00");
    let unknown = decided("2024-10-29T12:00:00Z", "J614sAP on 15.0", &[rolling(15)]);
    assert_eq!(unknown, "not manageable: the device's model is not in Apple's feed yet");
}

#[test]
fn in_may_2025_17_7_7_was_withdrawn_from_six_ipads() {
    let on = |now: &str, device: &str| decided(now, device, &[rolling(17)]);
    assert_eq!(on("2025-05-15T12:00:00Z", "iPad7,1 on 17.7.6"), "17.7.7 by 2025-05-19T09:00:00");
    assert_eq!(on("2025-05-17T12:00:00Z", "iPad7,1 on 17.7.6"), "up to date");
    assert_eq!(on("2025-05-17T12:00:00Z", "iPad7,1 on 17.7.7"), "up to date");
    assert_eq!(on("2025-05-20T12:00:00Z", "iPad7,1 on 17.7.6"), "17.7.8 by 2025-05-26T09:00:00");
    assert_eq!(on("2025-05-20T12:00:00Z", "iPad7,1 on 17.7.7"), "17.7.8 by 2025-05-26T09:00:00");
}

#[test]
fn on_2025_09_15_26_comes_beside_the_older_trains() {
    let now = "2025-09-16T12:00:00Z";
    let on = |device: &str, majors: &[u16]| {
        decided(now, device, &majors.iter().map(|major| rolling(*major)).collect::<Vec<_>>())
    };
    assert_eq!(on("J314sAP on 14.7.8", &[14]), "14.8 by 2025-09-22T09:00:00");
    assert_eq!(on("J314sAP on 15.6.1", &[15]), "15.7 by 2025-09-22T09:00:00");
    // Both are due at the same moment: the higher major comes first, and nothing after it.
    assert_eq!(on("J314sAP on 15.6.1", &[15, 26]), "26.0 by 2025-09-22T09:00:00");
    assert_eq!(on("iPhone15,2 on 18.6.2", &[18]), "18.7 by 2025-09-22T09:00:00");
    assert_eq!(on("iPhone15,2 on 18.6.2", &[26]), "26.0 by 2025-09-22T09:00:00");
    // 17.7.2 left the public set that day, but because higher majors took its place.
    assert_eq!(on("iPad7,11 on 17.7.1", &[17]), "17.7.2 by 2024-11-26T09:00:00");
    // Intel Macs that 26 leaves behind.
    assert_eq!(on("J132AP on 15.7", &[26]), "incompatible");
}

#[test]
fn on_2025_10_21_a_withdrawn_build_is_replaced_under_the_same_deadline() {
    let on = |now: &str, device: &str| decided(now, device, &[rolling(26)]);
    let device = "iPad17,1 on 26.0";
    assert_eq!(on("2025-10-20T12:00:00Z", device), "26.0.1 (23A8464) by 2025-10-22T09:00:00");
    assert_eq!(on("2025-10-22T12:00:00Z", device), "26.0.1 (23A8466) by 2025-10-22T09:00:00");
    assert_eq!(on("2025-10-22T12:00:00Z", "iPad17,1 on 26.0.1"), "up to date");
}

#[test]
fn on_2026_02_02_a_dead_major_got_a_release() {
    let on = |device: &str| decided("2026-02-03T12:00:00Z", device, &[rolling(11)]);
    assert_eq!(on("J152FAP on 11.7.10"), "11.7.11 by 2026-02-09T09:00:00");
    assert_eq!(on("J152FAP on 11.7.9"), "11.7.11 by 2023-09-18T09:00:00");
}

#[test]
fn on_2026_03_10_one_model_gets_a_version_of_its_own() {
    let on = |device: &str| decided("2026-03-11T12:00:00Z", device, &[rolling(26)]);
    assert_eq!(on("J700AP on 26.3.1"), "26.3.2 by 2026-03-17T09:00:00");
    assert_eq!(on("J614sAP on 26.3.1"), "up to date");
    assert_eq!(on("J614sAP on 26.3"), "26.3.1 by 2026-03-11T09:00:00");
}

#[test]
fn on_2026_03_17_the_first_improvements_are_for_one_build_each() {
    let improved = || vec![AssignedItem { item: item(26, three_days()), ..rolling(26) }];
    let on = |now: &str, device: &str| decided(now, device, &improved());
    let now = "2026-03-18T12:00:00Z";
    let mac = "J614sAP on 26.3.1 build 25D2128";
    assert_eq!(on(now, mac), "26.3.1 (a) (25D771280a) by 2026-03-20T12:00:00");
    let neo = "J700AP on 26.3.2 build 25D2140";
    assert_eq!(on(now, neo), "26.3.2 (a) (25D771400a) by 2026-03-20T12:00:00");
    let phone = "iPhone15,2 on 26.3.1 build 23D8133";
    assert_eq!(on(now, phone), "26.3.1 (a) (23D771330a) by 2026-03-20T12:00:00");
    // The Neo on 26.3.1 is not on its newest version, and the Mac's build is no other.
    assert_eq!(on(now, "J700AP on 26.3.1 build 25D2128"), "26.3.2 by 2026-03-17T09:00:00");
    assert_eq!(on(now, "J614sAP on 26.3.1 build 25D2130"), "up to date");
    // A week later 26.4 cuts them off, and takes over what was due; they stay in the feed.
    assert_eq!(on("2026-03-25T12:00:00Z", mac), "26.4 by 2026-03-20T12:00:00");
    let with_a = "J614sAP on 26.3.1 (a) build 25D2128";
    assert_eq!(on("2026-03-25T12:00:00Z", with_a), "26.4 by 2026-03-31T09:00:00");
}

fn rolling(major: u16) -> AssignedItem {
    AssignedItem {
        id: ItemId(Uuid::from_u128(u128::from(major))),
        item: item(major, BsiEnforcement::None),
        reached_at: "2020-01-01T00:00:00Z".parse().unwrap(),
        depth: 0,
        ring_offset_days: 0,
        is_paused: false,
        is_excluded: false,
        requested_at: None,
        requested_local: None,
        exempt_until: None,
        halts: Vec::new(),
    }
}

/// Every release within a week, at nine.
fn item(major: u16, bsi: BsiEnforcement) -> Arc<ManagedOs> {
    let settings = ManagedOsSettings {
        platform: Platform::MacOs,
        major,
        label: "replay".into(),
        installation: Installation::ContinuouslyEnforce,
        enforcement: VersionEnforcement::Rolling {
            within: Period::Days(7),
            at: "09:00:00".parse().unwrap(),
        },
        bsi,
        legacy_time_zone: None,
        rings: Vec::new(),
        freeze_windows: Vec::new(),
        maintenance_windows: Vec::new(),
        minimum_notice_days: 0,
        details_url: None,
        pin_build: false,
        ring_halt: HaltRule::default(),
    };
    Arc::new(ManagedOs::new(settings).unwrap())
}

fn three_days() -> BsiEnforcement {
    BsiEnforcement::Automatic { within: Period::Days(3), at: "12:00:00".parse().unwrap() }
}

/// Decides for `<device id> on <version> [build <build>]`.
fn decided(now: &str, device: &str, items: &[AssignedItem]) -> String {
    let now: Timestamp = now.parse().unwrap();
    let (id, rest) = device.split_once(" on ").unwrap();
    let (version, build) = rest.split_once(" build ").unwrap_or((rest, ""));
    let platform = Platform::of_update_id(id).unwrap();
    let device = Device {
        platform,
        update_id: UpdateId::new(id),
        os_version: version.parse().unwrap(),
        build: build.parse().ok(),
        enrollment: EnrollmentKind::Device,
        supervised: true,
        has_ddm_enforcement: true,
        apple_silicon: Some(true),
        utc_offset: Some(Offset::UTC),
        at_work: None,
        failure_count: 0,
        failure_reason: None,
        declaration_problem: None,
        last_seen: None,
    };
    let items: Vec<AssignedItem> = items
        .iter()
        .map(|assigned| {
            let settings = ManagedOsSettings { platform, ..assigned.item.settings().clone() };
            AssignedItem { item: Arc::new(ManagedOs::new(settings).unwrap()), ..assigned.clone() }
        })
        .collect();
    match decide(now, &PAST.catalog, &items, &device).outcome {
        Outcome::Install { target, then } => {
            let build = if target.send_build { format!(" ({})", target.build) } else { "".into() };
            let then = then.map(|then| format!(", then {then}")).unwrap_or_default();
            format!("{}{build} by {}{then}", target.version, target.deadline)
        }
        Outcome::UpToDate => "up to date".into(),
        Outcome::Incompatible => "incompatible".into(),
        Outcome::NotManageable(why) => format!("not manageable: {}", why.reason()),
        other @ (Outcome::Available { .. }
        | Outcome::Waiting
        | Outcome::Excluded
        | Outcome::Unresolved(_)
        | Outcome::Suspended(_)
        | Outcome::NotAssigned) => format!("{other:?}"),
    }
}
