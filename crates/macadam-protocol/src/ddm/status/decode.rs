//! Reads a status report: nested names become flat, known items typed, unknown ones kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::merge::{identifier, is_removed};
use super::software_update::local_date_time;
use super::{
    BrokenStatusItem, DeclarationReason, DeclarationStatus, DeclarationStatuses, FailureReason,
    InstallReason, InstallReasonKind, InstallState, PendingUpdate, PendingVersion, StatusError,
    StatusReport, Validity,
};
use crate::ddm::DeclarationKind;
use crate::ddm::names::{is_known_status_item, status_item};
use crate::json::{self, DecodeJsonError};
use crate::{Limits, Secret};

/// What a body that is no status report is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeStatusReportError {
    /// Not JSON within the limits, or not an object.
    #[error("status report cannot be read")]
    Json(#[from] DecodeJsonError),
}

impl DecodeStatusReportError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
        }
    }
}

/// The longest dotted name; Apple's longest has half of it.
const NAME_LIMIT: usize = 128;

/// The most levels of a name; Apple's deepest has four.
const LEVEL_LIMIT: usize = 16;

/// The most unreadable items that are remembered.
const BROKEN_LIMIT: usize = 100;

/// Decodes a status report.
pub fn decode_status_report(bytes: &[u8]) -> Result<StatusReport, DecodeStatusReportError> {
    let mut wire: Map<String, Value> = json::decode(bytes, &Limits::MESSAGE)?;
    let mut items = Items::default();
    match wire.remove("StatusItems") {
        None | Some(Value::Null) => {}
        Some(Value::Object(nested)) => items.flatten(nested),
        Some(_) => items.breaks("StatusItems", "an object"),
    }
    let is_full = wire.get("FullReport").and_then(Value::as_bool).unwrap_or_default();
    let mut report = StatusReport { is_full, ..StatusReport::default() };
    take_device(&mut items, &mut report);
    take_software_update(&mut items, &mut report);
    take_mdm(&mut items, &mut report);
    report.client_capabilities = items.object(status_item::CLIENT_CAPABILITIES, "an object");
    report.declarations = take_declarations(&mut items);
    report.errors = take_errors(wire.remove("Errors"), &mut items);
    report.other = items.flat;
    report.broken = items.broken;
    Ok(report)
}

fn take_errors(errors: Option<Value>, items: &mut Items) -> Vec<StatusError> {
    let mut readable = Vec::new();
    match errors {
        None | Some(Value::Null) => {}
        Some(Value::Array(errors)) => {
            for error in errors {
                match StatusError::deserialize(error) {
                    Ok(error) => readable.push(error),
                    Err(_) => items.breaks("Errors", "an object with StatusItem"),
                }
            }
        }
        Some(_) => items.breaks("Errors", "a list"),
    }
    readable
}

/// The items of a report that were not yet taken, and those that could not be read.
#[derive(Default)]
struct Items {
    flat: BTreeMap<String, Value>,
    broken: Vec<BrokenStatusItem>,
}

impl Items {
    fn breaks(&mut self, name: &str, expected: &'static str) {
        if self.broken.len() < BROKEN_LIMIT {
            let name = name.chars().take(NAME_LIMIT).collect();
            self.broken.push(BrokenStatusItem { name, expected });
        }
    }

