//! Examples of which item is followed, of what cannot be resolved or managed, and of the status.

use insta::assert_snapshot;

use super::text::{catalog, line, moment, sentences};
use super::{catalog_of_ipads, decided, reviewed, sequoia, tahoe};
use crate::Platform;

// 11: several items.

#[test]
fn the_more_specific_item_wins_and_then_the_stricter_deadline() {
    let items = ["15 rolling 1w at 09:00", "15 rolling 3w at 09:00; depth 1"];
    let decision = decided(&sequoia(), "2025-05-13", "J413AP on 15.4", &items);
    assert_snapshot!(line(&decision), @"15.5 by 2025-06-02T09:00:00 [Pending]");
    assert!(sentences(&decision).starts_with("item 2 is assigned more specifically"));
    let items = ["15 rolling 3w at 09:00", "15 rolling 1w at 09:00"];
    let decision = decided(&sequoia(), "2025-05-13", "J413AP on 15.4", &items);
    assert_snapshot!(line(&decision), @"15.5 by 2025-05-19T09:00:00 [Pending]");
    assert!(sentences(&decision).contains("item 2 has the earlier deadline"));
}

#[test]
fn across_majors_the_earlier_deadline_comes_first_and_the_next_major_after_it() {
    let catalog =
        catalog(&["15.7.5 public 2026-03-04 for J413AP", "26.3.1 public 2026-03-04 for J413AP"]);
    let items = ["15 rolling 1w at 09:00", "26 rolling 1m at 09:00"];
    let decision = decided(&catalog, "2026-03-05", "J413AP on 15.7.4", &items);
    assert_snapshot!(
        line(&decision), @"15.7.5 by 2026-03-11T09:00:00, then 26.3.1 [Pending]"
    );
}

#[test]
fn a_device_far_behind_restarts_once() {
    let catalog =
        catalog(&["15.7.5 public 2026-03-04 for J413AP", "26.3.1 public 2026-03-04 for J413AP"]);
    let items = ["15 rolling 1w at 09:00", "26 rolling 2w at 09:00"];
    let decision = decided(&catalog, "2026-04-01", "J413AP on 15.7.4", &items);
    assert_snapshot!(line(&decision), @"26.3.1 by 2026-03-18T09:00:00 [Pending]");
}

#[test]
fn items_for_another_platform_or_left_out_by_a_rule_do_not_count() {
    let other = ["15 rolling 1w at 09:00; for ios"];
    let decision = decided(&sequoia(), "2025-06-01", "J413AP on 15.4", &other);
    assert_snapshot!(line(&decision), @"not assigned [Pass]");
    let excluded = ["15 rolling 1w at 09:00; excluded"];
    let decision = decided(&sequoia(), "2025-06-01", "J413AP on 15.4", &excluded);
    assert_snapshot!(line(&decision), @"excluded [Excluded]");
    let none = decided(&sequoia(), "2025-06-01", "J413AP on 15.4", &[]);
    assert_snapshot!(line(&none), @"not assigned [Pass]");
}

// 13: nothing to install.

#[test]
fn nothing_to_install_is_unresolved_with_its_reason() {
    let expired = catalog(&[
        "15.5 public 2025-05-12..2025-06-01 installable 2025-05-12..2025-07-01 for J413AP",
        "15.6 public 2025-06-01..2025-06-05 installable 2025-06-01..2025-07-01 for J413AP",
        "26.0 public 2025-06-05 for J413AP",
    ]);
    let on = |item: &str| line(&decided(&expired, "2025-07-02", "J413AP on 15.4", &[item]));
    assert_snapshot!(
        on("15 rolling 1w at 09:00"),
        @"unresolved: Apple no longer offers the version [Error]"
    );
    let exactly = |version: &str| {
        let item = format!("15 exactly {version} on 2025-08-01 at 09:00");
        line(&decided(&sequoia(), "2025-05-13", "J413AP on 15.3", &[&item]))
    };
    assert_snapshot!(
        exactly("15.4.1"), @"unresolved: the version is not for this device [Error]"
    );
    let withdrawn = catalog(&["15.5 public 2025-05-12..2025-05-14 for J413AP"]);
    let item = ["15 exactly 15.5 on 2025-08-01 at 09:00"];
    let decision = decided(&withdrawn, "2025-05-15", "J413AP on 15.4", &item);
    assert_snapshot!(line(&decision), @"unresolved: Apple withdrew the version [Error]");
}

