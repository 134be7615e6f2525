//! Rings, and what is stopped for the later ones.

use super::fleet::decision;
use super::*;

on_every_backend! {
    rings_are_tallied_by_what_their_devices_have_and_must_install,
    release_is_halted_once_until_a_person_lets_it_go_on,
}

fn hours(hours: i64) -> Timestamp {
    at(hours * 3600)
}

async fn rings_are_tallied_by_what_their_devices_have_and_must_install(store: Store) {
    store.create_item(at(0), item(1)).await.unwrap();
    let mut enrollments = Vec::new();
    for number in 1..=6 {
        let begun = enroll(&store, number).await;
        store.note_seen(begun.enrollment, hours(1));
        enrollments.push(begun.enrollment);
    }
    store.flush_seen().await.unwrap();
    let rings = [Some("Pilots"), Some("Pilots"), Some("Pilots"), Some(""), None, Some("Pilots")];
    for (number, ring) in (1..).zip(rings) {
        store.reach(at(3), device_id(number), item_id(1), ring).await;
    }
    let installing = vec![Fact::InstallState("installing".into())];
    store.record_facts(at(5), device_id(2), installing).await.unwrap();
    let done = DecisionRecord {
        item: None,
        target_version: None,
        os_version: "26.2".into(),
        ..decision(3, "pass")
    };
    let other = DecisionRecord { item: Some(item_id(2)), ..decision(6, "error") };
    let decisions = vec![
        decision(1, "error"),
        decision(2, "pending"),
        done,
        decision(4, "pending"),
        decision(5, "error"),
        other,
    ];
    store.record_decisions(hours(1), decisions).await.unwrap();
    let shown = |counts: Vec<RingCount>| {
        let line = |it: RingCount| {
            let RingCount { ring, version, devices, done, failed, silent } = it;
            format!("'{ring}' {version}: {done} of {devices}, {failed} failed, {silent} silent")
        };
        counts.into_iter().map(line).collect::<Vec<_>>()
    };
    let soon = shown(store.ring_counts(item_id(1), hours(2)).await.unwrap());
    let none = "'' 26.2: 0 of 1, 0 failed, 0 silent";
    let own = "'Pilots' 26.1: 1 of 1, 0 failed, 0 silent";
    assert_eq!(soon, [none, own, "'Pilots' 26.2: 1 of 3, 1 failed, 0 silent"]);
    let later = shown(store.ring_counts(item_id(1), hours(26)).await.unwrap());
    assert_eq!(later[2], "'Pilots' 26.2: 1 of 3, 1 failed, 1 silent", "it was installing");
    let quiet = shown(store.ring_counts(item_id(1), hours(80)).await.unwrap());
    assert_eq!(quiet[2], "'Pilots' 26.2: 1 of 3, 1 failed, 1 silent", "it was not asked");
    let sync = command(1, enrollments[2], "DeclarativeManagement");
    store.queue_commands(hours(1), vec![sync]).await.unwrap();
    let much_later = shown(store.ring_counts(item_id(1), hours(80)).await.unwrap());
    assert_eq!(much_later[2], "'Pilots' 26.2: 1 of 3, 1 failed, 2 silent", "it had just updated");
}

async fn release_is_halted_once_until_a_person_lets_it_go_on(store: Store) {
    store.create_item(at(0), item(1)).await.unwrap();
    let before = store.policy_stamp("approval").await.unwrap();
    let count = RingCount {
        ring: "Pilots".into(),
        version: "26.2".into(),
        devices: 10,
        done: 2,
        failed: 3,
        silent: 1,
    };
    let halt = |number| NewRingHalt {
        id: RingHaltId(id(9, number)),
        item: item_id(1),
        offset_days: 0,
        at: at(10),
        count: count.clone(),
    };
    assert!(store.halt_ring(halt(1)).await.unwrap());
    assert!(!store.halt_ring(halt(2)).await.unwrap());
    let halted = store.policy_stamp("approval").await.unwrap();
    assert_ne!(halted, before);
    let resume = |number| ResumeRing {
        id: RingHaltId(id(9, number)),
        at: at(20),
        by: "ada".into(),
        reason: "understood".into(),
        known: 4,
    };
    let unknown = store.resume_ring(resume(2)).await.unwrap_err();
    assert!(matches!(unknown, ResumeRingError::Unknown), "{unknown}");
    store.resume_ring(resume(1)).await.unwrap();
    assert_ne!(store.policy_stamp("approval").await.unwrap(), halted);
    let again = store.resume_ring(resume(1)).await.unwrap_err();
    assert!(matches!(again, ResumeRingError::Resumed), "{again}");
    assert!(store.halt_ring(halt(3)).await.unwrap(), "new trouble");
    let halts = store.ring_halts().await.unwrap();
    let shown: Vec<_> = halts.iter().map(|it| (it.id.0, it.known, it.resumed_at)).collect();
    assert_eq!(shown, [(id(9, 1), 4, Some(at(20))), (id(9, 3), 0, None)]);
    assert_eq!(halts[0].item_label, store.items().await.unwrap()[0].label);
    store.delete_item(item_id(1), 1).await.unwrap();
    assert_eq!(store.ring_halts().await.unwrap(), []);
}
