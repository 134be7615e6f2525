//! What administrators see of devices, and what the decision reads and leaves behind.

use super::*;

on_every_backend! {
    facts_are_merged_and_only_news_count,
    hostile_facts_are_stored_within_bounds,
    new_enrollment_keeps_only_the_facts_of_the_hardware,
    devices_are_found_by_what_is_written_on_them,
    devices_come_in_pages_by_name,
    devices_come_in_pages_in_every_order,
    every_filter_of_devices_counts,
    devices_are_filtered_by_their_inventory,
    situation_holds_everything_a_decision_needs,
    timeline_has_each_change_of_a_status_once,
    timeline_has_each_change_of_a_target_or_deadline,
    statuses_are_counted_by_blueprint_and_platform,
    ended_exceptions_are_found,
    exceptions_of_one_item_come_with_those_of_every_item,
}

async fn facts_are_merged_and_only_news_count(store: Store) {
    let device = enroll(&store, 1).await.device;
    let record = |seconds, facts| {
        let store = store.clone();
        async move { store.record_facts(at(seconds), device, facts).await.unwrap().changed }
    };
    let pending = PendingVersion {
        version: "26.2".into(),
        build: Some("23C55".into()),
        local_deadline: Some("2026-10-01T09:30:00".into()),
    };
    let facts = vec![
        Fact::UpdateId("iPad14,1".into()),
        Fact::Platform(Platform::IpadOs),
        Fact::Pending(Some(pending.clone())),
        Fact::Failures { count: 2, reason: Some("no space".into()), at: None },
        Fact::Capabilities("{\"a\":1}".into()),
        Fact::Other { item: "device.battery".into(), json: "{ \"health\": 1.50 }".into() },
    ];
    assert!(record(5, facts.clone()).await);
    assert!(!record(6, facts).await);
    let stored = store.facts_of(device).await.unwrap().unwrap();
    assert_eq!(stored.os_version, "26.1");
    assert_eq!(stored.pending_version, Some(pending.version));
    assert_eq!(stored.failure_count, 2);
    assert_eq!(stored.other, "{\"device.battery\":{ \"health\": 1.50 }}");
    assert_eq!(stored.changed_at, Some(at(5)));
    let known = store.capabilities().await.unwrap();
    assert_eq!(known[&stored.capabilities.unwrap()], "{\"a\":1}");
    assert!(record(7, vec![Fact::Pending(None)]).await);
    let stored = store.facts_of(device).await.unwrap().unwrap();
    assert_eq!((stored.pending_version, stored.pending_local_deadline), (None, None));
    assert!(record(8, vec![Fact::Gone { item: "device.battery".into() }]).await);
    assert!(!record(9, vec![Fact::Gone { item: "device.battery".into() }]).await);
    assert_eq!(store.facts_of(device).await.unwrap().unwrap().other, "{}");
}

async fn hostile_facts_are_stored_within_bounds(store: Store) {
    let device = enroll(&store, 1).await.device;
    let facts = vec![
        Fact::Name("a\0b".repeat(5000)),
        Fact::Serial("\0".into()),
        Fact::Other { item: "broken".into(), json: "{".into() },
        Fact::Other { item: "small".into(), json: "1".into() },
        Fact::Other { item: "huge".into(), json: format!("\"{}\"", "x".repeat(OTHER_FACTS_LIMIT)) },
    ];
    let outcome = store.record_facts(at(5), device, facts).await.unwrap();
    assert!(outcome.changed && outcome.is_other_full);
    let row = store.device(device).await.unwrap().unwrap();
    assert_eq!((row.name.len(), row.serial.as_str()), (1024, ""));
    let stored = store.facts_of(device).await.unwrap().unwrap();
    assert_eq!(stored.other, "{\"small\":1}");
}

