use macadam_policy::ItemId;
use uuid::Uuid;

use super::*;

fn entry(at: &str, release: &str, item: Option<ItemId>, action: ReviewAction) -> ReviewEntry {
    ReviewEntry {
        seq: 0,
        id: Uuid::nil(),
        at: at.parse().unwrap(),
        release: release.into(),
        item_id: item,
        action,
        reviewer: "somebody".into(),
        reason: String::new(),
    }
}

#[test]
fn lifted_hold_leaves_the_moment_it_was_lifted() {
    let reviews = current_reviews(&[
        entry("2026-03-01T00:00:00Z", "macos-26.3", None, ReviewAction::Hold),
        entry("2026-03-02T00:00:00Z", "macos-26.3", None, ReviewAction::Hold),
        entry("2026-03-05T00:00:00Z", "macos-26.3", None, ReviewAction::Resume),
    ]);
    let [review] = reviews.as_slice() else { panic!("one release was reviewed") };
    assert_eq!(review.held_since, None);
    assert_eq!(review.resumed_at, Some("2026-03-05T00:00:00Z".parse().unwrap()));
}

#[test]
fn hold_for_one_item_is_not_a_hold_for_the_fleet() {
    let item = ItemId(Uuid::from_u128(7));
    let reviews = current_reviews(&[
        entry("2026-03-01T00:00:00Z", "ios-26.3.1-a", Some(item), ReviewAction::Hold),
        entry("2026-03-01T00:00:00Z", "ios-26.3.1-a", None, ReviewAction::Approve),
    ]);
    assert_eq!(reviews.len(), 2);
    let of = |scope| reviews.iter().find(|review| review.scope == scope).unwrap();
    assert!(of(ReviewScope::Item(item)).held_since.is_some());
    assert!(of(ReviewScope::Fleet).held_since.is_none());
    assert_eq!(of(ReviewScope::Fleet).version.to_string(), "26.3.1 (a)");
}

#[test]
fn review_of_no_release_is_left_out() {
    let reviews =
        current_reviews(&[entry("2026-03-01T00:00:00Z", "26.3", None, ReviewAction::Hold)]);
    assert!(reviews.is_empty());
}
