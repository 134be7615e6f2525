//! What people save for themselves and write about devices.

use super::*;

on_every_backend! {
    views_are_seen_by_their_owners_and_shared_ones_by_all,
    notes_come_newest_first,
    many_devices_are_tagged_and_noted_at_once,
}

fn view(number: u32, owner: &str, name: &str) -> NewView {
    NewView {
        id: ViewId(id(7, number)),
        owner: owner.into(),
        name: name.into(),
        is_shared: false,
        document: "{}".into(),
    }
}

async fn views_are_seen_by_their_owners_and_shared_ones_by_all(store: Store) {
    store.create_view(at(0), view(1, "ada", "Late")).await.unwrap();
    let taken = store.create_view(at(0), view(2, "ada", "Late")).await.unwrap_err();
    assert!(matches!(taken, SaveError::Taken), "{taken}");
    store.create_view(at(0), view(2, "bob", "Late")).await.unwrap();
    store.create_view(at(0), view(3, "bob", "Lab")).await.unwrap();
    let shared = NewView { is_shared: true, ..view(3, "bob", "Lab") };
    store.save_view(at(1), shared.clone(), 1).await.unwrap();
    let stale = store.save_view(at(1), shared.clone(), 1).await.unwrap_err();
    assert!(matches!(stale, SaveError::Stale { current: 2 }), "{stale}");
    let renamed = store.save_view(at(1), NewView { name: "Late".into(), ..shared }, 2).await;
    assert!(matches!(renamed, Err(SaveError::Taken)));
    let seen = |owner: &'static str| {
        let store = store.clone();
        async move {
            let views = store.views(owner).await.unwrap();
            views.into_iter().map(|view| (view.owner, view.name)).collect::<Vec<_>>()
        }
    };
    let named = |owner: &str, name: &str| (owner.to_owned(), name.to_owned());
    assert_eq!(seen("ada").await, [named("bob", "Lab"), named("ada", "Late")]);
    assert_eq!(seen("bob").await, [named("bob", "Lab"), named("bob", "Late")]);
    let foreign = store.delete_view(ViewId(id(7, 3)), "ada", 2).await.unwrap_err();
    assert!(matches!(foreign, SaveError::Stale { .. }), "only its owner deletes it: {foreign}");
    store.delete_view(ViewId(id(7, 3)), "bob", 2).await.unwrap();
    assert_eq!(seen("ada").await, [named("ada", "Late")]);
}

async fn notes_come_newest_first(store: Store) {
    let device = enroll(&store, 1).await.device;
    let note = |number: u32, device_id| Note {
        id: NoteId(id(8, number)),
        device_id,
        author: "ada".into(),
        body: format!("note {number}"),
        created_at: at(i64::from(number)),
    };
    assert!(store.add_note(note(1, device)).await.unwrap());
    assert!(store.add_note(note(2, device)).await.unwrap());
    assert!(!store.add_note(note(3, device_id(9))).await.unwrap());
    assert_eq!(store.notes_of(device, 10).await.unwrap(), [note(2, device), note(1, device)]);
    assert!(!store.delete_note(device_id(9), NoteId(id(8, 1))).await.unwrap());
    assert!(store.delete_note(device, NoteId(id(8, 1))).await.unwrap());
    assert_eq!(store.notes_of(device, 10).await.unwrap(), [note(2, device)]);
}

async fn many_devices_are_tagged_and_noted_at_once(store: Store) {
    let (one, two) = (enroll(&store, 1).await.device, enroll(&store, 2).await.device);
    let (all, unknown) = (vec![one, two, device_id(9)], device_id(9));
    store.set_tags(one, vec!["lab".into(), "loan".into()]).await.unwrap();
    let enrolled = store.enrolled_of(&all).await.unwrap();
    assert_eq!(enrolled.keys().copied().collect::<Vec<_>>(), [one, two], "and not {unknown}");

    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let change = TagChange { add: words(&["fair"]), remove: words(&["loan"]), most: 2 };
    let done = store.change_tags(all.clone(), change.clone()).await.unwrap();
    assert_eq!(done, TagsChanged { done: vec![one, two], too_many: vec![] });
    let tags = |row: Option<DeviceRow>| row.unwrap().tags;
    assert_eq!(tags(store.device(one).await.unwrap()), r#"["fair","lab"]"#);
    assert_eq!(tags(store.device(two).await.unwrap()), r#"["fair"]"#);
    let more = TagChange { add: words(&["third"]), ..change };
    let done = store.change_tags(all, more).await.unwrap();
    assert_eq!(done, TagsChanged { done: vec![two], too_many: vec![one] });
    assert_eq!(tags(store.device(one).await.unwrap()), r#"["fair","lab"]"#);

    let text = Note {
        id: NoteId(id(8, 0)),
        device_id: one,
        author: "ada".into(),
        body: "back in May".into(),
        created_at: at(1),
    };
    let notes = vec![(NoteId(id(8, 1)), one), (NoteId(id(8, 2)), two), (NoteId(id(8, 3)), unknown)];
    assert_eq!(store.add_notes(text, notes).await.unwrap(), 2);
    assert_eq!(store.notes_of(two, 10).await.unwrap()[0].body, "back in May");
}
