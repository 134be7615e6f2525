//! The status channel: what the device reports, when, and how much of it.
//!
//! A report goes out when a subscription begins, when a reported value changes and about once a
//! day. Full reports say everything; the others only what changed since the last acknowledged one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Device, Hardware};

/// The type of the configuration that subscribes to status items.
pub(super) const SUBSCRIPTIONS: &str = "com.apple.configuration.management.status-subscriptions";

/// A device ignores subscriptions beyond this many.
const SUBSCRIPTION_LIMIT: usize = 1_000;

/// Reported without a subscription.
const CAPABILITIES: &str = "management.client-capabilities";

const FULL_REPORT_PERIOD: SignedDuration = SignedDuration::from_hours(24);

/// What was subscribed to and reported.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct StatusChannel {
    subscribed: BTreeSet<String>,
    /// What the server acknowledged.
    reported: Snapshot,
    /// What the report on its way says.
    sent: Option<Snapshot>,
    next_full: Option<Timestamp>,
}

/// Everything there is to report at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Snapshot {
    items: BTreeMap<String, Value>,
    /// By list, such as `configurations`, and identifier.
    declarations: BTreeMap<String, BTreeMap<String, Value>>,
}

impl StatusChannel {
    /// The server has the report that was on its way.
    pub(super) fn acknowledge(&mut self) {
        if let Some(sent) = self.sent.take() {
            self.reported = sent;
        }
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Device {
    /// When the next full report is due; never before a set of declarations was applied.
    pub(super) fn next_full_report(&self) -> Option<Timestamp> {
        let may_report = self.is_enrolled() && self.is_reachable() && !self.is_reporting();
        self.status.next_full.filter(|_| may_report)
    }

    /// Follows the active subscriptions; a new one brings a full report.
    pub(super) fn subscribe(&mut self) {
        let mut subscribed = BTreeSet::new();
        for (_, _, payload) in self.declarations.active(SUBSCRIPTIONS) {
            let items = payload.get("StatusItems").and_then(Value::as_array);
            let names = items.into_iter().flatten().filter_map(|item| item.get("Name")?.as_str());
            subscribed.extend(names.take(SUBSCRIPTION_LIMIT).map(str::to_owned));
        }
        let has_new = subscribed.difference(&self.status.subscribed).next().is_some();
        if has_new || self.status.next_full.is_none() {
            self.status.next_full = Some(self.now);
        }
        self.status.subscribed = subscribed;
    }

    /// Builds the report that is due; `None` when there is nothing new to say.
    pub(super) fn status_report(&mut self) -> Option<Vec<u8>> {
        if !self.declarations.is_enabled() {
            return None;
        }
        let is_full = self.status.next_full.is_some_and(|at| at <= self.now);
        let snapshot = self.snapshot();
        let nothing = Snapshot::default();
        let known = if is_full { &nothing } else { &self.status.reported };
        let mut items = changed_items(&snapshot, known);
        let declarations = changed_declarations(&snapshot, known);
        if items.is_empty() && declarations.is_empty() {
            return None;
        }
        if is_full || !declarations.is_empty() {
            let lists = ["activations", "assets", "configurations", "management"];
            let lists = lists.map(|list| {
                let entries = declarations.get(list).cloned().unwrap_or_default();
                (list.to_owned(), Value::Array(entries))
            });
            items.push(("management.declarations".into(), Value::Object(Map::from_iter(lists))));
        }
        let mut report = Map::new();
        report.insert("StatusItems".into(), nested(items));
        let unknown = if is_full { self.unknown_items() } else { Vec::new() };
        report.insert("Errors".into(), Value::Array(unknown));
        if self.marks_full_reports() {
            report.insert("FullReport".into(), Value::Bool(is_full));
        }
        if is_full {
            self.status.next_full = Some(self.now + FULL_REPORT_PERIOD);
        }
        self.status.sent = Some(snapshot);
        Some(Value::Object(report).to_string().into_bytes())
    }

    /// The value of a status item that this device has.
    pub(super) fn status_item(&self, name: &str) -> Option<Value> {
        if !self.supports_status_item(name) {
            return None;
        }
        let installed = &self.installed;
        let supplement = installed.supplement.as_ref();
        match name {
            CAPABILITIES => Some(self.client_capabilities()),
            "device.operating-system.version" => Some(installed.version.to_string().into()),
            "device.operating-system.build-version" => Some(installed.build.clone().into()),
            "device.operating-system.supplemental.build-version" => {
                Some(installed.full_build().into())
            }
            "device.operating-system.supplemental.extra-version" => {
                Some(supplement.map_or("", |supplement| &supplement.letter).into())
            }
            "device.operating-system.marketing-name" => {
                let family = self.hardware.family.operating_system();
                Some(format!("{family} {}", installed.version.major()).into())
            }
            "mdm.push-magic" => Some(self.session.push_magic.clone().into()),
            _ => self.update_status_item(name).or_else(|| unchanging_item(&self.hardware, name)),
        }
    }

    fn snapshot(&self) -> Snapshot {
        let names = self.status.subscribed.iter().map(String::as_str);
        let items = names
            .chain([CAPABILITIES])
            .filter_map(|name| Some((name.to_owned(), self.status_item(name)?)))
            .collect();
        let mut declarations: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        for (identifier, held) in self.declarations.held() {
            let verdict = &held.verdict;
            let entry = json!({
                "identifier": identifier,
                "server-token": held.server_token(),
                "active": verdict.active,
                "valid": if verdict.valid { "valid" } else { "invalid" },
                "reasons": verdict.reasons,
            });
            let list = declarations.entry(held.kind.list().to_owned()).or_default();
            list.insert(identifier.to_owned(), entry);
        }
        Snapshot { items, declarations }
    }

    /// The subscribed items that this OS does not have, as errors of a full report.
    fn unknown_items(&self) -> Vec<Value> {
        let subscribed = self.status.subscribed.iter();
        let unknown = subscribed.filter(|name| self.status_item(name).is_none());
        let error = |name: &String| {
            json!({
                "StatusItem": name,
                "Reasons": [{
                    "Code": "Error.UnsupportedStatusItem",
                    "Description": format!("{name} is not supported by this device"),
                }],
            })
        };
        unknown.map(error).collect()
    }
}

/// Items that depend only on what the device is.
fn unchanging_item(hardware: &Hardware, name: &str) -> Option<Value> {
    let value = match name {
        "device.identifier.serial-number" => hardware.serial.as_str(),
        "device.identifier.udid" => &hardware.udid,
        "device.model.family" => hardware.family.model_family(),
        "device.model.identifier" => &hardware.product,
        "device.model.marketing-name" => &hardware.model_name,
        "device.operating-system.family" => hardware.family.operating_system(),
        "device.power.battery-health" if hardware.has_battery => "normal",
        "device.power.battery-health" => "unsupported",
        "softwareupdate.device-id" => &hardware.update_id,
        "softwareupdate.beta-enrollment" => "",
        "mdm.enrollment-type" if hardware.supervised => "supervised",
        "mdm.enrollment-type" => "device",
        "diskmanagement.filevault.enabled" | "passcode.is-compliant" | "passcode.is-present" => {
            return Some(true.into());
        }
        "mdm.is-awaiting-configuration" => return Some(false.into()),
        _ => return None,
    };
    Some(value.into())
}

fn changed_items(now: &Snapshot, before: &Snapshot) -> Vec<(String, Value)> {
    let changed = now.items.iter().filter(|(name, value)| before.items.get(*name) != Some(value));
    changed.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The entries that changed, by list; one that is gone is told as removed.
fn changed_declarations(now: &Snapshot, before: &Snapshot) -> BTreeMap<String, Vec<Value>> {
    let mut changed: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let entry = |snapshot: &Snapshot, list: &str, identifier: &str| {
        snapshot.declarations.get(list).and_then(|entries| entries.get(identifier)).cloned()
    };
    for (list, entries) in &now.declarations {
        for (identifier, value) in entries {
            if entry(before, list, identifier).as_ref() != Some(value) {
                changed.entry(list.clone()).or_default().push(value.clone());
            }
        }
    }
    for (list, entries) in &before.declarations {
        for identifier in entries.keys().filter(|id| entry(now, list, id).is_none()) {
            let removed = json!({ "identifier": identifier, "_removed": true });
            changed.entry(list.clone()).or_default().push(removed);
        }
    }
    changed
}

/// Each dot in a name is a level of the report.
fn nested(items: Vec<(String, Value)>) -> Value {
    let mut root = Map::new();
    for (name, value) in items {
        insert(&mut root, &name, value);
    }
    Value::Object(root)
}

fn insert(level: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            level.insert(name.to_owned(), value);
        }
        Some((head, rest)) => {
            let below = level.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(below) = below {
                insert(below, rest, value);
            }
        }
    }
}
