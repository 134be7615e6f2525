//! Apple's names of declaration types and status items, each written once.

/// Names of declaration types.
pub mod declaration_type {
    /// Activates configurations, unconditionally or under a predicate.
    pub const ACTIVATION: &str = "com.apple.activation.simple";
    /// Makes a device install one release by a local time.
    pub const SOFTWARE_UPDATE_ENFORCEMENT: &str =
        "com.apple.configuration.softwareupdate.enforcement.specific";
    /// Says what a device may update by itself and what its user sees.
    pub const SOFTWARE_UPDATE_SETTINGS: &str = "com.apple.configuration.softwareupdate.settings";
    /// Asks for status items.
    pub const STATUS_SUBSCRIPTIONS: &str =
        "com.apple.configuration.management.status-subscriptions";
    /// Installs a configuration profile.
    pub const LEGACY_PROFILE: &str = "com.apple.configuration.legacy";
    /// Names the organization to the user.
    pub const ORGANIZATION_INFO: &str = "com.apple.management.organization-info";
    /// Holds values that predicates can test.
    pub const PROPERTIES: &str = "com.apple.management.properties";
    /// Says what this server can do.
    pub const SERVER_CAPABILITIES: &str = "com.apple.management.server-capabilities";
}

/// Names of status items.
pub mod status_item {
    /// The serial number.
    pub const SERIAL_NUMBER: &str = "device.identifier.serial-number";
    /// The UDID.
    pub const UDID: &str = "device.identifier.udid";
    /// The family, such as `iPad`.
    pub const MODEL_FAMILY: &str = "device.model.family";
    /// The model identifier.
    pub const MODEL_IDENTIFIER: &str = "device.model.identifier";
    /// The product as marketed.
    pub const MODEL_MARKETING_NAME: &str = "device.model.marketing-name";
    /// The model number.
    pub const MODEL_NUMBER: &str = "device.model.number";
    /// The OS family, such as `macOS`.
    pub const OS_FAMILY: &str = "device.operating-system.family";
    /// The installed version.
    pub const OS_VERSION: &str = "device.operating-system.version";
    /// The installed build.
    pub const OS_BUILD_VERSION: &str = "device.operating-system.build-version";
    /// The OS as marketed.
    pub const OS_MARKETING_NAME: &str = "device.operating-system.marketing-name";
    /// The build with a security improvement.
    pub const OS_SUPPLEMENTAL_BUILD_VERSION: &str =
        "device.operating-system.supplemental.build-version";
    /// The letter of a security improvement.
    pub const OS_SUPPLEMENTAL_EXTRA_VERSION: &str =
        "device.operating-system.supplemental.extra-version";
    /// The health of the battery.
    pub const BATTERY_HEALTH: &str = "device.power.battery-health";
    /// Whether FileVault is on.
    pub const FILEVAULT_ENABLED: &str = "diskmanagement.filevault.enabled";
    /// What the device supports; always reported.
    pub const CLIENT_CAPABILITIES: &str = "management.client-capabilities";
    /// How the declarations fare; always reported.
    pub const DECLARATIONS: &str = "management.declarations";
    /// How the device is enrolled.
    pub const ENROLLMENT_TYPE: &str = "mdm.enrollment-type";
    /// Whether Setup Assistant waits for DeviceConfigured.
    pub const IS_AWAITING_CONFIGURATION: &str = "mdm.is-awaiting-configuration";
    /// Whether the device is a Shared iPad.
    pub const IS_SHARED_IPAD: &str = "mdm.is-shared-ipad";
    /// What a push must carry.
    pub const PUSH_MAGIC: &str = "mdm.push-magic";
    /// The APNs device token.
    pub const PUSH_TOKEN: &str = "mdm.push-token";
    /// The beta program.
    pub const BETA_ENROLLMENT: &str = "softwareupdate.beta-enrollment";
    /// The id by which Apple lists releases for this device.
    pub const SOFTWARE_UPDATE_DEVICE_ID: &str = "softwareupdate.device-id";
    /// Why the last update failed.
    pub const FAILURE_REASON: &str = "softwareupdate.failure-reason";
    /// Why an update is pending.
    pub const INSTALL_REASON: &str = "softwareupdate.install-reason";
    /// How far an update is.
    pub const INSTALL_STATE: &str = "softwareupdate.install-state";
    /// Which update is pending.
    pub const PENDING_VERSION: &str = "softwareupdate.pending-version";
}

