//! The invariants of the decision, on invented catalogs, items and devices.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::text::{day, deadline, extend, moment};
use super::worlds::{FIRST, followed, plain_worlds, worlds};
use crate::decide::{AssignedItem, Decision, Outcome, decide, instant_in_zone};
use crate::{ReviewState, VersionEnforcement};

fn is_installing(decision: &Decision) -> bool {
    deadline(decision).is_some()
}

fn hours_after(moment: Timestamp, hours: i64) -> Timestamp {
    moment + SignedDuration::from_hours(hours)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn time_passing_alone_moves_no_deadline(world in worlds(), hours in 0_i64..9000) {
        let catalog = world.catalog_as_of(world.now());
        let first = world.decide(world.now(), &catalog);
        let second = world.decide(hours_after(world.now(), hours), &catalog);
        if is_installing(&first) {
            // Of several items another may come first once a deadline has passed.
            if followed(&first) == followed(&second) {
                prop_assert_eq!(deadline(&first), deadline(&second));
            }
            prop_assert!(is_installing(&second), "{:?}", second);
        } else if !world.changes_by_itself() {
            prop_assert_eq!(first.outcome, second.outcome);
        }
    }

    #[test]
    fn a_newer_release_neither_postpones_nor_shortens(world in worlds(), days in 0_i64..60) {
        let catalog = world.catalog_as_of(world.now());
        let before = world.decide(world.now(), &catalog);
        let later = hours_after(world.now(), 24 * days);
        let mut newer = catalog.clone();
        let line = format!("public {later} for J413AP");
        extend(&mut newer, &[&format!("15.9 {line}"), &format!("26.9 {line}")]);
        let after = world.decide(later, &newer);
        // A release that ends a gap in which the floor could not be met gives its notice anew.
        let is_met = before.trace.0.iter().all(|step| step.rule.code() != "floor_not_installable");
        if is_installing(&before) && is_met && followed(&before) == followed(&after) {
            prop_assert_eq!(deadline(&before), deadline(&after));
        }
    }

    #[test]
    fn a_target_is_above_the_device_and_installable_for_its_id(world in worlds()) {
        let now = world.now();
        let catalog = world.catalog_as_of(now);
        let decision = world.decide(now, &catalog);
        if let Outcome::Install { target, .. } = &decision.outcome {
            let device = world.device();
            prop_assert!(target.version > device.os_version);
            let table =
                catalog.table_for(device.update_id.as_ref().unwrap(), Some(target.item), now);
            let is_offered = table.iter().any(|release| {
                release.version == target.version
                    && release.build.as_ref() == Some(&target.build)
                    && release.is_installable
                    && release.review.is_approved()
            });
            prop_assert!(is_offered, "{target:?}");
            prop_assert!(!decision.meets_floor);
        }
    }

    #[test]
    fn in_the_last_day_the_target_is_what_it_was_at_its_beginning(
        world in worlds(), before in 0_i64..24 * 60,
    ) {
        let first = world.decide(world.now(), &world.catalog_as_of(world.now()));
        let Some(due) = deadline(&first) else { return Ok(()) };
        let at = |offset: Offset| offset.to_timestamp(due).unwrap();
        let offset = world.device().utc_offset;
        let begins = hours_after(at(offset.unwrap_or(Offset::constant(14))), -24);
        let now = at(offset.unwrap_or(Offset::constant(-12))) - SignedDuration::from_mins(before + 1);
        if now <= begins {
            return Ok(());
        }
        let mut catalog = world.catalog_as_of(now);
        let newer = format!("public {now} for J413AP J999AP");
        let target = first.outcome.target();
        let fork = target.map(|it| format!("{} 99A999 public {now} for J999AP", it.version));
        let second = target.map(|it| format!("{} 98A999 public {now} for J413AP", it.version));
        let lines = [Some(format!("15.9 {newer}")), Some(format!("26.9 {newer}")), fork, second];
        let lines: Vec<&str> = lines.iter().flatten().map(String::as_str).collect();
        extend(&mut catalog, &lines);
        let then = world.decide(begins, &world.catalog_as_of(begins));
        let now_decided = world.decide(now, &catalog);
        // What was below the floor all along gives way to what meets it.
        let is_met = then.trace.0.iter().all(|step| step.rule.code() != "floor_not_installable");
        let is_same =
            is_met && followed(&then) == followed(&now_decided) && deadline(&then) == Some(due);
        let is_kept = is_same && deadline(&now_decided) == Some(due);
        let Some(kept) = then.outcome.target().filter(|_| is_kept) else { return Ok(()) };
        let id = world.device().update_id.unwrap();
        let table = catalog.table_for(&id, Some(kept.item), now);
        let is_usable = table.iter().any(|release| {
            release.version == kept.version
                && release.build.as_ref() == Some(&kept.build)
                && release.is_installable
                && release.review.is_approved()
        });
        if is_usable {
            prop_assert_eq!(Some(kept), now_decided.outcome.target());
        }
    }

    #[test]
    fn what_is_being_installed_is_not_pulled_from_under_for_48_hours(
        world in worlds(), hours in 0_i64..48, after in 0_i64..48,
    ) {
        let first = world.decide(world.now(), &world.catalog_as_of(world.now()));
        let Some(due) = deadline(&first) else { return Ok(()) };
        let offset = world.device().utc_offset.unwrap_or(Offset::constant(-12));
        let due_at = offset.to_timestamp(due).unwrap();
        let (one, other) = (hours_after(due_at, hours - 1), hours_after(due_at, after));
        let (begun, now) = (one.min(other), one.max(other));
        let then = world.decide(begun, &world.catalog_as_of(begun));
        let Some(begun_with) = then.outcome.target() else { return Ok(()) };
        let mut device = world.device();
        device.at_work = Some(crate::AtWork {
            state: crate::InstallState::Installing,
            pending_version: begun_with.version,
            pending_build: Some(begun_with.build.clone()),
            local_deadline: None,
        });
        let mut catalog = world.catalog_as_of(now);
        let newer = format!("public {now} for J413AP J999AP");
        extend(&mut catalog, &[&format!("15.9 {newer}"), &format!("26.9 {newer}")]);
        let decided = decide(now, &catalog, &world.assigned(), &device);
        let is_same = followed(&then) == followed(&decided)
            && deadline(&then) == Some(due)
            && deadline(&decided) == Some(due);
        let table = catalog.table_for(&device.update_id.unwrap(), Some(begun_with.item), now);
        let is_usable = table.iter().any(|release| {
            release.version == begun_with.version && release.is_installable
                && release.review == ReviewState::Approved { since: None }
        });
        if is_same && is_usable && !world.changes_by_itself() {
            prop_assert_eq!(begun_with.version, decided.outcome.target().unwrap().version);
        }
    }

    #[test]
    fn the_same_facts_give_the_same_decision(world in worlds()) {
        let first = world.decide(world.now(), &world.catalog_as_of(world.now()));
        let mut reversed = world.clone();
        reversed.releases.reverse();
        let second = reversed.decide(world.now(), &reversed.catalog_as_of(world.now()));
        prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
    }

    #[test]
    fn another_device_in_the_feed_changes_nothing(world in worlds()) {
        let alone = world.decide(world.now(), &world.catalog_as_of(world.now()));
        let mut crowded = world.clone();
        for line in &mut crowded.releases {
            line.push_str(" J100AP J200AP");
        }
        let among_others = crowded.decide(world.now(), &crowded.catalog_as_of(world.now()));
        prop_assert_eq!(alone, among_others);
    }

    #[test]
    fn what_the_future_holds_changes_nothing(world in worlds(), days in 0_i64..300) {
        for now in [world.now(), moment(&day(FIRST).saturating_add(days.days()).to_string())] {
            let (known, whole) = (world.catalog_as_of(now), world.whole_catalog(now));
            prop_assert_eq!(world.decide(now, &whole), world.decide(now, &known));
        }
    }

    #[test]
    fn a_deadline_is_the_same_on_every_clock(world in plain_worlds()) {
        let catalog = world.catalog_as_of(world.now());
        let mut device = world.device();
        let here = decide(world.now(), &catalog, &world.assigned(), &device);
        device.utc_offset = None;
        let there = decide(world.now(), &catalog, &world.assigned(), &device);
        if is_installing(&here) && is_installing(&there) {
            prop_assert_eq!(deadline(&here), deadline(&there));
        }
    }

    #[test]
    fn brakes_move_a_deadline_later_and_out_of_forbidden_time(world in worlds()) {
        let world = world.with_items(vec![world.items[0].clone()]);
        let catalog = world.catalog_as_of(world.now());
        let braked = world.decide(world.now(), &catalog);
        let words = ["ring", "notice", "freeze", "window", "exempt"];
        let is_brake = |part: &&str| words.iter().any(|word| part.starts_with(word));
        let free: Vec<&str> = world.items[0].split("; ").filter(|it| !is_brake(it)).collect();
        let free = world.with_items(vec![free.join("; ")]);
        let free = free.decide(world.now(), &catalog);
        if let (Some(braked), Some(free)) = (deadline(&braked), deadline(&free)) {
            prop_assert!(braked >= free);
            prop_assert!(!is_forbidden(&world.assigned()[0], braked));
        }
    }

    #[test]
    fn a_rolling_deadline_is_the_earliest_a_person_finds_by_hand(world in plain_worlds()) {
        let catalog = world.catalog_as_of(world.now());
        let (plain, _) = world.items[0].split_once("; ").unwrap_or((&world.items[0], ""));
        let world = world.with_items(vec![plain.to_owned()]);
        let Outcome::Install { target, .. } = world.decide(world.now(), &catalog).outcome else {
            return Ok(());
        };
        let settings = world.assigned()[0].item.settings().clone();
        let VersionEnforcement::Rolling { within, at } = settings.enforcement else {
            return Ok(());
        };
        let device = world.device();
        let table = catalog.table_for(device.update_id.as_ref().unwrap(), None, world.now());
        let due = table
            .iter()
            .filter(|release| release.version.major() == settings.major)
            .filter(|release| release.version > device.os_version)
            .filter(|release| release.version.letter().is_none())
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

    #[test]
    fn a_deadline_in_a_zone_is_the_first_moment_whose_clock_is_there(
        zone in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
            "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran", "Pacific/Kiritimati",
            "America/St_Johns", "Antarctica/Troll", "Africa/Cairo", "UTC",
        ]),
        start in 0_i64..1_600_000_000,
        minutes in -180_i64..180,
        is_at_change in prop::bool::weighted(0.8),
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let start = Timestamp::from_second(start).unwrap();
        let change = zone.following(start).next().map(|change| change.timestamp());
        let near = change.filter(|_| is_at_change).unwrap_or(start);
        let deadline = zone.to_datetime(near).saturating_add(minutes.minutes());
        let moment = instant_in_zone(deadline, &zone);
        let shown = |at: Timestamp| zone.to_datetime(at);
        prop_assert!(shown(moment) >= deadline);
        let has_come = |at: Timestamp| shown(at) >= deadline;
        prop_assert!(!has_come(moment - SignedDuration::from_secs(1)));
        // A time that exists is itself, and no earlier moment shows it.
        if !zone.to_ambiguous_timestamp(deadline).is_ambiguous() {
            prop_assert_eq!(shown(moment), deadline);
        }
        for quarter in 1..110 {
            let earlier = moment - SignedDuration::from_mins(15 * quarter);
            prop_assert!(shown(earlier) != deadline, "{} shows {} too", earlier, deadline);
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
