//! Devices, their decisions, and how they come.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::Offset;
use macadam_api::decisions::{Outcome, Status};
use macadam_api::devices::{CommandState, DeviceFilter, DeviceSort, UpdateDevice};
use macadam_api::enrollments::{CreateEnrollment, EnrollmentState};
use macadam_api::exceptions::{CreateException, ExceptionFilter};
use macadam_api::people::Role;
use macadam_api::policy_file::PolicyFile;
use macadam_api::push_certificates::{CreateSigningRequest, SigningRequest, UploadPushCertificate};
use macadam_api::self_service::CreateSelfServiceRequest;
use macadam_api::{ErrorCode, Named};
use macadam_pki::scep::decode_certificate_request;
use macadam_pki::{KeyKind, PrivateKey};
use macadam_policy::ItemId;
use macadam_store::Fact;
use serde_json::json;

use super::super::declarations::{capable, rolling};
use super::super::world::{TOPIC, World};
use super::{client, refused};

/// A world with a Mac in a blueprint that enforces macOS 15.
async fn world_with_a_mac() -> (World, uuid::Uuid, ItemId, uuid::Uuid) {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await;
    let (item, blueprint) = world.assign(rolling()).await;
    (world, device.0, item, blueprint.0)
}

#[tokio::test]
async fn device_is_listed_changed_and_explained() {
    let (world, device, item, blueprint) = world_with_a_mac().await;
    let operator = client(&world, Role::Operator).await;
    let before = operator.device(device).await.unwrap().value;
    assert_eq!(before.device.decision.target_version, None);
    let tags = Some(vec!["lab".to_owned(), "front desk".to_owned()]);
    let change = UpdateDevice { tags, blueprint_id: Some(blueprint) };
    let record = operator.update_device(device, &change).await.unwrap().value;
    assert_eq!(record.device.tags, ["front desk", "lab"]);
    assert_eq!(record.device.blueprint, Some(Named { id: blueprint, name: "Sequoia".into() }));
    assert_eq!(record.update_id.as_deref(), Some("J413AP"));
    assert_eq!(record.items.iter().map(|it| it.id).collect::<Vec<_>>(), [item.0]);
    let decision = &record.device.decision;
    assert_eq!(decision.item, Some(Named { id: item.0, name: "Sequoia".into() }));
    let listed = operator.devices(&DeviceFilter::default()).all().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&record.device));

    let explained = operator.explanation(device).await.unwrap().value;
    let Outcome::Install(target) = &explained.decision.outcome else { panic!("{explained:?}") };
    assert_eq!(Some(&target.version), decision.target_version.as_ref());
    assert_eq!(Some(target.deadline_local), decision.deadline_local);
    assert!(explained.releases.iter().any(|release| release.version == target.version));
    assert_eq!(explained.releases[0].version, record.device.os_version, "older ones are history");
    let changes: Vec<_> = explained.would_change.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(changes, ["target_installed", "let_off", "other_item"]);
    let enforced = explained.declarations.iter().find(|declaration| {
        declaration.declaration_type.ends_with("softwareupdate.enforcement.specific")
    });
    let enforced = enforced.unwrap();
    assert_eq!(enforced.document["Payload"]["TargetOSVersion"], target.version.as_str());
    assert_eq!((enforced.active, enforced.valid), (None, None), "the device has not said");
}

#[tokio::test]
async fn what_a_device_says_about_its_declarations_is_shown_with_them() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = capable(&world, &handset).await.0;
    let (item, blueprint) = world.assign(rolling()).await;
    let operator = client(&world, Role::Operator).await;
    let change = UpdateDevice { blueprint_id: Some(blueprint.0), ..UpdateDevice::default() };
    operator.update_device(device, &change).await.unwrap();
    world.declarative(&handset, "declaration-items").await;
    let identifier = format!("macadam.os.{item}");
    let declarations = operator.declarations(device).all().await.unwrap();
    let mine = |all: Vec<macadam_api::devices::DeviceDeclaration>| {
        all.into_iter().find(|one| one.identifier == identifier).unwrap()
    };
    let sent = mine(declarations);
    let report = json!({"StatusItems": {"management": {"declarations": {"configurations": [{
        "identifier": identifier, "server-token": sent.server_token, "active": false,
        "valid": "invalid",
        "reasons": [{"code": "Error.ConfigurationCannotBeApplied", "description": "no space"}]
    }]}}}});
    assert_eq!(world.declarative_with(&handset, "status", Some(report)).await.status, 200);
    let said = mine(operator.declarations(device).all().await.unwrap());
    assert_eq!((said.active, said.valid), (Some(false), Some(false)));
    assert_eq!(said.reasons, ["no space"]);
    let record = operator.device(device).await.unwrap().value;
    assert_eq!(record.device.decision.status, Some(Status::Error));
    let timeline = operator.timeline(device).all().await.unwrap();
    assert_eq!(timeline[0].device_words.as_deref(), Some("no space"));
    assert_eq!(timeline[0].os_version, "15.6");
}

