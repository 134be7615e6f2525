//! Examples of what moves a deadline later (section 7), and of clocks around the world.

use insta::assert_snapshot;
use jiff::tz::TimeZone;

use super::text::{catalog, line, sentences};
use super::{decided, sequoia};
use crate::instant_in_zone;

fn on_15_4(item: &str) -> String {
    line(&decided(&sequoia(), "2025-05-13", "J413AP on 15.4", &[item]))
}

#[test]
fn a_ring_is_some_days_later() {
    assert_snapshot!(
        on_15_4("15 rolling 1w at 09:00; ring 3"), @"15.5 by 2025-05-22T09:00:00 [Pending]"
    );
    assert_snapshot!(
        on_15_4("15 minimum 15.5 on 2025-06-01 at 09:00; ring 3"),
        @"15.5 by 2025-06-04T09:00:00 [Pending]"
    );
}

#[test]
fn a_release_halted_by_an_earlier_ring_is_not_enforced() {
    let halted = "15 rolling 1w at 09:00; ring 3; halted 15.5 2025-05-13";
    let decision = decided(&sequoia(), "2025-05-13", "J413AP on 15.4", &[halted]);
    assert_snapshot!(
        line(&decision), @"suspended: an earlier ring had trouble with the release [Pending]"
    );
    assert!(!decision.meets_floor);
    let told = "15.5 is halted for this ring since 2025-05-13: ring 'Pilots' had trouble with it";
    assert!(sentences(&decision).contains(told), "{}", sentences(&decision));
    // Another release goes on.
    let other = "15 rolling 1w at 09:00; ring 3; halted 15.4.1 2025-05-13";
    assert_snapshot!(on_15_4(other), @"15.5 by 2025-05-22T09:00:00 [Pending]");
}

#[test]
fn the_clock_of_a_halted_release_stands_still_until_it_goes_on() {
    let item = "15 rolling 1w at 09:00; ring 3; halted 15.5 2025-05-13 resumed 2025-05-17";
    assert_snapshot!(on_15_4(item), @"15.5 by 2025-05-26T09:00:00 [Pending]");
    let decision = decided(&sequoia(), "2025-05-17", "J413AP on 15.4", &[item]);
    let told = "15.5 is due 4 days later: what meets it was halted so long";
    assert!(sentences(&decision).contains(told), "{}", sentences(&decision));
    let typed = "15 minimum 15.5 on 2025-06-01 at 09:00; halted 15.5 2025-05-20 resumed 2025-05-21";
    assert_snapshot!(on_15_4(typed), @"15.5 by 2025-06-02T09:00:00 [Pending]");
}

#[test]
fn minimum_notice_counts_from_the_later_of_release_and_assignment() {
    assert_snapshot!(
        on_15_4("15 rolling 1w at 09:00; notice 10"), @"15.5 by 2025-05-22T09:00:00 [Pending]"
    );
    let item = "15 rolling 1w at 09:00; notice 5; reached 2025-07-01";
    let decision = decided(&sequoia(), "2025-07-01", "J413AP on 15.3", &[item]);
    assert_snapshot!(line(&decision), @"15.5 by 2025-07-06T09:00:00 [Pending]");
    assert!(
        sentences(&decision)
            .contains("the minimum notice moves 2025-04-07 09:00 to 2025-07-06 09:00")
    );
}

#[test]
fn a_deadline_in_a_freeze_window_moves_to_its_end() {
    assert_snapshot!(
        on_15_4("15 rolling 1w at 09:00; freeze 2025-05-19T00:00..2025-05-23T12:00"),
        @"15.5 by 2025-05-23T12:00:00 [Pending]"
    );
    assert_snapshot!(
        on_15_4("15 rolling 1w at 09:00; freeze 2025-05-19T09:01..2025-05-23T12:00"),
        @"15.5 by 2025-05-19T09:00:00 [Pending]"
    );
    // Windows that touch count as one.
    assert_snapshot!(
        on_15_4(
            "15 rolling 1w at 09:00; freeze 2025-05-20T00:00..2025-05-24T00:00; \
             freeze 2025-05-18T00:00..2025-05-20T00:00"
        ),
        @"15.5 by 2025-05-24T00:00:00 [Pending]"
    );
}

#[test]
fn a_deadline_moves_into_the_next_maintenance_window() {
    // 2025-05-19 is a Monday.
    let at = |window: &str| on_15_4(&format!("15 rolling 1w at 09:00; window {window}"));
    assert_snapshot!(at("mon 08:00..10:00"), @"15.5 by 2025-05-19T09:00:00 [Pending]");
    assert_snapshot!(at("mon 22:00..02:00"), @"15.5 by 2025-05-19T22:00:00 [Pending]");
    assert_snapshot!(at("wed,sat 12:00..14:00"), @"15.5 by 2025-05-21T12:00:00 [Pending]");
    assert_snapshot!(at("mon 06:00..09:00"), @"15.5 by 2025-05-26T06:00:00 [Pending]");
    // Sunday's window reaches into Monday.
    assert_snapshot!(at("sun 22:00..10:00"), @"15.5 by 2025-05-19T09:00:00 [Pending]");
}

