//! Actions on many devices, done by the server while nobody waits.

use macadam_api::ErrorCode;
use macadam_api::audit::AuditFilter;
use macadam_api::blueprints::{Assignment, WriteBlueprint};
use macadam_api::bulk_actions::{
    BulkAction, BulkFailure, BulkState, CreateBulkAction, DeviceAction, LeftOut, LeftOutReason,
};
use macadam_api::client::Client;
use macadam_api::people::Role;
use macadam_api::previews::PreviewRequest;
use uuid::Uuid;

use super::super::world::World;
use super::{client, refused};

const REQUEST: Uuid = Uuid::from_u128(7);
const NOBODY: Uuid = Uuid::from_u128(9);

fn wish(device_ids: &[Uuid], action: DeviceAction) -> CreateBulkAction {
    CreateBulkAction {
        id: None,
        device_ids: device_ids.to_vec(),
        action,
        preview_digests: Vec::new(),
    }
}

/// Begins an action, and lets the server do it.
async fn done(world: &World, client: &Client, wish: CreateBulkAction) -> BulkAction {
    let begun = client.create_bulk_action(&wish).await.unwrap().value;
    assert_eq!((begun.state, begun.done), (BulkState::Running, 0));
    while world.app().do_bulk_part().await.unwrap() {}
    client.bulk_action(begun.id).await.unwrap().value
}

/// Begins an action of three parts, of which the first is done.
async fn half_done(world: &World, client: &Client) -> Uuid {
    let ids: Vec<Uuid> = (0..2001).map(Uuid::from_u128).collect();
    let begun = client.create_bulk_action(&wish(&ids, DeviceAction::Sync)).await.unwrap().value;
    assert!(world.app().do_bulk_part().await.unwrap());
    begun.id
}

/// A blueprint without items.
async fn lab(world: &World) -> Uuid {
    let wish = WriteBlueprint {
        name: "Lab".into(),
        description: String::new(),
        assignment: Assignment::Classic(Vec::new()),
        preview_digest: None,
    };
    client(world, Role::Admin).await.create_blueprint(&wish).await.unwrap().value.id
}

fn left_out(reason: LeftOutReason, devices: u64) -> LeftOut {
    LeftOut { reason, devices }
}

