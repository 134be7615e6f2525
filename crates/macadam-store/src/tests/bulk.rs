//! Actions on many devices: begun once, counted once, ended for good.

use super::*;

on_every_backend! {
    bulk_action_is_begun_once,
    bulk_parts_are_done_in_order_and_counted_once,
    few_devices_do_not_wait_for_many,
    stopped_bulk_action_does_nothing_more,
    bulk_actions_are_forgotten_long_after_they_ended,
}

fn bulk_id(number: u32) -> BulkActionId {
    BulkActionId(id(9, number))
}

fn action(number: u32, parts: &[&[u32]]) -> NewBulkAction {
    let part = |(number, devices): (usize, &&[u32])| NewBulkPart {
        device_ids: devices.iter().map(|device| device_id(*device)).collect(),
        preview_digest: (number == 0).then(|| "digest".to_owned()),
    };
    NewBulkAction {
        id: bulk_id(number),
        at: at(1),
        actor: "person:ada@example.com".into(),
        token: None,
        origin: "127.0.0.1".into(),
        content: Sha256::of(&number.to_be_bytes()),
        action: "{}".into(),
        parts: parts.iter().enumerate().map(part).collect(),
    }
}

fn count(done: u32, left_out: &[(&str, u32)]) -> BulkCount {
    let left_out = left_out.iter().map(|(reason, count)| ((*reason).to_owned(), *count));
    BulkCount { done, left_out: left_out.collect() }
}

async fn bulk_action_is_begun_once(store: Store) {
    let wish = action(1, &[&[1, 2], &[3]]);
    assert_eq!(store.begin_bulk_action(wish.clone()).await.unwrap(), BulkBegun::New);
    assert_eq!(store.begin_bulk_action(wish.clone()).await.unwrap(), BulkBegun::Before);
    let other = NewBulkAction { content: Sha256::of(b"other"), ..wish };
    assert_eq!(store.begin_bulk_action(other).await.unwrap(), BulkBegun::Taken);
    let row = store.bulk_action(bulk_id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.devices, row.done), (BulkState::Running, 3, 0));
    assert_eq!(store.bulk_actions(None, 10).await.unwrap(), [row]);
    assert_eq!(store.bulk_actions(Some((at(1), bulk_id(1))), 10).await.unwrap(), []);
    assert_eq!(store.bulk_action(bulk_id(2)).await.unwrap(), None);
}

async fn bulk_parts_are_done_in_order_and_counted_once(store: Store) {
    store.begin_bulk_action(action(1, &[&[2, 1], &[3]])).await.unwrap();
    let first = store.next_bulk_part().await.unwrap().unwrap();
    assert_eq!(first.device_ids, [device_id(2), device_id(1)]);
    assert_eq!((first.number, first.preview_digest.as_deref()), (0, Some("digest")));
    let counted = (first.of.id, first.number);
    let gone = count(1, &[("not_enrolled", 1)]);
    store.count_bulk_part(at(2), counted, gone.clone()).await.unwrap();
    // Another server did the same part at the same time.
    store.count_bulk_part(at(3), counted, gone.clone()).await.unwrap();
    let second = store.next_bulk_part().await.unwrap().unwrap();
    assert_eq!((second.number, second.preview_digest), (1, None));
    assert_eq!((second.of.done, second.of.state), (1, BulkState::Running));
    store.count_bulk_part(at(4), (bulk_id(1), 1), count(0, &[("not_enrolled", 1)])).await.unwrap();
    assert_eq!(store.next_bulk_part().await.unwrap(), None);
    let row = store.bulk_action(bulk_id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.ended_at, row.done), (BulkState::Finished, Some(at(4)), 1));
    assert_eq!(row.left_out, r#"{"not_enrolled":2}"#);
}

async fn few_devices_do_not_wait_for_many(store: Store) {
    store.begin_bulk_action(action(1, &[&[1], &[2], &[3]])).await.unwrap();
    store.begin_bulk_action(action(2, &[&[4]])).await.unwrap();
    assert_eq!(store.next_bulk_part().await.unwrap().unwrap().of.id, bulk_id(2));
}

async fn stopped_bulk_action_does_nothing_more(store: Store) {
    store.begin_bulk_action(action(1, &[&[1], &[2]])).await.unwrap();
    let stop = || store.end_bulk_action(at(5), bulk_id(1), (BulkState::Stopped, None));
    assert!(stop().await.unwrap());
    assert!(!stop().await.unwrap());
    assert_eq!(store.next_bulk_part().await.unwrap(), None);
    // The part that was being done when it was stopped.
    store.count_bulk_part(at(6), (bulk_id(1), 0), count(1, &[])).await.unwrap();
    let row = store.bulk_action(bulk_id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.done, row.ended_at), (BulkState::Stopped, 1, Some(at(5))));
}

async fn bulk_actions_are_forgotten_long_after_they_ended(store: Store) {
    store.begin_bulk_action(action(1, &[&[1], &[3]])).await.unwrap();
    store.begin_bulk_action(action(2, &[&[2]])).await.unwrap();
    let failed = (BulkState::Failed, Some("not_permitted".to_owned()));
    store.end_bulk_action(at(5), bulk_id(1), failed).await.unwrap();
    store.forget_bulk_actions(at(6)).await.unwrap();
    assert_eq!(store.bulk_actions(None, 10).await.unwrap().len(), 2);
    store.forget_bulk_actions(at(5 + 91 * 24 * 3600)).await.unwrap();
    let left = store.bulk_actions(None, 10).await.unwrap();
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [bulk_id(2)]);
}
