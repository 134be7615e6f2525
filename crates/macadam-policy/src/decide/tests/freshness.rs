//! Examples of what stands still around a deadline (10), beside those of the newest version.

use insta::assert_snapshot;

use super::decided;
use super::text::{catalog, line};

const ON_NEWEST: &str = "J413AP on 26.3.1, build 25D2128";

#[test]
fn the_last_day_of_an_inherited_due_date_keeps_the_target() {
    let catalog = catalog(&[
        "26.3.1 25D2128 public 2026-03-04 for J413AP",
        "26.3.1 (a) 25D771280a<25D2128 public 2026-03-17 for J413AP",
        "26.4 public 2026-03-18 for J413AP",
        "26.4.1 public 2026-03-19T20:00:00Z for J413AP",
    ]);
    let item = ["26 rolling 2w at 09:00; bsi 3d at 12:00"];
    let at = |now: &str, device: &str| line(&decided(&catalog, now, device, &item));
    assert_snapshot!(at("2026-03-19T11:00:00Z", ON_NEWEST), @"26.4 by 2026-03-20T12:00:00 [Pending]");
    assert_snapshot!(at("2026-03-19T20:00:00Z", ON_NEWEST), @"26.4 by 2026-03-20T12:00:00 [Pending]");
    assert_snapshot!(at("2026-03-20T12:00:00Z", ON_NEWEST), @"26.4.1 by 2026-03-20T12:00:00 [Pending]");
    let at_work = format!("{ON_NEWEST}, installing 26.4");
    assert_snapshot!(at("2026-03-20T12:00:00Z", &at_work), @"26.4 by 2026-03-20T12:00:00 [Installing]");
}

#[test]
fn a_minor_that_cuts_an_improvement_off_in_its_last_day_waits_for_the_deadline() {
    let item = ["26 rolling 2w at 09:00; bsi 3d at 12:00"];
    let lines = |improvement: &str| {
        [
            "26.3.1 25D2128 public 2026-03-04 for J413AP".to_owned(),
            format!("26.3.1 (a) 25D771280a<25D2128 public {improvement} for J413AP"),
            "26.4 public 2026-03-19 for J413AP".to_owned(),
        ]
    };
    let at = |now: &str, improvement: &str, device: &str| {
        let lines = lines(improvement);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        line(&decided(&catalog(&lines), now, device, &item))
    };
    let (stays, leaves) = ("2026-03-17", "2026-03-17..2026-03-19");
    assert_snapshot!(
        at("2026-03-19", stays, ON_NEWEST), @"26.3.1 (a) (25D771280a) by 2026-03-20T12:00:00 [Pending]"
    );
    assert_snapshot!(at("2026-03-19", leaves, ON_NEWEST), @"26.4 by 2026-03-20T12:00:00 [Pending]");
    assert_snapshot!(
        at("2026-03-20T12:00:00Z", stays, ON_NEWEST), @"26.4 by 2026-03-20T12:00:00 [Pending]"
    );
    let at_work = format!("{ON_NEWEST}, installing 26.3.1 (a)");
    assert_snapshot!(
        at("2026-03-20T12:00:00Z", stays, &at_work),
        @"26.3.1 (a) (25D771280a) by 2026-03-20T12:00:00 [Installing]"
    );
}