fn tags(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[tokio::test]
async fn devices_are_tagged_and_noted_and_asked_each_or_not_with_a_reason() {
    let world = World::without_workers("").await;
    let one = world.enroll(&world.mac(1)).await.0;
    let two = world.enroll(&world.mac(2)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let all = [one, two, NOBODY];
    let add = DeviceAction::AddTags { tags: tags(&["lab", "loan"]) };
    let ended = done(&world, &helper, wish(&all, add)).await;
    assert_eq!((ended.state, ended.devices, ended.done), (BulkState::Finished, 3, 2));
    assert_eq!(ended.left_out, [left_out(LeftOutReason::NotEnrolled, 1)]);
    let remove = DeviceAction::RemoveTags { tags: tags(&["loan"]) };
    done(&world, &helper, wish(&[two], remove)).await;
    assert_eq!(helper.device(one).await.unwrap().value.device.tags, tags(&["lab", "loan"]));
    assert_eq!(helper.device(two).await.unwrap().value.device.tags, tags(&["lab"]));

    let many: Vec<String> = (0..32).map(|number| format!("tag {number}")).collect();
    let add = DeviceAction::AddTags { tags: many };
    let ended = done(&world, &helper, wish(&[one], add)).await;
    assert_eq!((ended.done, ended.left_out), (0, vec![left_out(LeftOutReason::TooManyTags, 1)]));

    let note = DeviceAction::AddNote { text: "back in May\n".into() };
    done(&world, &helper, wish(&all, note)).await;
    for device in [one, two] {
        assert_eq!(helper.notes(device).await.unwrap().value[0].text, "back in May");
    }
    assert_eq!(done(&world, &helper, wish(&all, DeviceAction::Sync)).await.done, 2);
    let auditor = client(&world, Role::Auditor).await;
    for action in ["tag_devices", "note_devices", "sync_devices"] {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        let entries = auditor.audit(&filter).all().await.unwrap();
        assert!(entries[0].document["device_ids"].as_array().is_some_and(|ids| !ids.is_empty()));
    }
    let listed = auditor.bulk_actions().all().await.unwrap();
    assert_eq!(listed.len(), 5);
    assert!(listed.iter().all(|one| one.state == BulkState::Finished && one.ended_at.is_some()));
}

#[tokio::test]
async fn same_request_is_done_once_and_its_id_serves_no_other() {
    let world = World::without_workers("").await;
    let device = world.enroll(&world.mac(1)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let note = DeviceAction::AddNote { text: "lent".into() };
    let asked = CreateBulkAction { id: Some(REQUEST), ..wish(&[device], note) };
    let first = done(&world, &helper, asked.clone()).await;
    assert_eq!((first.id, first.done), (REQUEST, 1));
    assert_eq!(helper.create_bulk_action(&asked).await.unwrap().value, first);
    assert!(!world.app().do_bulk_part().await.unwrap());
    assert_eq!(helper.notes(device).await.unwrap().value.len(), 1);
    let other = CreateBulkAction { action: DeviceAction::Sync, ..asked };
    let other = helper.create_bulk_action(&other).await.err().unwrap();
    assert_eq!(refused(other), ErrorCode::AlreadyExists);
}

#[tokio::test]
async fn nonsense_and_the_unauthorized_are_refused_before_anything_happens() {
    let world = World::without_workers("").await;
    let device = world.enroll(&world.mac(1)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let blueprint_id = lab(&world).await;
    let bad = [
        wish(&[], DeviceAction::Sync),
        wish(&[device; 2], DeviceAction::Sync),
        wish(&[device], DeviceAction::AddTags { tags: Vec::new() }),
        wish(&[device], DeviceAction::AddTags { tags: tags(&["\u{1b}"]) }),
        wish(&[device], DeviceAction::AddNote { text: " ".into() }),
    ];
    for wish in bad {
        let refusal = helper.create_bulk_action(&wish).await.err().unwrap();
        assert_eq!(refused(refusal), ErrorCode::InvalidSettings, "{wish:?}");
    }
    let move_all = DeviceAction::AssignBlueprint { blueprint_id };
    let refusal = helper.create_bulk_action(&wish(&[device], move_all.clone())).await;
    assert_eq!(refused(refusal.err().unwrap()), ErrorCode::Forbidden, "a help desk moves nothing");
    let many: Vec<Uuid> = (0..1001).map(Uuid::from_u128).collect();
    let admin = client(&world, Role::Admin).await;
    let refusal = admin.create_bulk_action(&wish(&many, move_all)).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::InvalidSettings, "nobody has seen it");
    let auditor = client(&world, Role::Auditor).await;
    let sync = wish(&[device], DeviceAction::Sync);
    let refusal = auditor.create_bulk_action(&sync).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::Forbidden);
    assert_eq!(auditor.bulk_actions().all().await.unwrap(), []);
}

#[tokio::test]
async fn move_happens_as_it_was_previewed() {
    let world = World::without_workers("").await;
    let device = world.enroll(&world.mac(1)).await.0;
    let admin = client(&world, Role::Admin).await;
    let blueprint_id = lab(&world).await;
    let moved = |digest: &str| CreateBulkAction {
        preview_digests: vec![digest.to_owned()],
        ..wish(&[device], DeviceAction::AssignBlueprint { blueprint_id })
    };
    let refusal = admin.create_bulk_action(&moved("another")).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::PreviewOutdated);
    let device_ids = vec![device];
    let request = PreviewRequest::AssignDevices { blueprint_id, device_ids };
    let preview = admin.preview(&request).await.unwrap().value;
    assert_eq!(done(&world, &admin, moved(&preview.digest)).await.done, 1);
    let record = admin.device(device).await.unwrap().value;
    assert_eq!(record.device.blueprint.map(|it| it.name).as_deref(), Some("Lab"));
}

#[tokio::test]
async fn part_of_a_large_move_that_nobody_saw_like_this_is_left_out() {
    let world = World::without_workers("").await;
    let device = world.enroll(&world.mac(1)).await.0;
    let admin = client(&world, Role::Admin).await;
    let blueprint_id = lab(&world).await;
    let ids: Vec<Uuid> = (0..1000).map(Uuid::from_u128).chain([device]).collect();
    let device_ids = vec![device];
    let request = PreviewRequest::AssignDevices { blueprint_id, device_ids };
    let seen = admin.preview(&request).await.unwrap().value.digest;
    let asked = |digest: &str| CreateBulkAction {
        preview_digests: vec![seen.clone(), digest.to_owned()],
        ..wish(&ids, DeviceAction::AssignBlueprint { blueprint_id })
    };
    let ended = done(&world, &admin, asked("another")).await;
    assert_eq!(ended.done, 0);
    let gone = left_out(LeftOutReason::NotEnrolled, 1000);
    assert_eq!(ended.left_out, [gone, left_out(LeftOutReason::PreviewOutdated, 1)]);
    assert_eq!(done(&world, &admin, asked(&seen)).await.done, 1);
}

#[tokio::test]
async fn what_somebody_began_goes_on_only_while_they_may() {
    let world = World::without_workers("").await;
    let helper = client(&world, Role::HelpDesk).await;
    let begun = half_done(&world, &helper).await;
    let admin = client(&world, Role::Admin).await;
    let tokens = admin.tokens().all().await.unwrap();
    let theirs = tokens.iter().find(|token| token.role == Role::HelpDesk).unwrap();
    admin.revoke_token(theirs.id).await.unwrap();
    while world.app().do_bulk_part().await.unwrap() {}
    let ended = admin.bulk_action(begun).await.unwrap().value;
    assert_eq!((ended.state, ended.failure), (BulkState::Failed, Some(BulkFailure::NotPermitted)));
    assert_eq!(ended.left_out, [left_out(LeftOutReason::NotEnrolled, 1000)]);
}

#[tokio::test]
async fn part_that_two_servers_do_at_once_counts_and_shows_once() {
    let world = World::without_workers("").await;
    let device = world.enroll(&world.mac(1)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let note = DeviceAction::AddNote { text: "lent".into() };
    let begun = helper.create_bulk_action(&wish(&[device], note)).await.unwrap().value.id;
    let (one, other) = tokio::join!(world.app().do_bulk_part(), world.app().do_bulk_part());
    assert!(one.unwrap() && other.unwrap(), "both did it");
    let ended = helper.bulk_action(begun).await.unwrap().value;
    assert_eq!((ended.state, ended.done), (BulkState::Finished, 1));
    assert_eq!(helper.notes(device).await.unwrap().value.len(), 1);
}

#[tokio::test]
async fn stopped_action_stops_before_its_next_part() {
    let world = World::without_workers("").await;
    let helper = client(&world, Role::HelpDesk).await;
    let begun = half_done(&world, &helper).await;
    let auditor = client(&world, Role::Auditor).await;
    assert_eq!(refused(auditor.stop_bulk_action(begun).await.err().unwrap()), ErrorCode::Forbidden);
    let stopped = helper.stop_bulk_action(begun).await.unwrap().value;
    assert_eq!(stopped.state, BulkState::Stopped);
    assert!(stopped.ended_at.is_some());
    assert!(!world.app().do_bulk_part().await.unwrap());
    assert_eq!(helper.bulk_action(begun).await.unwrap().value.seen(), 1000);
    assert_eq!(refused(helper.stop_bulk_action(begun).await.err().unwrap()), ErrorCode::InUse);
    let unknown = helper.stop_bulk_action(NOBODY).await.err().unwrap();
    assert_eq!(refused(unknown), ErrorCode::NotFound);
}
