//! An item and the blueprints that assign it, saved together.

use macadam_api::ErrorCode;
use macadam_api::blueprints::{Assignment, Node, WriteBlueprint};
use macadam_api::client::{Client, ClientError};
use macadam_api::enrollments::CreateEnrollment;
use macadam_api::library_items::{LibraryItem, WriteLibraryItem};
use macadam_api::people::{Permission, Role};
use macadam_api::previews::PreviewRequest;
use macadam_api::tokens::CreateToken;
use macadam_policy::BlueprintId;
use serde_json::json;
use uuid::Uuid;

use super::super::declarations::{capable, rolling};
use super::super::world::World;
use super::{client, refused};

async fn blueprint(client: &Client, name: &str, assignment: Assignment) -> Uuid {
    let wish = WriteBlueprint {
        name: name.into(),
        description: String::new(),
        assignment,
        preview_digest: None,
    };
    client.create_blueprint(&wish).await.unwrap().value.id
}

fn wish(blueprint_ids: &[Uuid]) -> WriteLibraryItem {
    WriteLibraryItem {
        settings: serde_json::from_value(rolling()).unwrap(),
        blueprint_ids: Some(blueprint_ids.to_vec()),
        preview_digest: None,
    }
}

async fn assignment(client: &Client, id: Uuid) -> Assignment {
    client.blueprint(id).await.unwrap().value.assignment
}

fn names(item: &LibraryItem) -> Vec<&str> {
    item.blueprints.iter().map(|one| one.name.as_str()).collect()
}

#[tokio::test]
async fn item_is_created_in_its_blueprints_at_once_or_not_at_all() {
    let world = World::without_workers("").await;
    let device = capable(&world, &world.mac(1)).await;
    let operator = client(&world, Role::Operator).await;
    let office = blueprint(&operator, "Office", Assignment::Classic(Vec::new())).await;
    let lab = blueprint(&operator, "Lab", Assignment::Map(Vec::new())).await;
    let nowhere = operator.create_library_item(&wish(&[office, Uuid::max()])).await;
    assert_eq!(refused(nowhere.err().unwrap()), ErrorCode::InvalidSettings);
    assert_eq!(operator.library_items(&Default::default()).all().await.unwrap(), []);
    assert_eq!(assignment(&operator, office).await, Assignment::Classic(Vec::new()));

    let WriteLibraryItem { settings, .. } = wish(&[]);
    let request = PreviewRequest::NewLibraryItem { settings, blueprint_ids: vec![office, lab] };
    let digest = operator.preview(&request).await.unwrap().value.digest;
    let move_it = json!({"device_ids": [device.0], "preview_digest": null});
    operator.assign_devices(office, &serde_json::from_value(move_it).unwrap()).await.unwrap();
    let seen = WriteLibraryItem { preview_digest: Some(digest), ..wish(&[office, lab]) };
    let outdated = operator.create_library_item(&seen).await.err().unwrap();
    assert_eq!(refused(outdated), ErrorCode::PreviewOutdated, "a device moved meanwhile");

    let item = operator.create_library_item(&wish(&[office, lab])).await.unwrap().value;
    assert_eq!(names(&item), ["Lab", "Office"]);
    let id = item.id.to_string();
    assert_eq!(assignment(&operator, office).await, Assignment::Classic(vec![id.clone()]));
    assert_eq!(assignment(&operator, lab).await, Assignment::Map(vec![Node::Items(vec![id])]));
}

