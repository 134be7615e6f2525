//! Worked examples: who is named first before a change is saved, and what softens it.

use jiff::civil::Time;
use uuid::Uuid;

use super::*;
use crate::Period;
use crate::decide::decide;
use crate::decide::tests::text::{catalog, day, device, items, moment, version};

const NOW: &str = "2025-05-20T12:00:00Z";
const SEQUOIA: [&str; 2] =
    ["15.4 public 2025-03-31..2025-05-12 for J413AP", "15.5 public 2025-05-12 for J413AP"];

/// One device, and the item that it has before and after the change; none where there is none.
struct Case<'a> {
    device: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

fn case<'a>(device: &'a str, before: &'a str, after: &'a str) -> Case<'a> {
    let item = |text: &'a str| (!text.is_empty()).then_some(text);
    Case { device, before: item(before), after: item(after) }
}

/// The preview of a change for these devices, which are numbered from 1.
fn preview(cases: &[Case<'_>]) -> Preview {
    let catalog = catalog(&SEQUOIA);
    let decisions: Vec<_> = cases
        .iter()
        .map(|case| {
            let device = device(case.device);
            let decided = |item: Option<&str>| {
                let items = items(item.as_slice(), &device);
                decide(moment(NOW), &catalog, &items, &device)
            };
            (device.utc_offset, decided(case.before), decided(case.after))
        })
        .collect();
    let comparisons = decisions.iter().zip(1..).map(|((utc_offset, before, after), number)| {
        let device = DeviceId(Uuid::from_u128(number));
        Comparison { device, utc_offset: *utc_offset, before, after }
    });
    Preview::new(moment(NOW), comparisons)
}

/// The changes, one a line: the device's number, what it must install before and after.
fn lines(preview: &Preview) -> Vec<String> {
    let demand = |demand: Option<Demand>| match demand {
        Some(demand) => format!("{} by {}", demand.version, demand.deadline),
        None => "nothing".to_owned(),
    };
    let line = |change: &PreviewChange| {
        let soon = if change.is_due_soon { " soon" } else { "" };
        let number = change.device.0.as_u128();
        format!("{number}: {} → {}{soon}", demand(change.before), demand(change.after))
    };
    preview.changes.iter().map(line).collect()
}

#[test]
fn devices_due_within_a_day_are_named_first_and_then_the_others_by_deadline() {
    let preview = preview(&[
        case("J413AP on 15.4", "", "15 rolling 3w at 09:30"),
        case("J413AP on 15.4", "15 rolling 3w at 09:30", ""),
        case("J413AP on 15.4", "", "15 rolling 2d at 09:30"),
        case("J413AP on 15.4", "", "15 rolling 2w at 09:30"),
        case("J413AP on 15.4", "", "15 rolling 9d at 12:00"),
    ]);
    assert_eq!(
        lines(&preview),
        [
            "3: nothing → 15.5 by 2025-05-14T09:30:00 soon",
            "5: nothing → 15.5 by 2025-05-21T12:00:00 soon",
            "4: nothing → 15.5 by 2025-05-26T09:30:00",
            "1: nothing → 15.5 by 2025-06-02T09:30:00",
            "2: 15.5 by 2025-06-02T09:30:00 → nothing",
        ]
    );
    assert_eq!(preview.due_soon(), 2);
}

#[test]
fn minute_after_the_day_is_not_soon() {
    let preview = preview(&[case("J413AP on 15.4", "", "15 rolling 9d at 12:01")]);
    assert_eq!(preview.due_soon(), 0);
}

#[test]
fn day_is_counted_by_each_devices_own_clock() {
    let item = "15 rolling 10d at 00:30";
    let preview = preview(&[
        case("J413AP on 15.4, offset -8", "", item),
        case("J413AP on 15.4, offset +13", "", item),
        case("J413AP on 15.4, offset unknown", "", item),
    ]);
    assert_eq!(
        lines(&preview),
        [
            "2: nothing → 15.5 by 2025-05-22T00:30:00 soon",
            "3: nothing → 15.5 by 2025-05-22T00:30:00 soon",
            "1: nothing → 15.5 by 2025-05-22T00:30:00",
        ]
    );
}

#[test]
fn device_for_which_nothing_changes_is_only_counted() {
    let item = "15 rolling 1d at 09:30";
    let preview = preview(&[
        case("J413AP on 15.4", item, item),
        case("J413AP on 15.5", item, "15 rolling 2d at 09:30"),
        case("J413AP on 15.4", "", ""),
    ]);
    assert_eq!((lines(&preview), preview.unchanged), (Vec::new(), 3));
}

#[test]
fn deadline_that_stays_is_not_due_soon_by_this_change() {
    let preview = preview(&[case(
        "J413AP on 15.4, failed 1",
        "15 rolling 1d at 09:30",
        "15 rolling 1d at 09:30; paused",
    )]);
    assert_eq!(lines(&preview), ["1: 15.5 by 2025-05-13T09:30:00 → nothing"]);
}

#[test]
fn status_alone_is_a_change_too() {
    let preview =
        preview(&[case("J413AP on 15.4", "", "15 rolling 1d at 09:30; exempt 2025-12-31")]);
    assert_eq!(lines(&preview), ["1: nothing → nothing"]);
    let change = preview.changes[0];
    assert_eq!((change.status_before, change.status_after), (Status::Pass, Status::Excluded));
}

#[test]
fn digest_is_of_all_that_is_shown() {
    let cases = || {
        [
            case("J413AP on 15.4", "", "15 rolling 2w at 09:30"),
            case("J413AP on 15.5", "", "15 rolling 2w at 09:30"),
        ]
    };
    let digest = preview(&cases()).digest();
    assert_eq!(preview(&cases()).digest(), digest);
    let mut later = cases();
    later[0].after = Some("15 rolling 2w at 09:31");
    assert_ne!(preview(&later).digest(), digest, "a deadline");
    let fewer = &cases()[..1];
    assert_ne!(preview(fewer).digest(), digest, "a device that stays as it is");
}

// "Give everybody N days": S000's last paragraphs.

fn softened(enforcement: VersionEnforcement, days: u16) -> VersionEnforcement {
    give_everybody_days(enforcement, version("15.5"), moment(NOW), days)
}

fn at(text: &str) -> Time {
    format!("{text}:00").parse().unwrap()
}

fn minimum(floor: &str, on: &str, at_time: &str) -> VersionEnforcement {
    VersionEnforcement::Minimum { version: version(floor), on: day(on), at: at(at_time) }
}

#[test]
fn rolling_that_is_switched_on_late_becomes_a_minimum_of_the_newest() {
    let rolling =
        |at_time| VersionEnforcement::Rolling { within: Period::Days(7), at: at(at_time) };
    assert_eq!(softened(rolling("09:30"), 5), minimum("15.5", "2025-05-26", "09:30"));
    // At UTC+14 it is two in the night of the 26th when five days are over.
    assert_eq!(softened(rolling("02:00"), 5), minimum("15.5", "2025-05-26", "02:00"));
    assert_eq!(softened(rolling("01:59"), 5), minimum("15.5", "2025-05-27", "01:59"));
}

#[test]
fn typed_deadline_moves_later_and_never_earlier() {
    assert_eq!(
        softened(minimum("15.4", "2025-05-21", "09:30"), 5),
        minimum("15.4", "2025-05-26", "09:30")
    );
    let late = minimum("15.4", "2025-08-01", "09:30");
    assert_eq!(softened(late, 5), late);
    let exactly = |on: &str| VersionEnforcement::Specific {
        version: version("15.4"),
        on: day(on),
        at: at("09:30"),
    };
    assert_eq!(softened(exactly("2025-05-21"), 5), exactly("2025-05-26"));
}

#[test]
fn what_enforces_nothing_needs_no_days() {
    let nothing = VersionEnforcement::DoNotManage;
    assert_eq!(softened(nothing, 5), nothing);
}

#[test]
fn nobody_is_due_sooner_than_the_days_that_were_given() {
    let now = moment(NOW);
    let rolling = VersionEnforcement::Rolling { within: Period::Days(1), at: at("00:00") };
    for days in 0..=30 {
        let VersionEnforcement::Minimum { on, at, .. } = softened(rolling, days) else {
            panic!("rolling becomes a minimum")
        };
        let first = Offset::constant(14).to_timestamp(on.to_datetime(at)).unwrap();
        let given = SignedDuration::from_hours(24 * i64::from(days));
        assert!(first.duration_since(now) >= given, "{days} days");
        let longest = given + SignedDuration::from_hours(24);
        assert!(first.duration_since(now) < longest, "{days} days, and no more than one");
    }
}
