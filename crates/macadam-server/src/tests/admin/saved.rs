//! What people save for themselves, and write about devices.

use macadam_api::ErrorCode;
use macadam_api::audit::AuditFilter;
use macadam_api::devices::DeviceFilter;
use macadam_api::notes::CreateNote;
use macadam_api::people::Role;
use macadam_api::summary::Standing;
use macadam_api::views::WriteView;

use super::super::world::World;
use super::{client, refused};

fn late(shared: bool) -> WriteView {
    WriteView {
        name: " Late ".into(),
        shared,
        filter: DeviceFilter { standing: Some(Standing::Overdue), ..DeviceFilter::default() },
        columns: vec!["name".into(), "os_version".into()],
    }
}

#[tokio::test]
async fn view_is_its_owners_own_until_it_is_shared() {
    let world = World::new().await;
    // Tokens of one name are one owner.
    let auditor = client(&world, Role::Auditor).await;
    let created = auditor.create_view(&late(false)).await.unwrap().value;
    assert_eq!((created.name.as_str(), created.own, created.revision), ("Late", true, 1));
    assert_eq!(created.filter, late(false).filter);
    let twice = auditor.create_view(&late(false)).await.err().unwrap();
    assert_eq!(refused(twice), ErrorCode::AlreadyExists);
    let forbidden = auditor.update_view(created.id, 1, &late(true)).await.err().unwrap();
    assert_eq!(refused(forbidden), ErrorCode::Forbidden, "auditors share nothing");
    let columns = vec!["<script>".to_owned()];
    let bad = WriteView { columns, ..late(false) };
    let bad = auditor.update_view(created.id, 1, &bad).await.err().unwrap();
    assert_eq!(refused(bad), ErrorCode::InvalidSettings);
    let operator = client(&world, Role::Operator).await;
    let shared = operator.update_view(created.id, 1, &late(true)).await.unwrap().value;
    assert!(shared.shared);
    let stale = operator.delete_view(created.id, 1).await.err().unwrap();
    assert_eq!(refused(stale), ErrorCode::ChangedMeanwhile);
    operator.delete_view(created.id, 2).await.unwrap();
    assert_eq!(auditor.views().await.unwrap().value, []);
}

#[tokio::test]
async fn notes_tell_who_wrote_them_and_the_audit_log_keeps_them() {
    let world = World::new().await;
    let device = world.enroll(&world.mac(1)).await.0;
    let helper = client(&world, Role::HelpDesk).await;
    let note = |text: &str| CreateNote { text: text.into() };
    let empty = helper.create_note(device, &note(" \n")).await.err().unwrap();
    assert_eq!(refused(empty), ErrorCode::InvalidSettings);
    let first = helper.create_note(device, &note("screen is cracked\n")).await.unwrap().value;
    assert_eq!((first.author.as_str(), first.text.as_str()), ("test", "screen is cracked"));
    world.wall.advance(std::time::Duration::from_secs(1));
    helper.create_note(device, &note("sent to repair")).await.unwrap();
    let notes = helper.notes(device).await.unwrap().value;
    let texts: Vec<_> = notes.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["sent to repair", "screen is cracked"]);
    helper.delete_note(device, first.id).await.unwrap();
    let gone = helper.delete_note(device, first.id).await.err().unwrap();
    assert_eq!(refused(gone), ErrorCode::NotFound);
    let auditor = client(&world, Role::Auditor).await;
    let action = Some("delete_note".to_owned());
    let filter = AuditFilter { action, ..AuditFilter::default() };
    let entries = auditor.audit(&filter).all().await.unwrap();
    assert_eq!(entries[0].document["text"], "screen is cracked");
}
