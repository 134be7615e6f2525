//! What administrators write: items, blueprints, reviews, settings; and the audit log.

use secrecy::ExposeSecret;

use super::*;
use crate::db::Statement;

static TAMPER: Statement = tampering("update audit set actor = 'nobody' where seq = 2");
static CUT: Statement = tampering("delete from audit where seq = 5");
static HOLE: Statement = tampering("delete from audit where seq = 3");

impl Store {
    /// Saves a change that is only a new item.
    pub(super) async fn create_item(&self, at: Timestamp, item: NewItem) -> Result<(), SaveError> {
        let items = vec![(item, 0)];
        self.save_policy(at, PolicyChange { items, blueprints: Vec::new() }).await
    }
}

on_every_backend! {
    catalog_grows_only_from_the_end_the_writer_knew,
    last_good_fetch_outlives_a_failed_one,
    reviews_are_a_log,
    item_is_saved_over_the_version_that_was_read,
    blueprint_in_use_stays,
    devices_move_between_blueprints,
    setting_is_saved_over_the_version_that_was_read,
    stamp_of_the_policy_follows_the_setting_that_it_is_asked_for_alone,
    two_servers_agree_on_a_generated_secret,
    audit_chain_holds_with_many_writers,
    audit_is_searched_by_a_part_of_the_name,
    changed_audit_entries_are_found,
    lease_is_one_holders_until_it_ends,
    bulk_calls_have_a_limit,
}

async fn catalog_grows_only_from_the_end_the_writer_knew(store: Store) {
    let events = |texts: &[&str]| texts.iter().map(|&text| text.into()).collect::<Vec<String>>();
    assert_eq!(store.append_catalog_events(at(1), 0, events(&["a", "b"])).await.unwrap(), 2);
    let late = store.append_catalog_events(at(2), 0, events(&["c"])).await;
    assert!(matches!(late, Err(AppendCatalogError::Moved { current: 2 })));
    assert_eq!(store.append_catalog_events(at(3), 2, events(&["c"])).await.unwrap(), 3);
    let page = store.catalog_events_after(1, 10).await.unwrap();
    let seen: Vec<_> = page.iter().map(|event| (event.seq, event.document.as_str())).collect();
    assert_eq!(seen, [(2, "b"), (3, "c")]);
    assert_eq!(store.catalog_end().await.unwrap(), 3);
}

async fn last_good_fetch_outlives_a_failed_one(store: Store) {
    store.record_fetch(at(1), "gdmf", Sha256::of(b"x")).await.unwrap();
    store.record_fetch_problem(at(2), "gdmf", "time-out").await.unwrap();
    let fetch = store.fetches().await.unwrap().remove(0);
    assert_eq!((fetch.accepted_at, fetch.tried_at), (Some(at(1)), at(2)));
    assert_eq!(fetch.accepted_hash, Some(Sha256::of(b"x")));
    assert_eq!(fetch.problem.as_deref(), Some("time-out"));
    store.record_fetch(at(3), "gdmf", Sha256::of(b"y")).await.unwrap();
    assert_eq!(store.fetches().await.unwrap()[0].problem, None);
}

async fn reviews_are_a_log(store: Store) {
    for (number, action) in [(1, ReviewAction::Hold), (2, ReviewAction::Resume)] {
        let review = NewReview {
            id: id(7, number),
            at: at(number.into()),
            release: "macos 26.2".into(),
            item: None,
            action,
            by: "admin".into(),
            reason: "printers".into(),
        };
        store.review_release(review.clone()).await.unwrap();
        // The same wish again, from a client that lost the answer.
        store.review_release(review).await.unwrap();
    }
    let actions: Vec<_> =
        store.reviews().await.unwrap().into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [ReviewAction::Hold, ReviewAction::Resume]);
    let facts = ReleaseFacts {
        list: "macos".into(),
        version: "26.2".into(),
        document: "{\"cves\":1}".into(),
    };
    store.save_release_facts(vec![facts.clone()]).await.unwrap();
    let newer = ReleaseFacts { document: "{\"cves\":2}".into(), ..facts };
    store.save_release_facts(vec![newer.clone()]).await.unwrap();
    assert_eq!(store.release_facts().await.unwrap(), [newer]);
}