async fn new_enrollment_keeps_only_the_facts_of_the_hardware(store: Store) {
    let device = enroll(&store, 1).await.device;
    let facts = vec![
        Fact::UpdateId("IPAD14,1".into()),
        Fact::Supervised(true),
        Fact::InstallState("downloading".into()),
    ];
    store.record_facts(at(5), device, facts).await.unwrap();
    let again =
        NewEnrollment { at: at(9), enrollment_id: EnrollmentId(id(2, 9)), ..authenticate(1) };
    store.begin_enrollment(again).await.unwrap();
    let stored = store.facts_of(device).await.unwrap().unwrap();
    assert_eq!(stored.update_id.as_deref(), Some("IPAD14,1"));
    assert_eq!((stored.supervised, stored.install_state), (None, None));
}

async fn devices_are_found_by_what_is_written_on_them(store: Store) {
    for number in [1, 2, 12] {
        enroll(&store, number).await;
    }
    store.record_facts(at(5), device_id(2), vec![Fact::Name("50%_Ω\\ off".into())]).await.unwrap();
    let found = |search: &'static str| {
        let store = store.clone();
        async move {
            let filter = DeviceFilter { search: Some(search.into()), ..DeviceFilter::default() };
            let rows = store.devices(&filter, DeviceOrder::Name, None, 10).await.unwrap();
            assert_eq!(counted(&store, &filter).await, rows.len() as i64);
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(found("device 1").await, [device_id(1), device_id(12)]);
    assert_eq!(found("serial12").await, [device_id(12)]);
    assert_eq!(found("udid-2").await, [device_id(2)]);
    assert_eq!(found("%").await, [device_id(2)]);
    assert_eq!(found("%_ω\\").await, [device_id(2)]);
    assert_eq!(found("_evice").await, []);
    let called = |text: &'static str| {
        let store = store.clone();
        async move { store.device_called(text).await.unwrap().map(|row| row.id) }
    };
    assert_eq!(called("SERIAL12").await, Some(device_id(12)));
    assert_eq!(called("UDID-1").await, Some(device_id(1)));
    store.record_facts(at(6), device_id(2), vec![Fact::Name("Device 1".into())]).await.unwrap();
    assert_eq!(called("Device 1").await, None);
}

async fn devices_come_in_pages_by_name(store: Store) {
    for number in 1..=7 {
        enroll(&store, number).await;
    }
    // Two of one name, which the id must tell apart.
    store.record_facts(at(5), device_id(3), vec![Fact::Name("Device 5".into())]).await.unwrap();
    store.create_blueprint(at(5), blueprint(1)).await.unwrap();
    store.move_devices(vec![device_id(4), device_id(6)], Some(blueprint_id(1))).await.unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let (filter, order) = (DeviceFilter::default(), DeviceOrder::Name);
        let page = store.devices(&filter, order, after.as_ref(), 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(order.cursor_after(last));
        seen.extend(page.into_iter().map(|row| row.id));
    }
    assert_eq!(seen, [1, 2, 4, 3, 5, 6, 7].map(device_id));
    let filter = DeviceFilter { blueprint: Some(blueprint_id(1)), ..DeviceFilter::default() };
    let rows = store.devices(&filter, DeviceOrder::Name, None, 10).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [4, 6].map(device_id));
}

