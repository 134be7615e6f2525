//! What a device thinks of each declaration it holds, with Apple's reason codes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Held, Kind};
use crate::device::Device;
use crate::device::predicate::{self, Values};
use crate::device::software_update::{ENFORCEMENT, Enforcement, SETTINGS};
use crate::device::status::SUBSCRIPTIONS;

/// What the device reports about one declaration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::device) struct Verdict {
    pub(in crate::device) active: bool,
    pub(in crate::device) valid: bool,
    pub(in crate::device) reasons: Vec<Reason>,
}

/// Why a declaration is not valid or not active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::device) struct Reason {
    code: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
}

impl Reason {
    fn new(code: &str, description: impl Into<String>) -> Self {
        Self { code: code.to_owned(), description: description.into(), details: None }
    }

    fn with_details(self, details: Value) -> Self {
        Self { details: Some(details), ..self }
    }
}

impl Verdict {
    fn valid(active: bool) -> Self {
        Self { active, valid: true, reasons: Vec::new() }
    }

    fn idle(reason: Reason) -> Self {
        Self { active: false, valid: true, reasons: vec![reason] }
    }

    fn invalid(reason: Reason) -> Self {
        Self { active: false, valid: false, reasons: vec![reason] }
    }
}

/// Why a declaration is refused on arrival, if it is.
pub(super) fn refusal(device: &Device, declaration_type: &str, payload: &Value) -> Option<Reason> {
    if !device.supports_declaration(declaration_type) {
        let text = format!("{declaration_type} is not supported");
        return Some(Reason::new("Error.ConfigurationNotSupported", text));
    }
    if !payload.is_object() {
        return Some(Reason::new("Error.InvalidPayload", "the payload is not a dictionary"));
    }
    match declaration_type {
        ENFORCEMENT => refusal_of_enforcement(device, payload),
        SETTINGS if device.hardware.family.is_mac() && !device.hardware.supervised => {
            Some(Reason::new("Error.ConfigurationNotSupported", "the device is not supervised"))
        }
        SUBSCRIPTIONS if !payload.get("StatusItems").is_some_and(Value::is_array) => {
            Some(Reason::new("Error.ConfigurationIsInvalid", "StatusItems is missing"))
        }
        "com.apple.activation.simple"
            if !payload.get("StandardConfigurations").is_some_and(Value::is_array) =>
        {
            Some(Reason::new("Error.InvalidPayload", "StandardConfigurations is missing"))
        }
        _ => None,
    }
}

fn refusal_of_enforcement(device: &Device, payload: &Value) -> Option<Reason> {
    if device.hardware.family.is_mac() && !device.hardware.supervised {
        let text = "the device is not supervised";
        return Some(Reason::new("Error.ConfigurationNotSupported", text));
    }
    let known = ["TargetOSVersion", "TargetBuildVersion", "TargetLocalDateTime", "DetailsURL"];
    let keys = payload.as_object().into_iter().flat_map(|payload| payload.keys());
    let unknown: Vec<_> = keys.filter(|key| !known.contains(&key.as_str())).collect();
    if !unknown.is_empty() {
        let details = json!({ "UnknownPayloadKeys": unknown });
        let reason = Reason::new("Error.UnknownPayloadKeys", "the payload has unknown keys");
        return Some(reason.with_details(details));
    }
    match Enforcement::read("", "", payload) {
        Err(problem) => Some(Reason::new("Error.ConfigurationIsInvalid", problem)),
        Ok(enforcement) if !enforcement.is_above(&device.installed) => {
            let error = format!(
                "{} is not newer than {}",
                enforcement.version(),
                device.installed.full_version()
            );
            let reason = Reason::new("Error.ConfigurationCannotBeApplied", "cannot be applied");
            Some(reason.with_details(json!({ "Error": error })))
        }
        Ok(_) => None,
    }
}

/// Judges all held declarations; the verdicts are in the order in which they are held.
pub(super) fn judge(device: &Device) -> Vec<Verdict> {
    let held = &device.declarations.held;
    let mut activated = BTreeSet::new();
    let activations: Vec<_> = held
        .values()
        .map(|held| {
            let verdict = (held.kind == Kind::Activation).then(|| judge_activation(device, held));
            if verdict.as_ref().is_some_and(|verdict| verdict.active) {
                activated.extend(configurations_of(held));
            }
            verdict
        })
        .collect();
    let assets_in_use: BTreeSet<&str> = held
        .values()
        .filter(|held| held.kind == Kind::Configuration)
        .flat_map(|held| strings_in(&held.declaration.payload))
        .collect();
    let judged = held.values().zip(activations).map(|(held, activation)| {
        let identifier = held.declaration.identifier.as_str();
        match (held.kind, &held.refusal) {
            (_, Some(refusal)) => Verdict::invalid(refusal.clone()),
            (Kind::Activation, None) => activation.unwrap_or_default(),
            (Kind::Configuration, None) if activated.contains(identifier) => Verdict::valid(true),
            (Kind::Configuration, None) => Verdict::idle(Reason::new(
                "Info.NotReferencedByActivation",
                "no active activation references this configuration",
            )),
            (Kind::Asset, None) if assets_in_use.contains(identifier) => Verdict::valid(true),
            (Kind::Asset, None) => Verdict::idle(Reason::new(
                "Info.NotReferencedByConfiguration",
                "no configuration references this asset",
            )),
            (Kind::Management, None) => Verdict::valid(false),
        }
    });
    judged.collect()
}

fn judge_activation(device: &Device, held: &Held) -> Verdict {
    let of_configurations = |identifier: &&str| {
        let found = device.declarations.held.get(*identifier);
        found.is_none_or(|found| found.kind != Kind::Configuration)
    };
    let missing: Vec<&str> = configurations_of(held).filter(of_configurations).collect();
    if !missing.is_empty() {
        let reason = Reason::new("Error.MissingConfigurations", "configurations are missing");
        return Verdict::invalid(reason.with_details(json!({ "Identifiers": missing })));
    }
    let Some(text) = held.declaration.payload.get("Predicate").and_then(Value::as_str) else {
        return Verdict::valid(true);
    };
    match predicate::evaluate(text, device) {
        Ok(true) => Verdict::valid(true),
        Ok(false) => Verdict::idle(Reason::new("Info.Predicate", "the predicate is false")),
        Err(error) => {
            Verdict::invalid(Reason::new("Error.UnableToParsePredicate", error.to_string()))
        }
    }
}

fn configurations_of(held: &Held) -> impl Iterator<Item = &str> {
    let list = held.declaration.payload.get("StandardConfigurations").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// The texts directly in a payload, among which references to assets are.
fn strings_in(payload: &Value) -> impl Iterator<Item = &str> {
    payload.as_object().into_iter().flat_map(|payload| payload.values()).filter_map(Value::as_str)
}

impl Values for Device {
    fn status(&self, name: &str) -> Option<Value> {
        self.status_item(name)
    }

    fn property(&self, name: &str) -> Option<Value> {
        self.declarations.property(name)
    }
}