async fn item_is_saved_over_the_version_that_was_read(store: Store) {
    store.create_item(at(1), item(1)).await.unwrap();
    assert!(matches!(store.create_item(at(1), item(1)).await, Err(SaveError::Taken)));
    let renamed = NewItem { label: "Pilots".into(), ..item(1) };
    assert_eq!(store.save_item(at(2), renamed.clone(), 1).await.unwrap(), 2);
    let stale = store.save_item(at(3), item(1), 1).await;
    assert!(matches!(stale, Err(SaveError::Stale { current: 2 })));
    assert!(matches!(store.save_item(at(3), item(2), 1).await, Err(SaveError::Unknown)));
    let stored = store.item(item_id(1)).await.unwrap().unwrap();
    assert_eq!(
        (stored.label.as_str(), stored.major, stored.updated_at),
        ("Pilots", Some(26), at(2))
    );
    assert_eq!(store.items().await.unwrap(), [stored]);

    let device = enroll(&store, 1).await.device;
    store.reach(at(4), device, item_id(1), None).await;
    let stale = store.delete_item(item_id(1), 1).await;
    assert!(matches!(stale, Err(SaveError::Stale { current: 2 })));
    assert_eq!(store.situations(None, 1).await.unwrap()[0].reached.len(), 1);
    store.delete_item(item_id(1), 2).await.unwrap();
    assert_eq!(store.item(item_id(1)).await.unwrap(), None);
    assert_eq!(store.situations(None, 1).await.unwrap()[0].reached, []);
}

async fn blueprint_in_use_stays(store: Store) {
    store.create_blueprint(at(1), blueprint(1)).await.unwrap();
    let same_name = NewBlueprint { id: blueprint_id(2), ..blueprint(1) };
    assert!(matches!(store.create_blueprint(at(1), same_name).await, Err(SaveError::Taken)));
    store.create_blueprint(at(1), blueprint(2)).await.unwrap();
    let same_name = NewBlueprint { name: "Blueprint 1".into(), ..blueprint(2) };
    assert!(matches!(store.save_blueprint(at(2), same_name, 1).await, Err(SaveError::Taken)));
    let Begun { device, enrollment, .. } = enroll(&store, 1).await;
    store.move_devices(vec![device], Some(blueprint_id(1))).await.unwrap();
    let refused = store.delete_blueprint(at(4), blueprint_id(1), 1).await;
    assert!(matches!(refused, Err(SaveError::InUse)));
    let counts = store.blueprint_counts().await.unwrap();
    assert_eq!(counts, BTreeMap::from([(blueprint_id(1), 1)]));
    store.delete_blueprint(at(4), blueprint_id(2), 1).await.unwrap();
    assert_eq!(store.blueprints().await.unwrap().len(), 1);
    store.end_enrollment(at(3), enrollment).await.unwrap();
    assert_eq!(store.blueprint_counts().await.unwrap(), BTreeMap::new());
    store.delete_blueprint(at(4), blueprint_id(1), 1).await.unwrap();
}

async fn devices_move_between_blueprints(store: Store) {
    store.create_blueprint(at(1), blueprint(1)).await.unwrap();
    for number in 1..=3 {
        enroll(&store, number).await;
    }
    let devices = || vec![device_id(2), device_id(1), device_id(9)];
    let to = Some(blueprint_id(1));
    assert_eq!(store.move_devices(devices(), to).await.unwrap(), [device_id(1), device_id(2)]);
    assert_eq!(store.move_devices(devices(), to).await.unwrap(), []);
    let unknown = store.move_devices(devices(), Some(blueprint_id(9))).await;
    assert!(matches!(unknown, Err(SaveError::Unknown)));
    let page = |after, limit| {
        let store = store.clone();
        async move { store.devices_of_blueprint(blueprint_id(1), after, limit).await.unwrap() }
    };
    assert_eq!(page(None, 1).await, [device_id(1)]);
    assert_eq!(page(Some(device_id(1)), 10).await, [device_id(2)]);
    assert_eq!(store.move_devices(vec![device_id(1)], None).await.unwrap(), [device_id(1)]);
    assert_eq!(page(None, 10).await, [device_id(2)]);
}

async fn stamp_of_the_policy_follows_the_setting_that_it_is_asked_for_alone(store: Store) {
    let before = store.policy_stamp("approval").await.unwrap();
    store.save_setting("clock", "{}", 0).await.unwrap();
    assert_eq!(store.policy_stamp("approval").await.unwrap(), before);
    store.save_setting("approval", "{}", 0).await.unwrap();
    let saved = store.policy_stamp("approval").await.unwrap();
    assert_ne!(saved, before);
    store.save_setting("approval", "{}", 1).await.unwrap();
    assert_ne!(store.policy_stamp("approval").await.unwrap(), saved);
}

async fn setting_is_saved_over_the_version_that_was_read(store: Store) {
    assert_eq!(store.setting("budget").await.unwrap(), None);
    assert_eq!(store.save_setting("budget", "{}", 0).await.unwrap(), 1);
    let stale = store.save_setting("budget", "{\"erase\":9}", 0).await;
    assert!(matches!(stale, Err(SaveError::Stale { current: 1 })));
    assert_eq!(store.save_setting("budget", "{\"erase\":5}", 1).await.unwrap(), 2);
    assert!(matches!(store.save_setting("other", "{}", 1).await, Err(SaveError::Unknown)));
    let stored = store.setting("budget").await.unwrap();
    assert_eq!(stored, Some(("{\"erase\":5}".into(), 2)));
}