#[tokio::test]
async fn filters_orders_and_counts_agree() {
    let world = World::new().await;
    for (number, version) in [(1, "15.6"), (2, "15.10"), (3, "14.7"), (4, "15.6")] {
        world.enroll(&world.handset(number, "Mac14,2", (version, "24G84"))).await;
    }
    let reader = client(&world, Role::Auditor).await;
    let all = DeviceFilter { sort: Some(DeviceSort::OsVersion), ..DeviceFilter::default() };
    let listed = reader.devices(&all).all().await.unwrap();
    let versions: Vec<_> = listed.iter().map(|device| device.os_version.as_str()).collect();
    assert_eq!(versions, ["14.7", "15.6", "15.6", "15.10"]);
    let below = DeviceFilter { os_version_below: Some("15.6.0".into()), ..all.clone() };
    assert_eq!(reader.devices(&below).all().await.unwrap().len(), 1);
    let same = DeviceFilter { os_version: Some("15.6".into()), ..all.clone() };
    assert_eq!(reader.devices(&same).all().await.unwrap().len(), 2);
    let counts = reader.device_counts(&same).await.unwrap().value;
    assert_eq!((counts.total, counts.by_status.values().sum::<u64>()), (2, 2));

    let url = world.url("/api/v1/devices?sort=os_version&limit=3");
    let token = super::token(&world, Role::Auditor).await;
    let page: macadam_api::Page<macadam_api::devices::Device> =
        world.http.get(url).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(page.items, listed[..3]);
    let cursor = page.next_cursor.unwrap();
    let next = world.url(&format!("/api/v1/devices?sort=os_version&limit=3&cursor={cursor}"));
    let page: macadam_api::Page<macadam_api::devices::Device> =
        world.http.get(next).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!((page.items.as_slice(), page.next_cursor), (&listed[3..], None));
    let other = world.url(&format!("/api/v1/devices?sort=name&cursor={cursor}"));
    let refused = world.http.get(other).bearer_auth(&token).send().await.unwrap();
    assert_eq!(refused.status(), 400, "a cursor means something in its own order only");
}

#[tokio::test]
async fn offline_decisions_are_the_servers_byte_for_byte() {
    let (world, _, item, blueprint) = world_with_a_mac().await;
    for (number, product, version) in
        [(2, "Mac14,2", "14.5"), (3, "iPad14,1", "18.5"), (4, "Mac14,2", "15.7")]
    {
        world.enroll(&world.handset(number, product, (version, "24A1"))).await;
    }
    let operator = client(&world, Role::Operator).await;
    for device in operator.devices(&DeviceFilter::default()).all().await.unwrap() {
        let change = UpdateDevice { blueprint_id: Some(blueprint), ..UpdateDevice::default() };
        operator.update_device(device.id, &change).await.unwrap();
    }
    let file: PolicyFile = operator.policy().await.unwrap().value;
    let policy = file.check().unwrap();
    let knowledge = world.app().refresh_knowledge().await.unwrap();
    let facts = operator.facts().all().await.unwrap();
    let lines = operator.decisions().all().await.unwrap();
    assert_eq!((facts.len(), lines.len()), (4, 4));
    for (facts, line) in facts.iter().zip(&lines) {
        let offline = policy.decide(world.fleet.now(), &knowledge.catalog, facts).unwrap();
        let (offline, online) = (serde_json::to_string(&offline), serde_json::to_string(line));
        assert_eq!(offline.unwrap(), online.unwrap());
    }
    let installs = lines.iter().filter(|line| matches!(line.outcome, Outcome::Install(_))).count();
    assert!(installs > 0, "{lines:?}");
    assert!(world.app().store.item(item).await.unwrap().is_some());
}

