//! Devices whose OS knows no software-update declarations: brought to their target by commands.
//!
//! What to send next follows from what the device told and from the commands it was sent, so it
//! can be found out anew at any time and by any server.

mod progress;
mod step;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use macadam_policy::{DeviceId, Mechanism, Platform, Target, instant_in_zone};
use macadam_protocol::command::{
    AvailableOsUpdate, MdmCommand, OsUpdateStatus, OsUpdateToSchedule, decode_report,
};
use macadam_store::{
    Command, CommandId, CommandState, DeviceFacts, DeviceSituation, NewCommand, StoreError,
};
use serde::de::DeserializeOwned;

pub(super) use self::progress::facts_of_answer;
use self::step::{Past, PastKind, Situation, Step};
use super::App;
use super::decisions::Decided;

/// Devices worked on at a time.
const PAGE: usize = 1000;
/// Commands of a device that are looked back on.
const HISTORY: u32 = 50;
/// The fact that holds what a device answered to AvailableOSUpdates.
const AVAILABLE: &str = "AvailableOSUpdates";
/// The fact that holds what a device answered to OSUpdateStatus.
const STATUS: &str = "OSUpdateStatus";

/// One device on its way to its target.
struct Work<'a> {
    situation: &'a DeviceSituation,
    decided: &'a Decided,
    target: &'a Target,
    history: &'a [Past],
}

impl App {
    /// Sends each device that is managed by commands the next one it needs.
    pub(crate) async fn run_legacy_updates(&self) -> Result<u64, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let mut queued = 0;
        let devices = self.silent_devices(&knowledge).await?;
        let devices: Vec<_> = devices.into_iter().map(|(device, _)| device).collect();
        for page in devices.chunks(PAGE) {
            let now = self.fleet_clock.now();
            let page = self.store.situations_of(page).await?;
            let mut commands = Vec::new();
            for situation in &page {
                if let Some(decided) = knowledge.decide(now, situation)
                    && let Some(target) = target(&decided)
                {
                    let history = self.legacy_history(situation.device).await?;
                    let work = Work { situation, decided: &decided, target, history: &history };
                    commands.extend(self.next_commands(now, &work));
                }
            }
            if !commands.is_empty() {
                queued += self.store.queue_commands(now, commands).await?;
                self.signals.send_pushes.notify_one();
            }
        }
        Ok(queued)
    }

    async fn legacy_history(&self, device: DeviceId) -> Result<Vec<Past>, StoreError> {
        let commands = self.store.commands_of(device, None, HISTORY).await?;
        Ok(commands.iter().filter_map(past).collect())
    }

    fn next_commands(&self, now: Timestamp, work: &Work<'_>) -> Vec<NewCommand> {
        let Work { situation, decided, target, history } = *work;
        let is_mac = decided.device.platform == Platform::MacOs;
        let is_upgrade = is_mac && target.version.major() > decided.device.os_version.major();
        let available: Vec<AvailableOsUpdate> = told(&situation.facts, AVAILABLE);
        let update = available.iter().find(|update| is_target(update, target));
        let product_key = update.and_then(|update| update.product_key.clone());
        let status: Vec<OsUpdateStatus> = told(&situation.facts, STATUS);
        let status = status.iter().find(|status| status.product_key == product_key);
        let step = step::next(&Situation {
            now,
            is_due: deadline(decided, target) <= now,
            is_offered: update.is_some(),
            is_cacheable: !is_upgrade,
            is_downloaded: status.is_some_and(|status| status.is_downloaded),
            needs_its_user: is_mac && progress::stays_idle(&situation.facts),
            history,
        });
        let commands = match step {
            Step::Wait => Vec::new(),
            // The list of a Mac is as fresh as its last scan.
            Step::Ask if is_mac => vec![
                MdmCommand::ScheduleOSUpdateScan { force: true },
                MdmCommand::AvailableOSUpdates {},
            ],
            Step::Ask => vec![MdmCommand::AvailableOSUpdates {}],
            Step::Download => {
                vec![schedule(product_key, target, if is_mac { "DownloadOnly" } else { "Default" })]
            }
            Step::Poll => vec![MdmCommand::OSUpdateStatus {}],
            Step::Install if is_mac && !is_upgrade => {
                vec![schedule(product_key, target, "InstallForceRestart")]
            }
            Step::Install => vec![schedule(product_key, target, "InstallASAP")],
            Step::AskUser => vec![schedule(product_key, target, "NotifyOnly")],
            Step::Look => vec![Self::ask_device_information()],
        };
        let new = |command: &MdmCommand| {
            let id = CommandId(self.ids.id(now));
            Self::new_command(id, situation.enrollment, command, "Managed OS")
        };
        commands.iter().map(new).collect()
    }
}

