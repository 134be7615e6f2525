//! One action on many devices at once.

use macadam_api::ErrorCode;
use macadam_api::audit::AuditFilter;
use macadam_api::blueprints::{Assignment, WriteBlueprint};
use macadam_api::device_actions::{
    ActOnDevices, DeviceAction, DeviceActionOutcome, RefusedDevice, RefusedReason,
};
use macadam_api::people::Role;
use macadam_api::previews::PreviewRequest;
use uuid::Uuid;

use super::super::world::World;
use super::{client, refused};

const REQUEST: Uuid = Uuid::from_u128(7);
const NOBODY: Uuid = Uuid::from_u128(9);

fn wish(device_ids: &[Uuid], action: DeviceAction) -> ActOnDevices {
    ActOnDevices { request_id: None, device_ids: device_ids.to_vec(), action }
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

fn tags(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn not_enrolled(device_id: Uuid) -> Vec<RefusedDevice> {
    vec![RefusedDevice { device_id, reason: RefusedReason::NotEnrolled }]
}

#[tokio::test]
async fn devices_are_tagged_and_noted_and_asked_each_or_not_with_a_reason() {
    let world = World::new().await;
    let one = world.enroll(&world.mac(1)).await.0;
    let two = world.enroll(&world.mac(2)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let all = [one, two, NOBODY];
    let add = DeviceAction::AddTags { tags: tags(&["lab", "loan"]) };
    let outcome = helper.act_on_devices(&wish(&all, add)).await.unwrap().value;
    assert_eq!(outcome, DeviceActionOutcome { done: 2, refused: not_enrolled(NOBODY) });
    let remove = DeviceAction::RemoveTags { tags: tags(&["loan"]) };
    helper.act_on_devices(&wish(&[two], remove)).await.unwrap();
    assert_eq!(helper.device(one).await.unwrap().value.device.tags, tags(&["lab", "loan"]));
    assert_eq!(helper.device(two).await.unwrap().value.device.tags, tags(&["lab"]));

    let many: Vec<String> = (0..32).map(|number| format!("tag {number}")).collect();
    let add = DeviceAction::AddTags { tags: many };
    let outcome = helper.act_on_devices(&wish(&[one], add)).await.unwrap().value;
    let full = RefusedDevice { device_id: one, reason: RefusedReason::TooManyTags };
    assert_eq!(outcome, DeviceActionOutcome { done: 0, refused: vec![full] });

    let note = DeviceAction::AddNote { text: "back in May\n".into() };
    helper.act_on_devices(&wish(&all, note)).await.unwrap();
    for device in [one, two] {
        assert_eq!(helper.notes(device).await.unwrap().value[0].text, "back in May");
    }
    let outcome = helper.act_on_devices(&wish(&all, DeviceAction::Sync)).await.unwrap().value;
    assert_eq!(outcome.done, 2);
    let auditor = client(&world, Role::Auditor).await;
    for action in ["tag_devices", "note_devices", "sync_devices"] {
        let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
        let entries = auditor.audit(&filter).all().await.unwrap();
        assert!(entries[0].document["device_ids"].as_array().is_some_and(|ids| !ids.is_empty()));
    }
}

#[tokio::test]
async fn same_request_is_done_once_and_its_id_serves_no_other() {
    let world = World::new().await;
    let device = world.enroll(&world.mac(1)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let note = DeviceAction::AddNote { text: "lent".into() };
    let asked = ActOnDevices { request_id: Some(REQUEST), ..wish(&[device], note) };
    let first = helper.act_on_devices(&asked).await.unwrap().value;
    assert_eq!(helper.act_on_devices(&asked).await.unwrap().value, first);
    assert_eq!(helper.notes(device).await.unwrap().value.len(), 1);
    let other = ActOnDevices { action: DeviceAction::Sync, ..asked };
    let other = helper.act_on_devices(&other).await.err().unwrap();
    assert_eq!(refused(other), ErrorCode::AlreadyExists);
}

#[tokio::test]
async fn nonsense_and_the_unauthorized_are_refused_before_anything_happens() {
    let world = World::new().await;
    let device = world.enroll(&world.mac(1)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let blueprint = lab(&world).await;
    let bad = [
        wish(&[], DeviceAction::Sync),
        wish(&[device; 1001], DeviceAction::Sync),
        wish(&[device], DeviceAction::AddTags { tags: Vec::new() }),
        wish(&[device], DeviceAction::AddTags { tags: tags(&["\u{1b}"]) }),
        wish(&[device], DeviceAction::AddNote { text: " ".into() }),
    ];
    for wish in bad {
        let refusal = helper.act_on_devices(&wish).await.err().unwrap();
        assert_eq!(refused(refusal), ErrorCode::InvalidSettings, "{wish:?}");
    }
    let action = DeviceAction::AssignBlueprint { blueprint_id: blueprint, preview_digest: None };
    let refusal = helper.act_on_devices(&wish(&[device], action)).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::Forbidden, "a help desk moves nothing");
    let auditor = client(&world, Role::Auditor).await;
    let refusal = auditor.act_on_devices(&wish(&[device], DeviceAction::Sync)).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::Forbidden);
}

#[tokio::test]
async fn move_happens_as_it_was_previewed() {
    let world = World::new().await;
    let device = world.enroll(&world.mac(1)).await.0;
    let admin = client(&world, Role::Admin).await;
    let blueprint_id = lab(&world).await;
    let moved = |digest: &str| {
        let preview_digest = Some(digest.to_owned());
        wish(&[device], DeviceAction::AssignBlueprint { blueprint_id, preview_digest })
    };
    let refusal = admin.act_on_devices(&moved("another")).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::PreviewOutdated);
    let device_ids = vec![device];
    let request = PreviewRequest::AssignDevices { blueprint_id, device_ids };
    let preview = admin.preview(&request).await.unwrap().value;
    let outcome = admin.act_on_devices(&moved(&preview.digest)).await.unwrap().value;
    assert_eq!(outcome.done, 1);
    let record = admin.device(device).await.unwrap().value;
    assert_eq!(record.device.blueprint.map(|it| it.name).as_deref(), Some("Lab"));
}
