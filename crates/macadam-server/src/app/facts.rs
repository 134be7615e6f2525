//! From what a device tells, in command answers and status reports, to facts. Apple's types end
//! here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use macadam_policy::Platform;
use macadam_protocol::command::{DeviceInformation, Report};
use macadam_protocol::ddm::{
    ExtraVersion, PendingUpdate, PendingVersion, SoftwareUpdateStatus, StatusReport,
    merge_status_item, status_item,
};
use macadam_store::{DeviceFacts, Fact};
use serde_json::Value;

use super::{device_history, legacy_updates};

/// Facts without a column, as a device told them.
pub(super) struct Known(BTreeMap<String, Value>);

impl Known {
    /// What cannot be read counts as not told.
    pub(super) fn read(stored: &str) -> Self {
        Self(serde_json::from_str(stored).unwrap_or_default())
    }
}

/// What an answer to a command tells about the device, of which this much was known.
pub(super) fn of_response(report: &Report, known: &DeviceFacts, now: Timestamp) -> Vec<Fact> {
    let mut facts = Vec::new();
    if report.response.contains_key("QueryResponses")
        && let Ok(information) = report.device_information()
    {
        facts.extend(of_information(information, now));
        facts.extend(other_information(report));
    }
    if let Some(security) = report.response.get("SecurityInfo")
        && let Ok(json) = serde_json::to_string(security)
    {
        facts.push(Fact::Other { item: "SecurityInfo".into(), json });
    }
    facts.extend(legacy_updates::facts_of_answer(report, known));
    facts
}

fn of_information(told: DeviceInformation, now: Timestamp) -> Vec<Fact> {
    let base_build = told.build_version.clone();
    let zone = told.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    let facts = [
        told.device_name.map(Fact::Name),
        told.serial_number.map(Fact::Serial),
        told.os_version.map(Fact::OsVersion),
        told.build_version.map(Fact::OsBuild),
        told.supplemental_os_version_extra
            .and_then(|extra| extra.parse().ok())
            .map(|extra: ExtraVersion| Fact::OsExtra(letter(&extra))),
        told.supplemental_build_version.map(|build| extra_build(build, base_build.as_ref())),
        told.software_update_device_id.map(Fact::UpdateId),
        told.product_name.as_deref().and_then(Platform::of_update_id).map(Fact::Platform),
        told.product_name.map(Fact::Product),
        told.model_name.map(Fact::ModelName),
        told.is_apple_silicon.map(Fact::AppleSilicon),
        told.is_supervised.map(Fact::Supervised),
        told.available_device_capacity.and_then(bytes).map(Fact::FreeSpaceBytes),
        zone.map(|zone| Fact::UtcOffsetSeconds(zone.to_offset(now).seconds())),
        told.time_zone.map(Fact::TimeZone),
    ];
    facts.into_iter().flatten().collect()
}

/// Answers that have no column of their own are kept as they are.
fn other_information(report: &Report) -> impl Iterator<Item = Fact> {
    const KNOWN: [&str; 13] = [
        "DeviceName",
        "SerialNumber",
        "OSVersion",
        "BuildVersion",
        "SupplementalOSVersionExtra",
        "SupplementalBuildVersion",
        "SoftwareUpdateDeviceID",
        "ProductName",
        "ModelName",
        "IsAppleSilicon",
        "IsSupervised",
        "AvailableDeviceCapacity",
        "TimeZone",
    ];
    let told = report.response.get("QueryResponses").and_then(|told| told.as_dictionary());
    let others = told.into_iter().flatten().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
    others.filter_map(|(key, value)| {
        let json = serde_json::to_string(value).ok()?;
        Some(Fact::Other { item: format!("DeviceInformation.{key}"), json })
    })
}

/// What a status report tells about the device, of which this much was known. Absent items stay as
/// they were, unless the report is full.
pub(super) fn of_status(report: &StatusReport, known: &Known) -> Vec<Fact> {
    let device = &report.device;
    let os = &device.os;
    let platform = device.model_identifier.as_deref().and_then(Platform::of_update_id);
    let capabilities = report.client_capabilities.as_ref();
    let facts = [
        device.serial_number.clone().map(Fact::Serial),
        device.model_identifier.clone().map(Fact::Product),
        device.model_marketing_name.clone().map(Fact::ModelName),
        platform.map(Fact::Platform),
        os.version.clone().map(Fact::OsVersion),
        os.build_version.clone().map(Fact::OsBuild),
        os.supplemental_extra_version.as_ref().map(|extra| Fact::OsExtra(letter(extra))),
        os.supplemental_build_version
            .clone()
            .map(|build| extra_build(build, os.build_version.as_ref())),
        capabilities
            .and_then(|capabilities| serde_json::to_string(capabilities).ok())
            .map(Fact::Capabilities),
    ];
    let mut facts: Vec<_> = facts.into_iter().flatten().collect();
    facts.extend(of_software_update(&report.software_update));
    let others = other_items(report, known);
    if report.is_full {
        facts.extend(unmentioned(report, &others, known));
    }
    facts.extend(others.into_iter().map(|(item, value)| {
        let json = value.to_string();
        Fact::Other { item, json }
    }));
    facts
}