/// The target of a device that is brought to it by commands.
fn target(decided: &Decided) -> Option<&Target> {
    if decided.decision.mechanism != Some(Mechanism::MdmCommands) {
        return None;
    }
    decided.decision.outcome.target()
}

/// The server keeps the time for these devices, in the item's enforcement time zone.
fn deadline(decided: &Decided, target: &Target) -> Timestamp {
    let item = decided.items.iter().find(|item| item.id == target.item);
    let zone = item.and_then(|item| item.item.settings().legacy_time_zone.as_deref());
    let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    instant_in_zone(target.deadline, &zone)
}

fn is_target(update: &AvailableOsUpdate, target: &Target) -> bool {
    let is_version = update.version.parse().is_ok_and(|version| target.version == version);
    let build = update.build.as_deref().and_then(|build| build.parse().ok());
    is_version && (!target.send_build || build.is_none_or(|build| target.build == build))
}

fn schedule(product_key: Option<String>, target: &Target, action: &str) -> MdmCommand {
    let product_version = product_key.is_none().then(|| target.version.to_string());
    MdmCommand::ScheduleOSUpdate {
        updates: vec![OsUpdateToSchedule {
            product_key,
            product_version,
            install_action: action.to_owned(),
            ..OsUpdateToSchedule::default()
        }],
    }
}

/// A list that a device answered last, as it was kept; nothing if it cannot be read.
fn told<T: DeserializeOwned>(facts: &DeviceFacts, item: &str) -> Vec<T> {
    told_one(facts, item).unwrap_or_default()
}

fn told_one<T: DeserializeOwned>(facts: &DeviceFacts, item: &str) -> Option<T> {
    let other: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&facts.other).unwrap_or_default();
    serde_json::from_value(other.get(item)?.clone()).ok()
}

fn past(command: &Command) -> Option<Past> {
    let kind = match command.request_type.as_str() {
        "ScheduleOSUpdateScan" => PastKind::Scan,
        "AvailableOSUpdates" => PastKind::Asked,
        "OSUpdateStatus" => PastKind::Polled,
        "DeviceInformation" => PastKind::Looked,
        "ScheduleOSUpdate" if is_install(command) => PastKind::Installed,
        "ScheduleOSUpdate" => PastKind::Downloaded,
        _ => return None,
    };
    let is_open = match command.state {
        CommandState::Queued | CommandState::Sent | CommandState::NotNow => true,
        CommandState::OutcomeUnknown
        | CommandState::Acknowledged
        | CommandState::Error
        | CommandState::CommandFormatError
        | CommandState::Cancelled => false,
    };
    Some(Past { kind, is_open, at: command.finished_at.unwrap_or(command.queued_at) })
}

/// Whether the device understood a ScheduleOSUpdate as one to install.
fn is_install(command: &Command) -> bool {
    let report = command.result.as_deref().and_then(|result| decode_report(result).ok());
    let updates = report.and_then(|report| report.scheduled_os_updates().ok()).unwrap_or_default();
    updates.iter().any(|update| update.install_action.starts_with("Install"))
}
