//! Devices that no declaration can update: brought to their target by commands, and shown on the
//! way like any other.

use std::time::Duration;

use macadam_policy::DeviceId;
use macadam_protocol::command::{IssuedCommand, MdmCommand, Report, Status};
use plist::{Dictionary, Value};
use serde_json::json;

use super::world::{Handset, World};

const HOUR: Duration = Duration::from_hours(1);
const KEY: &str = "MSU_UPDATE";

/// A Mac without declarations that an item for macOS 13 with this enforcement is for.
struct OldMac {
    world: World,
    handset: Handset,
    device: DeviceId,
    target: String,
}

async fn old_mac(enforcement: serde_json::Value) -> OldMac {
    old_mac_on(("13.6", "22G120"), enforcement).await
}

async fn old_mac_on(release: (&str, &str), enforcement: serde_json::Value) -> OldMac {
    let world = World::without_workers("").await;
    let handset = world.handset(1, "Mac14,2", release);
    let device = world.enroll(&handset).await;
    world.drain(&handset).await;
    let facts = vec![
        macadam_store::Fact::Supervised(true),
        macadam_store::Fact::UpdateId("J413AP".into()),
        macadam_store::Fact::AppleSilicon(true),
    ];
    world.app().store.record_facts(world.fleet.now(), device, facts).await.unwrap();
    let item = json!({
        "type": "managed_os", "label": "Ventura", "platform": "macos", "major": 13,
        "enforcement": enforcement
    });
    let (_, blueprint) = world.assign(item).await;
    world.app().store.move_devices(vec![device], Some(blueprint)).await.unwrap();
    world.app().reconcile_fleet().await.unwrap();
    let target = world.device(&handset).await.target_version.expect("a target");
    OldMac { world, handset, device, target }
}

impl OldMac {
    /// Lets the server do what is to be done by now, and asks for commands.
    async fn poll(&self) -> Option<IssuedCommand> {
        self.world.app().run_legacy_updates().await.unwrap();
        self.world.idle(&self.handset).await
    }

    /// Answers a command with this part.
    async fn tell(
        &self,
        command: &IssuedCommand,
        key: &str,
        value: Value,
    ) -> Option<IssuedCommand> {
        let uuid = command.command_uuid.clone();
        let mut report = Report::about(self.handset.id(), uuid, Status::Acknowledged);
        report.response.insert(key.into(), value);
        self.world.report(&self.handset, report).await.command()
    }

    /// Answers the questions that come first: the target is what the Mac is offered.
    async fn offer_target(&self) {
        let scan = self.poll().await.unwrap();
        assert!(matches!(scan.command, MdmCommand::ScheduleOSUpdateScan { .. }));
        let list = self.world.answer(&self.handset, &scan, Status::Acknowledged).await.unwrap();
        assert!(matches!(list.command, MdmCommand::AvailableOSUpdates {}));
        let update = [("ProductKey", KEY), ("Version", &self.target)];
        assert_eq!(self.tell(&list, "AvailableOSUpdates", list_of(&update)).await, None);
    }

    async fn status(&self) -> String {
        self.world.device(&self.handset).await.status.unwrap()
    }
}

/// One update with these texts about it.
fn list_of(texts: &[(&str, &str)]) -> Value {
    let update: Dictionary = texts.iter().map(|(key, text)| (*key, Value::from(*text))).collect();
    Value::Array(vec![update.into()])
}

fn install_action(command: &IssuedCommand) -> &str {
    let MdmCommand::ScheduleOSUpdate { updates } = &command.command else {
        panic!("an update is to be scheduled, not {:?}", command.command)
    };
    assert_eq!(updates[0].product_key.as_deref(), Some(KEY));
    &updates[0].install_action
}

#[tokio::test]
async fn mac_without_declarations_is_brought_to_its_target_by_commands() {
    let mac = old_mac(json!({"mode": "rolling", "within": "2w", "at": "09:30"})).await;
    mac.offer_target().await;
    // The deadline of a release of long ago has passed, so it is installed without more ado.
    let install = mac.poll().await.unwrap();
    assert_eq!(install_action(&install), "InstallForceRestart");
    let again = mac.poll().await.unwrap();
    assert_eq!(again.command_uuid, install.command_uuid, "one at a time");
}