async fn devices_come_in_pages_in_every_order(store: Store) {
    let versions = ["15.6", "26.10", "15.6.1", "26.9", "no version"];
    for (number, version) in (1..).zip(versions) {
        enroll(&store, number).await;
        let facts = vec![
            Fact::OsVersion(version.into()),
            Fact::OsExtra(None),
            Fact::Serial(format!("S{}", 9 - number)),
        ];
        store.record_facts(at(5), device_id(number), facts).await.unwrap();
    }
    let due = |number, seconds| DecisionRecord {
        deadline_at: Some(at(seconds)),
        ..decision(number, "pending")
    };
    store.record_decisions(at(6), vec![due(3, 100), due(1, 300), due(2, 200)]).await.unwrap();
    let orders = [
        (DeviceOrder::Serial, [5, 4, 3, 2, 1]),
        (DeviceOrder::OsVersion, [5, 1, 3, 4, 2]),
        (DeviceOrder::Deadline, [3, 2, 1, 4, 5]),
        (DeviceOrder::LastSeen, [1, 2, 3, 4, 5]),
    ];
    for (order, expected) in orders {
        let (mut seen, mut after) = (Vec::new(), None);
        let filter = DeviceFilter::default();
        loop {
            let page = store.devices(&filter, order, after.as_ref(), 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(order.cursor_after(last));
            seen.extend(page.into_iter().map(|row| row.id));
        }
        assert_eq!(seen, expected.map(device_id), "{order:?}");
    }
}

async fn every_filter_of_devices_counts(store: Store) {
    for number in 1..=4 {
        enroll(&store, number).await;
        let version = Fact::OsVersion(format!("26.{number}"));
        store.record_facts(at(5), device_id(number), vec![version]).await.unwrap();
    }
    store.create_item(at(2), item(1)).await.unwrap();
    store.reach(at(3), device_id(2), item_id(1), None).await;
    store.set_tags(device_id(3), vec!["lab".into(), "Éclair \"x\"".into()]).await.unwrap();
    store.set_tags(device_id(4), vec!["laboratory".into()]).await.unwrap();
    let due = DecisionRecord { deadline_at: Some(at(100)), ..decision(1, "pending") };
    store.record_decisions(at(6), vec![due, decision(2, "pass")]).await.unwrap();
    let order = |text: &str| text.parse::<macadam_policy::OsVersion>().unwrap().order();
    let all = DeviceFilter::default;
    let cases = [
        (DeviceFilter { item: Some(item_id(1)), ..all() }, vec![2]),
        (DeviceFilter { tag: Some("lab".into()), ..all() }, vec![3]),
        (DeviceFilter { tag: Some("Éclair \"x\"".into()), ..all() }, vec![3]),
        (DeviceFilter { overdue: Some((true, at(100))), ..all() }, vec![1]),
        (DeviceFilter { overdue: Some((true, at(99))), ..all() }, vec![]),
        (DeviceFilter { overdue: Some((false, at(100))), ..all() }, vec![2, 3, 4]),
        (DeviceFilter { due_before: Some(at(101)), ..all() }, vec![1]),
        (DeviceFilter { meets_floor: Some(true), ..all() }, vec![2]),
        (DeviceFilter { meets_floor: Some(false), ..all() }, vec![1]),
        (DeviceFilter { status: Some("pass".into()), ..all() }, vec![2]),
        (DeviceFilter { target_version: Some("26.2".into()), ..all() }, vec![1, 2]),
        (DeviceFilter { os_order: Some(order("26.3.0")), ..all() }, vec![3]),
        (DeviceFilter { os_order_below: Some(order("26.3")), ..all() }, vec![1, 2]),
        (DeviceFilter { not_seen_since: Some(at(9)), ..all() }, vec![1, 2, 3, 4]),
    ];
    for (filter, expected) in cases {
        let rows = store.devices(&filter, DeviceOrder::Name, None, 10).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(device_id).collect();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!(counted(&store, &filter).await, rows.len() as i64, "{filter:?}");
    }
    let counts = store.count_devices(&all(), at(100)).await.unwrap();
    let mut numbers: Vec<_> = counts
        .iter()
        .map(|it| (it.status.as_deref(), it.devices, it.overdue, it.below_floor))
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [(None, 2, 0, 0), (Some("pass"), 1, 0, 0), (Some("pending"), 1, 1, 1)]);
}

