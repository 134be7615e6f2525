//! Carrying out MDM commands, and the reports about them.

use macadam_protocol::{Limits, property_list};
use plist::{Dictionary, Value};

use super::session::After;
use super::{Device, Family, Power, World};
use crate::event::What;

/// What a sleeping Mac does even in Power Nap; everything else it puts off.
const NEVER_PUT_OFF: [&str; 9] = [
    "DeleteUser",
    "DeviceLock",
    "EraseDevice",
    "RestartDevice",
    "ShutDownDevice",
    "UserList",
    "ActivationLockBypassCode",
    "ClearActivationLockBypassCode",
    "UnlockUserAccount",
];

/// The report about one command.
pub(super) struct Report {
    pub(super) body: Vec<u8>,
    pub(super) is_not_now: bool,
}

/// How a command ended.
pub(super) enum Outcome {
    /// Done; with the keys of the result.
    Acknowledged(Dictionary),
    /// Refused, for a reason.
    Error { code: i64, domain: &'static str, description: String },
    /// Not understood.
    FormatError,
    /// Put off.
    NotNow,
}

impl Device {
    /// Carries out the command that the server sent, or says why it is none.
    pub(super) fn carry_out(&mut self, body: &[u8], world: World<'_>) -> Result<Report, String> {
        let answer = property_list::decode_value(body, &Limits::MESSAGE)
            .map_err(|error| format!("the command cannot be read: {error}"))?;
        let answer = answer.as_dictionary().ok_or("the command is not a dictionary")?;
        let uuid = answer.get("CommandUUID").and_then(Value::as_string);
        let uuid = uuid.ok_or("the command has no CommandUUID")?;
        let command = answer.get("Command").and_then(Value::as_dictionary);
        let command = command.ok_or("the command has no Command")?;
        let request_type = command.get("RequestType").and_then(Value::as_string).unwrap_or("");
        let outcome = if self.puts_off(request_type) {
            Outcome::NotNow
        } else {
            self.outcome_of(request_type, command, world)
        };
        let status = outcome.status();
        let (request_type, status_text) = (request_type.to_owned(), status.to_owned());
        self.log(What::Command { request_type, status: status_text });
        Ok(Report {
            is_not_now: matches!(outcome, Outcome::NotNow),
            body: self.report(status, Some(uuid), outcome.into_keys()),
        })
    }

    /// The report that asks for commands.
    pub(super) fn idle_report(&self) -> Vec<u8> {
        self.report("Idle", None, Dictionary::new())
    }

    fn report(&self, status: &str, uuid: Option<&str>, mut keys: Dictionary) -> Vec<u8> {
        keys.insert("UDID".into(), self.hardware.udid.clone().into());
        keys.insert("Status".into(), status.into());
        if let Some(uuid) = uuid {
            keys.insert("CommandUUID".into(), uuid.into());
        }
        property_list::encode(&Value::Dictionary(keys))
    }

    fn puts_off(&self, request_type: &str) -> bool {
        let is_asleep = self.hardware.family.is_mac() && self.power == Power::Asleep;
        is_asleep && !NEVER_PUT_OFF.contains(&request_type)
    }

    fn outcome_of(
        &mut self,
        request_type: &str,
        command: &Dictionary,
        world: World<'_>,
    ) -> Outcome {
        match request_type {
            "DeclarativeManagement" => self.sync_declarations(command),
            "DeviceInformation" => self.device_information(command),
            "SecurityInfo" => self.security_info(),
            "ProfileList" => empty_list("ProfileList"),
            "CertificateList" => empty_list("CertificateList"),
            "InstalledApplicationList" => empty_list("InstalledApplicationList"),
            "ManagedApplicationList" => {
                keys([("ManagedApplicationList", Dictionary::new().into())])
            }
            "RestartDevice" => self.acknowledge_then(After::Restart),
            "EraseDevice" => self.acknowledge_then(After::Unenroll),
            "DeviceLock" | "DeviceConfigured" | "InstallProfile" | "RemoveProfile" => {
                Outcome::Acknowledged(Dictionary::new())
            }
            "Settings" => settings(command),
            "ScheduleOSUpdateScan"
            | "AvailableOSUpdates"
            | "ScheduleOSUpdate"
            | "OSUpdateStatus" => self.legacy_update_command(request_type, command, world),
            "" => Outcome::FormatError,
            _ => not_valid(request_type),
        }
    }

    fn acknowledge_then(&mut self, after: After) -> Outcome {
        self.do_after_session(after);
        Outcome::Acknowledged(Dictionary::new())
    }

    fn sync_declarations(&mut self, command: &Dictionary) -> Outcome {
        if !self.has_declarative_management() {
            return not_valid("DeclarativeManagement");
        }
        self.begin_sync(command.get("Data").and_then(Value::as_data));
        Outcome::Acknowledged(Dictionary::new())
    }

