//! Releases, what administrators say about them, and the feed they come from.

use std::collections::BTreeSet;

use jiff::ToSpan;
use macadam_api::ErrorCode;
use macadam_api::feeds::{FeedName, ImportQuery};
use macadam_api::people::Role;
use macadam_api::releases::{
    Approval, Availability, FeedList, ReleaseFilter, ReviewAction, WriteReview,
};
use macadam_api::server::WriteApproval;
use macadam_api::summary::SummaryQuery;
use macadam_policy::utc_day;
use macadam_protocol::feed::{self, gdmf::Entry};
use serde_json::json;

use super::super::world::World;
use super::{client, refused};

fn review(action: ReviewAction) -> WriteReview {
    let reason = "a lab Mac did not start".into();
    WriteReview { action, item_id: None, reason, preview_digest: None }
}

#[tokio::test]
async fn release_is_held_and_resumed_with_a_reason() {
    let world = World::new().await;
    world.enroll(&world.handset(1, "iPad14,1", ("18.5", "22F76"))).await;
    let operator = client(&world, Role::Operator).await;
    let filter = ReleaseFilter {
        list: Some(FeedList::Ios),
        availability: Some(Availability::Public),
        ..ReleaseFilter::default()
    };
    let releases = operator.releases(&filter).all().await.unwrap();
    let newest = releases.iter().find(|release| release.devices_able > 0).unwrap();
    assert!(newest.approved && !newest.held, "{newest:?}");
    assert!(releases.is_sorted_by(|one, next| one.released_on >= next.released_on));
    let held = operator.review_release(&newest.id, &review(ReviewAction::Hold)).await.unwrap();
    assert!(held.value.release.held && !held.value.release.approved);
    let said = &held.value.release.reviews[0];
    assert_eq!((said.by.as_str(), said.held_since), ("test", Some(world.fleet.now())));
    let only_held = ReleaseFilter { held: Some(true), ..ReleaseFilter::default() };
    assert_eq!(operator.releases(&only_held).all().await.unwrap().len(), 1);
    let resumed = operator.review_release(&newest.id, &review(ReviewAction::Resume)).await.unwrap();
    assert!(!resumed.value.release.held);
    let builds = operator.release(&newest.id).await.unwrap().value.builds;
    assert!(builds.iter().any(|build| build.update_ids.iter().any(|id| id == "IPAD14,1")));
    let mute = WriteReview { reason: " ".into(), ..review(ReviewAction::Hold) };
    let mute = operator.review_release(&newest.id, &mute).await.err().unwrap();
    assert_eq!(refused(mute), ErrorCode::InvalidSettings);
    let unknown = operator.release("macos-99.0").await.err().unwrap();
    assert_eq!(refused(unknown), ErrorCode::NotFound);
}

#[tokio::test]
async fn releases_wait_for_approval_when_told_to() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let wish = |approval| WriteApproval { approval, reason: "new rule".into() };
    admin.write_approval(&wish(Approval::ByHand)).await.unwrap();
    assert_eq!(admin.server().await.unwrap().value.approval, Approval::ByHand);
    let releases = admin.releases(&ReleaseFilter::default()).all().await.unwrap();
    assert!(!releases.is_empty() && releases.iter().all(|release| !release.approved));
    admin.write_approval(&wish(Approval::AfterDays { days: 7 })).await.unwrap();
    let bad = admin.write_approval(&wish(Approval::AfterDays { days: 0 })).await.err().unwrap();
    assert_eq!(refused(bad), ErrorCode::InvalidSettings);
}

#[tokio::test]
async fn answer_brought_by_hand_is_believed_only_when_it_can_be() {
    let world = World::new().await;
    let operator = client(&world, Role::Operator).await;
    let query = ImportQuery::default();
    let garbage = operator.import_feed(b"{}".to_vec(), &query).await.err().unwrap();
    assert_eq!(refused(garbage), ErrorCode::InvalidBody);
    let empty = br#"{"PublicAssetSets": {}, "AssetSets": {}}"#.to_vec();
    let empty = operator.import_feed(empty, &query).await.err().unwrap();
    assert_eq!(refused(empty), ErrorCode::FeedNotBelieved);
    let seed = macadam_protocol::feed::seed();
    let answer = seed.answer_at(world.fleet.now());
    let answer = macadam_protocol::feed::gdmf::encode(&answer.entries);
    let first = operator.import_feed(answer.clone(), &query).await.unwrap().value;
    assert_eq!((first.new_releases.len(), first.problems.len()), (0, 0), "known from the seed");
    let second = operator.import_feed(answer, &query).await.unwrap().value;
    assert_eq!(second.changes, 0);
    let feeds = operator.feeds().await.unwrap().value;
    assert_eq!((feeds[0].name, feeds[0].stale), (FeedName::Gdmf, false));
    assert_eq!(feeds[0].accepted_at, Some(world.fleet.now()));
    let no_feed = operator.refresh_feed(FeedName::Sofa).await.err().unwrap();
    assert_eq!(refused(no_feed), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_version_about_to_leave_the_feed_is_announced_to_who_asks_for_it() {
    let world = World::new().await;
    let operator = client(&world, Role::Operator).await;
    let mut answer = macadam_protocol::feed::seed().answer_at(world.fleet.now());
    let of_macs = |entry: &&mut Entry| entry.list == feed::FeedList::MacOs;
    let public: BTreeSet<String> = answer
        .entries
        .iter()
        .filter(|entry| entry.set == feed::OfferSet::Public)
        .map(|entry| entry.version.clone())
        .collect();
    let leaving =
        answer.entries.iter_mut().filter(of_macs).find(|entry| {
            entry.set == feed::OfferSet::Installable && !public.contains(&entry.version)
        });
    let leaving = leaving.unwrap();
    let on = utc_day(world.fleet.now()).saturating_add(10.days());
    leaving.expires = Some(on);
    let version = leaving.version.clone();
    let major: u16 = version.split('.').next().unwrap().parse().unwrap();
    world
        .assign(json!({
            "type": "managed_os", "label": "Pinned", "platform": "macos", "major": major,
            "enforcement":
                {"mode": "specific", "version": version, "on": "2026-06-01", "at": "09:30"}
        }))
        .await;
    let body = feed::gdmf::encode(&answer.entries);
    operator.import_feed(body, &ImportQuery::default()).await.unwrap();
    let attention = operator.summary(&SummaryQuery::default()).await.unwrap().value.attention;
    let alert = attention.iter().find(|alert| alert.code == "leaves_feed").unwrap();
    assert_eq!((alert.values["item"].as_str(), &alert.values["version"]), ("Pinned", &version));
    assert_eq!(alert.values["on"], on.to_string());
}