#[test]
fn what_an_administrator_keeps_back_is_the_reason_where_it_would_satisfy_what_is_due() {
    let lines = [
        "15.4 public 2025-03-31..2025-05-12 installable 2025-03-31..2025-08-10 for J413AP",
        "15.5 public 2025-05-12 for J413AP",
    ];
    let on = |item: &str, review: &str, running: &str| {
        let catalog = reviewed(catalog(&lines), &[review]);
        let decision = decided(&catalog, "2025-08-11", &format!("J413AP on {running}"), &[item]);
        let last = sentences(&decision).lines().last().unwrap().to_owned();
        format!("{}\n{last}", line(&decision))
    };
    let held = "15.5 held 2025-05-13";
    assert_snapshot!(on("15 rolling 2w at 09:00", held, "15.3"), @r"
    unresolved: the version is on hold [Error]
    15.4 is due by 2025-04-14 09:00 and nothing satisfies it: 15.5 is on hold
    ");
    assert_snapshot!(on("15 minimum 15.4 on 2025-06-01 at 09:00", held, "15.3"), @r"
    unresolved: the version is on hold [Error]
    15.4 is due by 2025-06-01 09:00 and nothing satisfies it: 15.5 is on hold
    ");
    // Only the typed version itself would do.
    assert_snapshot!(on("15 exactly 15.4 on 2025-06-01 at 09:00", held, "15.3"), @r"
    unresolved: Apple no longer offers the version [Error]
    15.4 is due by 2025-06-01 09:00 and nothing satisfies it: 15.4 is no longer offered by Apple
    ");
}

#[test]
fn what_returns_after_a_long_gap_counts_from_its_return() {
    let lines = [
        "11.7.10 public 2023-09-11..2023-12-01 installable 2023-09-11..2024-03-01 for J314sAP",
        "12.7 public 2023-09-21 for J314sAP",
    ];
    let item = ["11 rolling 2w at 09:00"];
    let gone = decided(&catalog(&lines), "2025-01-01", "J314sAP on 11.7.9", &item);
    assert_snapshot!(line(&gone), @"unresolved: Apple no longer offers the version [Error]");
    let back = catalog(&[lines[0], lines[1], "11.7.11 public 2026-02-02 for J314sAP"]);
    let decision = decided(&back, "2026-02-03", "J314sAP on 11.7.9", &item);
    assert_snapshot!(line(&decision), @"11.7.11 by 2026-02-16T09:00:00 [Pending]");
    let typed = ["11 minimum 11.7.10 on 2024-01-01 at 09:00; notice 5"];
    let decision = decided(&back, "2026-02-03", "J314sAP on 11.7.9", &typed);
    assert_snapshot!(line(&decision), @"11.7.11 by 2026-02-07T09:00:00 [Pending]");
}

#[test]
fn a_gap_that_a_hold_made_does_not_count() {
    let lines = ["15.5 public 2025-05-12 for J413AP"];
    let catalog = reviewed(catalog(&lines), &["15.5 resumed 2025-05-14"]);
    let item = ["15 rolling 2w at 09:00"];
    let decision = decided(&catalog, "2025-06-01", "J413AP on 15.4", &item);
    assert_snapshot!(line(&decision), @"15.5 by 2025-05-28T09:00:00 [Pending]");
}

#[test]
fn a_specific_version_about_to_leave_the_feed_is_announced() {
    let catalog = catalog(&[
        "15.4 public 2025-03-31..2025-05-12 expires 2025-05-12=2025-08-10 for J413AP",
        "15.5 public 2025-05-12 for J413AP",
    ]);
    let item = ["15 exactly 15.4 on 2025-09-01 at 09:00"];
    let at = |now: &str| sentences(&decided(&catalog, now, "J413AP on 15.3", &item));
    assert!(!at("2025-07-26").contains("leaves Apple's feed"));
    assert!(at("2025-07-27").contains("15.4 leaves Apple's feed on 2025-08-10"));
    let announced = |version: &str, now: &str| {
        let on = catalog.leaves_feed(Platform::MacOs, version.parse().unwrap(), moment(now));
        on.map(|on| on.to_string())
    };
    assert_eq!(announced("15.4", "2025-07-26"), None);
    assert_eq!(announced("15.4", "2025-07-27").as_deref(), Some("2025-08-10"));
    assert_eq!(announced("15.5", "2025-07-27"), None);
}

#[test]
fn a_floor_never_published_for_the_model_is_met_by_its_newest() {
    let item = ["15 minimum 15.5.1 on 2025-06-01 at 09:00"];
    let at_newest = decided(&sequoia(), "2025-06-01", "J413AP on 15.5", &item);
    assert_snapshot!(line(&at_newest), @"up to date [Pass]");
    assert!(!at_newest.meets_floor);
    assert!(sentences(&at_newest).contains("the floor is not published for this model"));
    let below = decided(&sequoia(), "2025-06-01", "J413AP on 15.4", &item);
    assert_snapshot!(line(&below), @"15.5 by 2025-06-01T09:00:00 [Pending]");
}

#[test]
fn an_unresolvable_item_does_not_keep_another_from_its_target() {
    let items = ["15 exactly 15.4.1 on 2025-05-01 at 09:00", "26 rolling 1w at 09:00"];
    let decision = decided(&tahoe(), "2026-03-18", "J413AP on 15.3", &items);
    assert_snapshot!(line(&decision), @"26.3.1 by 2026-02-18T09:00:00 [Pending]");
}

// 14: waiting and incompatible.

#[test]
fn a_major_is_waited_for_until_some_device_has_it() {
    let item = ["26 rolling 1w at 09:00"];
    let catalog = catalog(&[
        "15.5 public 2025-05-12 for J413AP J140kAP",
        "26.0 public 2025-09-15 for J413AP",
    ]);
    let at = |now: &str, device: &str| line(&decided(&catalog, now, device, &item));
    assert_snapshot!(at("2025-06-01", "J413AP on 15.5"), @"waiting [Waiting]");
    assert_snapshot!(at("2025-06-01", "J140kAP on 15.5"), @"waiting [Waiting]");
    assert_snapshot!(at("2025-09-16", "J140kAP on 15.5"), @"incompatible [Incompatible]");
    let both = ["15 rolling 1w at 09:00", item[0]];
    let decision = decided(&catalog, "2025-09-16", "J140kAP on 15.5", &both);
    assert_snapshot!(line(&decision), @"up to date [Pass]");
}

#[test]
fn a_floor_is_not_met_by_a_device_below_it_that_waits_or_cannot_run_it() {
    let catalog = catalog(&[
        "15.5 public 2025-05-12 for J413AP J140kAP",
        "26.0 public 2025-09-15 for J413AP",
    ]);
    let meets = |now: &str, device: &str, items: &[&str]| {
        let decision = decided(&catalog, now, &format!("{device} on 15.5"), items);
        format!("{:?}: {}", decision.status, decision.meets_floor)
    };
    let (typed, rolling) = ("26 minimum 26.0 on 2025-12-01 at 09:00", "26 rolling 1w at 09:00");
    let offered = "26 minimum 26.0 on 2025-12-01 at 09:00; selfservice";
    let (before, after) = ("2025-06-01", "2025-09-16");
    assert_eq!(meets(before, "J413AP", &[typed]), "Waiting: false");
    // Nothing is out that a rolling floor could be, and what is offered is never forced.
    assert_eq!(meets(before, "J413AP", &[rolling]), "Waiting: true");
    assert_eq!(meets(before, "J413AP", &[offered]), "Waiting: true");
    assert_eq!(meets(after, "J140kAP", &[typed]), "Incompatible: false");
    assert_eq!(meets(after, "J140kAP", &[rolling]), "Incompatible: false");
    assert_eq!(meets(after, "J140kAP", &[offered]), "Incompatible: true");
    // An item for what the hardware can run says all there is to say.
    let own = "15 rolling 1w at 09:00";
    assert_eq!(meets(after, "J140kAP", &[own, rolling]), "Pass: true");
}

#[test]
fn a_track_whose_releases_are_all_held_is_waited_for() {
    let catalog = reviewed(tahoe(), &["26.3 held 2026-03-01", "26.3.1 held 2026-03-05"]);
    let item = ["26 rolling 1w at 09:00"];
    let decision = decided(&catalog, "2026-03-18", "J413AP on 15.7", &item);
    assert_snapshot!(line(&decision), @"waiting [Waiting]");
}

// 15: not manageable.

#[test]
fn what_cannot_be_managed_says_why_and_what_would_fix_it() {
    let item = ["15 rolling 1w at 09:00"];
    let on = |device: &str| {
        let decision = decided(&sequoia(), "2025-06-01", device, &item);
        format!("{}\n{}", line(&decision), sentences(&decision))
    };
    assert_snapshot!(on("J413AP on 15.4, unsupervised"), @r"
    not manageable: the Mac is not supervised [Error]
    the Mac is not supervised; enroll it with Automated Device Enrollment or an approved profile
    ");
    assert!(on("J413AP on 15.4, user").contains("user enrollment"));
    assert!(on("J413AP on 15.4, noddm").contains("does not offer software updates"));
    assert!(on("J413AP on 15.4, noid").contains("has not told"));
    assert!(on("J999AP on 15.4").contains("not in Apple's feed yet"));
    let empty = decided(&catalog(&[]), "2025-06-01", "J413AP on 15.4", &item);
    assert!(line(&empty).contains("the release catalog is empty"));
    // No obligation is open, and nobody can do anything about the device.
    assert!(line(&empty).ends_with("[Waiting]"), "{}", line(&empty));
    assert!(on("J999AP on 15.4").contains("[Waiting]"));
    let ipad = decided(
        &catalog_of_ipads(),
        "2026-03-18",
        "iPad14,1 on 26.2, unsupervised",
        &["26 rolling 1w at 09:00"],
    );
    assert_snapshot!(line(&ipad), @"26.3 by 2026-02-18T09:00:00 [Pending]");
}

// 16: not managed, with Self Service.

#[test]
fn an_upgrade_asked_for_in_self_service_is_due_at_that_moment() {
    let item = ["26 unmanaged; selfservice; asked 2026-03-18T10:30:15Z"];
    let at = |now: &str, device: &str| line(&decided(&tahoe(), now, device, &item));
    assert_snapshot!(at("2026-03-18", "J413AP on 15.7, offset 2"), @"26.3.1 by 2026-03-18T12:30:15 [Pending]");
    assert_snapshot!(at("2026-03-18", "J413AP on 26.3"), @"up to date [Pass]");
    // What the clock showed then stays, wherever the device goes and whatever its clock does.
    let noted =
        ["26 unmanaged; selfservice; asked 2026-03-18T10:30:15.5Z local 2026-03-18T12:30:15.5"];
    for offset in ["2", "1", "-11", "unknown"] {
        let device = format!("J413AP on 15.7, offset {offset}");
        let decision = decided(&tahoe(), "2026-03-19", &device, &noted);
        assert_eq!(line(&decision), "26.3.1 by 2026-03-18T12:30:15 [Pending]");
    }
    let rolling = ["26 rolling 2m at 09:00; selfservice; asked 2026-03-18T10:30:15Z"];
    let decision = decided(&tahoe(), "2026-03-18", "J413AP on 15.7", &rolling);
    assert_snapshot!(line(&decision), @"26.3.1 by 2026-03-18T10:30:15 [Pending]");
}

// Section 4: mechanisms.

#[test]
fn the_mechanism_follows_from_version_and_hardware() {
    let catalog = catalog(&[
        "11.7.11 public 2026-02-02 for J314sAP J152fAP",
        "12.7.6 public 2024-07-29 for J314sAP J152fAP",
        "14.8 public 2026-02-02 for J314sAP J152fAP",
        "16.7.15 public 2026-02-02 for iPhone12,1",
        "17.7 public 2026-02-02 for iPhone12,1",
        "18.5 public 2026-02-02 for AppleTV11,1",
    ]);
    let by = |device: &str, major: u16| {
        let item = format!("{major} rolling 1w at 09:00");
        decided(&catalog, "2026-03-01", device, &[&item]).mechanism.unwrap().words()
    };
    let ddm = "declarative device management";
    assert_eq!(by("J314sAP on 14.0", 14), ddm);
    assert_eq!(by("J152fAP on 14.0, intel", 14), ddm);
    assert_eq!(by("J314sAP on 12.1", 12), "MDM commands");
    assert_eq!(by("J152fAP on 11.4, intel", 11), "MDM commands");
    assert_eq!(by("J314sAP on 11.3", 11), "the agent");
    assert_eq!(by("J314sAP on 12.1", 14), "MDM commands");
    assert_eq!(by("J314sAP on 11.4", 14), "the agent");
    assert_eq!(by("J152fAP on 12.1, intel", 14), "the agent");
    assert_eq!(by("iPhone12,1 on 16.7", 17), "MDM commands");
    assert_eq!(by("iPhone12,1 on 17.0", 17), ddm);
    assert_eq!(by("AppleTV11,1 on 18.3", 18), "MDM commands");
    assert_eq!(by("AppleTV11,1 on 18.4", 18), ddm);
}

// Section 5: the status.

#[test]
fn the_status_tells_what_the_device_is_doing() {
    let item = ["15 rolling 2w at 09:30"];
    let on = |facts: &str| {
        let device = format!("J413AP on 15.4, {facts}");
        format!("{:?}", decided(&sequoia(), "2025-05-20", &device, &item).status)
    };
    assert_eq!(on("waiting 15.5"), "Pending");
    assert_eq!(on("downloading 15.5"), "Downloading");
    assert_eq!(on("prepared 15.5"), "Cached");
    assert_eq!(on("installing 15.5"), "Installing");
    assert_eq!(on("installing 15.4.1"), "Pending");
    assert_eq!(on("failed 2"), "Error");
    assert_eq!(on("refused"), "Error");
}

#[test]
fn a_device_is_overdue_when_it_checks_in_48_hours_after_the_deadline() {
    let item = ["15 rolling 2w at 09:30"];
    let at = |now: &str, facts: &str| {
        let device = format!("J413AP on 15.4, {facts}");
        format!("{:?}", decided(&sequoia(), now, &device, &item).status)
    };
    let (soon, later) = ("2025-05-28T09:30:00Z", "2025-05-28T09:31:00Z");
    assert_eq!(at(soon, "seen 2025-05-28T09:30:00Z"), "Pending");
    assert_eq!(at(later, "seen 2025-05-28T09:30:30Z"), "Error");
    assert_eq!(at("2025-06-20", "seen 2025-05-27"), "Pending");
    // An unknown offset counts as UTC−12.
    assert_eq!(at(later, "seen 2025-05-28T09:30:30Z, offset unknown"), "Pending");
    assert_eq!(at("2025-05-28T21:31:00Z", "seen 2025-05-28T21:30:30Z, offset unknown"), "Error");
}
