//! The fleet in numbers, and its lists.

use super::fleet::decision;
use super::*;

on_every_backend! {
    every_count_of_the_fleet_opens_a_list_of_as_many,
    devices_that_left_are_not_counted,
    items_count_the_devices_that_their_list_has,
    version_shares_of_a_day_are_noted_over_earlier_ones,
}

async fn every_count_of_the_fleet_opens_a_list_of_as_many(store: Store) {
    for number in 1..=10 {
        enroll(&store, number).await;
    }
    let week = DUE_SOON.as_secs();
    let barred = |number, outcome: &str, reason: &str| DecisionRecord {
        outcome: outcome.into(),
        reason: Some(reason.into()),
        deadline_local: None,
        ..decision(number, "error")
    };
    let due = |number, seconds| DecisionRecord {
        deadline_at: Some(at(seconds)),
        blockers: vec!["disk_space".into()],
        ..decision(number, "pending")
    };
    let decisions = vec![
        due(1, 0),
        due(2, 1),
        due(3, week),
        due(4, week + 1),
        decision(5, "pass"),
        barred(6, "unresolved", "held"),
        barred(7, "not_manageable", "no_update_id"),
        barred(8, "suspended", "paused"),
        // Apple does not list it yet: nothing is wrong with it.
        DecisionRecord { status: "waiting".into(), ..barred(10, "not_manageable", "not_in_feed") },
    ];
    store.record_decisions(at(0), decisions).await.unwrap();
    let counts = store.fleet_counts().await.unwrap();
    assert_eq!(counts.enrolled, 10);
    let counted = |is_meant: &dyn Fn(&FleetCount) -> bool| {
        let meant = counts.decided.iter().filter(|count| is_meant(count));
        meant.map(|count| count.devices).sum::<i64>()
    };
    let listed = |filter: DeviceFilter| {
        let store = store.clone();
        async move {
            let rows = store.devices(&filter, DeviceOrder::Name, None, 20).await.unwrap();
            let counts = store.count_devices(&filter, at(0)).await.unwrap();
            assert_eq!(counts.iter().map(|it| it.devices).sum::<i64>(), rows.len() as i64);
            rows.len() as i64
        }
    };
    let undecided = counts.enrolled - counted(&|_| true);
    assert_eq!(undecided, 1);
    let standings = [(Standing::Overdue, 1), (Standing::DueSoon, 2), (Standing::OnTime, 2)];
    let rest = [(Standing::CannotUpdate, 2), (Standing::NotEnforced, 2)];
    for (standing, expected) in standings.into_iter().chain(rest) {
        assert_eq!(counted(&|count| count.standing(at(0)) == standing), expected, "{standing}");
        let filter = DeviceFilter { standing: Some((standing, at(0))), ..DeviceFilter::default() };
        let more = if standing == Standing::NotEnforced { undecided } else { 0 };
        assert_eq!(listed(filter).await, expected + more, "{standing}");
    }
    for (reason, expected) in [("held", 1), ("paused", 1), ("undecided", 1), ("expired", 0)] {
        let filter = DeviceFilter { reason: Some(reason.into()), ..DeviceFilter::default() };
        assert_eq!(listed(filter).await, expected, "{reason}");
    }
    for (day, on, after) in [("2026-09-30", 0, 5), ("2026-10-01", 5, 0)] {
        let due_on = DeviceFilter { due_on: Some(day.into()), ..DeviceFilter::default() };
        let due_after = DeviceFilter { due_after: Some(day.into()), ..DeviceFilter::default() };
        assert_eq!((listed(due_on).await, listed(due_after).await), (on, after), "{day}");
    }
    let blocker = Some("disk_space".to_owned());
    assert_eq!(listed(DeviceFilter { blocker, ..DeviceFilter::default() }).await, 4);
    let part = Some("disk".to_owned());
    assert_eq!(listed(DeviceFilter { blocker: part, ..DeviceFilter::default() }).await, 0);
    let order = |text: &str| text.parse::<macadam_policy::OsVersion>().unwrap().order();
    let from = |text| DeviceFilter { os_order_from: Some(order(text)), ..DeviceFilter::default() };
    assert_eq!((listed(from("26.1")).await, listed(from("26.2")).await), (10, 0));
}

async fn items_count_the_devices_that_their_list_has(store: Store) {
    for number in [1, 2] {
        store.create_item(at(0), item(number)).await.unwrap();
    }
    let mut enrollments = Vec::new();
    for number in 1..=3 {
        let begun = enroll(&store, number).await;
        store.reach(at(1), begun.device, item_id(1), None).await;
        enrollments.push(begun.enrollment);
    }
    store.reach(at(1), device_id(2), item_id(2), None).await;
    store.end_enrollment(at(2), enrollments[2]).await.unwrap();
    let counts = store.reach_counts().await.unwrap();
    assert_eq!(counts, BTreeMap::from([(item_id(1), 2), (item_id(2), 1)]));
}

async fn devices_that_left_are_not_counted(store: Store) {
    let begun = [enroll(&store, 1).await, enroll(&store, 2).await, enroll(&store, 3).await];
    let decisions = vec![decision(1, "pass"), decision(2, "pass"), decision(3, "pending")];
    store.record_decisions(at(2), decisions).await.unwrap();
    store.end_enrollment(at(3), begun[0].enrollment).await.unwrap();
    store.end_enrollment(at(3), begun[2].enrollment).await.unwrap();
    let counts = store.fleet_counts().await.unwrap();
    assert_eq!(counts.enrolled, 1);
    let statuses: Vec<_> =
        counts.decided.iter().map(|count| (count.status.as_str(), count.devices)).collect();
    assert_eq!(statuses, [("pass", 1)]);
    let platforms: Vec<_> = counts.decided.iter().map(|count| count.platform).collect();
    assert_eq!(platforms, [Some(Platform::IpadOs)]);
}

async fn version_shares_of_a_day_are_noted_over_earlier_ones(store: Store) {
    let share = |version: &str, devices| (Platform::MacOs, version.to_owned(), devices);
    store.note_version_shares("2026-03-09", vec![share("26.2", 3)]).await.unwrap();
    store.note_version_shares("2026-03-10", vec![share("26.2", 3)]).await.unwrap();
    let later = vec![share("26.2", 1), share("26.3", 2)];
    store.note_version_shares("2026-03-10", later).await.unwrap();
    let shown = |shares: Vec<VersionShare>| {
        let line = |it: VersionShare| (it.day, it.os_version, it.devices);
        shares.into_iter().map(line).collect::<Vec<_>>()
    };
    let day = |day: &str, version: &str, devices| (day.to_owned(), version.to_owned(), devices);
    let tenth = [day("2026-03-10", "26.2", 1), day("2026-03-10", "26.3", 2)];
    assert_eq!(shown(store.version_shares("2026-03-10").await.unwrap()), tenth);
    let all = shown(store.version_shares("").await.unwrap());
    assert_eq!((all.len(), &all[0]), (3, &day("2026-03-09", "26.2", 3)));
}
