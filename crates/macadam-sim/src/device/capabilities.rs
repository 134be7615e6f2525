//! What a device's OS can do, by version: declaration types and status items.
//!
//! From Apple's schema (`declarative/declarations` and `declarative/status` of
//! github.com/apple/device-management), for the device channel.

use serde_json::{Value, json};

use super::Device;

/// The first `major.minor` that knows something; `None`: none does.
type Since = Option<(u16, u16)>;

/// A name, and since when iOS and iPadOS, and macOS, know it.
type Row = (&'static str, Since, Since);

/// Declaration types without `com.apple.`.
#[rustfmt::skip]
const DECLARATIONS: [Row; 59] = [
    ("activation.simple", Some((15, 0)), Some((13, 0))),
    ("asset.credential.acme", Some((17, 0)), Some((14, 0))),
    ("asset.credential.certificate", Some((17, 0)), Some((14, 0))),
    ("asset.credential.identity", Some((17, 0)), Some((14, 0))),
    ("asset.credential.scep", Some((17, 0)), Some((14, 0))),
    ("asset.credential.userpassword", Some((15, 0)), Some((13, 0))),
    ("asset.data", Some((17, 0)), Some((14, 0))),
    ("asset.useridentity", Some((15, 0)), Some((13, 0))),
    ("configuration.accessibility.settings", Some((27, 0)), Some((27, 0))),
    ("configuration.account.caldav", Some((15, 0)), None),
    ("configuration.account.carddav", Some((15, 0)), None),
    ("configuration.account.exchange", Some((15, 0)), None),
    ("configuration.account.google", Some((15, 0)), None),
    ("configuration.account.ldap", Some((15, 0)), None),
    ("configuration.account.mail", Some((15, 0)), None),
    ("configuration.account.subscribed-calendar", Some((15, 0)), None),
    ("configuration.app.managed", Some((17, 2)), Some((26, 0))),
    ("configuration.app.settings", Some((27, 0)), Some((27, 0))),
    ("configuration.audio-accessory.settings", Some((26, 0)), None),
    ("configuration.content-cache.settings", None, Some((27, 0))),
    ("configuration.diskmanagement.settings", None, Some((15, 0))),
    ("configuration.extensible-sso", Some((27, 0)), Some((27, 0))),
    ("configuration.external-intelligence.settings", Some((26, 4)), Some((26, 4))),
    ("configuration.intelligence.settings", Some((26, 4)), Some((26, 4))),
    ("configuration.keyboard.settings", Some((26, 4)), Some((26, 4))),
    ("configuration.legacy", Some((15, 0)), Some((13, 0))),
    ("configuration.legacy.interactive", Some((15, 0)), Some((13, 0))),
    ("configuration.management.status-subscriptions", Some((15, 0)), Some((13, 0))),
    ("configuration.management.test", Some((15, 0)), Some((13, 0))),
    ("configuration.math.settings", Some((18, 0)), None),
    ("configuration.migration-assistant.settings", None, Some((26, 4))),
    ("configuration.network.dns-proxy", Some((27, 0)), Some((27, 0))),
    ("configuration.network.dns-settings", Some((27, 0)), Some((27, 0))),
    ("configuration.network.relay", Some((27, 0)), Some((27, 0))),
    ("configuration.network.vpn.always-on", Some((27, 0)), None),
    ("configuration.network.vpn.ikev2", Some((27, 0)), Some((27, 0))),
    ("configuration.network.vpn.ipsec", Some((27, 0)), Some((27, 0))),
    ("configuration.network.vpn.vpn-plugin", Some((27, 0)), Some((27, 0))),
    ("configuration.package", None, Some((26, 0))),
    ("configuration.passcode.settings", Some((15, 0)), Some((13, 0))),
    ("configuration.safari.bookmarks", Some((26, 0)), None),
    ("configuration.safari.extensions.settings", Some((18, 0)), None),
    ("configuration.safari.settings", Some((26, 0)), None),
    ("configuration.screensharing.connection", None, Some((14, 0))),
    ("configuration.screensharing.connection.group", None, Some((14, 0))),
    ("configuration.screensharing.host.settings", None, Some((14, 0))),
    ("configuration.security.certificate", Some((17, 0)), Some((14, 0))),
    ("configuration.security.identity", Some((17, 0)), Some((14, 0))),
    ("configuration.security.passkey.attestation", Some((17, 0)), None),
    ("configuration.services.background-tasks", None, Some((15, 0))),
    ("configuration.services.configuration-files", None, Some((14, 0))),
    ("configuration.siri.settings", Some((26, 4)), Some((26, 4))),
    ("configuration.softwareupdate.enforcement.specific", Some((17, 0)), Some((14, 0))),
    ("configuration.softwareupdate.settings", Some((18, 0)), Some((15, 0))),
    ("configuration.watch.enrollment", Some((17, 0)), None),
    ("configuration.webcontent-filter.plugin", Some((27, 0)), Some((27, 0))),
    ("management.organization-info", Some((15, 0)), Some((13, 0))),
    ("management.properties", Some((16, 0)), Some((13, 0))),
    ("management.server-capabilities", Some((15, 0)), Some((13, 0))),
];

const STATUS_ITEMS: [Row; 36] = [
    ("device.identifier.serial-number", Some((16, 0)), Some((13, 0))),
    ("device.identifier.udid", Some((16, 0)), Some((13, 0))),
    ("device.model.family", Some((15, 0)), Some((13, 0))),
    ("device.model.identifier", Some((15, 0)), Some((13, 0))),
    ("device.model.marketing-name", Some((15, 0)), Some((13, 0))),
    ("device.model.number", Some((17, 0)), Some((14, 0))),
    ("device.operating-system.build-version", Some((15, 0)), Some((13, 0))),
    ("device.operating-system.family", Some((15, 0)), Some((13, 0))),
    ("device.operating-system.marketing-name", Some((15, 0)), Some((13, 0))),
    ("device.operating-system.supplemental.build-version", Some((16, 1)), Some((13, 0))),
    ("device.operating-system.supplemental.extra-version", Some((16, 1)), Some((13, 0))),
    ("device.operating-system.version", Some((15, 0)), Some((13, 0))),
    ("device.power.battery-health", Some((17, 0)), Some((14, 4))),
    ("diskmanagement.filevault.enabled", None, Some((14, 0))),
    ("management.client-capabilities", Some((15, 0)), Some((13, 0))),
    ("management.declarations", Some((15, 0)), Some((13, 0))),
    ("mdm.enrollment-type", Some((27, 0)), Some((27, 0))),
    ("mdm.is-awaiting-configuration", Some((27, 0)), Some((27, 0))),
    ("mdm.push-magic", Some((27, 0)), Some((27, 0))),
    ("mdm.push-token", Some((27, 0)), Some((27, 0))),
    ("passcode.is-compliant", Some((16, 0)), None),
    ("passcode.is-present", Some((16, 0)), None),
    ("security.certificate.list", Some((17, 0)), Some((14, 0))),
    ("softwareupdate.beta-enrollment", Some((18, 0)), Some((15, 0))),
    ("softwareupdate.device-id", Some((18, 0)), Some((15, 0))),
    ("softwareupdate.failure-reason", Some((17, 0)), Some((14, 0))),
    ("softwareupdate.install-reason", Some((17, 0)), Some((14, 0))),
    ("softwareupdate.install-state", Some((17, 0)), Some((14, 0))),
    ("softwareupdate.pending-version", Some((17, 0)), Some((14, 0))),
    ("test.array-value", Some((16, 0)), Some((13, 0))),
    ("test.boolean-value", Some((16, 0)), Some((13, 0))),
    ("test.dictionary-value", Some((16, 0)), Some((13, 0))),
    ("test.error-value", Some((16, 0)), Some((13, 0))),
    ("test.integer-value", Some((16, 0)), Some((13, 0))),
    ("test.real-value", Some((16, 0)), Some((13, 0))),
    ("test.string-value", Some((16, 0)), Some((13, 0))),
];

impl Device {
    /// Whether this OS has declarative management at all.
    #[must_use]
    pub fn has_declarative_management(&self) -> bool {
        self.knows(Some((15, 0)), Some((13, 0)))
    }

    /// Whether status reports say if they are full.
    pub(super) fn marks_full_reports(&self) -> bool {
        self.knows(Some((17, 0)), Some((14, 0)))
    }

    /// Whether a pending version is reported with its deadline.
    pub(super) fn reports_target_time(&self) -> bool {
        self.knows(Some((18, 2)), Some((15, 2)))
    }

    /// Whether the update commands of old are gone.
    pub(super) fn lacks_update_commands(&self) -> bool {
        self.knows(Some((27, 0)), Some((27, 0)))
    }

    /// Whether a supplement may be asked for before its base version is installed.
    pub(super) fn installs_base_of_supplement(&self) -> bool {
        self.knows(Some((18, 0)), Some((15, 0)))
    }

    /// Whether a target is exactly itself, rather than the newest patch of it.
    pub(super) fn takes_targets_exactly(&self) -> bool {
        self.knows(Some((27, 0)), Some((27, 0)))
    }

    /// Whether this device accepts a declaration type, given with its `com.apple.`.
    pub(super) fn supports_declaration(&self, declaration_type: &str) -> bool {
        let name = declaration_type.strip_prefix("com.apple.");
        name.is_some_and(|name| self.knows_row(&DECLARATIONS, name))
    }

    /// Whether this device can report a status item.
    pub(super) fn supports_status_item(&self, name: &str) -> bool {
        self.knows_row(&STATUS_ITEMS, name)
    }

    /// What `management.client-capabilities` says.
    pub(super) fn client_capabilities(&self) -> Value {
        let of_kind = |kind: &str| -> Vec<String> {
            let names = self.known(&DECLARATIONS).filter(|name| name.starts_with(kind));
            names.map(|name| format!("com.apple.{name}")).collect()
        };
        let status_items: Vec<_> = self.known(&STATUS_ITEMS).collect();
        json!({
            "supported-versions": ["1.0.0"],
            "supported-features": {},
            "supported-payloads": {
                "declarations": {
                    "activations": of_kind("activation."),
                    "assets": of_kind("asset."),
                    "configurations": of_kind("configuration."),
                    "management": of_kind("management."),
                },
                "status-items": status_items,
            },
        })
    }

    fn known<'a>(&'a self, rows: &'static [Row]) -> impl Iterator<Item = &'static str> + 'a {
        let known = rows.iter().filter(|(_, ios, mac_os)| self.knows(*ios, *mac_os));
        known.map(|(name, _, _)| *name)
    }

    fn knows_row(&self, rows: &'static [Row], name: &str) -> bool {
        self.known(rows).any(|known| known == name)
    }

    fn knows(&self, ios: Since, mac_os: Since) -> bool {
        let since = if self.hardware.family.is_mac() { mac_os } else { ios };
        since.is_some_and(|(major, minor)| self.installed.version.is_at_least(major, minor))
    }
}
