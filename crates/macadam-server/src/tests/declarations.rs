use std::time::Duration;

use macadam_policy::{BlueprintId, DeviceId};
use serde_json::{Value, json};

use super::world::{Handset, World};
use crate::app::ReconcileRun;

const ENFORCEMENT: &str = "com.apple.configuration.softwareupdate.enforcement.specific";

pub(super) fn rolling() -> Value {
    json!({
        "type": "managed_os", "label": "Sequoia", "platform": "macos", "major": 15,
        "enforcement": {"mode": "rolling", "within": "2w", "at": "09:30"}
    })
}

/// What a Mac says about itself in its first report.
fn first_report() -> Value {
    json!({"StatusItems": {
        "device": {"operating-system": {"version": "15.6", "build-version": "24G84"}},
        "softwareupdate": {"device-id": "J413AP", "install-state": "none"},
        "management": {"client-capabilities": {
            "supported-versions": ["1.0.0"],
            "supported-features": {},
            "supported-payloads": {
                "declarations": {
                    "activations": ["com.apple.activation.simple"],
                    "assets": [],
                    "configurations": [
                        ENFORCEMENT, "com.apple.configuration.management.status-subscriptions"
                    ],
                    "management": ["com.apple.management.properties"]
                },
                "status-items": ["softwareupdate.install-state", "device.model.family"]
            }
        }}
    }})
}

/// Brings an enrolled Mac to where it has told its capabilities and acknowledged its commands.
pub(super) async fn capable(world: &World, handset: &Handset) -> DeviceId {
    let device = world.enroll(handset).await;
    world.drain(handset).await;
    world
        .app()
        .store
        .record_facts(world.fleet.now(), device, vec![macadam_store::Fact::Supervised(true)])
        .await
        .unwrap();
    let answer = world.declarative_with(handset, "status", Some(first_report())).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    device
}

async fn move_to(world: &World, device: DeviceId, blueprint: impl Into<Option<BlueprintId>>) {
    world.app().store.move_devices(vec![device], blueprint.into()).await.unwrap();
    world.app().reconcile_fleet().await.unwrap();
}

/// All declarations a device fetches, following its manifest.
pub(super) async fn fetch_all(world: &World, handset: &Handset) -> Vec<Value> {
    let manifest = world.declarative(handset, "declaration-items").await.json();
    let tokens = world.declarative(handset, "tokens").await.json();
    assert_eq!(manifest["DeclarationsToken"], tokens["SyncTokens"]["DeclarationsToken"]);
    let mut declarations = Vec::new();
    for (list, kind) in [
        ("Activations", "activation"),
        ("Assets", "asset"),
        ("Configurations", "configuration"),
        ("Management", "management"),
    ] {
        for item in manifest["Declarations"][list].as_array().unwrap() {
            let identifier = item["Identifier"].as_str().unwrap();
            let endpoint = format!("declaration/{kind}/{identifier}");
            let declaration = world.declarative(handset, &endpoint).await.json();
            assert_eq!(declaration["ServerToken"], item["ServerToken"]);
            declarations.push(declaration);
        }
    }
    declarations
}

pub(super) fn enforcement(declarations: &[Value]) -> Option<&Value> {
    declarations.iter().find(|declaration| declaration["Type"] == ENFORCEMENT)
}

#[tokio::test]
async fn device_gets_the_enforcement_of_its_item_and_one_command_for_it() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    assert_eq!(world.drain(&handset).await, ["DeclarativeManagement"], "the subscriptions");
    let (item, blueprint) = world.assign(rolling()).await;
    move_to(&world, device, blueprint).await;
    assert_eq!(world.drain(&handset).await, ["DeclarativeManagement"], "one command a change");
    let declarations = fetch_all(&world, &handset).await;
    let enforcement = enforcement(&declarations).unwrap();
    assert_eq!(enforcement["Identifier"], format!("macadam.os.{item}"));
    let version = enforcement["Payload"]["TargetOSVersion"].as_str().unwrap();
    assert!(version.starts_with("15.7"), "{version}");
    let row = world.device(&handset).await;
    assert_eq!(row.target_version.as_deref(), Some(version));
    assert_eq!(row.status.as_deref(), Some("pending"));
    world.app().reconcile_fleet().await.unwrap();
    assert_eq!(world.drain(&handset).await, [""; 0], "nothing changed");
}

#[tokio::test]
async fn declaration_of_the_served_manifest_can_be_fetched_after_the_set_changed() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (item, blueprint) = world.assign(rolling()).await;
    move_to(&world, device, blueprint).await;
    let manifest = world.declarative(&handset, "declaration-items").await.json();
    world.app().store.move_devices(vec![device], None).await.unwrap();
    world.app().reconcile_fleet().await.unwrap();
    let endpoint = format!("declaration/configuration/macadam.os.{item}");
    let halfway = world.declarative(&handset, &endpoint).await.json();
    let listed = manifest["Declarations"]["Configurations"].as_array().unwrap();
    assert!(listed.iter().any(|item| item["ServerToken"] == halfway["ServerToken"]));
    assert!(enforcement(&fetch_all(&world, &handset).await).is_none());
    assert_eq!(world.declarative(&handset, &endpoint).await.status, 404);
}

