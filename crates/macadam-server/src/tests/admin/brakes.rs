//! Nobody makes many devices restart within a day without having seen which.

use macadam_api::ErrorCode;
use macadam_api::blueprints::AssignDevices;
use macadam_api::client::Client;
use macadam_api::library_items::WriteLibraryItem;
use macadam_api::people::Role;
use macadam_api::previews::PreviewRequest;
use uuid::Uuid;

use super::super::declarations::{capable, rolling};
use super::super::world::World;
use super::{client, refused};

/// So many Macs that are far behind, and a blueprint that would make all of them due at once.
async fn behind(devices: u32) -> (World, Client, Uuid, Vec<Uuid>) {
    let world = World::without_workers("").await;
    let mut ids = Vec::new();
    for number in 0..devices {
        ids.push(capable(&world, &world.mac(number)).await.0);
    }
    let (_, blueprint) = world.assign(rolling()).await;
    let operator = client(&world, Role::Operator).await;
    (world, operator, blueprint.0, ids)
}

fn unseen(device_ids: &[Uuid]) -> AssignDevices {
    AssignDevices { device_ids: device_ids.to_vec(), preview_digest: None }
}

#[tokio::test]
async fn change_that_makes_ten_devices_due_at_once_must_have_been_previewed() {
    let (world, operator, blueprint, ids) = behind(10).await;
    let blind = operator.assign_devices(blueprint, &unseen(&ids)).await.err().unwrap();
    assert_eq!(refused(blind), ErrorCode::PreviewRequired);
    world.app().reconcile_fleet().await.unwrap();
    let devices = operator.devices(&Default::default()).all().await.unwrap();
    assert!(devices.iter().all(|device| device.blueprint.is_none()), "nothing was changed");

    let request =
        PreviewRequest::AssignDevices { blueprint_id: blueprint, device_ids: ids.clone() };
    let preview = operator.preview(&request).await.unwrap().value;
    assert_eq!(preview.due_within_24_hours, 10);
    let seen = AssignDevices { preview_digest: Some(preview.digest), ..unseen(&ids) };
    operator.assign_devices(blueprint, &seen).await.unwrap();
}

#[tokio::test]
async fn change_for_a_few_devices_needs_no_preview() {
    let (_world, operator, blueprint, ids) = behind(9).await;
    operator.assign_devices(blueprint, &unseen(&ids)).await.unwrap();
}

#[tokio::test]
async fn change_that_gives_everybody_time_needs_no_preview() {
    let (world, operator, blueprint, ids) = behind(10).await;
    let items = operator.library_items(&Default::default()).all().await.unwrap();
    let mut settings = serde_json::to_value(&items[0].settings).unwrap();
    let minimum = serde_json::json!({
        "mode": "minimum", "version": "15.7", "on": "2026-06-01", "at": "09:30"
    });
    settings["enforcement"] = minimum;
    let wish = WriteLibraryItem {
        settings: serde_json::from_value(settings).unwrap(),
        blueprint_ids: None,
        preview_digest: None,
    };
    operator.update_library_item(items[0].id, items[0].revision, &wish).await.unwrap();
    operator.assign_devices(blueprint, &unseen(&ids)).await.unwrap();
    world.app().reconcile_fleet().await.unwrap();
}
