//! Facts that a device told about itself, kept as it told them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use macadam_policy::{DeviceId, Platform};

use crate::db::row;
use crate::{Sha256, Store, StoreError};

/// The most bytes of facts without a column of their own that are kept for a device.
pub const OTHER_FACTS_LIMIT: usize = 64 * 1024;

row! {
    /// Everything a device has told; text is the device's own.
    #[derive(Clone, Debug, PartialEq, Eq, Default)]
    pub struct DeviceFacts {
        pub platform: Option<Platform>,
        pub serial: String,
        pub model_name: String,
        /// The marketing-free product identifier, such as `iPad14,1` or `Mac15,6`.
        pub product: String,
        /// The software-update device id, such as `J413AP`.
        pub update_id: Option<String>,
        pub os_version: String,
        pub os_build: String,
        /// The letter of an installed Background Security Improvement.
        pub os_extra: Option<String>,
        pub os_extra_build: Option<String>,
        pub supervised: Option<bool>,
        pub apple_silicon: Option<bool>,
        /// The hash of its client capabilities; see [`Store::capabilities`].
        pub capabilities: Option<Sha256>,
        pub utc_offset_seconds: Option<i32>,
        pub time_zone: Option<String>,
        pub free_space_bytes: Option<i64>,
        pub install_state: Option<String>,
        pub install_reason: Option<String>,
        pub pending_version: Option<String>,
        pub pending_build: Option<String>,
        pub pending_local_deadline: Option<String>,
        pub failure_count: u32,
        pub failure_reason: Option<String>,
        pub failure_at: Option<String>,
        /// Why the device refused its software-update declaration.
        pub declaration_problem: Option<String>,
        /// Status items without a column, as a JSON object of the device's own values.
        pub other: String,
        pub told_at: Option<Timestamp>,
    }
}

/// What a device is about to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingVersion {
    pub version: String,
    pub build: Option<String>,
    pub local_deadline: Option<String>,
}

/// One thing that a device told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    Name(String),
    Platform(Platform),
    Serial(String),
    ModelName(String),
    Product(String),
    UpdateId(String),
    OsVersion(String),
    OsBuild(String),
    OsExtra(Option<String>),
    OsExtraBuild(Option<String>),
    Supervised(bool),
    AppleSilicon(bool),
    /// Client capabilities as JSON; devices with the same share one row.
    Capabilities(String),
    UtcOffsetSeconds(i32),
    TimeZone(String),
    FreeSpaceBytes(i64),
    InstallState(String),
    InstallReason(Option<String>),
    Pending(Option<PendingVersion>),
    Failures {
        count: u32,
        reason: Option<String>,
        at: Option<String>,
    },
    DeclarationProblem(Option<String>),
    /// A status item without a column, its value as JSON.
    Other {
        item: String,
        json: String,
    },
}

/// What recording facts did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactsOutcome {
    /// Whether anything differs from what was known, so that it is worth deciding again.
    pub changed: bool,
    /// Whether facts without a column were left out because there were too many.
    pub is_other_full: bool,
}

impl Store {
    /// Records facts; those not named stay as they were.
    pub async fn record_facts(
        &self,
        at: Timestamp,
        device: DeviceId,
        facts: Vec<Fact>,
    ) -> Result<FactsOutcome, StoreError> {
        todo!()
    }

    /// What a device has told.
    pub async fn facts_of(&self, device: DeviceId) -> Result<Option<DeviceFacts>, StoreError> {
        todo!()
    }

    /// All different client capabilities, by hash; a fleet has as many as it has OS versions.
    pub async fn capabilities(&self) -> Result<BTreeMap<Sha256, String>, StoreError> {
        todo!()
    }
}
