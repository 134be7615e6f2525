//! From what a device tells, in command answers and status reports, to facts. Apple's types end
//! here.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use macadam_policy::Platform;
use macadam_protocol::command::{DeviceInformation, Report};
use macadam_protocol::ddm::{
    ExtraVersion, PendingUpdate, PendingVersion, SoftwareUpdateStatus, StatusReport, status_item,
};
use macadam_store::{DeviceFacts, Fact};

use super::legacy_updates;

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

/// What a status report tells about the device; absent items stay as they were.
pub(super) fn of_status(report: &StatusReport) -> Vec<Fact> {
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
    let texts = [
        (status_item::BATTERY_HEALTH, device.battery_health.clone().map(Into::into)),
        (status_item::FILEVAULT_ENABLED, device.is_filevault_enabled.map(Into::into)),
        (status_item::MODEL_NUMBER, device.model_number.clone().map(Into::into)),
    ];
    let texts = texts.into_iter().filter_map(|(item, value): (_, Option<serde_json::Value>)| {
        Some((item.to_owned(), value?.to_string()))
    });
    let others = report.other.iter().map(|(item, value)| (item.clone(), value.to_string()));
    facts.extend(texts.chain(others).map(|(item, json)| Fact::Other { item, json }));
    facts
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