#[tokio::test]
async fn exempt_device_is_left_alone_until_the_day_is_over() {
    let (world, device, item, blueprint) = world_with_a_mac().await;
    let helper = client(&world, Role::HelpDesk).await;
    let change = UpdateDevice { blueprint_id: Some(blueprint), ..UpdateDevice::default() };
    let denied = helper.update_device(device, &change).await.err().unwrap();
    assert_eq!(refused(denied), ErrorCode::Forbidden, "as with many devices");
    client(&world, Role::Operator).await.update_device(device, &change).await.unwrap();
    let wish = |until: &str| CreateException {
        device_id: device,
        item_id: Some(item.0),
        until: until.parse().unwrap(),
        reason: "on stage".into(),
    };
    let past = helper.create_exception(&wish("2025-12-30")).await.err().unwrap();
    assert_eq!(refused(past), ErrorCode::InvalidSettings);
    let exception = helper.create_exception(&wish("2026-01-05")).await.unwrap().value;
    assert_eq!(exception.until.to_string(), "2026-01-05");
    assert_eq!(exception.item.as_ref().map(|item| item.name.as_str()), Some("Sequoia"));
    let listed = helper.exceptions(&ExceptionFilter::default()).all().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&exception));
    let facts = helper.facts().all().await.unwrap().remove(0);
    assert_eq!(facts.items["Sequoia"].exempt_until, Some(exception.until));
    helper.delete_exception(exception.id).await.unwrap();
    let gone = helper.delete_exception(exception.id).await.err().unwrap();
    assert_eq!(refused(gone), ErrorCode::NotFound);
}

#[tokio::test]
async fn deadline_of_a_request_stays_when_the_devices_clock_changes() {
    let world = World::new().await;
    let device = capable(&world, &world.mac(1)).await;
    let (item, blueprint) = world
        .assign(json!({
            "type": "managed_os", "label": "Tahoe", "platform": "macos", "major": 26,
            "installation": "self_service", "enforcement": {"mode": "do_not_manage"}
        }))
        .await;
    let operator = client(&world, Role::Operator).await;
    let change = UpdateDevice { blueprint_id: Some(blueprint.0), ..UpdateDevice::default() };
    operator.update_device(device.0, &change).await.unwrap();
    let clock_is_at = async |hours: i32| {
        let facts = vec![Fact::UtcOffsetSeconds(hours * 3600)];
        world.app().store.record_facts(world.fleet.now(), device, facts).await.unwrap();
        world.app().reconcile_now(device, "status report").await;
    };
    clock_is_at(2).await;
    let wish = CreateSelfServiceRequest { device_id: device.0, item_id: item.0 };
    let request = operator.create_self_service_request(&wish).await.unwrap().value;
    let local = Offset::constant(2).to_datetime(request.requested_at);
    for hours in [2, 1, -11] {
        clock_is_at(hours).await;
        let decision = operator.device(device.0).await.unwrap().value.device.decision;
        assert_eq!(decision.deadline_local, Some(local), "at UTC{hours:+}");
        let facts = operator.facts().all().await.unwrap().remove(0);
        assert_eq!(facts.items["Tahoe"].requested_local, Some(local));
    }
}

#[tokio::test]
async fn enrollment_link_is_told_once_and_can_be_revoked() {
    let world = World::new().await;
    world.give_push_certificate().await;
    let operator = client(&world, Role::Operator).await;
    let wish = CreateEnrollment { note: "desk 4".into(), ..CreateEnrollment::default() };
    let used = operator.create_enrollment(&wish).await.unwrap().value;
    let path = |url: &str| url.strip_prefix("https://mdm.example.com").unwrap().to_owned();
    let profile = world.http.post(world.url(&path(&used.url))).send().await.unwrap();
    assert_eq!(profile.status(), 200);
    let revoked = operator.create_enrollment(&wish).await.unwrap().value;
    operator.revoke_enrollment(revoked.enrollment.id).await.unwrap();
    let profile = world.http.post(world.url(&path(&revoked.url))).send().await.unwrap();
    assert_eq!(profile.status(), 404);
    let links = operator.enrollments().all().await.unwrap();
    let states: BTreeMap<_, _> = links.iter().map(|link| (link.id, link.state)).collect();
    assert_eq!(states[&used.enrollment.id], EnrollmentState::Used);
    assert_eq!(states[&revoked.enrollment.id], EnrollmentState::Revoked);
    assert!(!serde_json::to_string(&links).unwrap().contains(&path(&used.url)[8..]));
    let bad = CreateEnrollment { valid_hours: Some(721), ..wish };
    let bad = operator.create_enrollment(&bad).await.err().unwrap();
    assert_eq!(refused(bad), ErrorCode::InvalidSettings);
}

