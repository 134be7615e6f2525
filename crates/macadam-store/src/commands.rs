//! The command queue of each enrollment.
//!
//! A terminal state is final. Ordinary commands are handed out again until they are answered;
//! destructive ones at most once.

use jiff::Timestamp;
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::db::row;
use crate::{CommandId, EnrollmentId, Store, StoreError};

/// The most bytes of an answer that are kept.
pub const RESULT_LIMIT: usize = 256 * 1024;

codes! {
    /// How often a command may be handed out.
    pub enum Delivery {
        /// Until it is answered.
        AtLeastOnce = "at_least_once",
        /// Once: erase, lock, unenroll, remove the management profile.
        AtMostOnce = "at_most_once",
    }
}

codes! {
    /// Where a command is.
    pub enum CommandState {
        /// Not handed out yet, or to be handed out again.
        Queued = "queued",
        /// Handed out, not answered.
        Sent = "sent",
        /// The device asked to be asked again later.
        NotNow = "not_now",
        /// Handed out at most once, and the device came back without an answer.
        OutcomeUnknown = "outcome_unknown",
        Acknowledged = "acknowledged",
        Error = "error",
        CommandFormatError = "command_format_error",
        Cancelled = "cancelled",
    }
}

impl CommandState {
    /// Whether nothing can change it any more.
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Queued | Self::Sent | Self::NotNow | Self::OutcomeUnknown => false,
            Self::Acknowledged | Self::Error | Self::CommandFormatError | Self::Cancelled => true,
        }
    }
}

/// A command to be queued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCommand {
    pub id: CommandId,
    pub enrollment: EnrollmentId,
    /// Apple's `RequestType`. Of `DeclarativeManagement`, one at most waits per enrollment.
    pub request_type: String,
    /// The `Command` dictionary as the server will send it; opaque to the store.
    pub body: String,
    pub delivery: Delivery,
    /// Who wanted it, for the list.
    pub requested_by: String,
}

/// Which message the device asks with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// `Idle`: a session begins, and commands that answered NotNow may be offered again.
    Idle,
    /// An answer to a command: those that answered NotNow in this session are not offered.
    Answer,
}

row! {
    /// A command to be sent now.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Offer {
        pub id: CommandId,
        pub request_type: String,
        pub body: String,
        /// How often it has been handed out, this time included.
        pub attempts: u32,
    }
}

codes! {
    /// What a device answered to a command.
    pub enum CommandAnswer {
        Acknowledged = "acknowledged",
        Error = "error",
        CommandFormatError = "command_format_error",
        NotNow = "not_now",
    }
}

/// What an answer did.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandOutcome {
    /// It was stored; `request_type` says what the answer is about.
    Recorded { request_type: String },
    /// The command was in a terminal state already.
    AlreadyFinal(CommandState),
    /// No such command of this enrollment.
    Unknown,
}

row! {
    /// A command, as an administrator sees it.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Command {
        pub id: CommandId,
        pub enrollment_id: EnrollmentId,
        /// Orders the commands of a device; also the cursor of a page.
        pub seq: i64,
        pub request_type: String,
        pub state: CommandState,
        pub delivery: Delivery,
        pub requested_by: String,
        pub queued_at: Timestamp,
        pub sent_at: Option<Timestamp>,
        pub finished_at: Option<Timestamp>,
        pub attempts: u32,
        /// The answer as the device sent it, cut at `RESULT_LIMIT`.
        pub result: Option<Vec<u8>>,
        pub is_result_cut: bool,
    }
}

impl Store {
    /// Queues commands and the pushes that fetch them, in one transaction.
    ///
    /// Commands of ended enrollments, and ids that are queued already, are left out; the count
    /// of the others is returned.
    pub async fn queue_commands(
        &self,
        at: Timestamp,
        commands: Vec<NewCommand>,
    ) -> Result<u64, StoreError> {
        todo!()
    }

    /// Hands out the next command, durably before it is sent.
    pub async fn next_command(
        &self,
        at: Timestamp,
        enrollment: EnrollmentId,
        poll: Poll,
    ) -> Result<Option<Offer>, StoreError> {
        todo!()
    }

    /// Stores a device's answer; duplicates and late answers change nothing.
    pub async fn record_result(
        &self,
        at: Timestamp,
        enrollment: EnrollmentId,
        command: CommandId,
        answer: CommandAnswer,
        body: Vec<u8>,
    ) -> Result<CommandOutcome, StoreError> {
        todo!()
    }

    /// Cancels commands that have no final state; says how many there were.
    pub async fn cancel_commands(
        &self,
        at: Timestamp,
        commands: Vec<CommandId>,
    ) -> Result<u64, StoreError> {
        todo!()
    }

    /// A page of a device's commands, newest first, below the cursor `before`.
    pub async fn commands_of(
        &self,
        device: DeviceId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Command>, StoreError> {
        todo!()
    }

    /// One command.
    pub async fn command(&self, command: CommandId) -> Result<Option<Command>, StoreError> {
        todo!()
    }
}
