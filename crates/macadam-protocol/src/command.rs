//! MDM commands, both ways: what the server sends and what the device reports back.

mod information;
mod os_update;
mod report;
mod request;
mod security;

pub use information::{DeviceInformation, InformationQuery, OsUpdateSettings};
pub use os_update::{AvailableOsUpdate, OsUpdateStatus, OsUpdateToSchedule, ScheduledOsUpdate};
pub use report::{DecodeReportError, DecodeResponseError};
pub use report::{ErrorChainItem, Report, Status, decode_report, encode_report};
pub use request::{
    DecodeCommandError, EraseReturnToService, IssuedCommand, MdmCommand, MdmOptions, SettingsItem,
    decode, encode,
};
pub use security::{ManagementStatus, ReducedSecurity, SecureBoot, SecurityInfo};

#[cfg(test)]
mod tests;