#[tokio::test]
async fn item_leaves_blueprints_that_are_not_named_any_more() {
    let world = World::without_workers("").await;
    let operator = client(&world, Role::Operator).await;
    let item = operator.create_library_item(&wish(&[])).await.unwrap().value;
    let other = WriteLibraryItem {
        settings: serde_json::from_value(json!({
            "type": "managed_os", "label": "Other", "platform": "ipados", "major": 26,
            "enforcement": {"mode": "do_not_manage"}
        }))
        .unwrap(),
        ..wish(&[])
    };
    let other = operator.create_library_item(&other).await.unwrap().value;
    let map = |names: &[Uuid]| -> Assignment {
        let items: Vec<_> = names.iter().map(Uuid::to_string).collect();
        let test = json!({"test": {"field": "platform", "operator": "is", "value": "macos"}});
        let then = if items.is_empty() { json!([]) } else { json!([{ "items": items }]) };
        serde_json::from_value(json!({"map": [{"block": [{"if": test, "then": then}]}]})).unwrap()
    };
    let lab = blueprint(&operator, "Lab", map(&[item.id])).await;
    let both = Assignment::Classic(vec![item.id.to_string(), other.id.to_string()]);
    let office = blueprint(&operator, "Office", both.clone()).await;

    let same = WriteLibraryItem { blueprint_ids: None, ..wish(&[]) };
    let saved = operator.update_library_item(item.id, item.revision, &same).await.unwrap().value;
    assert_eq!(names(&saved), ["Lab", "Office"], "nothing was said about them");
    let kept = wish(&[office]);
    let stale = operator.update_library_item(item.id, item.revision, &kept).await.err().unwrap();
    assert_eq!(refused(stale), ErrorCode::ChangedMeanwhile);
    assert_eq!(assignment(&operator, lab).await, map(&[item.id]), "nothing was changed");
    let saved = operator.update_library_item(item.id, saved.revision, &kept).await.unwrap().value;
    assert_eq!(names(&saved), ["Office"]);
    assert_eq!(assignment(&operator, lab).await, map(&[]), "its condition stays");
    assert_eq!(assignment(&operator, office).await, both);
}

fn said(error: ClientError) -> (ErrorCode, String) {
    let ClientError::Refused(problem) = error else { panic!("not refused: {error}") };
    (problem.code, problem.message)
}

#[tokio::test]
async fn what_is_used_is_not_deleted_and_says_by_what() {
    let world = World::without_workers("").await;
    let admin = client(&world, Role::Admin).await;
    let office = blueprint(&admin, "Office", Assignment::Classic(Vec::new())).await;
    let item = admin.create_library_item(&wish(&[office])).await.unwrap().value;
    let used = admin.delete_library_item(item.id, item.revision).await.err().unwrap();
    assert_eq!(said(used), (ErrorCode::InUse, "blueprints assign it: Office".into()));

    let revision = admin.blueprint(office).await.unwrap().value.revision;
    let link =
        CreateEnrollment { note: String::new(), blueprint_id: Some(office), valid_hours: None };
    let link = admin.create_enrollment(&link).await.unwrap().value.enrollment;
    let awaited = admin.delete_blueprint(office, revision).await.err().unwrap();
    assert_eq!(refused(awaited), ErrorCode::InUse);
    admin.revoke_enrollment(link.id).await.unwrap();
    let device = capable(&world, &world.mac(1)).await;
    world.app().store.move_devices(vec![device], Some(BlueprintId(office))).await.unwrap();
    let full = admin.delete_blueprint(office, revision).await.err().unwrap();
    assert_eq!(said(full), (ErrorCode::InUse, "devices are in it: 1".into()));

    world.app().store.move_devices(vec![device], None).await.unwrap();
    admin.delete_blueprint(office, revision).await.unwrap();
    admin.delete_library_item(item.id, item.revision).await.unwrap();
    assert_eq!(admin.library_items(&Default::default()).all().await.unwrap(), []);
}

#[tokio::test]
async fn assigning_an_item_takes_the_permission_to_edit_blueprints() {
    let world = World::without_workers("").await;
    let admin = client(&world, Role::Admin).await;
    let office = blueprint(&admin, "Office", Assignment::Classic(Vec::new())).await;
    let token = CreateToken {
        name: "library".into(),
        role: Role::Admin,
        scopes: vec![Permission::Read, Permission::EditLibrary],
        valid_days: 1,
    };
    let token = admin.create_token(&token).await.unwrap().value;
    let machine = admin.with_token(&token.secret);
    let denied = machine.create_library_item(&wish(&[office])).await.err().unwrap();
    assert_eq!(refused(denied), ErrorCode::Forbidden);
    machine.create_library_item(&wish(&[])).await.unwrap();
}