    /// Turns nested objects into dotted names, down to Apple's names or to what is no object.
    ///
    /// The limits of the JSON bound this loop; the limit of a name keeps a long one from being
    /// copied into the names of everything below it.
    fn flatten(&mut self, nested: Map<String, Value>) {
        let mut open: Vec<(String, Value)> = nested.into_iter().collect();
        while let Some((name, value)) = open.pop() {
            if name.len() > NAME_LIMIT || name.split('.').count() > LEVEL_LIMIT {
                self.breaks(&name, "a shorter name");
                continue;
            }
            match value {
                Value::Object(inner) if !is_known_status_item(&name) && !inner.is_empty() => {
                    let inner = inner.into_iter();
                    open.extend(inner.map(|(key, value)| (format!("{name}.{key}"), value)));
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => {
                    self.flat.insert(name, value);
                }
            }
        }
    }

    /// Takes an item of a type that serde reads.
    fn typed<T: DeserializeOwned>(&mut self, name: &str, expected: &'static str) -> Option<T> {
        let value = self.flat.remove(name)?;
        if value.is_null() {
            return None;
        }
        let typed = T::deserialize(value).ok();
        if typed.is_none() {
            self.breaks(name, expected);
        }
        typed
    }

    /// Takes an item that must be an object; serde would also read one from a list.
    fn object<T: DeserializeOwned>(&mut self, name: &str, expected: &'static str) -> Option<T> {
        if self.flat.get(name).is_some_and(Value::is_array) {
            self.flat.remove(name);
            self.breaks(name, expected);
        }
        self.typed(name, expected)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.typed(name, "a string")
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        self.typed(name, "a boolean")
    }
}

fn take_device(items: &mut Items, report: &mut StatusReport) {
    let device = &mut report.device;
    device.serial_number = items.text(status_item::SERIAL_NUMBER);
    device.udid = items.text(status_item::UDID);
    device.model_family = items.text(status_item::MODEL_FAMILY);
    device.model_identifier = items.text(status_item::MODEL_IDENTIFIER);
    device.model_marketing_name = items.text(status_item::MODEL_MARKETING_NAME);
    device.model_number = items.text(status_item::MODEL_NUMBER);
    device.battery_health = items.text(status_item::BATTERY_HEALTH);
    device.is_filevault_enabled = items.flag(status_item::FILEVAULT_ENABLED);
    let os = &mut device.os;
    os.family = items.text(status_item::OS_FAMILY);
    os.version = items.text(status_item::OS_VERSION);
    os.build_version = items.text(status_item::OS_BUILD_VERSION);
    os.marketing_name = items.text(status_item::OS_MARKETING_NAME);
    os.supplemental_build_version = items.text(status_item::OS_SUPPLEMENTAL_BUILD_VERSION);
    os.supplemental_extra_version = items
        .text(status_item::OS_SUPPLEMENTAL_EXTRA_VERSION)
        .map(|text| text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {}));
}

fn take_mdm(items: &mut Items, report: &mut StatusReport) {
    let mdm = &mut report.mdm;
    mdm.enrollment_type = items.typed(status_item::ENROLLMENT_TYPE, "a kind of enrollment");
    mdm.is_awaiting_configuration = items.flag(status_item::IS_AWAITING_CONFIGURATION);
    mdm.is_shared_ipad = items.flag(status_item::IS_SHARED_IPAD);
    mdm.push_magic = items.text(status_item::PUSH_MAGIC).map(Secret::new);
    mdm.push_token = items.text(status_item::PUSH_TOKEN).map(Secret::new);
}

fn take_software_update(items: &mut Items, report: &mut StatusReport) {
    let update = &mut report.software_update;
    update.device_id = items.text(status_item::SOFTWARE_UPDATE_DEVICE_ID);
    update.beta_enrollment = items.text(status_item::BETA_ENROLLMENT);
    update.install_state =
        items.text(status_item::INSTALL_STATE).map(|word| InstallState::from(word.as_str()));
    update.install_reason = take_install_reason(items);
    update.pending_version = take_pending_version(items);
    update.failure_reason = take_failure_reason(items);
}

fn take_install_reason(items: &mut Items) -> Option<InstallReason> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        Many(Vec<String>),
        One(String),
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Wire {
        reason: Option<Words>,
        declaration_id: Option<String>,
    }
    let wire: Wire = items.object(status_item::INSTALL_REASON, "an object with reason")?;
    let words = match wire.reason {
        Some(Words::Many(words)) => words,
        Some(Words::One(word)) => vec![word],
        None => Vec::new(),
    };
    Some(InstallReason {
        reasons: words
            .iter()
            .filter(|word| !word.is_empty())
            .map(|word| InstallReasonKind::from(word.as_str()))
            .collect(),
        declaration_id: wire.declaration_id.filter(|id| !id.is_empty()),
    })
}