async fn two_servers_agree_on_a_generated_secret(store: Store) {
    let secret = |text: &str| text.as_bytes().to_vec().into();
    let (one, two) = tokio::join!(
        store.secret_or_insert(at(1), "ca", secret("one")),
        store.secret_or_insert(at(1), "ca", secret("two")),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.expose_secret(), two.expose_secret());
    store.save_secret(at(2), "ca", secret("three")).await.unwrap();
    assert_eq!(store.secret("ca").await.unwrap().unwrap().expose_secret(), b"three");
    assert!(store.secret("other").await.unwrap().is_none());
}

async fn audit_chain_holds_with_many_writers(store: Store) {
    assert_eq!(store.verify_audit_chain().await.unwrap().entries, 0);
    let writers = (0..40).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.append_audit(audit_entry(number)).await.unwrap() })
    });
    let mut numbers = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        numbers.push(writer.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
    let check = store.verify_audit_chain().await.unwrap();
    assert_eq!(check.entries, 40);
    let page = store.audit(&AuditFilter::default(), None, 3).await.unwrap();
    assert_eq!(page.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [40, 39, 38]);
    assert_eq!(page[0].hash, check.head);
    let page = store.audit(&AuditFilter::default(), Some(38), 1).await.unwrap();
    assert_eq!(page[0].seq, 37);
}

async fn audit_is_searched_by_a_part_of_the_name(store: Store) {
    for (number, actor) in
        [(0, "person:Lena@example.com"), (1, "token:build person"), (2, "server")]
    {
        store
            .append_audit(AuditEntry { actor: actor.into(), ..audit_entry(number) })
            .await
            .unwrap();
    }
    let found = async |name: &str| {
        let filter = AuditFilter { actor_name: Some(name.into()), ..AuditFilter::default() };
        let page = store.audit(&filter, None, 10).await.unwrap();
        page.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(found("lena@").await, [1]);
    assert_eq!(found("Person").await, [2]);
    assert_eq!(found("SERVER").await, [3]);
    assert!(found("%").await.is_empty());
}

async fn changed_audit_entries_are_found(store: Store) {
    for number in 0..5 {
        store.append_audit(audit_entry(number)).await.unwrap();
    }
    let broken = || {
        let store = store.clone();
        async move {
            match store.verify_audit_chain().await {
                Err(VerifyAuditError::Broken(broken)) => Some(broken),
                Ok(_) | Err(VerifyAuditError::Store(_)) => None,
            }
        }
    };
    assert_eq!(broken().await, None);
    run(&store, &CUT).await;
    assert_eq!(broken().await, Some(AuditBroken::Cut { entries: 4, recorded: 5 }));
    run(&store, &HOLE).await;
    assert_eq!(broken().await, Some(AuditBroken::Missing(3)));
    run(&store, &TAMPER).await;
    assert_eq!(broken().await, Some(AuditBroken::Changed(2)));
}

async fn lease_is_one_holders_until_it_ends(store: Store) {
    let take = |seconds, holder: &str| {
        let (store, holder) = (store.clone(), holder.to_owned());
        let lease = Lease { name: "reconcile".into(), holder, until: at(seconds + 60) };
        async move { store.take_lease(at(seconds), lease).await.unwrap() }
    };
    assert!(take(0, "one").await);
    assert!(!take(30, "two").await);
    assert!(take(50, "one").await);
    assert!(!take(109, "two").await);
    assert!(take(110, "two").await);
    store.release_lease("reconcile", "one").await.unwrap();
    assert!(!take(111, "one").await);
    store.release_lease("reconcile", "two").await.unwrap();
    assert!(take(111, "one").await);
}

async fn bulk_calls_have_a_limit(store: Store) {
    let devices = vec![device_id(1); 10_001];
    let refused = store.move_devices(devices, None).await;
    assert!(matches!(refused, Err(SaveError::Store(StoreError::TooMany { limit: 10_000 }))));
}

/// What somebody with access to the database does behind our back.
const fn tampering(sql: &'static str) -> Statement {
    Statement::new("TAMPERING", sql, sql)
}

async fn run(store: &Store, statement: &'static Statement) {
    let changed: Result<u64, StoreError> =
        store.write((), |conn, ()| Box::pin(async { conn.run(statement, &[]).await })).await;
    assert_eq!(changed.unwrap(), 1);
}

fn audit_entry(number: i64) -> AuditEntry {
    AuditEntry {
        at: at(number),
        actor: "admin".into(),
        origin: "127.0.0.1".into(),
        action: "item.save".into(),
        target: format!("item/{number}"),
        detail: "{}".into(),
    }
}
