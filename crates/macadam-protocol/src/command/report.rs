//! What a device reports about a command, or to say that it is ready for one.

use std::fmt;

use plist::{Dictionary, Value};
use serde::{Deserialize, Serialize};

use super::{
    AvailableOsUpdate, DeviceInformation, OsUpdateStatus, ScheduledOsUpdate, SecurityInfo,
};
use crate::Limits;
use crate::identity::{EnrollmentIdentity, IdentityError, RawIdentity};
use crate::property_list::{self, DecodePropertyListError};

/// The most links of an error chain that are kept; the first is the one that matters.
const ERROR_CHAIN_LIMIT: usize = 16;

/// A report, or the question for the next command.
///
/// Its results print as their keys only: they may hold recovery keys and bypass codes.
#[derive(Clone, PartialEq)]
pub struct Report {
    /// Who reports.
    pub identity: EnrollmentIdentity,
    /// How the command went.
    pub status: Status,
    /// Which command; none when idle.
    pub command_uuid: Option<String>,
    /// Why it failed, outermost first.
    pub error_chain: Vec<ErrorChainItem>,
    /// Whether the user of a Mac is not at its console.
    pub not_on_console: bool,
    /// Whether a user is blocked at login until everything was sent.
    pub need_sync_response: bool,
    /// Everything else in the body: the results of the command.
    pub response: Dictionary,
}

/// How a command went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// Nothing was asked; the device is ready for a command.
    Idle,
    /// Done.
    Acknowledged,
    /// Failed for good.
    Error,
    /// The device could not understand the command.
    CommandFormatError,
    /// Not possible now; the device forgot the command and wants it again later.
    NotNow,
}

/// One link of an error chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ErrorChainItem {
    /// The code within the domain; not a stable contract of Apple's.
    pub error_code: i64,
    /// The domain.
    pub error_domain: String,
    /// What happened, in the language of the device.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub localized_description: String,
    /// What happened, in English.
    #[serde(rename = "USEnglishDescription", skip_serializing_if = "Option::is_none")]
    pub us_english_description: Option<String>,
}

/// What a body that is no report is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeReportError {
    /// The body is not a property list we accept, or has no known `Status`.
    #[error("report body cannot be read")]
    PropertyList(#[from] DecodePropertyListError),
    /// The sender cannot be told.
    #[error("report does not say who sent it")]
    Identity(#[from] IdentityError),
    /// A result that does not name its command.
    #[error("report of a result has no CommandUUID")]
    NoCommandUuid,
}

impl DecodeReportError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PropertyList(error) => error.code(),
            Self::Identity(_) => "report_identity",
            Self::NoCommandUuid => "report_no_command_uuid",
        }
    }
}

/// A result whose typed part is not there or not of the documented types.
#[derive(Debug, thiserror::Error)]
#[error("response has no readable {key}")]
pub struct DecodeResponseError {
    /// The key that holds the result.
    pub key: &'static str,
    /// What is wrong with it.
    #[source]
    pub source: DecodePropertyListError,
}

impl Status {
    /// Whether the command is over; NotNow and Idle are not an end.
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Acknowledged | Self::Error | Self::CommandFormatError => true,
            Self::Idle | Self::NotNow => false,
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.response.keys().collect();
        f.debug_struct("Report")
            .field("identity", &self.identity)
            .field("status", &self.status)
            .field("command_uuid", &self.command_uuid)
            .field("error_chain", &self.error_chain)
            .field("response", &keys)
            .finish_non_exhaustive()
    }
}

impl Report {
    /// A report that only says the device is ready.
    pub fn idle(identity: EnrollmentIdentity) -> Self {
        Self {
            identity,
            status: Status::Idle,
            command_uuid: None,
            error_chain: Vec::new(),
            not_on_console: false,
            need_sync_response: false,
            response: Dictionary::new(),
        }
    }

    /// A report about one command, without results.
    pub fn about(identity: EnrollmentIdentity, command_uuid: String, status: Status) -> Self {
        Self { status, command_uuid: Some(command_uuid), ..Self::idle(identity) }
    }

