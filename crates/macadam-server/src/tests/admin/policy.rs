//! The configuration as one file.

use std::time::Duration;

use macadam_api::library_items::LibraryItemFilter;
use macadam_api::people::Role;
use macadam_api::policy_file::{ApplyPolicy, PolicyFile, ReviewEntry};
use macadam_api::previews::PreviewRequest;
use macadam_api::releases::{Approval, FeedList, ReviewAction, WriteReview};
use macadam_api::server::WriteApproval;
use serde_json::json;

use super::super::declarations::rolling;
use super::super::world::World;
use super::client;

#[tokio::test]
async fn exported_policy_has_the_reviews_and_can_be_planned_as_it_is() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let (item, _) = world.assign(rolling()).await;
    let hold = |item_id| WriteReview {
        action: ReviewAction::Hold,
        item_id,
        reason: "a lab Mac did not start".into(),
        preview_digest: None,
    };
    admin.review_release("ios-26.1", &hold(None)).await.unwrap();
    admin.review_release("macos-15.7", &hold(Some(item.0))).await.unwrap();
    let approval = Approval::AfterDays { days: 7 };
    let wish = WriteApproval { approval, reason: "new rule".into() };
    admin.write_approval(&wish).await.unwrap();

    let file = admin.policy().await.unwrap().value;
    let held = |list, version: &str, item: Option<&str>| ReviewEntry {
        list,
        version: version.into(),
        item: item.map(Into::into),
        approved_at: None,
        held_since: Some(world.fleet.now()),
        resumed_at: None,
    };
    let expected =
        [held(FeedList::Macos, "15.7", Some("Sequoia")), held(FeedList::Ios, "26.1", None)];
    assert!(expected.iter().all(|review| file.reviews.contains(review)), "{:?}", file.reviews);
    assert_eq!((file.reviews.len(), file.approval), (2, approval));

    let problems = async |policy: PolicyFile| {
        admin.preview(&PreviewRequest::Policy { policy }).await.unwrap().value.problems
    };
    assert_eq!(problems(file.clone()).await, [], "it says what the server says");
    let mut other = file.clone();
    other.reviews[0].held_since = None;
    other.reviews[0].approved_at = Some(world.fleet.now());
    other.approval = Approval::ByHand;
    let fields = problems(other).await.into_iter().map(|problem| problem.field);
    assert_eq!(fields.collect::<Vec<_>>(), ["approval", "reviews"]);
}

#[tokio::test]
async fn paused_item_is_applied_as_it_was_previewed_however_long_somebody_read() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    world.assign(rolling()).await;
    let mut policy = admin.policy().await.unwrap().value;
    policy.paused.insert("Sequoia".into());
    let question = PreviewRequest::Policy { policy: policy.clone() };
    let preview = admin.preview(&question).await.unwrap().value;
    world.advance(Duration::from_mins(5));
    let wish = ApplyPolicy { policy, preview_digest: preview.digest };
    let applied = admin.apply_policy(&wish).await.unwrap().value;
    assert_eq!(applied.differences.len(), 1);
    let item = &admin.library_items(&LibraryItemFilter::default()).all().await.unwrap()[0];
    assert_eq!(item.paused.as_ref().map(|pause| pause.since), Some(world.fleet.now()));
}

#[tokio::test]
async fn time_in_working_hours_is_warned_of_for_releases_and_for_security_improvements() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let codes = async |at: &str, bsi_at: &str| {
        let settings = json!({
            "type": "managed_os", "label": "Sequoia", "platform": "macos", "major": 15,
            "enforcement": { "mode": "rolling", "within": "2w", "at": at },
            "bsi": { "mode": "automatic", "within": "2d", "at": bsi_at },
        });
        let question =
            json!({ "kind": "new_library_item", "settings": settings, "blueprint_ids": [] });
        let question: PreviewRequest = serde_json::from_value(question).unwrap();
        let warnings = admin.preview(&question).await.unwrap().value.warnings;
        warnings.into_iter().map(|warning| warning.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("17:00:00", "08:59:00").await, Vec::<String>::new());
    assert_eq!(codes("09:00:00", "18:00:00").await, ["working_hours"]);
    assert_eq!(codes("18:00:00", "12:30:00").await, ["bsi_working_hours"]);
}
