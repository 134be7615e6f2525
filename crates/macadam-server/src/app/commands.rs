//! The command queue as a device sees it: it reports, and gets the next command or nothing.

use axum::body::Bytes;
use macadam_protocol::command::{self, MdmCommand, Report, Status};
use macadam_store::{
    CommandAnswer, CommandId, CommandOutcome, CommandResult, Delivery, EnrollmentId, NewCommand,
    Poll, RecognizedEnrollment, Sha256, StoreError,
};
use uuid::Uuid;

use super::{App, facts};

impl App {
    /// A command as it is queued; destructive ones are handed out at most once.
    pub(crate) fn new_command(
        id: CommandId,
        enrollment: EnrollmentId,
        command: &MdmCommand,
        requested_by: &str,
    ) -> NewCommand {
        let document = command::encode(&wire_id(id), command);
        NewCommand {
            id,
            enrollment,
            request_type: command.request_type().to_owned(),
            body: String::from_utf8(document).expect("XML property lists are UTF-8"),
            delivery: if command.is_destructive() {
                Delivery::AtMostOnce
            } else {
                Delivery::AtLeastOnce
            },
            requested_by: requested_by.to_owned(),
        }
    }

    /// The id of a command that an enrollment gets once: asking twice gives the same.
    pub(crate) fn enrollment_command_id(
        &self,
        enrollment: EnrollmentId,
        command: &MdmCommand,
    ) -> CommandId {
        let name = [enrollment.0.as_bytes().as_slice(), command.request_type().as_bytes()].concat();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Sha256::of(&name).0[..16]);
        CommandId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Takes a device's report and gives its next command, `None` to end the session.
    pub(crate) async fn next_command(
        &self,
        enrollment: &RecognizedEnrollment,
        report: &Report,
        body: Bytes,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let poll = match answer(report.status) {
            None if !enrollment.has_commands => return Ok(None),
            None => Poll::Idle,
            Some(answer) => {
                self.record_answer(enrollment, report, answer, body).await?;
                Poll::Answer(answer)
            }
        };
        let now = self.fleet_clock.now();
        let offer = self.store.next_command(now, enrollment.enrollment, poll).await?;
        Ok(offer.map(|offer| {
            if offer.request_type == "DeclarativeManagement" && offer.body.is_empty() {
                // Queued by the store together with a new set. The device asks for the tokens.
                let command = MdmCommand::DeclarativeManagement { data: None };
                command::encode(&wire_id(offer.id), &command)
            } else {
                offer.body.into_bytes()
            }
        }))
    }

    async fn record_answer(
        &self,
        enrollment: &RecognizedEnrollment,
        report: &Report,
        answer: CommandAnswer,
        body: Bytes,
    ) -> Result<(), StoreError> {
        let uuid = report.command_uuid.as_deref().unwrap_or_default();
        let Ok(id) = uuid.parse::<Uuid>().map(CommandId) else {
            tracing::info!(device.id = %enrollment.device, "an answer names no command of ours");
            return Ok(());
        };
        let now = self.fleet_clock.now();
        let mut is_news = false;
        let known = if report.response.is_empty() {
            None
        } else {
            self.store.facts_of(enrollment.device).await?
        };
        let facts = facts::of_response(report, &known.unwrap_or_default(), now);
        // Facts first: if the server dies in between, the device sends its answer again. But only
        // while the command is open: an old answer that comes late must not undo newer facts.
        if !facts.is_empty() && self.is_open(enrollment.enrollment, id).await? {
            is_news = self.store.record_facts(now, enrollment.device, facts).await?.changed;
        }
        let result = CommandResult {
            at: now,
            enrollment: enrollment.enrollment,
            command: id,
            answer,
            body: body.to_vec(),
        };
        match self.store.record_result(result).await? {
            CommandOutcome::Recorded { request_type } => {
                if answer == CommandAnswer::Error || answer == CommandAnswer::CommandFormatError {
                    log_failure(enrollment, report, &request_type);
                }
            }
            CommandOutcome::AlreadyFinal(_) => {}
            CommandOutcome::Unknown => {
                let device = enrollment.device;
                tracing::info!(device.id = %device, "an answer names no command of ours");
            }
        }
        if is_news {
            self.reconcile_now(enrollment.device, "command answer").await;
        }
        Ok(())
    }

    async fn is_open(&self, enrollment: EnrollmentId, id: CommandId) -> Result<bool, StoreError> {
        let command = self.store.command(id).await?;
        Ok(command.is_some_and(|command| {
            command.enrollment_id == enrollment && !command.state.is_terminal()
        }))
    }
}

/// A command's id as it stands in messages.
fn wire_id(id: CommandId) -> String {
    id.0.as_hyphenated().to_string()
}

fn answer(status: Status) -> Option<CommandAnswer> {
    match status {
        Status::Idle => None,
        Status::Acknowledged => Some(CommandAnswer::Acknowledged),
        Status::Error => Some(CommandAnswer::Error),
        Status::CommandFormatError => Some(CommandAnswer::CommandFormatError),
        Status::NotNow => Some(CommandAnswer::NotNow),
    }
}

fn log_failure(enrollment: &RecognizedEnrollment, report: &Report, request_type: &str) {
    let first = report.error_chain.first();
    tracing::warn!(
        device.id = %enrollment.device,
        command.request_type = request_type,
        error.code = first.map(|error| error.error_code),
        error.domain = first.map(|error| error.error_domain.as_str()),
        "a device could not run a command"
    );
}