#[tokio::test]
async fn target_leaves_the_manifest_when_the_device_reports_the_version() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (_, blueprint) = world.assign(rolling()).await;
    move_to(&world, device, blueprint).await;
    let declarations = fetch_all(&world, &handset).await;
    let target = enforcement(&declarations).unwrap()["Payload"]["TargetOSVersion"].clone();
    let install_state = |state: &str| {
        json!({"StatusItems": {"softwareupdate": {
            "install-state": state,
            "pending-version": {"os-version": target, "build-version": "24G999"}
        }}})
    };
    world.declarative_with(&handset, "status", Some(install_state("downloading"))).await;
    assert_eq!(world.device(&handset).await.status.as_deref(), Some("downloading"));
    let updated = json!({"StatusItems": {
        "device": {"operating-system": {"version": target, "build-version": "24G999"}},
        "softwareupdate": {
            "install-state": "none",
            "pending-version": {"os-version": "", "build-version": ""},
            "failure-reason": {"count": 0}
        }
    }});
    world.declarative_with(&handset, "status", Some(updated)).await;
    assert_eq!(world.device(&handset).await.status.as_deref(), Some("pass"));
    assert!(enforcement(&fetch_all(&world, &handset).await).is_none());
    let timeline = world.app().store.timeline(device, None, 10).await.unwrap();
    let statuses: Vec<_> = timeline.iter().rev().map(|c| c.new_status.as_str()).collect();
    assert_eq!(statuses[statuses.len() - 3..], ["pending", "downloading", "pass"]);
}

#[tokio::test]
async fn refused_declaration_is_shown_in_the_devices_own_words() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (_, blueprint) = world.assign(rolling()).await;
    move_to(&world, device, blueprint).await;
    let declarations = fetch_all(&world, &handset).await;
    let enforcement = enforcement(&declarations).unwrap();
    let report = |token: &Value| {
        json!({"StatusItems": {"management": {"declarations": {"configurations": [{
            "identifier": enforcement["Identifier"], "server-token": token,
            "active": true, "valid": "invalid",
            "reasons": [{"code": "Error.ConfigurationCannotBeApplied", "description": "no power"}]
        }]}}}})
    };
    world.declarative_with(&handset, "status", Some(report(&json!("an older revision")))).await;
    assert_eq!(world.device(&handset).await.status.as_deref(), Some("pending"));
    let token = &enforcement["ServerToken"];
    world.declarative_with(&handset, "status", Some(report(token))).await;
    assert_eq!(world.device(&handset).await.status.as_deref(), Some("error"));
    let facts = world.app().store.facts_of(device).await.unwrap().unwrap();
    assert_eq!(facts.declaration_problem.as_deref(), Some("no power"));
}

#[tokio::test]
async fn device_that_cannot_be_decided_for_is_answered_all_the_same() {
    let world = World::new().await;
    let handset = world.handset(1, "Mac99,9", ("someday", "unknown"));
    world.enroll(&handset).await;
    world.app().reconcile_fleet().await.unwrap();
    world.drain(&handset).await;
    let mut report = first_report();
    report["StatusItems"]["device"]["operating-system"] = json!({"version": "?!"});
    let answer = world.declarative_with(&handset, "status", Some(report)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(world.declarative(&handset, "tokens").await.status, 200);
    assert_eq!(world.declarative(&handset, "declaration-items").await.status, 200);
    assert_eq!(world.idle(&handset).await, None);
}

#[tokio::test]
async fn unknown_status_items_are_kept_and_broken_ones_cost_only_themselves() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let report = json!({"StatusItems": {
        "future": {"thing": {"answer": 42}},
        "softwareupdate": {"failure-reason": "not an object", "install-state": "prepared"}
    }});
    assert_eq!(world.declarative_with(&handset, "status", Some(report)).await.status, 200);
    let facts = world.app().store.facts_of(device).await.unwrap().unwrap();
    assert_eq!(facts.install_state.as_deref(), Some("prepared"));
    assert!(facts.other.contains("42"), "{}", facts.other);
}

