//! The invariants of the decision, on invented catalogs, items and devices.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::text::{catalog, day, deadline, device, extend, items, moment};
use crate::decide::{AssignedItem, Decision, Outcome, decide};
use crate::{Catalog, Device, VersionEnforcement};

/// What becomes of an invented release.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Stays,
    /// Leaves the public set when the next one comes, and the other after so many days more.
    Superseded(i64),
    /// Leaves the public set after so many days.
    Leaves(i64),
}

#[derive(Clone, Debug)]
struct World {
    /// Lines of the catalog, the last release at the latest on `last`.
    releases: Vec<String>,
    last: Date,
    device: String,
    item: String,
    /// Days after `last`.
    later: i64,
}

const FIRST: &str = "2025-01-10";

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        2 => Just(Fate::Stays),
        4 => (10_i64..100).prop_map(Fate::Superseded),
        1 => (1_i64..20).prop_map(Fate::Leaves),
    ]
}

/// Releases 15.1, 15.2, … each some days after the one before, then those of 26; some are not
/// for the device.
fn releases() -> impl Strategy<Value = (Vec<String>, Date)> {
    let release = (1_i64..40, fate(), prop::bool::weighted(0.85));
    prop::collection::vec(release, 1..9).prop_map(|releases| {
        let first_of_26 = releases.len() / 2 + 1;
        let mut released = day(FIRST);
        let mut lines = Vec::new();
        let gaps: Vec<i64> = releases.iter().map(|(gap, ..)| *gap).collect();
        for (index, (gap, fate, is_for_device)) in releases.into_iter().enumerate() {
            released = released.saturating_add(gap.days());
            let version = if index < first_of_26 {
                format!("15.{}", index + 1)
            } else {
                format!("26.{}", index - first_of_26)
            };
            let next = gaps.get(index + 1).map(|gap| released.saturating_add(gap.days()));
            let spans = spans(released, next, fate);
            let ids = if is_for_device { "J413AP J999AP" } else { "J999AP" };
            lines.push(format!("{version} {spans} for {ids}"));
        }
        (lines, released)
    })
}

fn spans(released: Date, next: Option<Date>, fate: Fate) -> String {
    match (fate, next) {
        (Fate::Superseded(days), Some(next)) => {
            let end = next.saturating_add(days.days());
            format!("public {released}..{next} installable {released}..{end}")
        }
        (Fate::Leaves(days), _) => {
            let end = released.saturating_add(days.days());
            format!("public {released}..{end}")
        }
        (Fate::Stays | Fate::Superseded(_), _) => format!("public {released}"),
    }
}

fn enforcement() -> impl Strategy<Value = String> {
    let within = prop::sample::select(vec!["1d", "5d", "2w", "1m", "3m"]);
    let at = prop::sample::select(vec!["00:00", "02:30", "09:30", "23:59"]);
    let kind = prop::sample::select(vec!["rolling", "minimum", "exactly"]);
    (within, at, kind, 1_u8..6, 0_i64..200, prop::bool::ANY).prop_map(
        |(within, at, kind, minor, on, is_26)| {
            let major = if is_26 { 26 } else { 15 };
            if kind == "rolling" {
                return format!("{major} rolling {within} at {at}");
            }
            let on = day(FIRST).saturating_add(on.days());
            format!("{major} {kind} {major}.{minor} on {on} at {at}")
        },
    )
}

fn brakes() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => (1_u16..20).prop_map(|days| format!("; ring {days}")),
        1 => (1_u16..30).prop_map(|days| format!("; notice {days}")),
        1 => (0_i64..200, 1_i64..40).prop_map(|(from, days)| {
            let from = day(FIRST).saturating_add(from.days());
            let until = from.saturating_add(days.days());
            format!("; freeze {from}T00:00..{until}T12:00")
        }),
        1 => Just("; window tue,thu 22:00..02:00".to_owned()),
        1 => (0_i64..200).prop_map(|days| {
            format!("; exempt {}", day(FIRST).saturating_add(days.days()))
        }),
    ]
}

