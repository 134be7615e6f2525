//! What `macadam decide` says offline and what the server says are the same bytes.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use macadam_api::devices::UpdateDevice;
use macadam_api::exceptions::CreateException;
use macadam_api::library_items::{LibraryItemFilter, WritePause};
use macadam_api::releases::{ReviewAction, WriteReview};
use macadam_policy::{BlueprintId, DeviceId, Platform};
use macadam_protocol::ddm;
use macadam_sim::device::{Device, Family};
use macadam_sim::fleet::{Character, Fleet, Plan};
use macadam_sim::random::Random;
use macadam_store::{
    EnrollmentId, ExternalId, Fact, NewEnrollment, PendingVersion, Sha256, TokenUpdate,
};
use serde_json::json;
use tokio::task::JoinSet;

use super::rig::Rig;
use super::terminal::Terminal;
use crate::app::App;

const NOW: &str = "2026-03-26T09:00:00Z";
const DEVICES: usize = 1_000;

/// What devices with enforcement by declarations tell about it.
fn capabilities() -> Fact {
    let report = json!({"StatusItems": {"management": {"client-capabilities": {
        "supported-versions": ["1.0.0"],
        "supported-features": {},
        "supported-payloads": {
            "declarations": {
                "activations": ["com.apple.activation.simple"],
                "assets": [],
                "configurations":
                    ["com.apple.configuration.softwareupdate.enforcement.specific"],
                "management": []
            },
            "status-items": []
        }
    }}}});
    let report = ddm::decode_status_report(report.to_string().as_bytes()).unwrap();
    Fact::Capabilities(serde_json::to_string(&report.client_capabilities.unwrap()).unwrap())
}

/// Everything that a device may have told, some of it by chance.
fn facts(device: &Device, random: &mut Random, now: Timestamp) -> Vec<Fact> {
    let (hardware, installed) = (device.hardware(), device.installed());
    let zone = TimeZone::get(&hardware.time_zone).unwrap();
    let platform = match hardware.family {
        Family::AppleSiliconMac | Family::IntelMac => Platform::MacOs,
        Family::Iphone => Platform::Ios,
        Family::Ipad => Platform::IpadOs,
    };
    let mut facts = vec![
        Fact::Platform(platform),
        Fact::Supervised(hardware.supervised),
        Fact::AppleSilicon(hardware.family == Family::AppleSiliconMac),
        Fact::TimeZone(hardware.time_zone.clone()),
        Fact::UtcOffsetSeconds(zone.to_offset(now).seconds()),
    ];
    if random.permille(970) {
        facts.push(Fact::UpdateId(hardware.update_id.clone()));
    }
    if random.permille(900) {
        facts.push(capabilities());
    }
    if random.permille(100) {
        let states = ["waiting", "downloading", "prepared", "installing", "failed"];
        facts.push(Fact::InstallState((*random.pick(&states).unwrap()).into()));
        facts.push(Fact::Pending(Some(PendingVersion {
            version: "26.4".into(),
            build: random.permille(500).then(|| "25E246".into()),
            local_deadline: random.permille(500).then(|| "2026-04-01T12:30:00".into()),
        })));
    }
    if random.permille(50) {
        let reason = Some("no \"space\"\nleft".into());
        facts.push(Fact::Failures { count: 2, reason, at: None });
    }
    if random.permille(30) {
        facts.push(Fact::DeclarationProblem(Some("it does not like it".into())));
    }
    if installed.build == "25D2128" && random.permille(500) {
        facts.push(Fact::OsExtra(Some("a".into())));
        facts.push(Fact::OsExtraBuild(Some("25D771280a".into())));
    }
    facts
}

/// Enrolls a device as its messages would.
async fn enroll(app: App, number: u64, device: Device, blueprint: BlueprintId) {
    let mut random = Random::new(number, "offline");
    let now = app.fleet_clock.now();
    // Devices came in scope at different times, some before their release.
    let at = now - random.between(SignedDuration::ZERO, SignedDuration::from_hours(24 * 60));
    let (hardware, installed) = (device.hardware(), device.installed());
    let begun = app.store.begin_enrollment(NewEnrollment {
        at,
        external_id: ExternalId::Udid(hardware.udid.clone()),
        device_id: DeviceId(app.ids.id(at)),
        enrollment_id: EnrollmentId(app.ids.id(at)),
        certificate: Sha256::of(&number.to_be_bytes()),
        expires_at: Timestamp::MAX,
        topic: "topic".into(),
        link: None,
        blueprint: random.permille(980).then_some(blueprint),
        name: hardware.name.clone(),
        serial: hardware.serial.clone(),
        model_name: hardware.model_name.clone(),
        product: hardware.product.clone(),
        os_version: installed.version.to_string(),
        os_build: installed.build.clone(),
    });
    let begun = begun.await.unwrap();
    let facts = facts(&device, &mut random, now);
    app.store.record_facts(at, begun.device, facts).await.unwrap();
    let finished = app.store.record_token_update(TokenUpdate {
        at,
        enrollment: begun.enrollment,
        topic: "topic".into(),
        push_token: vec![7; 32],
        push_magic: "magic".to_owned().into(),
        unlock_token: None,
        awaiting_configuration: false,
    });
    finished.await.unwrap();
}

