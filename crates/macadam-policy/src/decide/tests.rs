//! Worked examples of every rule; numbers are those of the Managed OS specification, section 3.

mod brakes;
mod freshness;
mod improvements;
mod properties;
mod scope;
pub(crate) mod text;
mod worlds;

use insta::assert_snapshot;

use self::text::{catalog, device, items, line, moment, reviews, sentences};
use super::{Decision, decide};
use crate::{Catalog, CatalogPolicy, Platform};

// The seed documents' own examples.

const MONTEREY: [&str; 3] = [
    "12.1 public 2021-12-13..2022-02-10 for J314sAP",
    "12.2.1 public 2022-02-10..2022-03-14 for J314sAP",
    "12.3 public 2022-03-14 for J314sAP",
];

#[test]
fn a_mac_on_12_1_that_missed_the_deadline_of_12_2_1_gets_12_3() {
    let item = "12 minimum 12.2.1 on 2022-03-01 at 10:00";
    let decision = decided(&catalog(&MONTEREY), "2022-03-15", "J314sAP on 12.1", &[item]);
    assert_snapshot!(line(&decision), @"12.3 by 2022-03-01T10:00:00 [Pending]");
    assert!(!decision.meets_floor);
}

#[test]
fn rolling_switched_on_late_makes_devices_due_at_once() {
    let item = "15 rolling 2w at 09:30; reached 2025-07-01";
    let decision = decided(&sequoia(), "2025-07-01", "J413AP on 15.4", &[item]);
    assert_snapshot!(line(&decision), @"15.5 by 2025-05-26T09:30:00 [Pending]");
}

#[test]
fn an_improvement_is_only_for_devices_on_the_newest_version() {
    let catalog = tahoe();
    let item = "26 minimum 26.3 on 2026-01-01 at 12:00; bsi 3d at 12:00";
    let decision = decided(&catalog, "2026-03-18", "J413AP on 26.3.1, build 25D2128", &[item]);
    assert_snapshot!(
        line(&decision), @"26.3.1 (a) (25D771280a) by 2026-03-20T12:00:00 [Pending]"
    );
    let decision = decided(&catalog, "2026-03-18", "J413AP on 26.3, build 25D125", &[item]);
    assert_snapshot!(line(&decision), @"up to date [Pass]");
}

#[test]
fn a_device_without_an_open_obligation_passes() {
    for item in [
        "15 rolling 2w at 09:30",
        "15 minimum 15.4 on 2025-01-01 at 09:30",
        "15 exactly 15.5 on 2025-01-01 at 09:30",
    ] {
        let decision = decided(&sequoia(), "2025-07-01", "J413AP on 15.5, failed 3", &[item]);
        assert_eq!(line(&decision), "up to date [Pass]");
        assert!(decision.meets_floor);
    }
}

// Releases and their days (facts 1 to 4).

#[test]
fn a_release_counts_from_the_day_it_was_public_for_this_device() {
    let catalog = catalog(&[
        "26.5 public 2026-05-11 for iPhone17,1",
        "26.5 public 2026-05-20 for iPhone18,1",
    ]);
    let item = ["26 rolling 1w at 09:00"];
    let first = decided(&catalog, "2026-05-21", "iPhone17,1 on 26.4", &item);
    let second = decided(&catalog, "2026-05-21", "iPhone18,1 on 26.4", &item);
    assert_snapshot!(line(&first), @"26.5 by 2026-05-18T09:00:00 [Pending]");
    assert_snapshot!(line(&second), @"26.5 by 2026-05-27T09:00:00 [Pending]");
}

#[test]
fn a_release_seen_soon_after_midnight_is_of_the_day_before() {
    let catalog = catalog(&["15.5 public 2025-05-13T01:35:00Z for J413AP"]);
    let decision = decided(&catalog, "2025-05-13", "J413AP on 15.4", &["15 rolling 1d at 09:00"]);
    assert_snapshot!(line(&decision), @"15.5 by 2025-05-13T09:00:00 [Pending]");
}

