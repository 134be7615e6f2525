//! What devices are asked about themselves. Those that speak declarative management tell it
//! unasked once they were asked at enrollment; the others are asked again every day.

use jiff::SignedDuration;
use macadam_policy::DeviceId;
use macadam_protocol::command::{InformationQuery, MdmCommand};
use macadam_store::{CommandId, DeviceSituation, EnrollmentId, StoreError};

use super::{App, Knowledge, situations};

/// Devices looked at together.
const PAGE: usize = 1000;
/// How old the answer of a device that tells nothing by itself may get.
const AGE: SignedDuration = SignedDuration::from_hours(24);

/// Facts that decisions and lists use.
const ASKED: [InformationQuery; 19] = [
    InformationQuery::Udid,
    InformationQuery::SerialNumber,
    InformationQuery::DeviceName,
    InformationQuery::OsVersion,
    InformationQuery::BuildVersion,
    InformationQuery::SupplementalBuildVersion,
    InformationQuery::SupplementalOsVersionExtra,
    InformationQuery::SoftwareUpdateDeviceId,
    InformationQuery::ProductName,
    InformationQuery::ModelName,
    InformationQuery::Model,
    InformationQuery::ModelNumber,
    InformationQuery::IsAppleSilicon,
    InformationQuery::IsSupervised,
    InformationQuery::IsMultiUser,
    InformationQuery::AvailableDeviceCapacity,
    InformationQuery::DeviceCapacity,
    InformationQuery::BatteryLevel,
    InformationQuery::TimeZone,
];

impl App {
    /// The query for the facts that decisions and lists use.
    pub(crate) fn ask_device_information() -> MdmCommand {
        MdmCommand::DeviceInformation { queries: ASKED.to_vec() }
    }

    /// Asks every device that does not report its version by itself, if it was not asked today.
    pub(crate) async fn ask_silent_devices(&self) -> Result<u64, StoreError> {
        let knowledge = self.refresh_knowledge().await?;
        let mut asked = 0;
        for page in self.silent_devices(&knowledge).await?.chunks(PAGE) {
            asked += self.ask_daily(page).await?;
        }
        Ok(asked)
    }

    /// Devices that no software-update declaration reaches, and that report nothing by themselves.
    pub(super) async fn silent_devices(
        &self,
        knowledge: &Knowledge,
    ) -> Result<Vec<(DeviceId, EnrollmentId)>, StoreError> {
        let roster = self.store.roster().await?;
        let is_silent = |situation: &&DeviceSituation| {
            let capabilities = knowledge.capabilities(situation.facts.capabilities);
            let device = situations::device(situation, capabilities.map(AsRef::as_ref));
            device.is_none_or(|device| !device.has_ddm_enforcement)
        };
        let silent = roster.members().iter().map(|member| member.situation()).filter(is_silent);
        Ok(silent.map(|situation| (situation.device, situation.enrollment)).collect())
    }

    async fn ask_daily(&self, devices: &[(DeviceId, EnrollmentId)]) -> Result<u64, StoreError> {
        let now = self.fleet_clock.now();
        let ids: Vec<_> = devices.iter().map(|(device, _)| *device).collect();
        let last = self.store.last_device_queries(&ids).await?;
        let is_due = |(device, _): &&(DeviceId, EnrollmentId)| {
            let last = last.get(device);
            last.is_none_or(|last| !last.is_open && now.duration_since(last.queued_at) >= AGE)
        };
        let query = Self::ask_device_information();
        let commands = devices.iter().filter(is_due).map(|(_, enrollment)| {
            let id = CommandId(self.ids.id(now));
            Self::new_command(id, *enrollment, &query, "inventory")
        });
        let commands: Vec<_> = commands.collect();
        if commands.is_empty() {
            return Ok(0);
        }
        let asked = self.store.queue_commands(now, commands).await?;
        self.signals.send_pushes.notify_one();
        Ok(asked)
    }
}
