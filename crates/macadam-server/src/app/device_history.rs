//! What happened to one device: its timeline, its commands, and the declarations it was given.

use std::collections::BTreeMap;

use macadam_api::decisions::{Status, Wording};
use macadam_api::devices::{
    CommandState, DeviceCommand, DeviceDeclaration, TimelineEntry, TimelineSource,
};
use macadam_policy::DeviceId;
use macadam_protocol::command;
use macadam_protocol::ddm::{DeclarationReason, DeclarationStatus, DeclarationStatuses, Validity};
use macadam_store::{Command, Declaration, StatusChange, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::devices::DeviceError;
use super::pages::{Rows, Wanted};
use super::{App, value_of};

/// What a device said about its declarations, among the facts without a column.
pub(super) const SAID: &str = "management.declarations";

impl App {
    /// The changes of a device's status, newest first.
    pub(crate) async fn device_timeline(
        &self,
        id: DeviceId,
        wanted: Wanted<i64>,
    ) -> Result<Rows<TimelineEntry, i64>, DeviceError> {
        self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        let changes = self.store.timeline(id, wanted.after, wanted.limit()).await?;
        Ok(wanted.page(changes, |change| change.seq).map(shown_change))
    }

    /// The commands of a device, newest first.
    pub(crate) async fn device_commands(
        &self,
        id: DeviceId,
        wanted: Wanted<i64>,
    ) -> Result<Rows<DeviceCommand, i64>, DeviceError> {
        self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        let commands = self.store.commands_of(id, wanted.after, wanted.limit()).await?;
        Ok(wanted.page(commands, |command| command.seq).map(shown_command))
    }

    /// The declarations that a device is given, and what it said about them, by identifier.
    pub(crate) async fn device_declarations(
        &self,
        id: DeviceId,
        wanted: Wanted<String>,
    ) -> Result<Rows<DeviceDeclaration, String>, DeviceError> {
        let mut all = self.declarations_given(id).await?;
        all.sort_unstable_by(|one, other| one.identifier.cmp(&other.identifier));
        Ok(wanted.page_of(all, |declaration| declaration.identifier.clone()))
    }

    /// The declarations that a device is given, exactly as sent, and what it said about them.
    pub(super) async fn declarations_given(
        &self,
        id: DeviceId,
    ) -> Result<Vec<DeviceDeclaration>, DeviceError> {
        let row = self.store.device(id).await?.ok_or(DeviceError::Unknown)?;
        let Some(set) = self.store.declaration_set_for(row.enrollment_id).await? else {
            return Ok(Vec::new());
        };
        let said = self.said_about_declarations(id).await?;
        let declarations = self.store.declarations_of_set(&set.token).await?;
        Ok(declarations.into_iter().map(|declaration| shown(declaration, &said)).collect())
    }

    async fn said_about_declarations(
        &self,
        device: DeviceId,
    ) -> Result<BTreeMap<String, Said>, StoreError> {
        let facts = self.store.facts_of(device).await?;
        let others: Option<BTreeMap<String, Value>> =
            facts.and_then(|facts| serde_json::from_str(&facts.other).ok());
        let said = others.and_then(|mut others| others.remove(SAID));
        Ok(said.and_then(|said| serde_json::from_value(said).ok()).unwrap_or_default())
    }
}

/// What a report says about declarations, on top of what earlier ones said.
pub(super) fn said_with(earlier: Option<&Value>, told: &DeclarationStatuses) -> Value {
    let earlier = earlier.and_then(|said| BTreeMap::<String, Said>::deserialize(said).ok());
    let mut said = earlier.unwrap_or_default();
    for (_, identifier) in &told.removed {
        said.remove(identifier);
    }
    for status in &told.reported {
        said.insert(status.identifier.clone(), Said::from(status));
    }
    serde_json::to_value(said).expect("texts and truths are JSON")
}

/// What a device said last about one declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    server_token: Option<String>,
    active: bool,
    valid: Option<bool>,
    reasons: Vec<String>,
}

impl From<&DeclarationStatus> for Said {
    fn from(status: &DeclarationStatus) -> Self {
        let words = |reason: &DeclarationReason| {
            reason.description.clone().unwrap_or_else(|| reason.code.clone())
        };
        Self {
            server_token: status.server_token.as_ref().map(|token| token.as_str().to_owned()),
            active: status.is_active,
            valid: match status.validity {
                Validity::Unknown => None,
                Validity::Valid => Some(true),
                Validity::Invalid => Some(false),
            },
            reasons: status.reasons.iter().map(words).collect(),
        }
    }
}

fn shown(declaration: Declaration, said: &BTreeMap<String, Said>) -> DeviceDeclaration {
    let said = said.get(&declaration.identifier);
    // What it said about an earlier revision says nothing about this one.
    let said = said.filter(|said| said.server_token.as_ref() == Some(&declaration.server_token));
    let document: Value = serde_json::from_str(&declaration.body).unwrap_or_default();
    let declaration_type = document.get("Type").and_then(Value::as_str);
    DeviceDeclaration {
        declaration_type: declaration_type.unwrap_or_default().to_owned(),
        identifier: declaration.identifier,
        server_token: declaration.server_token,
        document,
        active: said.map(|said| said.active),
        valid: said.and_then(|said| said.valid),
        reasons: said.map(|said| said.reasons.clone()).unwrap_or_default(),
    }
}

fn shown_change(change: StatusChange) -> TimelineEntry {
    TimelineEntry {
        at: change.at,
        status: value_of(&change.new_status).unwrap_or(Status::Waiting),
        source: match change.source.as_str() {
            "enrollment" | "declarative management" => TimelineSource::CheckIn,
            "status report" => TimelineSource::StatusReport,
            "command answer" => TimelineSource::CommandResult,
            _ => TimelineSource::Decision,
        },
        os_version: change.os_version,
        target_version: change.target_version,
        sentence: change.detail,
        wording: wording(change.wording.as_deref()),
        device_words: change.device_words,
    }
}

/// What a stored sentence says, for other languages.
pub(super) fn wording(stored: Option<&str>) -> Option<Wording> {
    serde_json::from_str(stored?).ok()
}

fn shown_command(command: Command) -> DeviceCommand {
    DeviceCommand {
        id: command.id.0,
        state: state(command.state),
        queued_at: command.queued_at,
        sent_at: command.sent_at,
        ended_at: command.finished_at,
        not_now_count: command.not_now_count,
        errors: command.result.as_deref().map(errors).unwrap_or_default(),
        request_type: command.request_type,
    }
}

const fn state(state: macadam_store::CommandState) -> CommandState {
    match state {
        macadam_store::CommandState::Queued => CommandState::Queued,
        macadam_store::CommandState::Sent => CommandState::Sent,
        macadam_store::CommandState::NotNow => CommandState::NotNow,
        macadam_store::CommandState::OutcomeUnknown => CommandState::OutcomeUnknown,
        macadam_store::CommandState::Acknowledged => CommandState::Acknowledged,
        macadam_store::CommandState::Error => CommandState::Error,
        macadam_store::CommandState::CommandFormatError => CommandState::CommandFormatError,
        macadam_store::CommandState::Cancelled => CommandState::Cancelled,
    }
}

/// The error chain of an answer; an answer that was cut when it was stored has none that is read.
fn errors(answer: &[u8]) -> Vec<String> {
    let report = command::decode_report(answer);
    let chain = report.map(|report| report.error_chain).unwrap_or_default();
    chain
        .into_iter()
        .map(|error| {
            let words = error.us_english_description.unwrap_or(error.localized_description);
            format!("{} {}: {words}", error.error_domain, error.error_code)
        })
        .collect()
}