fn worlds() -> impl Strategy<Value = World> {
    let version =
        prop::sample::select(vec!["14.7", "15.0", "15.1", "15.2", "15.3", "15.4", "26.0"]);
    let offset = prop::sample::select(vec!["14", "-11", "0", "5", "unknown"]);
    let state =
        prop::sample::select(vec!["", ", downloading 15.2", ", installing 15.3", ", failed 1"]);
    (releases(), version, offset, state, enforcement(), brakes(), 0_i64..300).prop_map(
        |((releases, last), version, offset, state, enforcement, brakes, later)| World {
            releases,
            last,
            device: format!("J413AP on {version}, offset {offset}{state}"),
            item: format!("{enforcement}{brakes}"),
            later,
        },
    )
}

impl World {
    fn catalog(&self) -> Catalog {
        let lines: Vec<&str> = self.releases.iter().map(String::as_str).collect();
        catalog(&lines)
    }

    /// After every event of the catalog.
    fn now(&self) -> Timestamp {
        let settled = self.last.saturating_add(150.days()).saturating_add(self.later.days());
        moment(&settled.to_string())
    }

    fn device(&self) -> Device {
        device(&self.device)
    }

    fn items(&self) -> Vec<AssignedItem> {
        items(&[&self.item], &self.device())
    }

    /// The only caller of `decide` in these properties.
    fn decide(&self, now: Timestamp, catalog: &Catalog) -> Decision {
        decide(now, catalog, &self.items(), &self.device())
    }
}

