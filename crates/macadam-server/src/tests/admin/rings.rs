//! Rings that stop the later ones.

use std::collections::BTreeSet;
use std::time::Duration;

use macadam_api::audit::AuditFilter;
use macadam_api::client::Client;
use macadam_api::decisions::{Outcome, Suspended};
use macadam_api::devices::{DeviceFilter, UpdateDevice};
use macadam_api::people::Role;
use macadam_api::rings::{ResumeRing, Trouble};
use macadam_api::summary::SummaryQuery;
use macadam_api::{ErrorCode, Os};
use macadam_policy::DeviceId;
use macadam_store::Fact;
use serde_json::{Value, json};

use super::super::declarations::capable;
use super::super::world::World;
use super::{client, refused};

fn with_rings() -> Value {
    let tag = |value: &str| json!({"test": {"field": "tag", "operator": "is", "value": value}});
    json!({
        "type": "managed_os", "label": "Sequoia", "platform": "macos", "major": 15,
        "enforcement": {"mode": "rolling", "within": "2w", "at": "09:30"},
        "rings": [
            {"name": "Everybody", "offset_days": 7, "condition": tag("office")},
            {"name": "Pilots", "offset_days": 0, "condition": tag("pilot")}
        ]
    })
}

/// Three pilots and one Mac of the office under an item with rings.
async fn rollout() -> (World, Client, Vec<DeviceId>, DeviceId) {
    let world = World::new().await;
    let (_, blueprint) = world.assign(with_rings()).await;
    let operator = client(&world, Role::Operator).await;
    let mut devices = Vec::new();
    for number in 1..=4 {
        let device = capable(&world, &world.mac(number)).await;
        let tags = Some(vec![if number < 4 { "pilot" } else { "office" }.to_owned()]);
        let change = UpdateDevice { tags, blueprint_id: Some(blueprint.0) };
        operator.update_device(device.0, &change).await.unwrap();
        devices.push(device);
    }
    let office = devices.pop().unwrap();
    (world, operator, devices, office)
}

async fn fail(world: &World, device: DeviceId) {
    let fact = Fact::Failures { count: 1, reason: Some("no space".into()), at: None };
    world.app().store.record_facts(world.fleet.now(), device, vec![fact]).await.unwrap();
    world.app().reconcile_now(device, "status report").await;
}

async fn outcome(client: &Client, device: DeviceId) -> Outcome {
    client.explanation(device.0).await.unwrap().value.decision.outcome
}

#[tokio::test]
async fn trouble_in_one_ring_stops_the_release_for_the_later_ones_until_a_person_resumes() {
    let (world, operator, pilots, office) = rollout().await;
    let Outcome::Install(before) = outcome(&operator, office).await else { panic!() };
    for pilot in &pilots[..2] {
        fail(&world, *pilot).await;
    }
    world.app().halt_rings().await.unwrap();
    assert_eq!(operator.ring_halts().await.unwrap().value, [], "two are not enough");
    fail(&world, pilots[2]).await;
    world.app().halt_rings().await.unwrap();
    world.app().halt_rings().await.unwrap();
    world.app().reconcile_fleet().await.unwrap();

    let halts = operator.ring_halts().await.unwrap().value;
    assert_eq!(halts.len(), 1, "{halts:?}");
    let halt = &halts[0];
    assert_eq!((halt.ring.as_deref(), &halt.version), (Some("Pilots"), &before.version));
    assert_eq!((halt.devices, halt.failed, halt.silent), (3, 3, 0));
    let halted = outcome(&operator, office).await;
    assert_eq!(halted, Outcome::Suspended { reason: Suspended::Halted });
    let explained = operator.explanation(office.0).await.unwrap().value;
    let told = explained.decision.trace.iter().find(|step| step.code == "ring_halted").unwrap();
    assert!(told.sentence.contains("ring 'Pilots' had trouble with it"), "{}", told.sentence);
    assert!(matches!(outcome(&operator, pilots[0]).await, Outcome::Install(_)), "not its own ring");
    let summary = operator.summary(&SummaryQuery::default()).await.unwrap().value;
    assert!(summary.attention.iter().any(|alert| alert.code == "ring_halted"));
    assert!(summary.reasons.iter().any(|it| (it.reason.as_str(), it.devices) == ("halted", 1)));
    let reason = Some("halted".to_owned());
    let filter = DeviceFilter { reason, ..DeviceFilter::default() };
    assert_eq!(operator.devices(&filter).all().await.unwrap()[0].id, office.0);
    let alert = summary.attention.iter().find(|alert| alert.code == "ring_halted").unwrap();
    assert_eq!(alert.ring_halt.as_ref(), Some(halt));
    assert_eq!(halt.platform, Some(Os::Macos));
    let troubled = operator.troubled_devices(halt.id).await.unwrap().value;
    let ids: BTreeSet<_> = troubled.iter().map(|device| device.id).collect();
    assert_eq!(ids, pilots.iter().map(|pilot| pilot.0).collect());
    assert!(troubled.iter().all(|it| it.trouble == Trouble::Failed));
    assert_eq!(troubled[0].device_words.as_deref(), Some("no space"));
    let progress = operator.rings(halt.item.id).await.unwrap().value;
    let rings: Vec<_> = progress.iter().map(|it| (it.ring.as_deref(), it.offset_days)).collect();
    assert_eq!(rings, [(Some("Pilots"), 0), (Some("Everybody"), 7)]);
    assert_eq!(progress[0].releases[0].halt_id, Some(halt.id));

    world.advance(Duration::from_hours(48));
    let operator = client(&world, Role::Operator).await;
    let resume = ResumeRing { reason: "their disks were full".into() };
    let helper = client(&world, Role::HelpDesk).await;
    let forbidden = helper.resume_ring(halt.id, &resume).await.err().unwrap();
    assert_eq!(refused(forbidden), ErrorCode::Forbidden);
    let silent = ResumeRing { reason: " ".into() };
    let silent = operator.resume_ring(halt.id, &silent).await.err().unwrap();
    assert_eq!(refused(silent), ErrorCode::InvalidSettings);
    let resumed = operator.resume_ring(halt.id, &resume).await.unwrap().value;
    assert_eq!(resumed.resume_reason.as_deref(), Some("their disks were full"));
    let again = operator.resume_ring(halt.id, &resume).await.err().unwrap();
    assert_eq!(refused(again), ErrorCode::AlreadyExists);
    let Outcome::Install(after) = outcome(&operator, office).await else { panic!() };
    let moved = after.deadline_local.duration_since(before.deadline_local);
    assert_eq!(moved.as_hours(), 48, "the clock stood still");
    world.app().halt_rings().await.unwrap();
    let halts = operator.ring_halts().await.unwrap().value;
    assert_eq!(halts.len(), 1, "known trouble does not halt again");
    let auditor = client(&world, Role::Auditor).await;
    let action = Some("resume_ring".to_owned());
    let filter = AuditFilter { action, ..AuditFilter::default() };
    let entries = auditor.audit(&filter).all().await.unwrap();
    assert_eq!(entries[0].reason.as_deref(), Some("their disks were full"));
}
