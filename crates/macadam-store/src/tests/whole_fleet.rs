//! The fleet in memory: as fresh as the database after every step, whoever took it.

use macadam_policy::OsVersion;
use sqlx::{Connection as _, PgConnection};

use super::fleet::decision;
use super::*;

on_every_backend! {
    roster_follows_every_change_of_a_device,
    roster_follows_changes_that_are_forgotten,
    filters_find_what_each_row_says,
}

/// What is kept equals what is read from scratch.
async fn check(store: &Store, after: &str) {
    let kept = store.roster().await.unwrap();
    let fresh = store.read_roster().await.unwrap();
    assert_eq!(*kept, fresh, "{after}");
}

async fn roster_follows_every_change_of_a_device(store: Store) {
    check(&store, "nothing").await;
    let begun = [enroll(&store, 1).await, enroll(&store, 2).await, enroll(&store, 3).await];
    let (device, enrollment) = (begun[0].device, begun[0].enrollment);
    check(&store, "enrolling").await;
    assert_eq!(store.roster().await.unwrap().members().len(), 3);
    store.begin_enrollment(authenticate(4)).await.unwrap();
    check(&store, "beginning to enroll").await;
    store.create_blueprint(at(2), blueprint(1)).await.unwrap();
    for number in [1, 2] {
        store.create_item(at(2), item(number)).await.unwrap();
    }
    store.move_devices(vec![device], Some(blueprint_id(1))).await.unwrap();
    check(&store, "moving").await;
    store.set_tags(device, vec!["lab".into()]).await.unwrap();
    check(&store, "tagging").await;
    store.record_facts(at(3), device, vec![Fact::OsVersion("26.2".into())]).await.unwrap();
    check(&store, "facts").await;
    store.record_facts(at(3), device, vec![Fact::Name("Büro".into())]).await.unwrap();
    check(&store, "a name").await;
    store.note_seen(enrollment, at(9));
    store.flush_seen().await.unwrap();
    check(&store, "being seen").await;
    store.set_bootstrap_token(enrollment, Some(b"b".to_vec().into())).await.unwrap();
    check(&store, "a bootstrap token").await;
    store.set_bootstrap_token(enrollment, None).await.unwrap();
    check(&store, "no bootstrap token").await;
    for (number, item) in [(1, 1), (1, 2), (2, 1)] {
        store.reach(at(4), device_id(number), item_id(item), None).await;
    }
    check(&store, "reach").await;
    let left = Outcome { left: vec![item_id(2)], ..store.nothing_for(device).await };
    store.write_outcomes(at(4), vec![left]).await.unwrap();
    check(&store, "reach that ended").await;
    let request =
        SelfServiceRequest { device_id: device, item_id: item_id(1), at: at(5), local: None };
    store.request_item(request).await.unwrap();
    check(&store, "a request").await;
    store.record_decisions(at(6), vec![decision(1, "pending"), decision(2, "pass")]).await.unwrap();
    check(&store, "decisions").await;
    store.record_decisions(at(7), vec![decision(1, "pass")]).await.unwrap();
    check(&store, "another decision").await;
    store.add_exception(fleet::exception(1, device, None, 30)).await.unwrap();
    check(&store, "an exception").await;
    store.end_exception(ExceptionId(id(6, 1))).await.unwrap();
    check(&store, "an exception that ended").await;
    store.end_enrollment(at(8), begun[2].enrollment).await.unwrap();
    check(&store, "leaving").await;
    assert_eq!(store.roster().await.unwrap().members().len(), 2);
    let again =
        NewEnrollment { at: at(9), enrollment_id: EnrollmentId(id(2, 9)), ..authenticate(3) };
    let begun = store.begin_enrollment(again).await.unwrap();
    store.record_token_update(token_update(begun.enrollment)).await.unwrap();
    check(&store, "coming back").await;
}

async fn roster_follows_changes_that_are_forgotten(store: Store) {
    enroll(&store, 1).await;
    check(&store, "enrolling").await;
    for number in 2..=5 {
        enroll(&store, number).await;
    }
    store.forget_device_changes_but(2).await.unwrap();
    check(&store, "forgetting what was not read").await;
    assert_eq!(store.roster().await.unwrap().members().len(), 5);
    store.forget_device_changes_but(0).await.unwrap();
    store.set_tags(device_id(2), vec!["lab".into()]).await.unwrap();
    check(&store, "a change after forgetting").await;
    store.forget_device_changes_but(100).await.unwrap();
    check(&store, "forgetting nothing").await;
}

/// Transactions of PostgreSQL become visible in another order than they began.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roster_sees_a_change_that_began_early_and_was_committed_late() {
    let url = Postgres::shared().await.new_database().await;
    let store = open(url.clone()).await;
    for number in [1, 2] {
        enroll(&store, number).await;
    }
    let mut slow = PgConnection::connect(&url).await.unwrap();
    let mut slow = slow.begin().await.unwrap();
    let tag = sqlx::query("update device set tags = '[\"late\"]' where id = $1");
    tag.bind(device_id(1).0).execute(&mut *slow).await.unwrap();
    store.set_tags(device_id(2), vec!["early".into()]).await.unwrap();
    check(&store, "while one transaction is at work").await;
    store.forget_device_changes_but(0).await.unwrap();
    check(&store, "forgetting meanwhile").await;
    slow.commit().await.unwrap();
    check(&store, "once it is done").await;
    let tags: Vec<_> = store.roster().await.unwrap().members().iter().map(tags_of).collect();
    assert_eq!(tags, ["late", "early"]);
}