fn is_installing(decision: &Decision) -> bool {
    deadline(decision).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn time_passing_alone_moves_no_deadline(world in worlds(), hours in 0_i64..9000) {
        let catalog = world.catalog();
        let first = world.decide(world.now(), &catalog);
        let later = world.now().checked_add(SignedDuration::from_hours(hours)).unwrap();
        let second = world.decide(later, &catalog);
        if is_installing(&first) {
            prop_assert_eq!(deadline(&first), deadline(&second));
        } else if !matches!(first.outcome, Outcome::Suspended(_)) {
            prop_assert_eq!(first.outcome, second.outcome);
        }
    }

    #[test]
    fn a_newer_release_neither_postpones_nor_shortens(world in worlds(), days in 0_i64..60) {
        let catalog = world.catalog();
        let before = world.decide(world.now(), &catalog);
        let later = world.now().checked_add(SignedDuration::from_hours(24 * days)).unwrap();
        let mut newer = catalog.clone();
        let line = format!("public {later} for J413AP");
        extend(&mut newer, &[&format!("15.9 {line}"), &format!("26.9 {line}")]);
        let after = world.decide(later, &newer);
        // A release that ends a gap in which the floor could not be met gives its notice anew.
        let is_met = before.trace.0.iter().all(|step| step.rule.code() != "floor_not_installable");
        if is_installing(&before) && is_met {
            prop_assert_eq!(deadline(&before), deadline(&after));
        }
    }

    #[test]
    fn a_target_is_above_the_device_and_installable_for_its_id(
        world in worlds(), days in 0_i64..500,
    ) {
        let catalog = world.catalog();
        let now = moment(&day(FIRST).saturating_add(days.days()).to_string());
        let decision = world.decide(now, &catalog);
        if let Outcome::Install { target, .. } = &decision.outcome {
            let device = world.device();
            prop_assert!(target.version > device.os_version);
            let table = catalog.table_for(device.update_id.as_ref().unwrap(), None, now);
            let is_offered = table.iter().any(|release| {
                release.version == target.version
                    && release.build.as_ref() == Some(&target.build)
                    && release.is_installable
            });
            prop_assert!(is_offered, "{target:?}");
            prop_assert!(!decision.meets_floor);
        }
    }

    #[test]
    fn the_same_facts_give_the_same_decision(world in worlds()) {
        let first = world.decide(world.now(), &world.catalog());
        let mut reversed = world.clone();
        reversed.releases.reverse();
        let second = reversed.decide(world.now(), &reversed.catalog());
        prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
    }

    #[test]
    fn another_device_in_the_feed_changes_nothing(world in worlds()) {
        let alone = world.decide(world.now(), &world.catalog());
        let mut crowded = world.clone();
        for line in &mut crowded.releases {
            line.push_str(" J100AP J200AP");
        }
        let among_others = crowded.decide(world.now(), &crowded.catalog());
        prop_assert_eq!(alone, among_others);
    }

    #[test]
    fn what_the_future_holds_changes_nothing(world in worlds(), days in 0_i64..300) {
        let now = moment(&day(FIRST).saturating_add(days.days()).to_string());
        let all = world.catalog();
        let mut past = world.clone();
        past.releases.retain(|line| {
            let from = line.split("public ").nth(1).unwrap().get(..10).unwrap();
            moment(from) <= now
        });
        prop_assert_eq!(world.decide(now, &all), past.decide(now, &past.catalog()));
    }

    #[test]
    fn a_deadline_is_the_same_on_every_clock(world in worlds()) {
        let catalog = world.catalog();
        let mut device = world.device();
        let here = decide(world.now(), &catalog, &world.items(), &device);
        device.utc_offset = None;
        let there = decide(world.now(), &catalog, &world.items(), &device);
        if is_installing(&here) && is_installing(&there) {
            prop_assert_eq!(deadline(&here), deadline(&there));
        }
    }

    #[test]
    fn brakes_move_a_deadline_later_and_out_of_forbidden_time(world in worlds()) {
        let catalog = world.catalog();
        let braked = world.decide(world.now(), &catalog);
        let (plain, _) = world.item.split_once("; ").unwrap_or((&world.item, ""));
        let free = World { item: plain.to_owned(), ..world.clone() };
        let free = free.decide(world.now(), &catalog);
        if let (Some(braked), Some(free)) = (deadline(&braked), deadline(&free)) {
            prop_assert!(braked >= free);
            prop_assert!(!is_forbidden(&world.items()[0], braked));
        }
    }

    #[test]
    fn a_rolling_deadline_is_the_earliest_a_person_finds_by_hand(world in worlds()) {
        let catalog = world.catalog();
        let (plain, _) = world.item.split_once("; ").unwrap_or((&world.item, ""));
        let world = World { item: plain.to_owned(), ..world.clone() };
        let Outcome::Install { target, .. } = world.decide(world.now(), &catalog).outcome else {
            return Ok(());
        };
        let settings = world.items()[0].item.settings().clone();
        let VersionEnforcement::Rolling { within, at } = settings.enforcement else {
            return Ok(());
        };
        let device = world.device();
        let table = catalog.table_for(device.update_id.as_ref().unwrap(), None, world.now());
        let due = table
            .iter()
            .filter(|release| release.version.major() == settings.major)
            .filter(|release| release.version > device.os_version)
            .filter(|release| release.version <= target.version && !release.is_withdrawn)
            .map(|release| within.after(release.released).to_datetime(at))
            .min();
        // What could not be had for a week or more counts from its return, which is later.
        prop_assert!(due <= Some(target.deadline));
        let has_gap = table.iter().any(|release| !release.is_public && !release.is_installable);
        if !has_gap {
            prop_assert_eq!(due, Some(target.deadline));
        }
    }
}

/// Looks at every window by itself, as the item's author would.
fn is_forbidden(item: &AssignedItem, moment: DateTime) -> bool {
    let settings = item.item.settings();
    let is_frozen =
        settings.freeze_windows.iter().any(|window| window.from <= moment && moment < window.until);
    // The only maintenance window these worlds have is tue,thu 22:00..02:00.
    let is_outside = !settings.maintenance_windows.is_empty() && {
        let day = moment.date().weekday().to_monday_one_offset();
        let evening = (day == 2 || day == 4) && moment.hour() >= 22;
        let night = (day == 3 || day == 5) && moment.hour() < 2;
        !evening && !night
    };
    is_frozen || is_outside
}