#[tokio::test]
async fn next_major_is_installed_at_the_deadline_without_being_cached_first() {
    let minimum = json!({
        "mode": "minimum", "version": "13.7", "on": "2026-02-01", "at": "09:30"
    });
    let mac = old_mac_on(("12.6", "21G115"), minimum).await;
    mac.offer_target().await;
    mac.world.advance(HOUR);
    assert_eq!(mac.poll().await, None, "nothing is downloaded before the deadline");
    mac.world.advance(HOUR * 24 * 33);
    mac.offer_target().await;
    let install = mac.poll().await.unwrap();
    assert_eq!(install_action(&install), "InstallASAP");
}

#[tokio::test]
async fn progress_told_by_commands_is_the_status_and_in_the_timeline() {
    let minimum = json!({
        "mode": "minimum", "version": "13.7", "on": "2026-02-01", "at": "09:30"
    });
    let mac = old_mac(minimum).await;
    mac.offer_target().await;
    assert_eq!(mac.status().await, "pending");
    let download = mac.poll().await.unwrap();
    assert_eq!(install_action(&download), "DownloadOnly");
    let result =
        [("ProductKey", KEY), ("InstallAction", "DownloadOnly"), ("Status", "Downloading")];
    mac.tell(&download, "UpdateResults", list_of(&result)).await;
    assert_eq!(mac.status().await, "downloading");
    mac.world.advance(HOUR);
    let question = mac.poll().await.unwrap();
    assert!(matches!(question.command, MdmCommand::OSUpdateStatus {}));
    let mut told = list_of(&[("ProductKey", KEY), ("Status", "Idle")]);
    let update = told.as_array_mut().unwrap()[0].as_dictionary_mut().unwrap();
    update.insert("IsDownloaded".into(), true.into());
    mac.tell(&question, "OSUpdateStatus", told).await;
    assert_eq!(mac.status().await, "cached");

    mac.world.advance(HOUR * 24 * 33);
    mac.offer_target().await;
    let install = mac.poll().await.unwrap();
    assert_eq!(install_action(&install), "InstallForceRestart");
    let result =
        [("ProductKey", KEY), ("InstallAction", "InstallForceRestart"), ("Status", "Installing")];
    mac.tell(&install, "UpdateResults", list_of(&result)).await;
    assert_eq!(mac.status().await, "installing");
    assert_eq!(mac.poll().await, None, "it is left to it for an hour");
    mac.world.advance(HOUR);
    let question = mac.poll().await.unwrap();
    assert!(matches!(question.command, MdmCommand::DeviceInformation { .. }));
    let version = Dictionary::from_iter([("OSVersion", Value::from(mac.target.clone()))]);
    mac.tell(&question, "QueryResponses", version.into()).await;
    assert_eq!(mac.status().await, "pass");

    let timeline = mac.world.app().store.timeline(mac.device, None, 5).await.unwrap();
    let told: Vec<_> =
        timeline.iter().map(|it| (it.new_status.as_str(), it.source.as_str())).collect();
    let by_command = ["pass", "installing", "cached", "downloading"];
    assert_eq!(told[..4], by_command.map(|status| (status, "command answer")));
}

#[tokio::test]
async fn update_that_a_mac_could_not_download_is_an_error_in_its_own_words() {
    let minimum = json!({
        "mode": "minimum", "version": "13.7", "on": "2026-02-01", "at": "09:30"
    });
    let mac = old_mac(minimum).await;
    mac.offer_target().await;
    let download = mac.poll().await.unwrap();
    let result = [("ProductKey", KEY), ("InstallAction", "Error"), ("Status", "DownloadFailed")];
    mac.tell(&download, "UpdateResults", list_of(&result)).await;
    assert_eq!(mac.status().await, "error");
    let timeline = mac.world.app().store.timeline(mac.device, None, 1).await.unwrap();
    assert_eq!(timeline[0].device_words.as_deref(), Some("DownloadFailed"));
    // Asked for again later, it goes well.
    mac.world.advance(HOUR * 6);
    let download = mac.poll().await.unwrap();
    let result =
        [("ProductKey", KEY), ("InstallAction", "DownloadOnly"), ("Status", "Downloading")];
    mac.tell(&download, "UpdateResults", list_of(&result)).await;
    assert_eq!(mac.status().await, "downloading");
}

