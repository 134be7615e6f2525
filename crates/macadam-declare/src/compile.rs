//! From a decision to a set of declarations.

use std::collections::BTreeMap;
use std::sync::Arc;

use macadam_policy::{
    Build, Decision, Device, ItemId, Mechanism, OsVersion, Platform, SoftwareUpdateSettingsItem,
    Target,
};
use macadam_protocol::ddm::{
    Activation, DeclarationKind, OrganizationInfo, Payload, SoftwareUpdateEnforcement,
    StatusSubscriptions,
};

use serde_json::Value;

use crate::settings;
use crate::{Capabilities, CompiledDeclaration, DeclarationSet};

/// Status items that a device is asked for, where it advertises them: those the decision uses and
/// those inventory and readiness show. A trailing dot stands for everything below.
const WANTED_STATUS_ITEMS: [&str; 9] = [
    "device.identifier.",
    "device.model.",
    "device.operating-system.",
    "device.power.battery-health",
    "diskmanagement.filevault.enabled",
    "mdm.",
    "passcode.",
    "security.lockdown-mode",
    "softwareupdate.",
];

/// One device, for one compilation.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub device: &'a Device,
    pub decision: &'a Decision,
    /// The software-update settings items that reach the device.
    pub settings_items: &'a [ItemId],
    /// What predicates of the organization's own can test.
    pub properties: &'a Properties,
    /// `None` until the device has reported them: it then gets an empty set and reports them.
    pub capabilities: Option<&'a Arc<Capabilities>>,
}

/// Where an administrator put the device, as `@property(blueprint)` and `@property(ring)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Properties {
    pub blueprint: Option<Arc<str>>,
    pub ring: Option<Arc<str>>,
}

/// Compiles sets against one state of the library; devices of one class share one set.
#[derive(Debug, Default)]
pub struct Compiler {
    settings_items: BTreeMap<ItemId, Arc<SoftwareUpdateSettingsItem>>,
    organization: Option<OrganizationInfo>,
    compiled: BTreeMap<Class, Arc<DeclarationSet>>,
}

/// Everything a set depends on, given the compiler's library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    platform: Platform,
    is_supervised: bool,
    capabilities: Option<Arc<Capabilities>>,
    settings_items: Vec<ItemId>,
    properties: Properties,
    enforcement: Option<Enforcement>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Enforcement {
    item: ItemId,
    version: OsVersion,
    build: Option<Build>,
    deadline: jiff::civil::DateTime,
    details_url: Option<Arc<str>>,
}

impl Compiler {
    /// A compiler for one state of the library.
    pub fn new(
        settings_items: BTreeMap<ItemId, Arc<SoftwareUpdateSettingsItem>>,
        organization: Option<OrganizationInfo>,
    ) -> Self {
        Self { settings_items, organization, compiled: BTreeMap::new() }
    }

    /// The set for one device; compiled once for all devices of its class.
    pub fn compile(&mut self, subject: Subject<'_>) -> Arc<DeclarationSet> {
        let class = Class::of(subject);
        if let Some(set) = self.compiled.get(&class) {
            return Arc::clone(set);
        }
        let set = Arc::new(self.compile_class(&class));
        self.compiled.insert(class, Arc::clone(&set));
        set
    }

    /// How many classes have been compiled.
    pub fn class_count(&self) -> usize {
        self.compiled.len()
    }

    fn compile_class(&self, class: &Class) -> DeclarationSet {
        let Some(capabilities) = &class.capabilities else {
            return DeclarationSet::new(Vec::new());
        };
        let mut draft = Draft { capabilities, declarations: Vec::new() };
        draft.configure("macadam.subscriptions", &subscriptions(capabilities));
        if let Some(enforcement) = &class.enforcement {
            let identifier = format!("macadam.os.{}", enforcement.item);
            draft.configure(&identifier, &enforcement.payload());
        }
        for id in &class.settings_items {
            let payload = self.settings_items.get(id).and_then(|item| {
                settings::payload(item.settings(), class.platform, class.is_supervised)
            });
            if let Some(payload) = payload {
                draft.configure(&format!("macadam.settings.{id}"), &payload);
            }
        }
        if let Some(organization) = &self.organization {
            draft.add(DeclarationKind::Management, "macadam.organization", organization);
        }
        let properties = class.properties.payload();
        if !properties.is_empty() {
            draft.add(DeclarationKind::Management, "macadam.properties", &properties);
        }
        DeclarationSet::new(draft.declarations)
    }
}

impl Properties {
    fn payload(&self) -> BTreeMap<String, Value> {
        let named = [("blueprint", &self.blueprint), ("ring", &self.ring)];
        let known = named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        known.map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
    }
}

impl Class {
    fn of(subject: Subject<'_>) -> Self {
        let mut settings_items = subject.settings_items.to_vec();
        settings_items.sort_unstable();
        settings_items.dedup();
        Self {
            platform: subject.device.platform,
            is_supervised: subject.device.supervised,
            capabilities: subject.capabilities.map(Arc::clone),
            settings_items,
            properties: subject.properties.clone(),
            enforcement: enforced(subject.decision).map(Enforcement::of),
        }
    }
}

/// The target that a declaration has to enforce, if any.
fn enforced(decision: &Decision) -> Option<&Target> {
    let is_ddm = decision.mechanism == Some(Mechanism::Ddm);
    decision.outcome.target().filter(|_| is_ddm)
}

impl Enforcement {
    fn of(target: &Target) -> Self {
        Self {
            item: target.item,
            version: target.version,
            build: target.send_build.then(|| target.build.clone()),
            deadline: target.deadline,
            details_url: target.details_url.clone(),
        }
    }

    /// A Background Security Improvement is named by its base version and its own build.
    fn payload(&self) -> SoftwareUpdateEnforcement {
        SoftwareUpdateEnforcement {
            target_os_version: self.version.base().to_string(),
            target_build_version: self.build.as_ref().map(Build::to_string),
            target_local_date_time: self.deadline,
            details_url: self.details_url.as_deref().map(str::to_owned),
        }
    }
}

fn subscriptions(capabilities: &Capabilities) -> StatusSubscriptions {
    let wanted = |name: &str| {
        WANTED_STATUS_ITEMS.iter().any(|wanted| {
            if wanted.ends_with('.') { name.starts_with(wanted) } else { name == *wanted }
        })
    };
    StatusSubscriptions::to(capabilities.status_items().filter(|name| wanted(name)))
}

/// A set while it is put together; what the device did not advertise is left out.
struct Draft<'a> {
    capabilities: &'a Capabilities,
    declarations: Vec<CompiledDeclaration>,
}

impl Draft<'_> {
    fn add<P: Payload>(&mut self, kind: DeclarationKind, identifier: &str, payload: &P) -> bool {
        let is_supported = self.capabilities.has_declaration(P::DECLARATION_TYPE);
        if is_supported {
            let one = CompiledDeclaration::new(kind, identifier.to_owned(), payload);
            self.declarations.push(one);
        }
        is_supported
    }

    /// Adds a configuration and an activation of its own, so that a configuration which a device
    /// finds invalid takes no other one with it.
    fn configure<P: Payload>(&mut self, identifier: &str, payload: &P) {
        if !self.capabilities.has_declaration(Activation::DECLARATION_TYPE) {
            return;
        }
        if self.add(DeclarationKind::Configuration, identifier, payload) {
            let activation = Activation {
                standard_configurations: vec![identifier.to_owned()],
                predicate: None,
            };
            self.add(DeclarationKind::Activation, &format!("{identifier}.active"), &activation);
        }
    }
}
