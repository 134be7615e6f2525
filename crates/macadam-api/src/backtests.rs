//! `POST /api/v1/backtests`: what policies would have meant over the real history of releases.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Os;
use crate::library_items::ManagedOsSettings;

/// Which policies, for which fleet, over which days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestRequest {
    /// One to four policies, to be compared.
    pub policies: Vec<BacktestPolicy>,
    #[serde(default)]
    pub fleet: BacktestFleet,
    pub from: Date,
    pub until: Date,
}

/// One policy under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BacktestPolicy {
    pub name: String,
    /// Managed OS items, all of which reach every device.
    pub items: Vec<ManagedOsSettings>,
    /// Replays each rolling item for every major of its platform, as if it had always been there:
    /// an item is for one major, and a history of some years has several.
    #[serde(default)]
    pub every_major: bool,
}

/// The devices that are looked at; each begins with the newest release of the first day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BacktestFleet {
    /// The models of the enrolled devices.
    Own {
        /// Only those of one platform.
        #[serde(default)]
        platform: Option<Os>,
    },
    Sample {
        devices: Vec<SampleDevices>,
    },
}

impl Default for BacktestFleet {
    fn default() -> Self {
        Self::Own { platform: None }
    }
}

/// Devices of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleDevices {
    pub platform: Os,
    /// `J413AP` for a Mac, `iPad14,1` for an iPad.
    pub update_id: String,
    pub devices: u32,
}

/// What the policies would have meant, in the order they were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Backtest {
    pub from: Date,
    pub until: Date,
    /// Devices that could not be looked at: no release is known for them on the first day.
    pub devices_left_out: u64,
    pub policies: Vec<PolicyReport>,
}

/// What one policy would have meant, if nobody updated by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyReport {
    pub name: String,
    pub devices: u64,
    /// Installations that the policy forces on one device in a year, times 100.
    pub restarts_a_year_percent: u64,
    /// Days that a device does without a release on average, times 100.
    pub exposed_days_percent: u64,
    pub worst_exposed_days: u32,
    /// Every release that came out in the time, in the order of versions.
    pub releases: Vec<ReleaseExposure>,
    /// On each first day of a month, and on the last day.
    pub current: Vec<CurrentDevices>,
}

/// For how long devices did without one release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseExposure {
    pub platform: Os,
    pub version: String,
    pub released_on: Date,
    /// The devices it was for, that did not have it when it came out.
    pub devices: u64,
    /// Days that a device did without it on average, times 100.
    pub exposed_days_percent: u64,
    pub worst_exposed_days: u32,
    /// Devices that did without it at the end.
    pub still_exposed: u64,
}

/// How many devices ran the newest release of their major on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CurrentDevices {
    pub day: Date,
    pub devices: u64,
    pub current: u64,
}

impl PolicyReport {
    /// A report as the policy's own code made it.
    pub fn new(name: String, report: &macadam_policy::BacktestReport) -> Self {
        let exposed: u64 = report.releases.iter().map(|it| it.exposed_days).sum();
        let devices: u64 = report.releases.iter().map(|it| it.devices).sum();
        let worst = report.releases.iter().map(|it| it.worst_days).max();
        Self {
            name,
            devices: report.devices,
            restarts_a_year_percent: hundredths(report.restarts * 365, report.device_days),
            exposed_days_percent: hundredths(exposed, devices),
            worst_exposed_days: worst.unwrap_or(0),
            releases: report.releases.iter().map(ReleaseExposure::new).collect(),
            current: report
                .current
                .iter()
                .map(|it| CurrentDevices { day: it.day, devices: it.devices, current: it.current })
                .collect(),
        }
    }
}

impl ReleaseExposure {
    fn new(exposure: &macadam_policy::ReleaseExposure) -> Self {
        Self {
            platform: exposure.platform.into(),
            version: exposure.version.to_string(),
            released_on: exposure.released,
            devices: exposure.devices,
            exposed_days_percent: hundredths(exposure.exposed_days, exposure.devices),
            worst_exposed_days: exposure.worst_days,
            still_exposed: exposure.still_exposed,
        }
    }
}

/// A quotient times 100; nothing of nothing is nothing.
fn hundredths(number: u64, of: u64) -> u64 {
    (number * 100).checked_div(of).unwrap_or(0)
}
