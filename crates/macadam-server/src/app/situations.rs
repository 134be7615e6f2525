//! From stored facts to the device that the decision sees. Whatever a device told that cannot be
//! understood counts as not told.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use macadam_declare::Capabilities;
use macadam_policy::{
    AtWork, Attributes, Build, Device, DeviceId, EnrollmentKind, InstallState, ItemHistory, ItemId,
    OsVersion, Platform, ReadinessFacts, RingHalt, UpdateId,
};
use macadam_protocol::ddm::declaration_type;
use macadam_store::{DeviceFacts, DeviceSituation};

/// How a battery that needs service stands among the facts that are kept as JSON.
const BATTERY_SERVICE: &str = r#""device.power.battery-health":"service-recommended""#;

/// The device as the decision sees it; `None` until it has told its platform and version.
pub(crate) fn device(
    situation: &DeviceSituation,
    capabilities: Option<&Capabilities>,
) -> Option<Device> {
    let facts = &situation.facts;
    let platform = facts.platform?;
    let has_ddm_enforcement = capabilities.is_some_and(|capabilities| {
        capabilities.has_declaration(declaration_type::SOFTWARE_UPDATE_ENFORCEMENT)
    });
    Some(Device {
        platform,
        update_id: update_id(facts, platform),
        os_version: os_version(facts)?,
        build: facts.os_build.parse().ok(),
        enrollment: if situation.is_user_enrollment {
            EnrollmentKind::User
        } else {
            EnrollmentKind::Device
        },
        supervised: facts.supervised.unwrap_or(false),
        has_ddm_enforcement,
        apple_silicon: facts.apple_silicon,
        utc_offset: utc_offset(facts),
        at_work: at_work(facts),
        failure_count: facts.failure_count,
        failure_reason: facts.failure_reason.as_deref().map(Into::into),
        declaration_problem: facts.declaration_problem.as_deref().map(Into::into),
        last_seen: situation.last_seen_at,
    })
}

/// What the device told that has to do with installing.
pub(crate) fn readiness_facts(situation: &DeviceSituation) -> ReadinessFacts {
    let facts = &situation.facts;
    let free = facts.free_space_bytes.and_then(|bytes| u64::try_from(bytes).ok());
    ReadinessFacts {
        has_bootstrap_token: situation.has_bootstrap_token,
        free_space_bytes: free,
        needs_battery_service: facts.other.contains(BATTERY_SERVICE),
    }
}

/// What rules and rings look at.
pub(crate) fn attributes(situation: &DeviceSituation) -> Attributes {
    let facts = &situation.facts;
    Attributes {
        name: situation.name.clone(),
        serial: facts.serial.clone(),
        model: facts.model_name.clone(),
        product: facts.product.clone(),
        tags: situation.tags.clone(),
        percentile: percentile(situation.device),
    }
}

/// What is stored about one item and this device. An item that has just come to reach the device
/// does so at `now`.
pub(crate) fn item_history(
    situation: &DeviceSituation,
    (item, halts): (ItemId, &BTreeMap<ItemId, Vec<RingHalt>>),
    now: Timestamp,
) -> ItemHistory {
    let of_item = |moments: &[(ItemId, Timestamp)]| {
        moments.iter().find(|(id, _)| *id == item).map(|(_, moment)| *moment)
    };
    let requested = situation.requested.iter().find(|request| request.item == item);
    let exempt = situation.exempt.iter().filter(|(of, _)| of.is_none_or(|of| of == item));
    let offset = utc_offset(&situation.facts).unwrap_or(Offset::UTC);
    ItemHistory {
        reached_at: of_item(&situation.reached).unwrap_or(now),
        requested_at: requested.map(|request| request.at),
        requested_local: requested
            .and_then(|request| request.local.as_deref())
            .and_then(|local| local.parse().ok()),
        exempt_until: exempt.map(|(_, until)| local_day(*until, offset)).max(),
        halts: halts.get(&item).cloned().unwrap_or_default(),
    }
}

/// Whether the OS speaks declarative management at all (its first versions could not enforce).
pub(crate) fn speaks_ddm(device: &Device) -> bool {
    let first = match device.platform {
        Platform::MacOs => OsVersion::new(13, 0),
        Platform::Ios | Platform::IpadOs => OsVersion::new(15, 0),
        Platform::TvOs => OsVersion::new(16, 0),
        Platform::VisionOs => OsVersion::new(1, 1),
    };
    device.os_version >= first
}

fn update_id(facts: &DeviceFacts, platform: Platform) -> Option<UpdateId> {
    listed_id(platform, facts.update_id.as_deref(), &facts.product)
}

/// The id that Apple's feed knows a device by. Phones, tablets and Apple TVs are listed by
/// product; Macs only by the id they tell.
pub(super) fn listed_id(platform: Platform, told: Option<&str>, product: &str) -> Option<UpdateId> {
    let told = told.and_then(UpdateId::new);
    match platform {
        Platform::MacOs => told,
        Platform::Ios | Platform::IpadOs | Platform::TvOs | Platform::VisionOs => {
            told.or_else(|| UpdateId::new(product))
        }
    }
}

fn os_version(facts: &DeviceFacts) -> Option<OsVersion> {
    version(&facts.os_version, facts.os_extra.as_deref())
}

/// A version with the letter of an installed Background Security Improvement.
pub(super) fn version(base: &str, extra: Option<&str>) -> Option<OsVersion> {
    let base: OsVersion = base.parse().ok()?;
    let letter = extra.and_then(|extra| extra.chars().next());
    Some(letter.and_then(|letter| base.with_letter(letter)).unwrap_or(base))
}

fn utc_offset(facts: &DeviceFacts) -> Option<Offset> {
    facts.utc_offset_seconds.and_then(|seconds| Offset::from_seconds(seconds).ok())
}

fn at_work(facts: &DeviceFacts) -> Option<AtWork> {
    let state = match facts.install_state.as_deref()? {
        "waiting" => InstallState::Waiting,
        "downloading" => InstallState::Downloading,
        "prepared" => InstallState::Prepared,
        "installing" => InstallState::Installing,
        "failed" => InstallState::Failed,
        _ => InstallState::None,
    };
    Some(AtWork {
        state,
        pending_version: facts.pending_version.as_deref()?.parse().ok()?,
        pending_build: facts.pending_build.as_deref().and_then(|build| build.parse::<Build>().ok()),
        local_deadline: facts.pending_local_deadline.as_deref().and_then(|at| at.parse().ok()),
    })
}

fn local_day(moment: Timestamp, offset: Offset) -> Date {
    offset.to_datetime(moment).date()
}

/// A number from 0 to 99 that stays with the device.
fn percentile(device: DeviceId) -> u8 {
    let number = device.0.as_u128() % 100;
    u8::try_from(number).expect("a remainder of 100 fits")
}

/// Capabilities as they were stored, shared by all devices that have the same.
pub(crate) fn capabilities(json: &str) -> Option<Arc<Capabilities>> {
    let told: macadam_protocol::ddm::ClientCapabilities = serde_json::from_str(json).ok()?;
    Some(Arc::new(Capabilities::from(&told)))
}