async fn devices_are_filtered_by_their_inventory(store: Store) {
    for number in 1..=3 {
        enroll(&store, number).await;
    }
    let mac = [
        Fact::ModelName("MacBook Pro".into()),
        Fact::Product("Mac15,6".into()),
        Fact::OsBuild("25D125".into()),
        Fact::Supervised(true),
    ];
    store.record_facts(at(5), device_id(2), mac.to_vec()).await.unwrap();
    store.record_facts(at(5), device_id(3), vec![Fact::Supervised(false)]).await.unwrap();
    let later = NewEnrollment { at: at(60), certificate: certificate(9), ..authenticate(4) };
    let later = NewEnrollment { external_id: ExternalId::EnrollmentId("USER-4".into()), ..later };
    let begun = store.begin_enrollment(later).await.unwrap();
    store.record_token_update(token_update(begun.enrollment)).await.unwrap();
    let all = DeviceFilter::default;
    let cases = [
        (DeviceFilter { supervised: Some(true), ..all() }, vec![2]),
        (DeviceFilter { supervised: Some(false), ..all() }, vec![1, 3, 4]),
        (DeviceFilter { is_user_enrollment: Some(true), ..all() }, vec![4]),
        (DeviceFilter { is_user_enrollment: Some(false), ..all() }, vec![1, 2, 3]),
        (DeviceFilter { model: Some("macbook pro".into()), ..all() }, vec![2]),
        (DeviceFilter { model: Some("Mac15,6".into()), ..all() }, vec![2]),
        (DeviceFilter { model: Some("Mac15".into()), ..all() }, vec![]),
        (DeviceFilter { build: Some("25d125".into()), ..all() }, vec![2]),
        (DeviceFilter { enrolled_before: Some(at(60)), ..all() }, vec![1, 2, 3]),
        (DeviceFilter { enrolled_since: Some(at(60)), ..all() }, vec![4]),
    ];
    for (filter, expected) in cases {
        let rows = store.devices(&filter, DeviceOrder::Name, None, 10).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(device_id).collect();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{filter:?}");
    }
    // Whoever enrolls anew is found by the new day.
    let again = NewEnrollment { at: at(90), certificate: certificate(8), ..authenticate(1) };
    let again = NewEnrollment { enrollment_id: EnrollmentId(id(2, 91)), ..again };
    let begun = store.begin_enrollment(again).await.unwrap();
    store.record_token_update(token_update(begun.enrollment)).await.unwrap();
    let filter = DeviceFilter { enrolled_since: Some(at(90)), ..all() };
    assert_eq!(counted(&store, &filter).await, 1);
}

async fn counted(store: &Store, filter: &DeviceFilter) -> i64 {
    let now = filter.overdue.map_or(at(0), |(_, now)| now);
    let counts = store.count_devices(filter, now).await.unwrap();
    counts.iter().map(|count| count.devices).sum()
}

async fn situation_holds_everything_a_decision_needs(store: Store) {
    let begun = [enroll(&store, 1).await, enroll(&store, 2).await, enroll(&store, 3).await];
    let device = begun[1].device;
    for number in [1, 2] {
        store.create_item(at(2), item(number)).await.unwrap();
    }
    for (item, seconds) in [(1, 10), (2, 11), (3, 12), (1, 99)] {
        let ring = format!("ring {seconds}");
        store.reach(at(seconds), device, item_id(item), Some(&ring)).await;
    }
    let left = Outcome { left: vec![item_id(2)], ..store.nothing_for(device).await };
    store.write_outcomes(at(13), vec![left]).await.unwrap();
    let local = Some("2026-03-18T12:30:15".to_owned());
    let request = SelfServiceRequest { device_id: device, item_id: item_id(2), at: at(20), local };
    store.request_item(request.clone()).await.unwrap();
    store.request_item(SelfServiceRequest { at: at(21), ..request }).await.unwrap();
    let listed = store.self_service_requests(None, 10).await.unwrap();
    let asked: Vec<_> = listed.iter().map(|it| (it.device_name.as_str(), it.at)).collect();
    assert_eq!(asked, [("Device 2", at(20))]);
    let rest = store.self_service_requests(Some((device, item_id(2))), 10).await.unwrap();
    assert_eq!(rest, []);
    store.add_exception(exception(1, device, None, 30)).await.unwrap();
    store.set_tags(device, vec!["lab".into()]).await.unwrap();
    store.set_bootstrap_token(begun[1].enrollment, Some(b"b".to_vec().into())).await.unwrap();
    store.record_decisions(at(40), vec![decision(2, "pending")]).await.unwrap();
    store.end_enrollment(at(41), begun[2].enrollment).await.unwrap();

    let all = store.situations(None, 10).await.unwrap();
    assert_eq!(all.iter().map(|it| it.device).collect::<Vec<_>>(), [1, 2].map(device_id));
    assert_eq!(store.situations(Some(device_id(1)), 10).await.unwrap(), [all[1].clone()]);
    let asked = [device_id(3), device_id(2)];
    assert_eq!(store.situations_of(&asked).await.unwrap(), [all[1].clone()]);
    let situation = &all[1];
    assert_eq!(situation.reached, [(item_id(1), at(10))]);
    assert_eq!(situation.rings, [(item_id(1), Some("ring 99".into()))]);
    let local = Some("2026-03-18T12:30:15".to_owned());
    assert_eq!(situation.requested, [Requested { item: item_id(2), at: at(20), local }]);
    assert_eq!(situation.exempt, [(None, at(30))]);
    assert_eq!(situation.tags, ["lab"]);
    assert_eq!(situation.status.as_deref(), Some("pending"));
    assert_eq!(situation.facts.serial, "SERIAL2");
    assert!(situation.has_bootstrap_token && !situation.is_user_enrollment);
    assert!(all[0].reached.is_empty() && !all[0].has_bootstrap_token);
}