#[test]
fn a_second_build_does_not_restart_the_clock_and_is_the_one_installed() {
    let catalog = catalog(&[
        "17.6.1 21G93 public 2024-08-07..2024-08-19 for iPhone15,2",
        "17.6.1 21G101 public 2024-08-19 for iPhone15,2",
    ]);
    let item = ["17 rolling 2w at 09:00"];
    let decision = decided(&catalog, "2024-08-20", "iPhone15,2 on 17.6", &item);
    assert_snapshot!(
        line(&decision), @"17.6.1 (21G101) by 2024-08-21T09:00:00 [Pending]"
    );
    let installed = decided(&catalog, "2024-08-20", "iPhone15,2 on 17.6.1, build 21G93", &item);
    assert_snapshot!(line(&installed), @"up to date [Pass]");
}

#[test]
fn a_withdrawn_release_obliges_nobody_and_stays_compliant() {
    let catalog = catalog(&[
        "26.0 public 2025-09-15..2025-09-29 for iPad17,1",
        "26.0.1 public 2025-09-29..2025-10-05 for iPad17,1",
    ]);
    let item = ["26 rolling 1d at 09:00"];
    let decision = decided(&catalog, "2025-10-06", "iPad17,1 on 26.0", &item);
    assert_snapshot!(line(&decision), @"up to date [Pass]");
    assert!(sentences(&decision).contains("Apple withdrew 26.0.1 from this device"));
    let installed = decided(&catalog, "2025-10-06", "iPad17,1 on 26.0.1", &item);
    assert_snapshot!(line(&installed), @"up to date [Pass]");
}

#[test]
fn leaving_for_a_higher_major_is_not_withdrawal() {
    let catalog = catalog(&[
        "17.7.1 public 2024-10-28..2024-11-19 for iPad7,1",
        "17.7.2 public 2024-11-19..2025-09-15 for iPad7,1",
        "26.0 public 2025-09-15 for iPad7,1",
    ]);
    let item = ["17 rolling 1w at 09:00"];
    let decision = decided(&catalog, "2025-09-16", "iPad7,1 on 17.7.1", &item);
    assert_snapshot!(line(&decision), @"17.7.2 by 2024-11-26T09:00:00 [Pending]");
}

#[test]
fn releases_from_before_the_record_oblige_and_are_never_targets() {
    let catalog = catalog(&[
        "history 15.1 2024-10-28 for J413AP",
        "history 14.1 2023-10-25",
        "14.7 public 2024-12-02 for J413AP",
        "15.2 public 2024-12-03 for J413AP",
    ]);
    let item = ["15 rolling 1m at 09:00", "14 rolling 1m at 09:00"];
    let decision = decided(&catalog, "2024-12-12", "J413AP on 15.0", &item);
    assert_snapshot!(line(&decision), @"15.2 by 2024-11-28T09:00:00 [Pending]");
    let decision = decided(&catalog, "2024-12-12", "J413AP on 14.0", &item[1..]);
    assert_snapshot!(line(&decision), @"14.7 by 2023-11-25T09:00:00 [Pending]");
    assert!(sentences(&decision).contains("14.1 was released (derived: for every device"));
}

// 6: the track.

#[test]
fn an_older_major_is_upgraded_only_where_the_item_says_so() {
    let catalog = tahoe();
    let on = |item: &str| line(&decided(&catalog, "2026-03-18", "J413AP on 15.7", &[item]));
    assert_snapshot!(on("26 rolling 1w at 09:00"), @"26.3.1 by 2026-02-18T09:00:00 [Pending]");
    assert_snapshot!(on("26 rolling 1w at 09:00; selfservice"), @"26.3.1 offered [Available]");
    assert_snapshot!(on("26 unmanaged; selfservice"), @"26.3.1 offered [Available]");
    let ipad = catalog_of_ipads();
    let decision = decided(&ipad, "2026-03-18", "iPad14,1 on 18.7", &["26 rolling 1w at 09:00"]);
    assert_snapshot!(line(&decision), @"26.3 by 2026-02-18T09:00:00 [Pending]");
    let unmanaged = decided(&ipad, "2026-03-18", "iPad14,1 on 18.7", &["26 unmanaged"]);
    assert_snapshot!(line(&unmanaged), @"up to date [Pass]");
}

#[test]
fn a_device_above_the_track_is_out_of_reach_and_never_taken_back() {
    let item = ["15 exactly 15.4 on 2025-01-01 at 09:00"];
    let decision = decided(&sequoia(), "2025-07-01", "J413AP on 26.0", &item);
    assert_snapshot!(line(&decision), @"up to date [Pass]");
    let decision = decided(&sequoia(), "2025-07-01", "J413AP on 15.5", &item);
    assert_snapshot!(line(&decision), @"up to date [Pass]");
}

