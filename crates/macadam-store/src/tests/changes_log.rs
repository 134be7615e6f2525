//! The log of changes.

use super::*;

on_every_backend! {
    changes_come_in_the_order_they_were_appended,
    place_that_is_forgotten_or_unknown_is_told,
}

fn change(noun: &str, ids: Option<Vec<Uuid>>) -> NewChange {
    NewChange { noun: noun.into(), ids }
}

async fn changes_come_in_the_order_they_were_appended(store: Store) {
    assert_eq!(store.change_end().await.unwrap(), 0);
    assert_eq!(store.changes_after(0, 10).await.unwrap(), ChangesAfter::Known(vec![]));
    let ids = Some(vec![id(1, 1), id(1, 2)]);
    let first = vec![change("devices", ids.clone()), change("releases", None)];
    store.append_changes(at(0), first).await.unwrap();
    store.append_changes(at(1), vec![change("people", Some(vec![]))]).await.unwrap();
    let ChangesAfter::Known(all) = store.changes_after(0, 10).await.unwrap() else { panic!() };
    let shown: Vec<_> = all.iter().map(|it| (it.seq, it.noun.as_str())).collect();
    assert_eq!(shown, [(1, "devices"), (2, "releases"), (3, "people")]);
    assert_eq!((&all[0].ids, &all[1].ids), (&ids, &None));
    assert_eq!(store.changes_after(2, 10).await.unwrap(), ChangesAfter::Known(all[2..].to_vec()));
    assert_eq!(store.changes_after(1, 1).await.unwrap(), ChangesAfter::Known(all[1..2].to_vec()));
    assert_eq!(store.changes_after(3, 10).await.unwrap(), ChangesAfter::Known(vec![]));
}

async fn place_that_is_forgotten_or_unknown_is_told(store: Store) {
    let many: Vec<_> = (0..9_999).map(|_| change("devices", None)).collect();
    store.append_changes(at(0), many.clone()).await.unwrap();
    store.append_changes(at(1), many).await.unwrap();
    let end = store.change_end().await.unwrap();
    assert_eq!(end, 19_998);
    for place in [0, end - 10_001, end + 1] {
        let answer = store.changes_after(place, 10).await.unwrap();
        assert_eq!(answer, ChangesAfter::Forgotten { end }, "{place}");
    }
    let kept = store.changes_after(end - 10_000, 20_000).await.unwrap();
    let ChangesAfter::Known(kept) = kept else { panic!() };
    assert_eq!(kept.len(), 10_000);
}