/// Items that have no column of their own.
fn other_items(report: &StatusReport, known: &Known) -> BTreeMap<String, Value> {
    let device = &report.device;
    let mut others: BTreeMap<_, _> = [
        (status_item::BATTERY_HEALTH, device.battery_health.clone().map(Value::from)),
        (status_item::FILEVAULT_ENABLED, device.is_filevault_enabled.map(Value::from)),
        (status_item::MODEL_NUMBER, device.model_number.clone().map(Value::from)),
    ]
    .into_iter()
    .filter_map(|(item, value)| Some((item.to_owned(), value?)))
    .collect();
    let stored = |item: &str| if report.is_full { None } else { known.0.get(item) };
    for (item, told) in &report.other {
        others.insert(item.clone(), merge_status_item(stored(item), told));
    }
    if let Some(told) = &report.declarations {
        let said = device_history::said_with(stored(device_history::SAID), told);
        others.insert(device_history::SAID.to_owned(), said);
    }
    others
}

/// A full report replaces what earlier ones told. What the device could not report this time, or
/// we could not read, is mentioned; what only answers to commands tell is not its business.
fn unmentioned(
    report: &StatusReport,
    others: &BTreeMap<String, Value>,
    known: &Known,
) -> Vec<Fact> {
    let update = &report.software_update;
    let os = &report.device.os;
    // Before its subscriptions are in force, a device reports nothing about its OS.
    let knows_os = os.version.is_some();
    let unable = report.errors.iter().map(|error| error.status_item.as_str());
    let unread = report.broken.iter().map(|item| item.name.as_str());
    let excused: BTreeSet<&str> = unable.chain(unread).collect();
    let absent = [
        (
            status_item::INSTALL_STATE,
            update.install_state.is_none(),
            Fact::InstallState("none".into()),
        ),
        (status_item::INSTALL_REASON, update.install_reason.is_none(), Fact::InstallReason(None)),
        (status_item::PENDING_VERSION, update.pending_version.is_none(), Fact::Pending(None)),
        (
            status_item::FAILURE_REASON,
            update.failure_reason.is_none(),
            Fact::Failures { count: 0, reason: None, at: None },
        ),
        (
            status_item::OS_SUPPLEMENTAL_EXTRA_VERSION,
            knows_os && os.supplemental_extra_version.is_none(),
            Fact::OsExtra(None),
        ),
        (
            status_item::OS_SUPPLEMENTAL_BUILD_VERSION,
            knows_os && os.supplemental_build_version.is_none(),
            Fact::OsExtraBuild(None),
        ),
    ];
    let absent =
        absent.into_iter().filter(|(item, is_absent, _)| *is_absent && !excused.contains(item));
    let gone = known.0.keys().filter(|item| {
        is_status_item(item) && !others.contains_key(*item) && !excused.contains(item.as_str())
    });
    let gone = gone.map(|item| Fact::Gone { item: item.clone() });
    absent.map(|(_, _, fact)| fact).chain(gone).collect()
}

/// Whether a fact without a column came over the status channel: Apple writes its items in lower
/// case, and the keys of command answers in upper case.
fn is_status_item(item: &str) -> bool {
    item.starts_with(|first: char| first.is_ascii_lowercase())
}

fn of_software_update(told: &SoftwareUpdateStatus) -> impl Iterator<Item = Fact> {
    let reason = told.install_reason.as_ref().map(|reason| {
        let words: Vec<_> = reason.reasons.iter().map(|reason| reason.as_str()).collect();
        Fact::InstallReason((!words.is_empty()).then(|| words.join(", ")))
    });
    let pending = told.pending_version.as_ref().map(|pending| match pending {
        PendingVersion::Nothing => Fact::Pending(None),
        PendingVersion::Update(update) => Fact::Pending(Some(pending_version(update))),
    });
    let failures = told.failure_reason.as_ref().map(|failure| Fact::Failures {
        count: u32::try_from(failure.count).unwrap_or(u32::MAX),
        reason: failure.reason.clone(),
        at: failure.timestamp.map(|at| at.to_string()),
    });
    let facts = [
        told.device_id.clone().map(Fact::UpdateId),
        told.install_state.as_ref().map(|state| Fact::InstallState(state.as_str().to_owned())),
        reason,
        pending,
        failures,
    ];
    facts.into_iter().flatten()
}

fn pending_version(update: &PendingUpdate) -> macadam_store::PendingVersion {
    macadam_store::PendingVersion {
        version: update.os_version.clone(),
        build: update.build_version.clone(),
        local_deadline: update.target_local_date_time.map(|deadline| deadline.to_string()),
    }
}

/// The letter of an installed security improvement; none when the device says it has none.
fn letter(extra: &ExtraVersion) -> Option<String> {
    (!extra.is_empty()).then(|| extra.as_str().to_owned())
}

/// Without a security improvement, devices repeat their build.
fn extra_build(build: String, base: Option<&String>) -> Fact {
    Fact::OsExtraBuild((!build.is_empty() && Some(&build) != base).then_some(build))
}

/// Devices tell gigabytes of 10^9.
#[expect(clippy::cast_possible_truncation, reason = "whole bytes of a disk fit, and a NaN is 0")]
fn bytes(gigabytes: f64) -> Option<i64> {
    (gigabytes >= 0.0).then_some((gigabytes * 1e9) as i64)
}
