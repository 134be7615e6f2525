//! Library items between their wire form and `macadam-policy`.

use jiff::civil;
use macadam_policy as policy;

use super::{
    AutomaticAction, BsiEnforcement, Cadence, Deferrals, FreezeWindow, Installation,
    LibraryItemSettings, MaintenanceWindow, ManagedOsSettings, Ring, RingHaltRule,
    SoftwareUpdateSettings, VersionEnforcement, Weekday,
};
use crate::Detail;
use crate::blueprints::Condition;

impl TryFrom<&LibraryItemSettings> for policy::LibraryItem {
    type Error = Vec<Detail>;

    fn try_from(settings: &LibraryItemSettings) -> Result<Self, Self::Error> {
        let refused =
            |problems: Vec<policy::ItemProblem>| problems.iter().map(Detail::of_item).collect();
        match settings {
            LibraryItemSettings::ManagedOs(settings) => {
                policy::ManagedOs::new(settings.to_policy()?).map(Self::ManagedOs).map_err(refused)
            }
            LibraryItemSettings::SoftwareUpdateSettings(settings) => {
                policy::SoftwareUpdateSettingsItem::new(settings.to_policy())
                    .map(Self::SoftwareUpdateSettings)
                    .map_err(refused)
            }
        }
    }
}

impl From<&policy::LibraryItem> for LibraryItemSettings {
    fn from(item: &policy::LibraryItem) -> Self {
        match item {
            policy::LibraryItem::ManagedOs(item) => {
                Self::ManagedOs(ManagedOsSettings::from_policy(item.settings()))
            }
            policy::LibraryItem::SoftwareUpdateSettings(item) => {
                Self::SoftwareUpdateSettings(SoftwareUpdateSettings::from_policy(item.settings()))
            }
        }
    }
}

impl ManagedOsSettings {
    /// Reads every text; what it means together is checked by [`policy::ManagedOs::new`].
    fn to_policy(&self) -> Result<policy::ManagedOsSettings, Vec<Detail>> {
        let mut problems = Vec::new();
        let enforcement = self.enforcement.to_policy();
        let bsi = self.bsi.to_policy();
        let (Ok(enforcement), Ok(bsi)) = (&enforcement, &bsi) else {
            problems.extend(enforcement.err().map(|problem| problem.within("enforcement")));
            problems.extend(bsi.err().map(|problem| problem.within("bsi")));
            return Err(problems);
        };
        Ok(policy::ManagedOsSettings {
            platform: self.platform.into(),
            major: self.major,
            label: self.label.clone(),
            installation: self.installation.into(),
            enforcement: *enforcement,
            bsi: *bsi,
            legacy_time_zone: self.legacy_time_zone.clone(),
            rings: self.rings.iter().map(Ring::to_policy).collect(),
            freeze_windows: self.freeze_windows.iter().map(FreezeWindow::to_policy).collect(),
            maintenance_windows: self
                .maintenance_windows
                .iter()
                .map(MaintenanceWindow::to_policy)
                .collect(),
            minimum_notice_days: self.minimum_notice_days,
            details_url: self.details_url.clone(),
            pin_build: self.pin_build,
            ring_halt: policy::HaltRule {
                percent: self.ring_halt.percent,
                devices: self.ring_halt.devices,
            },
        })
    }

    fn from_policy(settings: &policy::ManagedOsSettings) -> Self {
        Self {
            label: settings.label.clone(),
            platform: settings.platform.into(),
            major: settings.major,
            installation: settings.installation.into(),
            enforcement: settings.enforcement.into(),
            bsi: settings.bsi.into(),
            legacy_time_zone: settings.legacy_time_zone.clone(),
            rings: settings.rings.iter().map(Ring::from_policy).collect(),
            freeze_windows: settings.freeze_windows.iter().map(FreezeWindow::from_policy).collect(),
            maintenance_windows: settings
                .maintenance_windows
                .iter()
                .map(MaintenanceWindow::from_policy)
                .collect(),
            minimum_notice_days: settings.minimum_notice_days,
            details_url: settings.details_url.clone(),
            pin_build: settings.pin_build,
            ring_halt: settings.ring_halt.into(),
        }
    }
}

impl From<policy::HaltRule> for RingHaltRule {
    fn from(rule: policy::HaltRule) -> Self {
        Self { percent: rule.percent, devices: rule.devices }
    }
}

impl VersionEnforcement {
    fn to_policy(&self) -> Result<policy::VersionEnforcement, Detail> {
        Ok(match self {
            Self::DoNotManage => policy::VersionEnforcement::DoNotManage,
            Self::Rolling { within, at } => {
                policy::VersionEnforcement::Rolling { within: period(within)?, at: *at }
            }
            Self::Minimum { version, on, at } => policy::VersionEnforcement::Minimum {
                version: os_version(version)?,
                on: *on,
                at: *at,
            },
            Self::Specific { version, on, at } => policy::VersionEnforcement::Specific {
                version: os_version(version)?,
                on: *on,
                at: *at,
            },
        })
    }
}