async fn timeline_has_each_change_of_a_status_once(store: Store) {
    let device = enroll(&store, 1).await.device;
    for (seconds, status) in [(10, "pending"), (11, "pending"), (12, "pass")] {
        let decisions = vec![decision(1, status), decision(77, status)];
        store.record_decisions(at(seconds), decisions).await.unwrap();
    }
    let changes = store.timeline(device, None, 10).await.unwrap();
    let seen: Vec<_> = changes
        .iter()
        .map(|change| (change.at, change.old_status.as_deref(), change.new_status.as_str()))
        .collect();
    assert_eq!(seen, [(at(12), Some("pending"), "pass"), (at(10), None, "pending")]);
    let change = &changes[0];
    let told = (change.os_version.as_str(), change.device_words.as_deref());
    assert_eq!((change.source.as_str(), told), ("status report", ("26.1", Some("no space"))));
    assert_eq!(change.target_version.as_deref(), Some("26.2"));
    let older = store.timeline(device, Some(changes[0].seq), 10).await.unwrap();
    assert_eq!(older, changes[1..]);
    let last = store.last_decision(device).await.unwrap().unwrap();
    assert_eq!((last.status.as_str(), last.meets_floor), ("pass", true));
    assert_eq!(store.last_decision(device_id(77)).await.unwrap(), None);
}

async fn timeline_has_each_change_of_a_target_or_deadline(store: Store) {
    let device = enroll(&store, 1).await.device;
    let pending = || decision(1, "pending");
    let newer = DecisionRecord { target_version: Some("26.3".into()), ..pending() };
    let later =
        DecisionRecord { deadline_local: Some("2026-05-01T12:30:00".into()), ..newer.clone() };
    let reworded = DecisionRecord { detail: "in other words".into(), ..later.clone() };
    for (seconds, record) in [(10, pending()), (11, newer), (12, later), (13, reworded)] {
        store.record_decisions(at(seconds), vec![record]).await.unwrap();
    }
    let changes = store.timeline(device, None, 10).await.unwrap();
    let seen: Vec<_> = changes
        .iter()
        .map(|change| (change.at, change.new_status.as_str(), change.target_version.as_deref()))
        .collect();
    let lines = [(12, Some("26.3")), (11, Some("26.3")), (10, Some("26.2"))];
    assert_eq!(seen, lines.map(|(seconds, target)| (at(seconds), "pending", target)));
}