#[tokio::test]
async fn mac_that_keeps_answering_idle_is_an_error_and_its_user_is_asked() {
    let mac = old_mac(json!({"mode": "rolling", "within": "2w", "at": "09:30"})).await;
    mac.offer_target().await;
    let idle = [("ProductKey", KEY), ("InstallAction", "InstallForceRestart"), ("Status", "Idle")];
    for attempt in 1..=3 {
        let install = mac.poll().await.unwrap();
        assert_eq!(install_action(&install), "InstallForceRestart");
        mac.tell(&install, "UpdateResults", list_of(&idle)).await;
        assert_eq!(mac.status().await, if attempt < 3 { "pending" } else { "error" });
        mac.world.advance(HOUR);
        let question = mac.poll().await.unwrap();
        assert!(matches!(question.command, MdmCommand::DeviceInformation { .. }));
        let version = Dictionary::from_iter([("OSVersion", Value::from("13.6"))]);
        mac.tell(&question, "QueryResponses", version.into()).await;
        mac.world.advance(HOUR * 6);
    }
    let timeline = mac.world.app().store.timeline(mac.device, None, 1).await.unwrap();
    let words = timeline[0].device_words.clone().unwrap();
    assert!(words.starts_with("Idle: it was told to install 3 times"), "{words}");
    let asked = mac.poll().await.unwrap();
    assert_eq!(install_action(&asked), "NotifyOnly");
    let result = [("ProductKey", KEY), ("InstallAction", "NotifyOnly"), ("Status", "Idle")];
    mac.tell(&asked, "UpdateResults", list_of(&result)).await;
    assert_eq!(mac.status().await, "error", "until something changes");
    // It may begin after all, for instance because somebody restarted it.
    mac.world.advance(HOUR * 20);
    mac.offer_target().await;
    let install = mac.poll().await.unwrap();
    assert_eq!(install_action(&install), "InstallForceRestart");
    let result =
        [("ProductKey", KEY), ("InstallAction", "InstallForceRestart"), ("Status", "Installing")];
    mac.tell(&install, "UpdateResults", list_of(&result)).await;
    assert_eq!(mac.status().await, "installing");
}

#[tokio::test]
async fn device_that_reports_nothing_by_itself_is_asked_every_day_what_it_runs() {
    let mac = old_mac(json!({"mode": "rolling", "within": "2w", "at": "09:30"})).await;
    let app = mac.world.app();
    assert_eq!(app.ask_silent_devices().await.unwrap(), 0, "it was asked when it enrolled");
    mac.world.advance(HOUR * 23);
    assert_eq!(app.ask_silent_devices().await.unwrap(), 0);
    mac.world.advance(HOUR);
    assert_eq!(app.ask_silent_devices().await.unwrap(), 1);
    mac.world.advance(HOUR * 48);
    assert_eq!(app.ask_silent_devices().await.unwrap(), 0, "it has not answered yet");
    assert_eq!(mac.world.drain(&mac.handset).await, ["DeviceInformation"]);
    assert_eq!(app.ask_silent_devices().await.unwrap(), 1);
}

#[tokio::test]
async fn device_that_declarations_can_update_is_not_asked_again() {
    let world = World::without_workers("").await;
    let handset = world.mac(1);
    super::declarations::capable(&world, &handset).await;
    world.drain(&handset).await;
    world.advance(HOUR * 48);
    assert_eq!(world.app().ask_silent_devices().await.unwrap(), 0);
}