#[test]
fn what_was_asked_for_in_self_service_is_not_pulled_from_under_a_device_at_work() {
    let catalog = catalog(&[
        "26.3 public 2026-02-11..2026-03-04 for J413AP",
        "26.3.1 public 2026-03-18T02:00:00Z for J413AP",
        "26.4 public 2026-03-18 for J413AP",
        "26.4.1 public 2026-03-19 for J413AP",
    ]);
    for item in ["26 unmanaged; selfservice", "26 rolling 2m at 09:00; selfservice"] {
        let item = [format!("{item}; asked 2026-03-18T10:30:00Z")];
        let item: Vec<&str> = item.iter().map(String::as_str).collect();
        let at = |now: &str, device: &str| {
            line(&decided(&catalog, now, &format!("J413AP on 15.7{device}"), &item))
        };
        let (asked, appears) = ("2026-03-18T10:30:00Z", "2026-03-18T17:00:00Z");
        assert_eq!(at(asked, ""), "26.3.1 by 2026-03-18T10:30:00 [Pending]");
        assert_eq!(at(appears, ""), "26.4 by 2026-03-18T10:30:00 [Pending]");
        assert_eq!(
            at(appears, ", downloading 26.3.1"),
            "26.3.1 by 2026-03-18T10:30:00 [Downloading]"
        );
        // What was no target of this device is no reason.
        assert_eq!(at(appears, ", downloading 26.3"), "26.4 by 2026-03-18T10:30:00 [Pending]");
        let last = "2026-03-20T10:29:00Z";
        assert_eq!(at(last, ", downloading 26.4"), "26.4 by 2026-03-18T10:30:00 [Downloading]");
        assert_eq!(
            at("2026-03-20T10:30:00Z", ", downloading 26.4"),
            "26.4.1 by 2026-03-18T10:30:00 [Pending]"
        );
    }
}

#[test]
fn a_device_with_an_unknown_clock_keeps_its_target_on_whichever_clock() {
    let item = ["15 rolling 3w at 09:00"];
    let at = |now: &str, came: &str| {
        let lines = [
            "15.3 public 2025-01-27..2025-03-10 for J413AP".to_owned(),
            "15.4 public 2025-03-10 for J413AP".to_owned(),
            format!("15.5 public {came} for J413AP"),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        line(&decided(&catalog(&lines), now, "J413AP on 15.3, offset unknown", &item))
    };
    // The deadline is 2025-03-31 at 09:00, in Kiritimati 19:00 UTC of the day before.
    let (before, after) = ("2025-03-29T18:59:00Z", "2025-03-29T19:01:00Z");
    assert_snapshot!(at("2025-03-30T00:00:00Z", before), @"15.5 by 2025-03-31T09:00:00 [Pending]");
    assert_snapshot!(at("2025-03-30T00:00:00Z", after), @"15.4 by 2025-03-31T09:00:00 [Pending]");
    // Past is what is past everywhere.
    assert_snapshot!(at("2025-03-31T20:59:00Z", after), @"15.4 by 2025-03-31T09:00:00 [Pending]");
    assert_snapshot!(at("2025-03-31T21:00:00Z", after), @"15.5 by 2025-03-31T09:00:00 [Pending]");
}

#[test]
fn a_second_build_in_the_last_day_waits_for_the_deadline() {
    // Due on 2025-03-31 at 09:00; the second build replaces the first sixteen hours before.
    let catalog = catalog(&[
        "15.4 24E248 public 2025-03-10 for J413AP",
        "15.4 24E263 public 2025-03-30 for J413AP",
    ]);
    for item in ["15 rolling 3w at 09:00; pin", "15 exactly 15.4 on 2025-03-31 at 09:00; pin"] {
        let at = |now: &str, device: &str| line(&decided(&catalog, now, device, &[item]));
        let on = "J413AP on 15.3";
        assert_eq!(at("2025-03-30", on), "15.4 (24E248) by 2025-03-31T09:00:00 [Pending]");
        let past = "2025-03-31T09:00:00Z";
        assert_eq!(at(past, on), "15.4 (24E263) by 2025-03-31T09:00:00 [Pending]");
        assert_eq!(
            at(past, "J413AP on 15.3, installing 15.4"),
            "15.4 (24E248) by 2025-03-31T09:00:00 [Installing]"
        );
    }
}

#[test]
fn a_build_for_other_hardware_in_the_last_day_changes_nothing_before_the_deadline() {
    let catalog = catalog(&[
        "15.4 24E248 public 2025-03-10 for J413AP",
        "15.4 24E2263 public 2025-03-30 for J715AP",
    ]);
    for item in ["15 rolling 3w at 09:00", "15 exactly 15.4 on 2025-03-31 at 09:00"] {
        let at = |now: &str| line(&decided(&catalog, now, "J413AP on 15.3", &[item]));
        assert_eq!(at("2025-03-30"), "15.4 by 2025-03-31T09:00:00 [Pending]");
        assert_eq!(at("2025-03-31T09:00:00Z"), "15.4 (24E248) by 2025-03-31T09:00:00 [Pending]");
    }
}