async fn statuses_are_counted_by_blueprint_and_platform(store: Store) {
    store.create_blueprint(at(1), blueprint(1)).await.unwrap();
    for number in 1..=4 {
        enroll(&store, number).await;
    }
    store.move_devices(vec![device_id(1), device_id(2)], Some(blueprint_id(1))).await.unwrap();
    let decisions = [1, 2, 3].map(|number| decision(number, "pass"));
    store.record_decisions(at(2), decisions.into()).await.unwrap();
    let counts = store.status_counts().await.unwrap();
    let seen: Vec<_> = counts
        .iter()
        .map(|count| (count.blueprint_id.is_some(), count.status.as_deref(), count.devices))
        .collect();
    assert_eq!(seen, [(false, None, 1), (false, Some("pass"), 1), (true, Some("pass"), 2)]);
}

async fn ended_exceptions_are_found(store: Store) {
    let device = enroll(&store, 1).await.device;
    assert!(store.add_exception(exception(1, device, None, 30)).await.unwrap());
    assert!(!store.add_exception(exception(2, device_id(9), None, 30)).await.unwrap());
    assert_eq!(store.exceptions_ended(at(0), at(29)).await.unwrap(), []);
    assert_eq!(store.exceptions_ended(at(0), at(30)).await.unwrap(), [device]);
    assert_eq!(store.exceptions_ended(at(30), at(90)).await.unwrap(), []);
    let listed = store.exceptions(ExceptionsOf::default(), None, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].device_name.as_str()), (1, "Device 1"));
    assert_eq!(
        store.exceptions(ExceptionsOf::default(), Some(listed[0].id), 10).await.unwrap(),
        []
    );
    assert_eq!(store.device_of_exception(listed[0].id).await.unwrap(), Some(device));
    assert!(store.end_exception(ExceptionId(id(6, 1))).await.unwrap());
    assert_eq!(store.exceptions_of(device).await.unwrap(), []);
}

async fn exceptions_of_one_item_come_with_those_of_every_item(store: Store) {
    for number in 1..=2 {
        store.create_item(at(1), item(number)).await.unwrap();
        enroll(&store, number).await;
    }
    let made = [
        exception(1, device_id(1), None, 30),
        exception(2, device_id(1), Some(item_id(1)), 30),
        exception(3, device_id(2), Some(item_id(2)), 30),
    ];
    for one in made {
        assert!(store.add_exception(one).await.unwrap());
    }
    let listed = |device: Option<u32>, item: Option<u32>| {
        let of = ExceptionsOf { device: device.map(device_id), item: item.map(item_id) };
        let store = store.clone();
        async move {
            let rows = store.exceptions(of, None, 10).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        }
    };
    let ids = |numbers: &[u32]| -> Vec<_> {
        numbers.iter().map(|number| ExceptionId(id(6, *number))).collect()
    };
    assert_eq!(listed(None, None).await, ids(&[3, 2, 1]));
    assert_eq!(listed(Some(1), None).await, ids(&[2, 1]));
    assert_eq!(listed(None, Some(2)).await, ids(&[3, 1]));
    assert_eq!(listed(Some(2), Some(1)).await, ids(&[]));
}

pub(super) fn exception(
    number: u32,
    device: DeviceId,
    item: Option<ItemId>,
    until: i64,
) -> Exception {
    Exception {
        id: ExceptionId(id(6, number)),
        device_id: device,
        item_id: item,
        until: at(until),
        reason: "travels".into(),
        created_by: "admin".into(),
        created_at: at(0),
    }
}

pub(super) fn decision(number: u32, status: &str) -> DecisionRecord {
    DecisionRecord {
        device: device_id(number),
        status: status.into(),
        outcome: if status == "pass" { "up_to_date" } else { "install" }.into(),
        platform: Platform::IpadOs,
        item: Some(item_id(1)),
        target_version: Some("26.2".into()),
        target_build: None,
        deadline_local: Some("2026-10-01T09:30:00".into()),
        deadline_at: None,
        mechanism: Some("ddm".into()),
        meets_floor: status == "pass",
        reason: None,
        detail: "a sentence".into(),
        wording: r#"{"code":"nothing_due","values":{}}"#.into(),
        source: "status report".into(),
        os_version: "26.1".into(),
        device_words: Some("no space".into()),
        digest: 7,
        blockers: Vec::new(),
    }
}