fn policy() -> serde_json::Value {
    let ring = |name: &str, offset_days: u8, test: serde_json::Value| {
        let condition = json!({ "test": test });
        json!({ "name": name, "offset_days": offset_days, "condition": condition })
    };
    let is_pilot = json!({"field": "tag", "operator": "is", "value": "pilot"});
    json!({
        "library_items": [
            {
                "type": "managed_os", "label": "Tahoe", "platform": "macos", "major": 26,
                "installation": "continuously_enforce",
                "enforcement": {"mode": "rolling", "within": "2w", "at": "12:30"},
                "bsi": {"mode": "automatic", "within": "3d", "at": "12:30"},
                "rings": [
                    ring("pilots", 0, is_pilot),
                    ring("first", 2, json!(
                        {"field": "percentile", "operator": "below", "value": "50"}
                    )),
                    ring("others", 5, json!(
                        {"field": "percentile", "operator": "at_least", "value": "50"}
                    ))
                ],
                "minimum_notice_days": 3
            },
            {
                "type": "managed_os", "label": "Sequoia", "platform": "macos", "major": 15,
                "enforcement": {"mode": "rolling", "within": "1w", "at": "09:00"}
            },
            {
                "type": "managed_os", "label": "Phones", "platform": "ios", "major": 26,
                "enforcement": {"mode": "rolling", "within": "1w", "at": "20:00"},
                "bsi": {"mode": "automatic", "within": "2d", "at": "20:00"}
            },
            {
                "type": "managed_os", "label": "Tablets", "platform": "ipados", "major": 26,
                "enforcement": {"mode": "rolling", "within": "1w", "at": "20:00"}
            }
        ],
        "blueprints": [{
            "name": "Everybody",
            "assignment": {"classic": ["Tahoe", "Sequoia", "Phones", "Tablets"]}
        }]
    })
}

/// What administrators do besides the policy: a hold, a pause, tags and exemptions.
async fn administer(rig: &Rig) {
    let client = rig.client();
    let review = WriteReview {
        action: ReviewAction::Hold,
        item_id: None,
        reason: "it loses mail".into(),
        preview_digest: None,
    };
    client.review_release("ios-26.4", &review).await.unwrap();
    let items = client.library_items(&LibraryItemFilter::default()).all().await.unwrap();
    let named = |label: &str| items.iter().find(|item| item.settings.label() == label).unwrap();
    let pause = WritePause { paused: true, reason: "holidays".into() };
    client.pause_library_item(named("Tablets").id, &pause).await.unwrap();
    for (device, number) in rig.devices().await.iter().zip(0_u32..) {
        if number % 10 == 0 {
            let update = UpdateDevice { tags: Some(vec!["pilot".into()]), blueprint_id: None };
            client.update_device(device.id, &update).await.unwrap();
        }
        if number % 25 == 1 {
            let item_id = (number % 2 == 0).then(|| named("Tahoe").id);
            let until = "2026-04-30".parse().unwrap();
            let exception =
                CreateException { device_id: device.id, item_id, until, reason: "travels".into() };
            client.create_exception(&exception).await.unwrap();
        }
    }
}

#[tokio::test]
async fn offline_and_online_decisions_for_a_thousand_devices_are_the_same_bytes() {
    let now: Timestamp = NOW.parse().unwrap();
    let rig = Rig::new(5, now, None).await;
    rig.apply(policy()).await;
    let blueprints = rig.client().blueprints(&Default::default()).all().await.unwrap();
    let plan = Plan {
        seed: 5,
        size: DEVICES,
        start: now,
        character: Character::Lifelike,
        polls_every: None,
    };
    let fleet = Fleet::new(plan, &rig.history, &rig.offers).unwrap();
    let mut enrolling = JoinSet::new();
    for (member, number) in fleet.members.into_iter().zip(0..) {
        let (app, blueprint) = (rig.servers[0].server.app().clone(), blueprints[0].id);
        enrolling.spawn(enroll(app, number, member.device, BlueprintId(blueprint)));
    }
    enrolling.join_all().await;
    rig.work().await;
    administer(&rig).await;
    rig.work().await;

    let online = rig.terminal().done("devices decisions").await;
    let offline = offline(rig.terminal()).await;
    let differing = online.lines().zip(offline.lines()).find(|(one, other)| one != other);
    assert_eq!(differing, None);
    assert_eq!(online, offline);
    assert_eq!(online.lines().count(), DEVICES);
    for outcome in ["install", "up_to_date", "suspended", "not_manageable", "not_assigned"] {
        let kind = format!("\"kind\":\"{outcome}\"");
        assert!(online.contains(&kind), "no device had the outcome {outcome}");
    }
}

/// The decisions as `macadam decide` makes them of what the commands of the same program export.
async fn offline(terminal: &Terminal) -> String {
    terminal.file("policy.yaml", &terminal.done("export").await);
    terminal.file("devices.jsonl", &terminal.done("devices facts").await);
    let files = "--catalog seed --policy DIR/policy.yaml --devices DIR/devices.jsonl";
    terminal.done(&format!("decide {files} --at {NOW} --json")).await
}