#[tokio::test]
async fn push_certificate_is_brought_once_a_year_and_keeps_its_topic() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let alerts = |alerts: Vec<macadam_api::server::Alert>| {
        alerts.into_iter().map(|alert| alert.code).collect::<Vec<_>>()
    };
    let server = admin.server().await.unwrap().value;
    assert_eq!(alerts(server.alerts), ["push_certificate_missing"]);
    let upload = |topic: &str, replace_topic| {
        let app = world.app();
        let key = PrivateKey::generate(KeyKind::P256);
        let issuance = app.issuance(app.wall_clock.now());
        let certificate = app.authority.issue_push_certificate(key.public_key(), topic, &issuance);
        UploadPushCertificate {
            certificate_pem: certificate.unwrap().to_pem(),
            private_key_pem: Some(key.to_pem().to_string()),
            replace_topic,
        }
    };
    let stored = admin.upload_push_certificate(&upload(TOPIC, false)).await.unwrap().value;
    assert_eq!((stored.topic.as_str(), stored.uploaded_by.as_str()), (TOPIC, "test"));
    assert_eq!(admin.push_certificate().await.unwrap().value, stored);
    assert_eq!(admin.server().await.unwrap().value.alerts, []);
    let other = format!("{TOPIC}00");
    let refusal = admin.upload_push_certificate(&upload(&other, false)).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::InvalidSettings);
    let replaced = admin.upload_push_certificate(&upload(&other, true)).await.unwrap().value;
    assert_eq!(replaced.topic, other);
    let garbage = UploadPushCertificate {
        certificate_pem: "garbage".into(),
        private_key_pem: Some("secret garbage".into()),
        replace_topic: false,
    };
    let refusal = admin.upload_push_certificate(&garbage).await.err().unwrap();
    assert!(!refusal.to_string().contains("secret garbage"));
    assert_eq!(refused(refusal), ErrorCode::InvalidSettings);
}

#[tokio::test]
async fn push_certificate_is_requested_with_a_key_that_stays_here() {
    let world = World::new().await;
    let admin = client(&world, Role::Admin).await;
    let waiting = admin.push_signing_request().await.err().unwrap();
    assert_eq!(refused(waiting), ErrorCode::NotFound);
    let make = async |anew| {
        let wish = CreateSigningRequest { anew };
        admin.create_push_signing_request(&wish).await.unwrap().value
    };
    let certified = |request: &SigningRequest| {
        let lines = request.request_pem.lines().filter(|line| !line.starts_with('-'));
        let der = STANDARD.decode(lines.collect::<String>()).unwrap();
        let key = decode_certificate_request(&der).unwrap().key;
        let app = world.app();
        let issuance = app.issuance(app.wall_clock.now());
        let certificate = app.authority.issue_push_certificate(&key, TOPIC, &issuance).unwrap();
        UploadPushCertificate {
            certificate_pem: certificate.to_pem(),
            private_key_pem: None,
            replace_topic: false,
        }
    };
    let first = make(false).await;
    assert_eq!(make(false).await, first, "what waits for its certificate is not dropped");
    assert_eq!(admin.push_signing_request().await.unwrap().value, first);
    let second = make(true).await;
    let refusal = admin.upload_push_certificate(&certified(&first)).await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::InvalidSettings, "its key is gone");
    admin.upload_push_certificate(&certified(&second)).await.unwrap();
    let waiting = admin.push_signing_request().await.err().unwrap();
    assert_eq!(refused(waiting), ErrorCode::NotFound, "it has its certificate");
    assert_ne!(make(false).await.request_pem, second.request_pem, "the next year has its own key");
    let refusal = client(&world, Role::Operator).await.push_signing_request().await.err().unwrap();
    assert_eq!(refused(refusal), ErrorCode::Forbidden);
}

#[tokio::test]
async fn commands_of_a_device_tell_what_became_of_them() {
    let (world, device, _, _) = world_with_a_mac().await;
    let reader = client(&world, Role::Auditor).await;
    let commands = reader.commands(device).all().await.unwrap();
    let information = commands.iter().find(|one| one.request_type == "DeviceInformation").unwrap();
    assert_eq!(information.state, CommandState::Acknowledged);
    assert!(information.sent_at.is_some() && information.ended_at.is_some());
    client(&world, Role::HelpDesk).await.sync_device(device).await.unwrap();
    let server = reader.server().await.unwrap().value;
    assert_eq!(server.pushes_waiting, 1);
}

#[tokio::test]
async fn record_of_a_device_says_when_its_identity_ends() {
    let world = World::new().await;
    let handset = world.mac(1);
    let device = world.enroll(&handset).await;
    let operator = client(&world, Role::Operator).await;
    let record = operator.device(device.0).await.unwrap().value;
    let ends_at = handset.identity.certificate().validity().not_after;
    assert_eq!(record.identity_expires_at, Some(ends_at));
}