    /// The facts that DeviceInformation asked for.
    pub fn device_information(&self) -> Result<DeviceInformation, DecodeResponseError> {
        self.part("QueryResponses")
    }

    /// The answer to SecurityInfo.
    pub fn security_info(&self) -> Result<SecurityInfo, DecodeResponseError> {
        self.part("SecurityInfo")
    }

    /// The answer to AvailableOSUpdates.
    pub fn available_os_updates(&self) -> Result<Vec<AvailableOsUpdate>, DecodeResponseError> {
        self.part("AvailableOSUpdates")
    }

    /// The answer to ScheduleOSUpdate.
    pub fn scheduled_os_updates(&self) -> Result<Vec<ScheduledOsUpdate>, DecodeResponseError> {
        self.part("UpdateResults")
    }

    /// The answer to OSUpdateStatus.
    pub fn os_update_status(&self) -> Result<Vec<OsUpdateStatus>, DecodeResponseError> {
        self.part("OSUpdateStatus")
    }

    fn part<T: serde::de::DeserializeOwned>(
        &self,
        key: &'static str,
    ) -> Result<T, DecodeResponseError> {
        let missing = Value::Boolean(false);
        let value = self.response.get(key).unwrap_or(&missing);
        property_list::from_value(value).map_err(|source| DecodeResponseError { key, source })
    }
}

/// The keys without which a report means nothing.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    status: Status,
    #[serde(rename = "CommandUUID", skip_serializing_if = "Option::is_none")]
    command_uuid: Option<String>,
}

/// The keys that may be there, and cost only themselves when they are broken: a report that was
/// refused for them would be sent again for ever.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Extras<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    error_chain: &'a [ErrorChainItem],
    #[serde(skip_serializing_if = "Option::is_none")]
    not_on_console: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    need_sync_response: Option<bool>,
}

/// The keys that are read into typed fields and so are no part of the response.
const ENVELOPE_KEYS: [&str; 11] = [
    "Status",
    "CommandUUID",
    "ErrorChain",
    "NotOnConsole",
    "NeedSyncResponse",
    "UDID",
    "EnrollmentID",
    "UserID",
    "EnrollmentUserID",
    "UserShortName",
    "UserLongName",
];

/// Decodes a report.
pub fn decode_report(bytes: &[u8]) -> Result<Report, DecodeReportError> {
    let value = property_list::decode_value(bytes, &Limits::MESSAGE)?;
    let identity: RawIdentity = property_list::from_value(&value)?;
    let envelope: Envelope = property_list::from_value(&value)?;
    let command_uuid = envelope.command_uuid.filter(|uuid| !uuid.is_empty());
    if command_uuid.is_none() && envelope.status != Status::Idle {
        return Err(DecodeReportError::NoCommandUuid);
    }
    let mut response = value.into_dictionary().unwrap_or_default();
    let flag = |key| response.get(key).and_then(Value::as_boolean).unwrap_or_default();
    let report = Report {
        identity: identity.try_into()?,
        status: envelope.status,
        command_uuid,
        error_chain: error_chain(response.get("ErrorChain")),
        not_on_console: flag("NotOnConsole"),
        need_sync_response: flag("NeedSyncResponse"),
        response: Dictionary::new(),
    };
    response.retain(|key, _| !ENVELOPE_KEYS.contains(&key.as_str()));
    Ok(Report { response, ..report })
}

fn error_chain(value: Option<&Value>) -> Vec<ErrorChainItem> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    let readable = items.filter_map(|item| property_list::from_value(item).ok());
    readable.take(ERROR_CHAIN_LIMIT).collect()
}

/// Encodes a report, as a device sends it.
pub fn encode_report(report: &Report) -> Vec<u8> {
    let envelope = Envelope { status: report.status, command_uuid: report.command_uuid.clone() };
    let extras = Extras {
        error_chain: &report.error_chain,
        not_on_console: report.not_on_console.then_some(true),
        need_sync_response: report.need_sync_response.then_some(true),
    };
    let mut wire = report.response.clone();
    wire.extend(property_list::dictionary(&RawIdentity::from(&report.identity)));
    wire.extend(property_list::dictionary(&envelope));
    wire.extend(property_list::dictionary(&extras));
    property_list::encode(&wire)
}
