//! Examples of Background Security Improvements (12).

use insta::assert_snapshot;

use super::text::{catalog, line, sentences};
use super::{decided, reviewed, tahoe};
use crate::Catalog;

const ON_NEWEST: &str = "J413AP on 26.3.1, build 25D2128";

fn improved(extra: &[&str]) -> Catalog {
    let mut lines = vec![
        "26.3.1 25D2128 public 2026-03-04 for J413AP",
        "26.3.1 (a) 25D771280a<25D2128 public 2026-03-17 for J413AP",
    ];
    lines.extend(extra);
    catalog(&lines)
}

#[test]
fn an_improvement_is_for_one_build_only() {
    let item = ["26 rolling 1w at 09:00; bsi 3d at 12:00"];
    let on = |device: &str| {
        let decision = decided(&improved(&[]), "2026-03-18", device, &item);
        format!("{}\n{}", line(&decision), sentences(&decision))
    };
    assert_snapshot!(on("J413AP on 26.3.1, build 25D2130"), @r"
    up to date [Pass]
    the device runs 26.3.1 and nothing newer is asked of it
    26.3.1 (a) is only for devices on build 25D2128
    ");
    assert!(on("J413AP on 26.3.1, build unknown").contains("the device's is not known"));
    assert!(on(ON_NEWEST).starts_with("26.3.1 (a) (25D771280a) by 2026-03-20T12:00:00 [Pending]"));
}

#[test]
fn without_enforcement_improvements_are_left_to_the_user() {
    let item = ["26 rolling 1w at 09:00"];
    assert_snapshot!(
        line(&decided(&improved(&[]), "2026-03-18", ON_NEWEST, &item)), @"up to date [Pass]"
    );
}

#[test]
fn improvements_are_enforced_beside_versions_that_are_not() {
    let item = ["26 unmanaged; selfservice; bsi 3d at 12:00"];
    assert_snapshot!(
        line(&decided(&improved(&[]), "2026-03-18", ON_NEWEST, &item)),
        @"26.3.1 (a) (25D771280a) by 2026-03-20T12:00:00 [Pending]"
    );
}

#[test]
fn a_later_letter_does_not_postpone_the_first() {
    let catalog = improved(&["26.3.1 (b) 25D771290b<25D2128 public 2026-03-19 for J413AP"]);
    let item = ["26 rolling 1w at 09:00; bsi 3d at 12:00"];
    let decision = decided(&catalog, "2026-03-19", ON_NEWEST, &item);
    assert_snapshot!(
        line(&decision), @"26.3.1 (a) (25D771280a) by 2026-03-20T12:00:00 [Pending]"
    );
    let missed = decided(&catalog, "2026-03-21", ON_NEWEST, &item);
    assert_snapshot!(line(&missed), @"26.3.1 (b) (25D771290b) by 2026-03-20T12:00:00 [Pending]");
    let with_a = decided(&catalog, "2026-03-19", "J413AP on 26.3.1 (a), build 25D2128", &item);
    assert_snapshot!(line(&with_a), @"26.3.1 (b) (25D771290b) by 2026-03-22T12:00:00 [Pending]");
}

#[test]
fn a_withdrawn_improvement_is_withdrawn_from_devices_without_it() {
    let catalog = catalog(&[
        "13.4.1 22F82 public 2023-06-21 for J314sAP",
        "13.4.1 (a) 22F770820b<22F82 public 2023-07-10..2023-07-11 for J314sAP",
        "14.0 23A344 public 2023-09-26 for J314sAP",
        "14.0 (a) 23A770820b<23A344 public 2023-10-10..2023-10-11 for J314sAP",
    ]);
    let item = ["14 rolling 1w at 09:00; bsi 1d at 12:00"];
    let at = |now: &str| line(&decided(&catalog, now, "J314sAP on 14.0, build 23A344", &item));
    assert_snapshot!(at("2023-10-10"), @"14.0 (a) (23A770820b) by 2023-10-11T12:00:00 [Pending]");
    assert_snapshot!(at("2023-10-12"), @"up to date [Pass]");
    let old = ["13 rolling 1w at 09:00; bsi 1d at 12:00"];
    let decision = decided(&catalog, "2023-07-10", "J314sAP on 13.4.1, build 22F82", &old);
    assert_snapshot!(line(&decision), @"up to date [Pass]");
    assert!(sentences(&decision).contains("need declarative management"));
}

#[test]
fn a_newer_minor_inherits_the_due_date_of_the_improvement_it_cuts_off() {
    let catalog = improved(&["26.4 public 2026-03-18 for J413AP"]);
    let item = ["26 rolling 2w at 09:00; bsi 3d at 12:00"];
    let decision = decided(&catalog, "2026-03-18", ON_NEWEST, &item);
    assert_snapshot!(line(&decision), @"26.4 by 2026-03-20T12:00:00 [Pending]");
    let told = "26.4 replaces 26.3.1 (a) and takes over its due date, 2026-03-20 12:00";
    assert!(sentences(&decision).contains(told), "{}", sentences(&decision));
    let with_a = decided(&catalog, "2026-03-18", "J413AP on 26.3.1 (a), build 25D2128", &item);
    assert_snapshot!(line(&with_a), @"26.4 by 2026-04-01T09:00:00 [Pending]");
}

#[test]
fn an_improvement_that_came_after_the_minor_is_not_inherited() {
    let catalog = catalog(&[
        "26.3.1 25D2128 public 2026-03-04 for J413AP",
        "26.4 public 2026-03-15 for J413AP",
        "26.3.1 (a) 25D771280a<25D2128 public 2026-03-17 for J413AP",
    ]);
    let item = ["26 rolling 2w at 09:00; bsi 3d at 12:00"];
    let decision = decided(&catalog, "2026-03-19", ON_NEWEST, &item);
    assert_snapshot!(line(&decision), @"26.4 by 2026-03-29T09:00:00 [Pending]");
}

#[test]
fn only_the_newest_assigned_track_gets_improvements() {
    let items = ["26 rolling 1w at 09:00; bsi 3d at 12:00", "27 unmanaged; selfservice"];
    let decision = decided(&tahoe(), "2026-03-18", ON_NEWEST, &items);
    assert_snapshot!(line(&decision), @"up to date [Pass]");
}

#[test]
fn an_improvement_on_hold_is_not_enforced() {
    let catalog = reviewed(improved(&[]), &["26.3.1(a) held 2026-03-17"]);
    let item = ["26 rolling 1w at 09:00; bsi 3d at 12:00"];
    assert_snapshot!(
        line(&decided(&catalog, "2026-03-18", ON_NEWEST, &item)), @"up to date [Pass]"
    );
}