// 7: the target.

#[test]
fn a_floor_leads_to_the_newest_and_a_specific_version_to_itself() {
    let on = |item: &str| line(&decided(&sequoia(), "2025-05-20", "J413AP on 15.3", &[item]));
    assert_snapshot!(
        on("15 minimum 15.4 on 2025-06-01 at 10:00"), @"15.5 by 2025-06-01T10:00:00 [Pending]"
    );
    assert_snapshot!(
        on("15 exactly 15.4 on 2025-06-01 at 10:00"), @"15.4 by 2025-06-01T10:00:00 [Pending]"
    );
    let upgrade = ["15 exactly 15.4 on 2025-06-01 at 10:00"];
    let decision = decided(&sequoia(), "2025-05-20", "J413AP on 14.7", &upgrade);
    assert_snapshot!(line(&decision), @"15.4 by 2025-06-01T10:00:00 [Pending]");
}

#[test]
fn a_virtual_machine_gets_the_build_that_lists_most_devices() {
    let catalog = catalog(&[
        "15.3.2 24D81 public 2025-03-11 for VMA2MACOSAP J413AP J414AP",
        "15.3.2 24D2082 public 2025-03-12 for VMA2MACOSAP J715AP",
    ]);
    let item = ["15 rolling 1w at 09:00"];
    let virtual_machine = decided(&catalog, "2025-03-13", "VMA2MACOSAP on 15.3", &item);
    assert_snapshot!(
        line(&virtual_machine), @"15.3.2 (24D81) by 2025-03-18T09:00:00 [Pending]"
    );
    let mac = decided(&catalog, "2025-03-13", "J715AP on 15.3", &item);
    assert_snapshot!(line(&mac), @"15.3.2 (24D2082) by 2025-03-19T09:00:00 [Pending]");
}

#[test]
fn a_build_is_sent_when_the_item_pins_it() {
    let item = ["15 rolling 2w at 09:30; pin"];
    let decision = decided(&sequoia(), "2025-05-20", "J413AP on 15.4", &item);
    assert_snapshot!(line(&decision), @"15.5 (15A155) by 2025-05-26T09:30:00 [Pending]");
}

// 8 and 9: obligations and the deadline.