fn take_pending_version(items: &mut Items) -> Option<PendingVersion> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case", default)]
    #[derive(Default)]
    struct Wire {
        os_version: Option<String>,
        build_version: Option<String>,
        target_local_date_time: Option<String>,
    }
    let wire: Wire = items.object(status_item::PENDING_VERSION, "an object with os-version")?;
    let Some(os_version) = wire.os_version.filter(|version| !version.is_empty()) else {
        return Some(PendingVersion::Nothing);
    };
    let text = wire.target_local_date_time.filter(|text| !text.is_empty());
    let moment = text.as_deref().and_then(local_date_time);
    if text.is_some() && moment.is_none() {
        items.breaks(status_item::PENDING_VERSION, "a local date and time");
    }
    Some(PendingVersion::Update(PendingUpdate {
        os_version,
        build_version: wire.build_version.filter(|build| !build.is_empty()),
        target_local_date_time: moment,
    }))
}

fn take_failure_reason(items: &mut Items) -> Option<FailureReason> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(default)]
        count: u64,
        reason: Option<String>,
        timestamp: Option<String>,
    }
    let wire: Wire = items.object(status_item::FAILURE_REASON, "an object with count")?;
    let text = wire.timestamp.filter(|text| !text.is_empty());
    let timestamp: Option<Timestamp> = text.as_deref().and_then(|text| text.parse().ok());
    if text.is_some() && timestamp.is_none() {
        items.breaks(status_item::FAILURE_REASON, "an RFC 3339 timestamp");
    }
    Some(FailureReason {
        count: wire.count,
        reason: wire.reason.filter(|reason| !reason.is_empty()),
        timestamp,
    })
}

/// The lists of `management.declarations`, by the kind they hold.
pub(super) const DECLARATION_LISTS: [(&str, DeclarationKind); 4] = [
    ("activations", DeclarationKind::Activation),
    ("assets", DeclarationKind::Asset),
    ("configurations", DeclarationKind::Configuration),
    ("management", DeclarationKind::Management),
];

fn take_declarations(items: &mut Items) -> Option<DeclarationStatuses> {
    let mut lists: Map<String, Value> =
        items.typed(status_item::DECLARATIONS, "an object of lists")?;
    let mut statuses = DeclarationStatuses::default();
    for (list, kind) in DECLARATION_LISTS {
        let list = match lists.remove(list) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(list)) => list,
            Some(_) => {
                items.breaks(status_item::DECLARATIONS, "lists of declarations");
                continue;
            }
        };
        for item in list {
            match (identifier(&item), is_removed(&item)) {
                (Some(identifier), true) => statuses.removed.push((kind, identifier.to_owned())),
                (Some(_), false) => match declaration_status(kind, item) {
                    Some(status) => statuses.reported.push(status),
                    None => items.breaks(status_item::DECLARATIONS, "a declaration status"),
                },
                (None, _) => items.breaks(status_item::DECLARATIONS, "an identifier"),
            }
        }
    }
    Some(statuses)
}

fn declaration_status(kind: DeclarationKind, item: Value) -> Option<DeclarationStatus> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Wire {
        identifier: String,
        server_token: Option<String>,
        #[serde(default)]
        active: bool,
        valid: Option<Validity>,
        #[serde(default)]
        reasons: Vec<DeclarationReason>,
    }
    let wire = Wire::deserialize(item).ok()?;
    Some(DeclarationStatus {
        kind,
        identifier: wire.identifier,
        server_token: wire.server_token.and_then(|token| token.parse().ok()),
        is_active: wire.active,
        validity: wire.valid.unwrap_or(Validity::Unknown),
        reasons: wire.reasons,
    })
}
