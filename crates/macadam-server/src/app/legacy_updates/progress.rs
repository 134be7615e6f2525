//! How far a device is with an update, from its answers to the commands of this flow.
//!
//! They become the same facts that other devices report over the status channel, so that the
//! decision and the timeline need not know which way a device is managed.

use macadam_protocol::command::{AvailableOsUpdate, OsUpdateStatus, Report, ScheduledOsUpdate};
use macadam_store::{DeviceFacts, Fact, PendingVersion};
use serde::Serialize;

use super::{AVAILABLE, STATUS, told, told_one};

/// The fact that counts how often in a row a device answered Idle when it was to install.
const IDLE: &str = "IdleInstallations";
/// So many such answers are no chance any more. They are hours apart.
const IDLE_LIMIT: u32 = 3;

/// What an answer tells about updates, of a device of which this much was known.
pub(in crate::app) fn facts_of_answer(report: &Report, known: &DeviceFacts) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Ok(available) = report.available_os_updates() {
        facts.extend(kept(AVAILABLE, &available));
    }
    let available: Vec<AvailableOsUpdate> = told(known, AVAILABLE);
    if let Ok(statuses) = report.os_update_status() {
        facts.extend(of_statuses(&statuses, &available));
        facts.extend(kept(STATUS, &statuses));
    }
    if let Ok(results) = report.scheduled_os_updates() {
        facts.extend(of_results(&results, &available, known));
    }
    if let Ok(information) = report.device_information()
        && information.os_version.is_some_and(|version| version != known.os_version)
        && known.capabilities.is_none()
    {
        // It told about an update of the system that ran before.
        facts.extend([Fact::InstallState("none".into()), Fact::Pending(None), no_failure()]);
        facts.extend(idle(0));
    }
    facts
}

/// As the device told it, for the next step.
fn kept(item: &str, told: &impl Serialize) -> Option<Fact> {
    let json = serde_json::to_string(told).ok()?;
    Some(Fact::Other { item: item.into(), json })
}

/// Whether the device does not begin to install, however often it is told to.
pub(super) fn stays_idle(known: &DeviceFacts) -> bool {
    idle_installations(known) >= IDLE_LIMIT
}

fn idle_installations(known: &DeviceFacts) -> u32 {
    told_one(known, IDLE).unwrap_or_default()
}

fn idle(count: u32) -> Option<Fact> {
    kept(IDLE, &count)
}

/// Several updates may be under way; the one that is furthest is what a person would name.
fn of_statuses(statuses: &[OsUpdateStatus], available: &[AvailableOsUpdate]) -> Vec<Fact> {
    let furthest = statuses.iter().max_by_key(|status| stage(status));
    let (state, key) = match furthest {
        Some(status) => match stage(status) {
            Stage::Installing => ("installing", status.product_key.as_deref()),
            Stage::Downloading => ("downloading", status.product_key.as_deref()),
            Stage::Downloaded => ("prepared", status.product_key.as_deref()),
            Stage::Nothing => ("none", None),
        },
        None => ("none", None),
    };
    vec![Fact::InstallState(state.into()), Fact::Pending(pending(key, available))]
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Nothing,
    Downloading,
    Downloaded,
    Installing,
}

fn stage(status: &OsUpdateStatus) -> Stage {
    match status.status.as_str() {
        "Installing" => Stage::Installing,
        "Downloading" => Stage::Downloading,
        _ if status.is_downloaded => Stage::Downloaded,
        _ => Stage::Nothing,
    }
}

/// What the device made of a command to download or install.
fn of_results(
    results: &[ScheduledOsUpdate],
    available: &[AvailableOsUpdate],
    known: &DeviceFacts,
) -> Vec<Fact> {
    let Some(result) = results.first() else { return Vec::new() };
    let state = match result.status.as_str() {
        "Installing" => "installing",
        "Downloading" => "downloading",
        "Idle" if result.install_action.starts_with("Install") => {
            return of_idle(idle_installations(known).saturating_add(1));
        }
        // It has nothing to do now, or nothing to download any more: OSUpdateStatus will tell.
        "Idle" if stays_idle(known) => return Vec::new(),
        "Idle" => return vec![no_failure()],
        _ if is_product_unknown(result) => return Vec::new(),
        _ => {
            let reason = Some(words(result));
            return vec![Fact::Failures { count: 1, reason, at: None }];
        }
    };
    let pending = pending(result.product_key.as_deref(), available);
    let mut facts = vec![Fact::InstallState(state.into()), Fact::Pending(pending), no_failure()];
    facts.extend(idle(0));
    facts
}

/// Of a device that answered Idle so often in a row when it was told to install.
fn of_idle(count: u32) -> Vec<Fact> {
    let failure = if count < IDLE_LIMIT {
        no_failure()
    } else {
        let reason = format!(
            "Idle: it was told to install {count} times and does not begin; its user can install \
            the update in the settings"
        );
        Fact::Failures { count, reason: Some(reason), at: None }
    };
    let mut facts = vec![failure];
    facts.extend(idle(count));
    facts
}

/// The device's list has changed since; it is asked for a new one.
fn is_product_unknown(result: &ScheduledOsUpdate) -> bool {
    let mut words = result
        .error_chain
        .iter()
        .map(|error| error.us_english_description.as_ref().unwrap_or(&error.localized_description));
    words.any(|words| words.to_ascii_lowercase().contains("product key"))
}

fn words(result: &ScheduledOsUpdate) -> String {
    let first = result.error_chain.first();
    let text = first.map_or("", |error| error.localized_description.as_str());
    if text.is_empty() { result.status.clone() } else { format!("{}: {text}", result.status) }
}

fn pending(key: Option<&str>, available: &[AvailableOsUpdate]) -> Option<PendingVersion> {
    let key = key?;
    let update = available.iter().find(|update| update.product_key.as_deref() == Some(key))?;
    Some(PendingVersion {
        version: update.version.clone(),
        build: update.build.clone(),
        local_deadline: None,
    })
}

fn no_failure() -> Fact {
    Fact::Failures { count: 0, reason: None, at: None }
}