impl From<policy::VersionEnforcement> for VersionEnforcement {
    fn from(enforcement: policy::VersionEnforcement) -> Self {
        match enforcement {
            policy::VersionEnforcement::DoNotManage => Self::DoNotManage,
            policy::VersionEnforcement::Rolling { within, at } => {
                Self::Rolling { within: within.to_string(), at }
            }
            policy::VersionEnforcement::Minimum { version, on, at } => {
                Self::Minimum { version: version.to_string(), on, at }
            }
            policy::VersionEnforcement::Specific { version, on, at } => {
                Self::Specific { version: version.to_string(), on, at }
            }
        }
    }
}

impl BsiEnforcement {
    fn to_policy(&self) -> Result<policy::BsiEnforcement, Detail> {
        Ok(match self {
            Self::None => policy::BsiEnforcement::None,
            Self::Automatic { within, at } => {
                policy::BsiEnforcement::Automatic { within: period(within)?, at: *at }
            }
        })
    }
}

impl From<policy::BsiEnforcement> for BsiEnforcement {
    fn from(bsi: policy::BsiEnforcement) -> Self {
        match bsi {
            policy::BsiEnforcement::None => Self::None,
            policy::BsiEnforcement::Automatic { within, at } => {
                Self::Automatic { within: within.to_string(), at }
            }
        }
    }
}

fn period(text: &str) -> Result<policy::Period, Detail> {
    text.parse().map_err(|error| Detail::new("within", error).named("period", Vec::new()))
}

fn os_version(text: &str) -> Result<policy::OsVersion, Detail> {
    text.parse().map_err(|error| Detail::new("version", error).named("version", Vec::new()))
}

impl Ring {
    fn to_policy(&self) -> policy::Ring {
        policy::Ring {
            name: self.name.clone(),
            offset_days: self.offset_days,
            condition: (&self.condition).into(),
        }
    }

    fn from_policy(ring: &policy::Ring) -> Self {
        Self {
            name: ring.name.clone(),
            offset_days: ring.offset_days,
            condition: Condition::from(&ring.condition),
        }
    }
}

impl FreezeWindow {
    fn to_policy(&self) -> policy::FreezeWindow {
        policy::FreezeWindow {
            name: self.name.clone(),
            from: self.from_local,
            until: self.until_local,
        }
    }

    fn from_policy(window: &policy::FreezeWindow) -> Self {
        Self { name: window.name.clone(), from_local: window.from, until_local: window.until }
    }
}

impl MaintenanceWindow {
    fn to_policy(&self) -> policy::MaintenanceWindow {
        policy::MaintenanceWindow {
            days: self.days.iter().map(|day| civil::Weekday::from(*day)).collect(),
            from: self.from,
            until: self.until,
        }
    }

    fn from_policy(window: &policy::MaintenanceWindow) -> Self {
        Self {
            days: window.days.iter().map(|day| Weekday::from(*day)).collect(),
            from: window.from,
            until: window.until,
        }
    }
}

impl SoftwareUpdateSettings {
    fn to_policy(&self) -> policy::SoftwareUpdateSettings {
        policy::SoftwareUpdateSettings {
            label: self.label.clone(),
            notifications: self.notifications,
            deferrals: policy::Deferrals {
                combined_days: self.deferrals.combined_days,
                major_days: self.deferrals.major_days,
                minor_days: self.deferrals.minor_days,
                system_days: self.deferrals.system_days,
            },
            recommended_cadence: self.recommended_cadence.map(Into::into),
            download: self.download.map(Into::into),
            install_os_updates: self.install_os_updates.map(Into::into),
            install_security_updates: self.install_security_updates.map(Into::into),
            bsi_offered: self.bsi_offered,
            bsi_removable: self.bsi_removable,
            standard_users_may_update: self.standard_users_may_update,
            beta_enrollment: self.beta_enrollment.map(Into::into),
        }
    }

    fn from_policy(settings: &policy::SoftwareUpdateSettings) -> Self {
        Self {
            label: settings.label.clone(),
            notifications: settings.notifications,
            deferrals: Deferrals {
                combined_days: settings.deferrals.combined_days,
                major_days: settings.deferrals.major_days,
                minor_days: settings.deferrals.minor_days,
                system_days: settings.deferrals.system_days,
            },
            recommended_cadence: settings.recommended_cadence.map(Into::into),
            download: settings.download.map(Into::into),
            install_os_updates: settings.install_os_updates.map(Into::into),
            install_security_updates: settings.install_security_updates.map(Into::into),
            bsi_offered: settings.bsi_offered,
            bsi_removable: settings.bsi_removable,
            standard_users_may_update: settings.standard_users_may_update,
            beta_enrollment: settings.beta_enrollment.map(Into::into),
        }
    }
}

crate::text::same_variants! {
    Installation = policy::Installation { ContinuouslyEnforce, SelfService }
    Weekday = civil::Weekday { Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday }
    Cadence = policy::Cadence { All, Oldest, Newest }
    AutomaticAction = policy::AutomaticAction { Allowed, AlwaysOn, AlwaysOff }
}

#[cfg(test)]
mod tests;