#[test]
fn freeze_and_maintenance_windows_are_both_kept() {
    assert_snapshot!(
        on_15_4(
            "15 rolling 1w at 09:00; window sat 10:00..12:00; \
             freeze 2025-05-24T11:00..2025-06-07T10:30; freeze 2025-05-24T00:00..2025-05-24T11:30"
        ),
        @"15.5 by 2025-06-07T10:30:00 [Pending]"
    );
}

#[test]
fn a_past_deadline_moves_only_by_windows_that_it_fell_in() {
    let item = "15 rolling 1w at 09:00; freeze 2025-07-01T00:00..2025-08-01T00:00";
    let decision = decided(&sequoia(), "2025-07-02", "J413AP on 15.4", &[item]);
    assert_snapshot!(line(&decision), @"15.5 by 2025-05-19T09:00:00 [Pending]");
}

#[test]
fn an_exempt_device_is_left_alone_until_the_exemption_ends() {
    let item = ["15 rolling 1w at 09:00; exempt 2025-06-01"];
    let at = |now: &str| line(&decided(&sequoia(), now, "J413AP on 15.4", &item));
    assert_snapshot!(
        at("2025-06-01T23:59:00Z"),
        @"suspended: the device or its user is exempt for now [Excluded]"
    );
    assert_snapshot!(at("2025-06-02T00:00:00Z"), @"15.5 by 2025-06-02T09:00:00 [Pending]");
}

#[test]
fn a_paused_item_enforces_nothing_and_says_so() {
    assert_snapshot!(
        on_15_4("15 rolling 1w at 09:00; paused"),
        @"suspended: the item is paused [Pending]"
    );
}

#[test]
fn the_deadline_is_the_same_on_every_clock() {
    for offset in ["14", "-11", "0", "unknown"] {
        let device = format!("J413AP on 15.4, offset {offset}");
        let decision = decided(&sequoia(), "2025-05-13", &device, &["15 rolling 1w at 02:30"]);
        assert_eq!(line(&decision), "15.5 by 2025-05-19T02:30:00 [Pending]");
    }
}

#[test]
fn the_last_24_hours_are_those_of_the_device() {
    let catalog = catalog(&[
        "15.4 public 2025-03-10..2025-03-30 for J413AP",
        "15.5 public 2025-03-30 for J413AP",
    ]);
    let item = ["15 rolling 3w at 09:00"];
    let now = "2025-03-30T21:00:00Z";
    let at = |offset: &str| {
        let device = format!("J413AP on 15.3, offset {offset}");
        line(&decided(&catalog, now, &device, &item))
    };
    // In Kiritimati the deadline is over; in Niue its last day has not begun when 15.5 came.
    assert_snapshot!(at("14"), @"15.5 by 2025-03-31T09:00:00 [Pending]");
    assert_snapshot!(at("0"), @"15.4 by 2025-03-31T09:00:00 [Pending]");
    assert_snapshot!(at("-11"), @"15.5 by 2025-03-31T09:00:00 [Pending]");
}

#[test]
fn a_time_skipped_by_a_clock_change_is_the_next_minute_that_exists() {
    let at = |local: &str, zone: &str| {
        instant_in_zone(local.parse().unwrap(), &TimeZone::get(zone).unwrap()).to_string()
    };
    assert_snapshot!(at("2025-03-30T01:59", "Europe/Berlin"), @"2025-03-30T00:59:00Z");
    assert_snapshot!(at("2025-03-30T02:30", "Europe/Berlin"), @"2025-03-30T01:00:00Z");
    assert_snapshot!(at("2025-03-30T02:00", "Europe/Berlin"), @"2025-03-30T01:00:00Z");
    assert_snapshot!(at("2025-03-30T03:00", "Europe/Berlin"), @"2025-03-30T01:00:00Z");
    assert_snapshot!(at("2025-10-26T02:30", "Europe/Berlin"), @"2025-10-26T00:30:00Z");
    assert_snapshot!(at("2025-10-05T02:10", "Australia/Lord_Howe"), @"2025-10-04T15:30:00Z");
    // Samoa left out a whole day.
    assert_snapshot!(at("2011-12-30T12:00", "Pacific/Apia"), @"2011-12-30T10:00:00Z");
}
