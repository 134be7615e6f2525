//! Lists come in pages, and nothing that was asked for is silently left out.

use macadam_api::devices::DeviceFilter;
use macadam_api::people::Role;
use macadam_api::{ErrorCode, Problem};
use macadam_protocol::check_in::{Authenticate, Message};
use macadam_protocol::command::MdmCommand;
use macadam_store::CommandId;
use serde_json::Value;

use super::super::declarations::{capable, rolling};
use super::super::world::{TOPIC, World, token_update};
use super::{client, token};
use crate::app::App;

/// What a request without a client's good manners is answered.
async fn get(world: &World, path: &str) -> reqwest::Response {
    let request = world.http.get(world.url(path)).bearer_auth(token(world, Role::Operator).await);
    request.send().await.unwrap()
}

#[tokio::test]
async fn parameter_that_a_request_does_not_take_is_refused_by_name() {
    let world = World::new().await;
    for (path, name, takes) in [
        ("/api/v1/devices?serch=lena", "serch", "search"),
        ("/api/v1/devices?limit=5&blueprint=x", "blueprint", "blueprint_id"),
        ("/api/v1/feeds?stale=true", "stale", "none"),
        ("/api/v1/device-counts?limit=5", "limit", "search"),
    ] {
        let answer = get(&world, path).await;
        assert_eq!(answer.status(), 400, "{path}");
        let Problem { code, message, .. } = answer.json().await.unwrap();
        assert_eq!(code, ErrorCode::UnknownParameter);
        assert!(message.contains(&format!("'{name}'")) && message.contains(takes), "{message}");
    }
    assert_eq!(get(&world, "/api/v1/devices?search=lena&limit=5").await.status(), 200);
    assert_eq!(get(&world, "/api/v1/devices?%FF=1").await.status(), 400);
}

#[tokio::test]
async fn history_of_a_device_is_read_page_by_page_to_its_end() {
    let world = World::without_workers("").await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (_, blueprint) = world.assign(rolling()).await;
    world.app().store.move_devices(vec![device], Some(blueprint)).await.unwrap();
    world.app().reconcile_fleet().await.unwrap();
    let now = world.fleet.now();
    let enrollment = world.device(&handset).await.enrollment_id;
    let command = |_| {
        let id = CommandId(world.app().ids.id(now));
        App::new_command(id, enrollment, &MdmCommand::SecurityInfo {}, "tester")
    };
    let commands: Vec<_> = (0..600).map(command).collect();
    world.app().store.queue_commands(now, commands).await.unwrap();
    let operator = client(&world, Role::Operator).await;
    let listed = operator.commands(device.0).all().await.unwrap();
    let asked = listed.iter().filter(|command| command.request_type == "SecurityInfo").count();
    assert!(asked >= 600, "{asked}");
    assert!(operator.timeline(device.0).all().await.unwrap().len() > 1);
    for list in ["commands", "timeline", "declarations"] {
        let mut path = format!("/api/v1/devices/{}/{list}?limit=1", device.0);
        let (mut seen, mut pages) = (Vec::new(), 0);
        while pages < 3 {
            let page: Value = get(&world, &path).await.json().await.unwrap();
            seen.extend(page["items"].as_array().unwrap().clone());
            pages += 1;
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/v1/devices/{}/{list}?limit=1&cursor={cursor}", device.0);
        }
        assert!(pages > 1 && seen.len() == pages, "{list}: {seen:?}");
        assert!(seen.iter().zip(&seen[1..]).all(|(one, next)| one != next), "{list}");
    }
}

#[tokio::test]
async fn device_that_has_not_told_what_it_is_has_no_platform_and_no_status() {
    let world = World::new().await;
    let handset = world.mac(1);
    let silent =
        Message::Authenticate(Authenticate { topic: TOPIC.into(), ..Authenticate::default() });
    assert_eq!(world.check_in(&handset, silent).await.status, 200);
    assert_eq!(world.check_in(&handset, token_update()).await.status, 200);
    let operator = client(&world, Role::Operator).await;
    let filter = DeviceFilter::default();
    let device = operator.devices(&filter).all().await.unwrap().remove(0);
    assert_eq!((device.platform, device.decision.status), (None, None));
    assert!(device.decision.reason.contains("has not told"), "{}", device.decision.reason);
    let counts = operator.device_counts(&filter).await.unwrap().value;
    assert_eq!((counts.total, counts.undecided, counts.by_status.len()), (1, 1, 0));
}

#[tokio::test]
async fn items_and_blueprints_come_in_pages_too() {
    let world = World::new().await;
    for number in 1..=3 {
        let mut item = rolling();
        item["label"] = format!("Sequoia {number}").into();
        world.assign(item).await;
    }
    for list in ["library-items", "blueprints"] {
        let first: Value =
            get(&world, &format!("/api/v1/{list}?limit=2")).await.json().await.unwrap();
        assert_eq!(first["items"].as_array().unwrap().len(), 2);
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = format!("/api/v1/{list}?limit=2&cursor={cursor}");
        let rest: Value = get(&world, &rest).await.json().await.unwrap();
        assert_eq!(rest["items"].as_array().unwrap().len(), 1);
        assert!(rest["next_cursor"].is_null());
    }
}