fn tags_of(member: &std::sync::Arc<Member>) -> String {
    member.situation().tags.join(" ")
}

async fn thirty_devices(store: &Store) {
    let versions = ["15.6", "26.1", "26.2", "26.10", "none"];
    let (statuses, outcomes) =
        (["pass", "pending", "error"], ["install", "unresolved", "excluded"]);
    for number in 1..=30 {
        enroll(store, number).await;
        let pick = |all: &[&str]| all[number as usize % all.len()].to_owned();
        let facts = vec![
            Fact::OsVersion(pick(&versions)),
            Fact::Name(format!("Mac {}", number % 7)),
            Fact::Platform([Platform::MacOs, Platform::IpadOs][number as usize % 2]),
        ];
        store.record_facts(at(5), device_id(number), facts).await.unwrap();
        if number % 5 != 0 {
            let record = DecisionRecord {
                status: pick(&statuses),
                outcome: pick(&outcomes),
                deadline_at: (number % 4 != 0).then(|| at(i64::from(number) * 10)),
                target_version: (number % 3 == 0).then(|| "26.2".to_owned()),
                ..decision(number, "pass")
            };
            store.record_decisions(at(6), vec![record]).await.unwrap();
        }
    }
}

/// Whether a row is one that a filter means.
type Says = Box<dyn Fn(&DeviceRow) -> bool>;

fn filters() -> Vec<(DeviceFilter, Says)> {
    let all = DeviceFilter::default;
    let order = |text: &str| text.parse::<OsVersion>().unwrap().order();
    let (below, from) = (order("26.2"), order("26.2"));
    vec![
        (DeviceFilter { search: Some("C 3".into()), ..all() }, Box::new(|it| it.name == "Mac 3")),
        (
            DeviceFilter { platform: Some(Platform::MacOs), ..all() },
            Box::new(|it| it.platform == Some(Platform::MacOs)),
        ),
        (
            DeviceFilter { platforms: Some(vec![Platform::IpadOs, Platform::TvOs]), ..all() },
            Box::new(|it| it.platform == Some(Platform::IpadOs)),
        ),
        (
            DeviceFilter { status: Some("error".into()), ..all() },
            Box::new(|it| it.status.as_deref() == Some("error")),
        ),
        (
            DeviceFilter { overdue: Some((true, at(100))), ..all() },
            Box::new(|it| it.deadline_at.is_some_and(|deadline| deadline <= at(100))),
        ),
        (
            DeviceFilter { overdue: Some((false, at(100))), ..all() },
            Box::new(|it| it.deadline_at.is_none_or(|deadline| deadline > at(100))),
        ),
        (
            DeviceFilter { due_before: Some(at(100)), ..all() },
            Box::new(|it| it.deadline_at.is_some_and(|deadline| deadline < at(100))),
        ),
        (
            DeviceFilter { os_order_below: Some(below), ..all() },
            Box::new(move |it| it.os_order.is_some_and(|order| order < below)),
        ),
        (
            DeviceFilter { os_order_from: Some(from), ..all() },
            Box::new(move |it| it.os_order.is_some_and(|order| order >= from)),
        ),
        (
            DeviceFilter { target_version: Some("26.2".into()), ..all() },
            Box::new(|it| it.target_version.as_deref() == Some("26.2")),
        ),
        (
            DeviceFilter { status: Some("pass".into()), os_order_below: Some(below), ..all() },
            Box::new(move |it| {
                it.status.as_deref() == Some("pass") && it.os_order.is_some_and(|it| it < below)
            }),
        ),
    ]
}

async fn filters_find_what_each_row_says(store: Store) {
    thirty_devices(&store).await;
    let rows =
        store.devices(&DeviceFilter::default(), DeviceOrder::Deadline, None, 100).await.unwrap();
    assert_eq!(rows.len(), 30);
    for (filter, says) in filters() {
        let expected: Vec<_> = rows.iter().filter(|row| says(row)).map(|row| row.id).collect();
        assert!(!expected.is_empty() && expected.len() < 30, "{filter:?}");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let order = DeviceOrder::Deadline;
            let page = store.devices(&filter, order, after.as_ref(), 4).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(order.cursor_after(last));
            found.extend(page.into_iter().map(|row| row.id));
        }
        assert_eq!(found, expected, "{filter:?}");
        let counts = store.count_devices(&filter, at(100)).await.unwrap();
        let counted: i64 = counts.iter().map(|count| count.devices).sum();
        assert_eq!(counted, expected.len() as i64, "{filter:?}");
    }
}