/// Every declaration type that Apple documents, up to OS 27.
pub const DECLARATION_TYPES: &[&str] = &[
    "com.apple.activation.simple",
    "com.apple.asset.credential.acme",
    "com.apple.asset.credential.certificate",
    "com.apple.asset.credential.identity",
    "com.apple.asset.credential.scep",
    "com.apple.asset.credential.userpassword",
    "com.apple.asset.data",
    "com.apple.asset.useridentity",
    "com.apple.configuration.accessibility.settings",
    "com.apple.configuration.account.caldav",
    "com.apple.configuration.account.carddav",
    "com.apple.configuration.account.exchange",
    "com.apple.configuration.account.google",
    "com.apple.configuration.account.ldap",
    "com.apple.configuration.account.mail",
    "com.apple.configuration.account.subscribed-calendar",
    "com.apple.configuration.app.managed",
    "com.apple.configuration.app.settings",
    "com.apple.configuration.audio-accessory.settings",
    "com.apple.configuration.content-cache.settings",
    "com.apple.configuration.diskmanagement.settings",
    "com.apple.configuration.extensible-sso",
    "com.apple.configuration.external-intelligence.settings",
    "com.apple.configuration.intelligence.settings",
    "com.apple.configuration.keyboard.settings",
    "com.apple.configuration.legacy",
    "com.apple.configuration.legacy.interactive",
    "com.apple.configuration.management.status-subscriptions",
    "com.apple.configuration.management.test",
    "com.apple.configuration.math.settings",
    "com.apple.configuration.migration-assistant.settings",
    "com.apple.configuration.network.dns-proxy",
    "com.apple.configuration.network.dns-settings",
    "com.apple.configuration.network.relay",
    "com.apple.configuration.network.vpn.always-on",
    "com.apple.configuration.network.vpn.ikev2",
    "com.apple.configuration.network.vpn.ipsec",
    "com.apple.configuration.network.vpn.vpn-plugin",
    "com.apple.configuration.package",
    "com.apple.configuration.passcode.settings",
    "com.apple.configuration.safari.bookmarks",
    "com.apple.configuration.safari.extensions.settings",
    "com.apple.configuration.safari.settings",
    "com.apple.configuration.screensharing.connection",
    "com.apple.configuration.screensharing.connection.group",
    "com.apple.configuration.screensharing.host.settings",
    "com.apple.configuration.security.certificate",
    "com.apple.configuration.security.identity",
    "com.apple.configuration.security.passkey.attestation",
    "com.apple.configuration.services.background-tasks",
    "com.apple.configuration.services.configuration-files",
    "com.apple.configuration.siri.settings",
    "com.apple.configuration.softwareupdate.enforcement.specific",
    "com.apple.configuration.softwareupdate.settings",
    "com.apple.configuration.watch.enrollment",
    "com.apple.configuration.webcontent-filter.plugin",
    "com.apple.management.organization-info",
    "com.apple.management.properties",
    "com.apple.management.server-capabilities",
];

/// Every status item that Apple documents, up to OS 27.
///
/// Reports nest names, so this list also tells where a name ends and its value begins.
pub const STATUS_ITEMS: &[&str] = &[
    "account.list.caldav",
    "account.list.carddav",
    "account.list.exchange",
    "account.list.google",
    "account.list.ldap",
    "account.list.mail.incoming",
    "account.list.mail.outgoing",
    "account.list.subscribed-calendar",
    "app.managed.list",
    "content-cache.info",
    "content-cache.parents",
    "content-cache.peers",
    "content-cache.status",
    "device.identifier.serial-number",
    "device.identifier.udid",
    "device.model.family",
    "device.model.identifier",
    "device.model.marketing-name",
    "device.model.number",
    "device.operating-system.build-version",
    "device.operating-system.family",
    "device.operating-system.marketing-name",
    "device.operating-system.supplemental.build-version",
    "device.operating-system.supplemental.extra-version",
    "device.operating-system.version",
    "device.power.battery-health",
    "device.system.health",
    "diskmanagement.filevault.enabled",
    "enhanced-logging.applecare-token",
    "enhanced-logging.status",
    "enhanced-logging.timestamp",
    "management.client-capabilities",
    "management.declarations",
    "mdm.app",
    "mdm.enrollment-type",
    "mdm.is-awaiting-configuration",
    "mdm.is-return-to-service",
    "mdm.is-shared-ipad",
    "mdm.push-magic",
    "mdm.push-token",
    "migration-assistant.report",
    "migration-assistant.state",
    "package.list",
    "passcode.is-compliant",
    "passcode.is-present",
    "screensharing.connection.group.unresolved-connection",
    "security.certificate.list",
    "security.lockdown-mode",
    "services.background-task",
    "softwareupdate.beta-enrollment",
    "softwareupdate.device-id",
    "softwareupdate.failure-reason",
    "softwareupdate.install-reason",
    "softwareupdate.install-state",
    "softwareupdate.pending-version",
    "test.array-value",
    "test.boolean-value",
    "test.dictionary-value",
    "test.error-value",
    "test.integer-value",
    "test.real-value",
    "test.string-value",
];

/// Whether Apple documents a declaration of this type.
pub fn is_known_declaration_type(name: &str) -> bool {
    DECLARATION_TYPES.binary_search(&name).is_ok()
}

/// Whether Apple documents a status item of this name.
pub(super) fn is_known_status_item(name: &str) -> bool {
    STATUS_ITEMS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_without_repetition() {
        for list in [DECLARATION_TYPES, STATUS_ITEMS] {
            assert!(list.is_sorted_by(|a, b| a < b), "{list:?}");
        }
    }
}