#[test]
fn the_earliest_release_still_sets_the_deadline_when_a_newer_one_comes() {
    let decision = decided(&sequoia(), "2025-05-13", "J413AP on 15.3", &["15 rolling 2m at 18:00"]);
    assert_snapshot!(line(&decision), @"15.5 by 2025-05-31T18:00:00 [Pending]");
    assert_snapshot!(sentences(&decision), @r"
    15.4 was released for this device on 2025-03-31 and is due by 2025-05-31 18:00
    15.5 was released for this device on 2025-05-12 and is due by 2025-07-12 18:00
    the deadline is 2025-05-31 18:00, the earliest due: 15.4
    the target is 15.5 (15A155), the newest it can install
    it is delivered by declarative device management
    ");
}

#[test]
fn a_month_ends_on_its_last_day() {
    let catalog = catalog(&["15.3 public 2025-01-31 for J413AP"]);
    let on = |item: &str| line(&decided(&catalog, "2025-02-01", "J413AP on 15.2", &[item]));
    assert_snapshot!(on("15 rolling 1m at 09:00"), @"15.3 by 2025-02-28T09:00:00 [Pending]");
    assert_snapshot!(on("15 rolling 2m at 09:00"), @"15.3 by 2025-03-31T09:00:00 [Pending]");
    assert_snapshot!(on("15 rolling 3m at 09:00"), @"15.3 by 2025-04-30T09:00:00 [Pending]");
}

#[test]
fn a_release_on_hold_sets_no_deadline_and_is_no_target() {
    let catalog = reviewed(sequoia(), &["15.5 held 2025-05-13"]);
    let item = ["15 rolling 1w at 09:00"];
    let below = decided(&catalog, "2025-06-01", "J413AP on 15.3", &item);
    assert_snapshot!(line(&below), @"15.4 by 2025-04-07T09:00:00 [Pending]");
    let on_15_4 = decided(&catalog, "2025-06-01", "J413AP on 15.4", &item);
    assert_snapshot!(line(&on_15_4), @"up to date [Pass]");
    assert!(sentences(&on_15_4).contains("15.5 is on hold and obliges nobody"));
}

#[test]
fn a_release_approved_or_resumed_later_counts_from_that_day() {
    let item = ["15 rolling 1w at 09:00"];
    let resumed = reviewed(sequoia(), &["15.5 resumed 2025-06-10"]);
    let decision = decided(&resumed, "2025-06-12", "J413AP on 15.4", &item);
    assert_snapshot!(line(&decision), @"15.5 by 2025-06-17T09:00:00 [Pending]");
    let mut by_hand = reviewed(sequoia(), &["15.5 approved 2025-06-20"]);
    by_hand.set_policy(CatalogPolicy::ByHand);
    let decision = decided(&by_hand, "2025-06-21", "J413AP on 15.4", &item);
    assert_snapshot!(line(&decision), @"15.5 by 2025-06-27T09:00:00 [Pending]");
    let before = decided(&by_hand, "2025-06-19", "J413AP on 15.4", &item);
    assert_snapshot!(line(&before), @"up to date [Pass]");
    let mut after_days = sequoia();
    after_days.set_policy(CatalogPolicy::AfterDays(10));
    let decision = decided(&after_days, "2025-05-23", "J413AP on 15.4", &item);
    assert_snapshot!(line(&decision), @"15.5 by 2025-05-29T09:00:00 [Pending]");
}

#[test]
fn a_hold_for_one_item_leaves_the_others_alone() {
    let catalog = reviewed(sequoia(), &["item 0 15.5 held 2025-05-13"]);
    let items = ["15 rolling 1w at 09:00; depth 1", "15 rolling 1w at 09:00"];
    let held = decided(&catalog, "2025-05-14", "J413AP on 15.4", &items);
    assert_snapshot!(line(&held), @"up to date [Pass]");
    let items = ["15 rolling 1w at 09:00", "15 rolling 1w at 09:00; depth 1"];
    let free = decided(&catalog, "2025-05-14", "J413AP on 15.4", &items);
    assert_snapshot!(line(&free), @"15.5 by 2025-05-19T09:00:00 [Pending]");
}

#[test]
fn a_typed_minimum_on_hold_leads_to_the_newest_below_it() {
    let catalog = reviewed(sequoia(), &["15.5 held 2025-05-13"]);
    let item = ["15 minimum 15.5 on 2025-06-01 at 10:00"];
    let decision = decided(&catalog, "2025-05-20", "J413AP on 15.3", &item);
    assert_snapshot!(line(&decision), @"15.4 by 2025-06-01T10:00:00 [Pending]");
    assert!(sentences(&decision).contains("the floor is not met by 15.4"));
    let at_newest = decided(&catalog, "2025-05-20", "J413AP on 15.4", &item);
    assert_snapshot!(line(&at_newest), @"unresolved: the version is on hold [Error]");
}

// 10: the freshness guard.

const LAST_DAY: [&str; 3] = [
    "15.3 public 2025-01-27..2025-03-10 for J413AP",
    "15.4 public 2025-03-10..2025-03-30 for J413AP",
    "15.5 public 2025-03-30 for J413AP",
];

#[test]
fn a_release_in_the_last_24_hours_waits_for_the_deadline() {
    // 15.4 is due on 2025-03-31 at 09:00; 15.5 appears sixteen hours before.
    let item = ["15 rolling 3w at 09:00"];
    let at = |now: &str, device: &str| line(&decided(&catalog(&LAST_DAY), now, device, &item));
    let before = "2025-03-30T16:00:00Z";
    assert_snapshot!(
        at(before, "J413AP on 15.3"), @"15.4 by 2025-03-31T09:00:00 [Pending]"
    );
    assert_snapshot!(
        at("2025-03-31T08:59:00Z", "J413AP on 15.3"), @"15.4 by 2025-03-31T09:00:00 [Pending]"
    );
    assert_snapshot!(
        at("2025-03-31T09:00:00Z", "J413AP on 15.3"), @"15.5 by 2025-03-31T09:00:00 [Pending]"
    );
}

#[test]
fn a_device_at_work_on_the_old_target_may_finish_within_48_hours() {
    let item = ["15 rolling 3w at 09:00"];
    let at = |now: &str, device: &str| line(&decided(&catalog(&LAST_DAY), now, device, &item));
    let installing = "J413AP on 15.3, installing 15.4";
    assert_snapshot!(
        at("2025-04-02T08:59:00Z", installing), @"15.4 by 2025-03-31T09:00:00 [Installing]"
    );
    assert_snapshot!(
        at("2025-04-02T09:00:00Z", installing), @"15.5 by 2025-03-31T09:00:00 [Pending]"
    );
    assert_snapshot!(
        at("2025-04-01T09:00:00Z", "J413AP on 15.3, waiting 15.4"),
        @"15.5 by 2025-03-31T09:00:00 [Pending]"
    );
}

#[test]
fn in_the_last_24_hours_a_new_hold_counts_at_once_and_an_approval_later() {
    let item = ["15 rolling 3w at 09:00"];
    let now = "2025-03-31T00:00:00Z";
    let held = reviewed(catalog(&LAST_DAY), &["15.4 held 2025-03-30T20:00:00Z"]);
    let decision = decided(&held, now, "J413AP on 15.3", &item);
    assert_snapshot!(line(&decision), @"15.5 by 2025-04-20T09:00:00 [Pending]");
    let earlier = catalog(&[
        "15.3 public 2025-01-27..2025-03-10 for J413AP",
        "15.4 public 2025-03-10..2025-03-20 for J413AP",
        "15.5 public 2025-03-20 for J413AP",
    ]);
    let resumed = reviewed(earlier, &["15.5 resumed 2025-03-30T20:00:00Z"]);
    let decision = decided(&resumed, now, "J413AP on 15.3", &item);
    assert_snapshot!(line(&decision), @"15.4 by 2025-03-31T09:00:00 [Pending]");
    let decision = decided(&resumed, "2025-03-31T09:00:00Z", "J413AP on 15.3", &item);
    assert_snapshot!(line(&decision), @"15.5 by 2025-03-31T09:00:00 [Pending]");
}

#[test]
fn in_the_last_24_hours_what_can_no_longer_be_installed_is_not_kept() {
    let catalog = catalog(&[
        "15.3 public 2025-01-27..2025-03-10 for J413AP",
        "15.4 public 2025-03-10..2025-03-30 installable 2025-03-10..2025-03-30T20:00:00Z for J413AP",
        "15.5 public 2025-03-30 for J413AP",
    ]);
    let item = ["15 rolling 3w at 09:00"];
    let at = |now: &str| line(&decided(&catalog, now, "J413AP on 15.3", &item));
    assert_snapshot!(at("2025-03-30T19:59:00Z"), @"15.4 by 2025-03-31T09:00:00 [Pending]");
    assert_snapshot!(at("2025-03-30T20:00:00Z"), @"15.5 by 2025-03-31T09:00:00 [Pending]");
}

// Builders that only these examples need.

pub(crate) fn sequoia() -> Catalog {
    catalog(&[
        "15.3 public 2025-01-27..2025-03-31 for J413AP",
        "15.4 public 2025-03-31..2025-05-12 for J413AP",
        "15.5 public 2025-05-12 for J413AP",
    ])
}

fn tahoe() -> Catalog {
    catalog(&[
        "15.7 public 2025-09-15 for J413AP",
        "26.3 25D125 public 2026-02-11..2026-03-04 for J413AP",
        "26.3.1 25D2128 public 2026-03-04 for J413AP",
        "26.3.1 (a) 25D771280a<25D2128 public 2026-03-17 for J413AP",
    ])
}

fn catalog_of_ipads() -> Catalog {
    catalog(&["18.7 public 2025-09-15 for iPad14,1", "26.3 public 2026-02-11 for iPad14,1"])
}

fn reviewed(mut catalog: Catalog, texts: &[&str]) -> Catalog {
    catalog.set_reviews(reviews(texts, Platform::MacOs));
    catalog
}

/// The only caller of `decide` in these examples.
pub(crate) fn decided(
    catalog: &Catalog,
    now: &str,
    device_text: &str,
    item_texts: &[&str],
) -> Decision {
    let device = device(device_text);
    decide(moment(now), catalog, &items(item_texts, &device), &device)
}