    fn device_information(&self, command: &Dictionary) -> Outcome {
        let queries = command.get("Queries").and_then(Value::as_array);
        let names = queries.into_iter().flatten().filter_map(Value::as_string);
        let answers = names.filter_map(|name| Some((name.to_owned(), self.information(name)?)));
        keys([("QueryResponses", Value::Dictionary(answers.collect()))])
    }

    /// The answer to one query; what this device does not have it leaves out.
    fn information(&self, name: &str) -> Option<Value> {
        let hardware = &self.hardware;
        let installed = &self.installed;
        let is_mac = hardware.family.is_mac();
        let text = |text: &str| Some(Value::from(text));
        match name {
            "UDID" => text(&hardware.udid),
            "SerialNumber" => text(&hardware.serial),
            "DeviceName" => text(&hardware.name),
            "OSVersion" => text(&installed.version.to_string()),
            "BuildVersion" => text(&installed.build),
            "SupplementalBuildVersion" => text(installed.full_build()),
            "SupplementalOSVersionExtra" => installed
                .supplement
                .as_ref()
                .map(|supplement| Value::from(format!("({})", supplement.letter))),
            "ProductName" => text(&hardware.product),
            "ModelName" => text(hardware.family.model_family()),
            "Model" => text(&hardware.product),
            "SoftwareUpdateDeviceID" if self.lacks_update_commands() => None,
            "SoftwareUpdateDeviceID" => text(&hardware.update_id),
            "IsAppleSilicon" if is_mac => Some((hardware.family == Family::AppleSiliconMac).into()),
            "IsSupervised" => Some(hardware.supervised.into()),
            "IsMultiUser" | "AwaitingConfiguration" => Some(false.into()),
            "DeviceCapacity" => Some(Value::Real(f64::from(hardware.capacity_gb))),
            "AvailableDeviceCapacity" => Some(Value::Real(f64::from(self.free_gb))),
            "HasBattery" if is_mac => Some(hardware.has_battery.into()),
            "BatteryLevel" if hardware.has_battery => Some(Value::Real(0.8)),
            "TimeZone" if !is_mac => text(&hardware.time_zone),
            _ => None,
        }
    }

    fn security_info(&self) -> Outcome {
        let needs_token = self.hardware.family == Family::AppleSiliconMac;
        let management = [
            ("EnrolledViaDEP", Value::from(false)),
            ("UserApprovedEnrollment", self.hardware.supervised.into()),
            ("IsUserEnrollment", false.into()),
        ];
        let management: Dictionary =
            management.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut info = Dictionary::new();
        info.insert("ManagementStatus".into(), management.into());
        info.insert("PasscodePresent".into(), true.into());
        if self.hardware.family.is_mac() {
            info.insert("FDE_Enabled".into(), true.into());
            info.insert("BootstrapTokenRequiredForSoftwareUpdate".into(), needs_token.into());
            let allowed = if needs_token { "allowed" } else { "not supported" };
            info.insert("BootstrapTokenAllowedForAuthentication".into(), allowed.into());
        }
        keys([("SecurityInfo", info.into())])
    }
}

impl Outcome {
    fn status(&self) -> &'static str {
        match self {
            Self::Acknowledged(_) => "Acknowledged",
            Self::Error { .. } => "Error",
            Self::FormatError => "CommandFormatError",
            Self::NotNow => "NotNow",
        }
    }

    fn into_keys(self) -> Dictionary {
        match self {
            Self::Acknowledged(keys) => keys,
            Self::FormatError | Self::NotNow => Dictionary::new(),
            Self::Error { code, domain, description } => {
                let mut error = Dictionary::new();
                error.insert("ErrorCode".into(), code.into());
                error.insert("ErrorDomain".into(), domain.into());
                error.insert("LocalizedDescription".into(), description.clone().into());
                error.insert("USEnglishDescription".into(), description.into());
                Dictionary::from_iter([("ErrorChain", Value::Array(vec![error.into()]))])
            }
        }
    }
}

/// A result with the given keys.
pub(super) fn keys<const N: usize>(keys: [(&str, Value); N]) -> Outcome {
    Outcome::Acknowledged(Dictionary::from_iter(keys))
}

/// The refusal of a command that this OS does not know.
pub(super) fn not_valid(request_type: &str) -> Outcome {
    Outcome::Error {
        code: 12021,
        domain: "MCMDMErrorDomain",
        description: format!("“{request_type}” is not a valid request type."),
    }
}

fn empty_list(name: &str) -> Outcome {
    keys([(name, Value::Array(Vec::new()))])
}

/// Every setting is accepted.
fn settings(command: &Dictionary) -> Outcome {
    let asked = command.get("Settings").and_then(Value::as_array);
    let results = asked.into_iter().flatten().filter_map(|setting| {
        let item = setting.as_dictionary()?.get("Item")?.clone();
        let done = Dictionary::from_iter([("Item", item), ("Status", "Acknowledged".into())]);
        Some(Value::Dictionary(done))
    });
    keys([("Settings", Value::Array(results.collect()))])
}
