//! The command queue of each enrollment.
//!
//! A terminal state is final. Ordinary commands are handed out again until they are answered;
//! destructive ones at most once.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use macadam_policy::DeviceId;

use crate::codes::codes;
use crate::db::{Conn, json, json_ids, params, queries, row};
use crate::pushes;
use crate::store::check_bulk;
use crate::{CommandId, EnrollmentId, Store, StoreError};

macro_rules! select_command {
    () => {
        "select id, enrollment_id, seq, request_type, state, delivery, requested_by, queued_at,
            sent_at, finished_at, attempts, not_now_count, result, is_result_cut from command"
    };
}

queries! {
    QUEUE = { "insert into command (id, enrollment_id, device_id, request_type, body, delivery,
            state, requested_by, queued_at, attempts, not_now_count, is_result_cut)
        select as_uuid(v.value ->> 1), e.id, e.device_id, v.value ->> 3, v.value ->> 4,
            v.value ->> 5, 'queued', v.value ->> 6, $2, 0, 0, false
        from json_each($1) v join enrollment e on e.id = as_uuid(v.value ->> 2)
        where e.ended_at is null
        order by cast(v.value ->> 0 as bigint)
        on conflict do nothing" }
    // A session begins: what was put off may be offered again, and what may be handed out only
    // once has been, without an answer.
    BEGIN_SESSION = { "update command
        set state = case when state = 'not_now' then 'queued' else 'outcome_unknown' end
        where enrollment_id = $1 and state in ('queued', 'sent', 'not_now')
            and (state = 'not_now' or (state = 'sent' and delivery = 'at_most_once'))" }
    // The condition is repeated outside, for when another server was faster.
    HAND_OUT = { "update command set state = 'sent', sent_at = $2, attempts = attempts + 1
        where seq = (select seq from command
                where enrollment_id = $1 and state in ('queued', 'sent', 'not_now')
                    and (state = 'queued' or (state = 'sent' and delivery = 'at_least_once'))
                order by seq limit 1)
            and (state = 'queued' or (state = 'sent' and delivery = 'at_least_once'))
        returning id, request_type, body, attempts" }
    RECORD = { "update command set state = $3, finished_at = $4, result = $5, is_result_cut = $6
        where id = $1 and enrollment_id = $2
            and state in ('queued', 'sent', 'not_now', 'outcome_unknown')
        returning request_type as value" }
    // A sync that is put off while another one waits has been replaced by it.
    PUT_OFF = { "update command set state = case
            when request_type = 'DeclarativeManagement' and exists (select 1 from command other
                where other.enrollment_id = $2 and other.id <> $1
                    and other.request_type = 'DeclarativeManagement'
                    and other.state in ('queued', 'not_now'))
            then 'cancelled' else 'not_now' end, not_now_count = not_now_count + 1
        where id = $1 and enrollment_id = $2 and state in ('queued', 'sent', 'not_now')
        returning request_type as value" }
    PUT_OFF_STILL = { "select enrollment_id as value from command
        where enrollment_id = $1 and state in ('queued', 'sent', 'not_now') and state = 'not_now'
        limit 1" }
    STATE = { "select state as value from command where id = $1 and enrollment_id = $2" }
    CANCEL = { "update command set state = 'cancelled', finished_at = $2
        where id in (select as_uuid(value ->> 0) from json_each($1))
            and state in ('queued', 'sent', 'not_now', 'outcome_unknown')" }
    OF_DEVICE = { concat!(select_command!(), " where device_id = $1 and seq < $2
        order by seq desc limit $3") }
    LAST_QUERIES = { "select device_id, max(queued_at) as queued_at,
            count(*) filter (where state in ('queued', 'sent', 'not_now')) > 0 as is_open
        from command where request_type = 'DeviceInformation'
            and device_id in (select as_uuid(value ->> 0) from json_each($1))
        group by device_id" }
    ONE = { concat!(select_command!(), " where id = $1") }
}

/// When a device that would not ask for what it put off is woken.
const WAKE_AFTER: SignedDuration = SignedDuration::from_mins(15);
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
    Answer(CommandAnswer),
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

/// A device's answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandResult {
    pub at: Timestamp,
    /// The enrollment that sent it; it can only answer its own commands.
    pub enrollment: EnrollmentId,
    pub command: CommandId,
    pub answer: CommandAnswer,
    /// The whole message, of which `RESULT_LIMIT` bytes are kept.
    pub body: Vec<u8>,
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
        /// How often the device asked to be asked again later.
        pub not_now_count: u32,
        /// The answer as the device sent it, cut at `RESULT_LIMIT`.
        pub result: Option<Vec<u8>>,
        pub is_result_cut: bool,
    }
}

row! {
    /// When a device was last asked what it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct LastQuery {
        pub device_id: DeviceId,
        pub queued_at: Timestamp,
        /// Whether any such question waits for its answer.
        pub is_open: bool,
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
        check_bulk(commands.len())?;
        self.write((at, commands), |conn, (at, commands)| Box::pin(queue(conn, *at, commands)))
            .await
    }

    /// Hands out the next command, durably before it is sent.
    ///
    /// A device asks again by itself only if the last thing it said was NotNow. If it put
    /// something off and the session ends on another answer, a later push is queued.
    pub async fn next_command(
        &self,
        at: Timestamp,
        enrollment: EnrollmentId,
        poll: Poll,
    ) -> Result<Option<Offer>, StoreError> {
        self.write_hot(enrollment.0, (at, enrollment, poll), |conn, &(at, enrollment, poll)| {
            Box::pin(hand_out(conn, at, enrollment, poll))
        })
        .await
    }

    /// Stores a device's answer; duplicates and late answers change nothing.
    pub async fn record_result(&self, result: CommandResult) -> Result<CommandOutcome, StoreError> {
        self.write_hot(result.enrollment.0, result, |conn, result| Box::pin(record(conn, result)))
            .await
    }

    /// Cancels commands that have no final state; says how many there were.
    pub async fn cancel_commands(
        &self,
        at: Timestamp,
        commands: Vec<CommandId>,
    ) -> Result<u64, StoreError> {
        check_bulk(commands.len())?;
        let ids = json_ids(commands.iter().map(|id| id.0));
        self.write((at, ids), |conn, (at, ids)| {
            Box::pin(async move { conn.run(&CANCEL, params![ids, at]).await })
        })
        .await
    }

    /// A page of a device's commands, newest first, below the cursor `before`.
    pub async fn commands_of(
        &self,
        device: DeviceId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Command>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        self.reader().await?.conn().all(&OF_DEVICE, params![device, before, limit]).await
    }

    /// When each of these devices was last sent DeviceInformation.
    pub async fn last_device_queries(
        &self,
        devices: &[DeviceId],
    ) -> Result<BTreeMap<DeviceId, LastQuery>, StoreError> {
        check_bulk(devices.len())?;
        let ids = json_ids(devices.iter().map(|id| id.0));
        let mut reader = self.reader().await?;
        let rows: Vec<LastQuery> = reader.conn().all(&LAST_QUERIES, params![ids]).await?;
        Ok(rows.into_iter().map(|row| (row.device_id, row)).collect())
    }

    /// One command.
    pub async fn command(&self, command: CommandId) -> Result<Option<Command>, StoreError> {
        self.reader().await?.conn().optional(&ONE, params![command]).await
    }
}

/// Queues commands and their pushes in the caller's transaction.
pub(crate) async fn queue(
    conn: &mut Conn,
    at: Timestamp,
    commands: &[NewCommand],
) -> Result<u64, StoreError> {
    let rows = commands.iter().enumerate().map(|(index, command)| {
        let NewCommand { id, enrollment, request_type, body, delivery, requested_by } = command;
        (index, id.0, enrollment.0, request_type, body, delivery.as_str(), requested_by)
    });
    let rows = json(&rows.collect::<Vec<_>>());
    let queued = conn.run(&QUEUE, params![rows, at]).await?;
    pushes::queue(conn, at, commands.iter().map(|command| command.enrollment)).await?;
    Ok(queued)
}

async fn hand_out(
    conn: &mut Conn,
    at: Timestamp,
    enrollment: EnrollmentId,
    poll: Poll,
) -> Result<Option<Offer>, StoreError> {
    let asks_again = match poll {
        Poll::Idle => {
            conn.run(&BEGIN_SESSION, params![enrollment]).await?;
            true
        }
        Poll::Answer(CommandAnswer::NotNow) => true,
        Poll::Answer(
            CommandAnswer::Acknowledged | CommandAnswer::Error | CommandAnswer::CommandFormatError,
        ) => false,
    };
    let offer = conn.optional(&HAND_OUT, params![enrollment, at]).await?;
    if offer.is_none() && !asks_again {
        let put_off: Option<(EnrollmentId,)> =
            conn.optional(&PUT_OFF_STILL, params![enrollment]).await?;
        let at = at.checked_add(WAKE_AFTER).unwrap_or(Timestamp::MAX);
        pushes::queue(conn, at, put_off.into_iter().map(|(enrollment,)| enrollment)).await?;
    }
    Ok(offer)
}

async fn record(conn: &mut Conn, result: &CommandResult) -> Result<CommandOutcome, StoreError> {
    let CommandResult { at, enrollment, command, answer, body } = result;
    let kept = body.get(..RESULT_LIMIT).unwrap_or(body);
    let is_cut = kept.len() < body.len();
    let recorded: Option<(String,)> = match answer {
        CommandAnswer::NotNow => conn.optional(&PUT_OFF, params![command, enrollment]).await?,
        CommandAnswer::Acknowledged | CommandAnswer::Error | CommandAnswer::CommandFormatError => {
            conn.optional(&RECORD, params![command, enrollment, answer, at, kept, is_cut]).await?
        }
    };
    if let Some((request_type,)) = recorded {
        return Ok(CommandOutcome::Recorded { request_type });
    }
    let state: Option<(CommandState,)> =
        conn.optional(&STATE, params![command, enrollment]).await?;
    Ok(state.map_or(CommandOutcome::Unknown, |(state,)| CommandOutcome::AlreadyFinal(state)))
}
