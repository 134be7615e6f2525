//! Writes a status report, as a device sends it.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::decode::DECLARATION_LISTS;
use super::{
    DeclarationStatus, DeclarationStatuses, DeviceStatus, MdmStatus, PendingVersion,
    SoftwareUpdateStatus, StatusReport,
};
use crate::ddm::names::status_item;
use crate::json as bytes;

/// Encodes a status report. What was broken in a decoded one is not repeated.
pub fn encode_status_report(report: &StatusReport) -> Vec<u8> {
    let mut items = Map::new();
    put_device(&mut items, &report.device);
    put_software_update(&mut items, &report.software_update);
    put_mdm(&mut items, &report.mdm);
    put(&mut items, status_item::CLIENT_CAPABILITIES, report.client_capabilities.as_ref());
    put(&mut items, status_item::DECLARATIONS, report.declarations.as_ref().map(declarations));
    for (name, value) in &report.other {
        put(&mut items, name, Some(value));
    }
    let mut wire = Map::new();
    wire.insert("StatusItems".to_owned(), Value::Object(items));
    wire.insert("Errors".to_owned(), value(&report.errors));
    if report.is_full {
        wire.insert("FullReport".to_owned(), Value::Bool(true));
    }
    bytes::encode(&wire)
}

/// Puts a value at its dotted name, one level for each dot.
fn put<T: Serialize>(items: &mut Map<String, Value>, name: &str, item: Option<T>) {
    let Some(item) = item else {
        return;
    };
    match name.split_once('.') {
        None => {
            items.insert(name.to_owned(), value(&item));
        }
        Some((first, rest)) => {
            let level = items.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(level) = level {
                put(level, rest, Some(item));
            }
        }
    }
}

fn value<T: Serialize>(item: &T) -> Value {
    serde_json::to_value(item).expect("status items have text keys and serialize to JSON")
}

fn put_device(items: &mut Map<String, Value>, device: &DeviceStatus) {
    put(items, status_item::SERIAL_NUMBER, device.serial_number.as_ref());
    put(items, status_item::UDID, device.udid.as_ref());
    put(items, status_item::MODEL_FAMILY, device.model_family.as_ref());
    put(items, status_item::MODEL_IDENTIFIER, device.model_identifier.as_ref());
    put(items, status_item::MODEL_MARKETING_NAME, device.model_marketing_name.as_ref());
    put(items, status_item::MODEL_NUMBER, device.model_number.as_ref());
    put(items, status_item::BATTERY_HEALTH, device.battery_health.as_ref());
    put(items, status_item::FILEVAULT_ENABLED, device.is_filevault_enabled);
    let os = &device.os;
    put(items, status_item::OS_FAMILY, os.family.as_ref());
    put(items, status_item::OS_VERSION, os.version.as_ref());
    put(items, status_item::OS_BUILD_VERSION, os.build_version.as_ref());
    put(items, status_item::OS_MARKETING_NAME, os.marketing_name.as_ref());
    let build = os.supplemental_build_version.as_ref();
    put(items, status_item::OS_SUPPLEMENTAL_BUILD_VERSION, build);
    let extra = os.supplemental_extra_version.as_ref().map(ToString::to_string);
    put(items, status_item::OS_SUPPLEMENTAL_EXTRA_VERSION, extra);
}

fn put_mdm(items: &mut Map<String, Value>, mdm: &MdmStatus) {
    put(items, status_item::ENROLLMENT_TYPE, mdm.enrollment_type);
    put(items, status_item::IS_AWAITING_CONFIGURATION, mdm.is_awaiting_configuration);
    put(items, status_item::IS_SHARED_IPAD, mdm.is_shared_ipad);
    put(items, status_item::PUSH_MAGIC, mdm.push_magic.as_ref());
    put(items, status_item::PUSH_TOKEN, mdm.push_token.as_ref());
}

fn put_software_update(items: &mut Map<String, Value>, update: &SoftwareUpdateStatus) {
    put(items, status_item::SOFTWARE_UPDATE_DEVICE_ID, update.device_id.as_ref());
    put(items, status_item::BETA_ENROLLMENT, update.beta_enrollment.as_ref());
    let state = update.install_state.as_ref().map(|state| state.as_str());
    put(items, status_item::INSTALL_STATE, state);
    let reason = update.install_reason.as_ref().map(|reason| {
        let words: Vec<&str> = reason.reasons.iter().map(|kind| kind.as_str()).collect();
        let mut item = json!({ "reason": words });
        insert(&mut item, "declaration-id", reason.declaration_id.as_deref());
        item
    });
    put(items, status_item::INSTALL_REASON, reason);
    put(items, status_item::PENDING_VERSION, update.pending_version.as_ref().map(pending_version));
    let failure = update.failure_reason.as_ref().map(|failure| {
        let mut item = json!({ "count": failure.count });
        insert(&mut item, "reason", failure.reason.as_deref());
        let timestamp = failure.timestamp.map(|timestamp| timestamp.to_string());
        insert(&mut item, "timestamp", timestamp.as_deref());
        item
    });
    put(items, status_item::FAILURE_REASON, failure);
}

fn pending_version(pending: &PendingVersion) -> Value {
    match pending {
        PendingVersion::Nothing => json!({ "os-version": "", "build-version": "" }),
        PendingVersion::Update(update) => {
            let build = update.build_version.as_deref().unwrap_or_default();
            let mut item = json!({ "os-version": update.os_version, "build-version": build });
            let moment = update.target_local_date_time.map(|moment| format!("{moment:.0}"));
            insert(&mut item, "target-local-date-time", moment.as_deref());
            item
        }
    }
}

fn insert(item: &mut Value, key: &str, text: Option<&str>) {
    if let (Value::Object(item), Some(text)) = (item, text) {
        item.insert(key.to_owned(), text.into());
    }
}

fn declarations(statuses: &DeclarationStatuses) -> Value {
    let mut lists = Map::new();
    for (list, kind) in DECLARATION_LISTS {
        let reported = statuses.reported.iter().filter(|status| status.kind == kind);
        let removed = statuses.removed.iter().filter(|(removed, _)| *removed == kind);
        let removed = removed.map(|(_, id)| json!({ "identifier": id, "_removed": true }));
        let items: Vec<Value> = reported.map(declaration).chain(removed).collect();
        lists.insert(list.to_owned(), Value::Array(items));
    }
    Value::Object(lists)
}

fn declaration(status: &DeclarationStatus) -> Value {
    let mut item = json!({
        "identifier": status.identifier,
        "active": status.is_active,
        "valid": status.validity,
    });
    insert(&mut item, "server-token", status.server_token.as_ref().map(|token| token.as_str()));
    if let (Value::Object(item), false) = (&mut item, status.reasons.is_empty()) {
        item.insert("reasons".to_owned(), value(&status.reasons));
    }
    item
}