#[tokio::test]
async fn full_report_replaces_what_earlier_ones_told_and_a_partial_one_adds_to_it() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let facts = async || world.app().store.facts_of(device).await.unwrap().unwrap();
    let other = async || {
        let other: Value = serde_json::from_str(&facts().await.other).unwrap();
        let told = |(item, value): (&String, &Value)| {
            item.starts_with(|first: char| first.is_lowercase())
                .then(|| (item.clone(), value.clone()))
        };
        Value::from_iter(other.as_object().unwrap().iter().filter_map(told))
    };
    let tell = async |is_full: bool, items: Value| {
        let report = json!({"StatusItems": items, "FullReport": is_full});
        let answer = world.declarative_with(&handset, "status", Some(report)).await;
        assert_eq!(answer.status, 200);
    };
    let app = |identifier: &str| json!({"identifier": identifier});
    tell(
        false,
        json!({
            "softwareupdate": {
                "install-state": "prepared",
                "pending-version": {"os-version": "15.7", "build-version": "24G222"},
                "failure-reason": {"count": 2, "reason": "no space"}
            },
            "app": {"managed": {"list": [app("a"), app("b")]}},
            "diskmanagement": {"filevault": {"enabled": true}}
        }),
    )
    .await;
    tell(
        false,
        json!({"app": {"managed": {"list": [
            app("c"), {"identifier": "a", "_removed": true}
        ]}}}),
    )
    .await;
    let expected = json!({
        "app.managed.list": [app("b"), app("c")], "diskmanagement.filevault.enabled": true
    });
    assert_eq!(other().await, expected, "lists are told piece by piece");
    assert_eq!(facts().await.failure_count, 2);

    tell(true, json!({"app": {"managed": {"list": [app("d")]}}})).await;
    assert_eq!(other().await, json!({"app.managed.list": [app("d")]}));
    let told = facts().await;
    assert_eq!((told.failure_count, told.pending_version), (0, None));
    assert_eq!(told.install_state.as_deref(), Some("none"));
    assert_eq!(told.update_id.as_deref(), Some("J413AP"), "what the device is stays");
    assert!(told.capabilities.is_some());
}

#[tokio::test]
async fn item_that_a_full_report_could_not_tell_stays_as_it_was() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let prepared = json!({"StatusItems": {"softwareupdate": {"install-state": "prepared"}}});
    world.declarative_with(&handset, "status", Some(prepared)).await;
    let unable = json!({
        "StatusItems": {},
        "Errors": [{"StatusItem": "softwareupdate.install-state"}],
        "FullReport": true
    });
    world.declarative_with(&handset, "status", Some(unable)).await;
    let facts = world.app().store.facts_of(device).await.unwrap().unwrap();
    assert_eq!(facts.install_state.as_deref(), Some("prepared"));
}

#[tokio::test]
async fn new_release_reaches_the_device_when_the_catalog_learns_of_it() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (_, blueprint) = world.assign(rolling()).await;
    move_to(&world, device, blueprint).await;
    let before = fetch_all(&world, &handset).await;
    let before = enforcement(&before).unwrap()["Payload"]["TargetOSVersion"].clone();
    world.drain(&handset).await;
    world.advance(Duration::from_hours(24 * 90));
    let answer = macadam_protocol::feed::seed().answer_at(world.fleet.now());
    let belief = crate::app::Belief::Cautious;
    let observed = world.app().observe_feed(&answer, belief).await.unwrap();
    assert!(observed.changes > 0);
    world.app().reconcile_fleet().await.unwrap();
    assert_eq!(world.drain(&handset).await, ["DeclarativeManagement"]);
    let after = fetch_all(&world, &handset).await;
    let after = enforcement(&after).unwrap()["Payload"]["TargetOSVersion"].clone();
    assert_ne!(before, after);
}

#[tokio::test]
async fn decision_that_came_too_late_replaces_no_newer_one() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (_, first) = world.assign(rolling()).await;
    let mut later = rolling();
    later["label"] = json!("Sequoia, later");
    later["enforcement"]["at"] = json!("18:00");
    let (_, second) = world.assign(later).await;
    world.app().store.move_devices(vec![device], Some(first)).await.unwrap();
    // A server that takes its time has read what there is, and another one is faster.
    let knowledge = world.app().refresh_knowledge().await.unwrap();
    let read = world.app().store.situations_of(&[device]).await.unwrap();
    move_to(&world, device, second).await;
    let newer = (fetch_all(&world, &handset).await, world.device(&handset).await);
    let run = ReconcileRun::new(knowledge, "policy");
    world.app().reconcile_devices(&run, &read).await.unwrap();
    assert_eq!((fetch_all(&world, &handset).await, world.device(&handset).await), newer);
}

#[tokio::test]
async fn restart_keeps_sets_and_sends_nothing_twice() {
    let mut world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (_, blueprint) = world.assign(rolling()).await;
    move_to(&world, device, blueprint).await;
    world.drain(&handset).await;
    let before = fetch_all(&world, &handset).await;
    world.restart().await;
    world.app().reconcile_fleet().await.unwrap();
    assert_eq!(world.drain(&handset).await, [""; 0]);
    assert_eq!(fetch_all(&world, &handset).await, before);
}
