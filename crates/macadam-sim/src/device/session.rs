//! The connection to the server: what is to be sent, in which order, and what the answers mean.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use macadam_protocol::check_in::{
    self, Authenticate, BootstrapTokenAnswer, CheckIn, DeclarativeEndpoint, DeclarativeManagement,
    GetBootstrapToken, Message, SetBootstrapToken, TokenUpdate,
};
use macadam_protocol::{Data, EnrollmentIdentity, Udid};
use serde::{Deserialize, Serialize};

use super::{Device, Power, World};
use crate::event::What;
use crate::offers::Offers;
use crate::random::Random;

/// The first pause after a failed request; it doubles with each further one.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// A server that never ends a session is left after so many commands.
const COMMAND_LIMIT: u32 = 1_000;

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Endpoint {
    /// The check-in URL.
    CheckIn,
    /// The server URL, which takes command reports.
    Command,
}

/// A request of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Where it goes.
    pub endpoint: Endpoint,
    /// The property list.
    pub body: Vec<u8>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The server answered.
    Replied {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// The request or the answer was lost; the device cannot tell which.
    Lost,
}

/// How far an enrollment got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Enrollment {
    None,
    Begun { topic: String },
    Done { topic: String },
}

/// Something that has to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Errand {
    Authenticate,
    TokenUpdate,
    SetBootstrapToken,
    GetBootstrapToken,
    /// Asks for commands.
    Idle,
    /// Reports the outcome of a command; the encoded report is kept until a server takes it.
    Result(Vec<u8>),
    Tokens,
    Manifest,
    Declaration {
        kind: String,
        identifier: String,
    },
    Status,
}

/// What a command asked for that the device does once the server has its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum After {
    Restart,
    Unenroll,
}

/// The state of the connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    enrollment: Enrollment,
    errands: VecDeque<Errand>,
    /// The encoded first errand; it is sent again, as it is, until the server has taken it.
    outgoing: Option<Request>,
    push_token: [u8; 32],
    pub(super) push_magic: String,
    bootstrap_token: [u8; 32],
    escrows_bootstrap_token: bool,
    has_escrowed: bool,
    /// A push came while the device could not act on it.
    is_pushed: bool,
    /// The last status of a session was NotNow, so the device asks again by itself.
    asks_when_awake: bool,
    commands: u32,
    after_session: Option<After>,
    attempts: u32,
    retry_at: Option<Timestamp>,
    polls_every: Option<SignedDuration>,
    polled_at: Timestamp,
}

impl Session {
    pub(super) fn new(
        random: &mut Random,
        escrows_bootstrap_token: bool,
        polls_every: Option<SignedDuration>,
    ) -> Self {
        Self {
            enrollment: Enrollment::None,
            errands: VecDeque::new(),
            outgoing: None,
            push_token: random.octets(),
            push_magic: random.uuid(),
            bootstrap_token: random.octets(),
            escrows_bootstrap_token,
            has_escrowed: false,
            is_pushed: false,
            asks_when_awake: false,
            commands: 0,
            after_session: None,
            attempts: 0,
            retry_at: None,
            polls_every,
            polled_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Queues an errand that is the same whenever it runs, unless it waits already.
    pub(super) fn queue(&mut self, errand: Errand) {
        if !self.errands.contains(&errand) {
            self.errands.push_back(errand);
        }
    }

    /// Ends the errand that was on its way.
    fn settle(&mut self) {
        self.errands.pop_front();
        self.outgoing = None;
        self.attempts = 0;
        self.retry_at = None;
    }

    fn topic(&self) -> Option<&str> {
        match &self.enrollment {
            Enrollment::None => None,
            Enrollment::Begun { topic } | Enrollment::Done { topic } => Some(topic),
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.enrollment, Enrollment::Done { .. })
    }

    fn asks_for_commands(&self) -> bool {
        self.errands.iter().any(|errand| matches!(errand, Errand::Idle | Errand::Result(_)))
    }
}

impl Device {
    /// Begins to enroll, with the push topic that the enrollment profile names.
    pub fn enroll(&mut self, topic: &str) {
        self.forget_management();
        self.session.enrollment = Enrollment::Begun { topic: topic.to_owned() };
        self.session.queue(Errand::Authenticate);
        self.session.queue(Errand::TokenUpdate);
    }

    /// Whether the enrollment is complete.
    #[must_use]
    pub fn is_enrolled(&self) -> bool {
        self.session.is_done()
    }

    /// The token that pushes to this device are addressed to.
    #[must_use]
    pub fn push_token(&self) -> &[u8; 32] {
        &self.session.push_token
    }

    /// What pushes to this device must carry.
    #[must_use]
    pub fn push_magic(&self) -> &str {
        &self.session.push_magic
    }

    /// A push arrived; one that carries another magic is not for this enrollment.
    pub fn push(&mut self, magic: &str) {
        if magic != self.session.push_magic || !self.session.is_done() {
            return;
        }
        if self.is_reachable() {
            // Whatever was waiting for the server to come back need not wait any longer.
            self.session.retry_at = None;
            self.poll();
        } else {
            // Apple keeps the last notification for a device that is away.
            self.session.is_pushed = true;
        }
    }

    /// What it sends now, if anything: the same bytes until an answer that settles it is received.
    pub fn next_request(&mut self) -> Option<Request> {
        if self.next_send().is_none_or(|at| at > self.now) {
            return None;
        }
        while let Some(errand) = self.session.errands.front().cloned() {
            if self.session.outgoing.is_none() {
                self.session.outgoing = self.encode(&errand);
            }
            if self.session.outgoing.is_some() {
                return self.session.outgoing.clone();
            }
            // There turned out to be nothing to say, or no way to say it.
            self.session.errands.pop_front();
        }
        None
    }

    /// Takes what came of the request that [`Device::next_request`] gave last.
    pub fn receive(&mut self, answer: Answer, offers: &Offers) {
        let world = World { now: self.now, offers };
        let Some(errand) = self.session.errands.front().cloned() else { return };
        match answer {
            Answer::Lost => self.pause(None),
            Answer::Replied { status: 200..=299, body } => {
                self.session.settle();
                self.handle(errand, &body, world);
            }
            Answer::Replied { status: 401, .. } => self.unenroll(),
            Answer::Replied { status: 403, body } if is_unrecognized(&body) => self.unenroll(),
            Answer::Replied { status: 404, .. } if is_declaration(&errand) => {
                self.session.settle();
                self.finish_sync_if_complete(world);
            }
            Answer::Replied { status, .. } => self.pause(Some(status)),
        }
    }

    /// When it sends what waits.
    pub(super) fn next_send(&self) -> Option<Timestamp> {
        let has_work = !self.session.errands.is_empty() && self.is_reachable();
        has_work.then(|| self.session.retry_at.unwrap_or(self.now))
    }

    pub(super) fn next_poll(&self) -> Option<Timestamp> {
        let every = self.session.polls_every.filter(|_| self.session.is_done())?;
        let is_idle = self.is_reachable() && !self.session.asks_for_commands();
        is_idle.then(|| self.session.polled_at + every)
    }

    /// Asks for commands.
    pub(super) fn poll(&mut self) {
        self.session.polled_at = self.now;
        self.session.is_pushed = false;
        self.session.commands = 0;
        if !self.session.asks_for_commands() {
            self.session.queue(Errand::Idle);
        }
    }

    /// Goes on after the device was off or asleep.
    pub(super) fn resume_session(&mut self, power: Power) {
        let asks = self.session.asks_when_awake && power == Power::On;
        if self.session.is_done() && (asks || self.session.is_pushed) {
            self.session.asks_when_awake = false;
            self.poll();
        }
        self.session.retry_at = None;
    }

    pub(super) fn queue(&mut self, errand: Errand) {
        self.session.queue(errand);
    }

    pub(super) fn is_fetching_declarations(&self) -> bool {
        self.session.errands.iter().any(is_declaration)
    }

    pub(super) fn do_after_session(&mut self, after: After) {
        self.session.after_session = Some(after);
    }

    pub(super) fn has_errands(&self) -> bool {
        !self.session.errands.is_empty()
    }

    pub(super) fn is_reporting(&self) -> bool {
        self.session.errands.contains(&Errand::Status)
    }

    pub(super) fn queue_status_report(&mut self) {
        if self.session.is_done() {
            self.session.queue(Errand::Status);
        }
    }

    pub(super) fn unenroll(&mut self) {
        self.session.enrollment = Enrollment::None;
        self.forget_management();
        self.log(What::Unenrolled);
    }

    fn forget_management(&mut self) {
        self.session.errands.clear();
        self.session.outgoing = None;
        self.session.has_escrowed = false;
        self.session.asks_when_awake = false;
        self.session.is_pushed = false;
        self.session.attempts = 0;
        self.session.retry_at = None;
        self.forget_declarations();
    }

    /// Waits before the next attempt, longer each time. Nothing that is to be sent is given up.
    fn pause(&mut self, status: Option<u16>) {
        self.log(What::NoAnswer { status });
        self.session.attempts += 1;
        let doubled = FIRST_PAUSE.saturating_mul(1 << self.session.attempts.min(16));
        self.session.retry_at = Some(self.now + doubled.min(LONGEST_PAUSE));
    }

    fn handle(&mut self, errand: Errand, body: &[u8], world: World<'_>) {
        match errand {
            Errand::Authenticate => {}
            Errand::TokenUpdate => self.handle_token_update(),
            Errand::SetBootstrapToken => self.session.has_escrowed = true,
            Errand::GetBootstrapToken => {
                let answer = check_in::decode_answer::<BootstrapTokenAnswer>(body).ok();
                let token = answer.and_then(|answer| answer.bootstrap_token);
                let is_ours =
                    token.is_some_and(|token| token.expose().0 == self.session.bootstrap_token);
                self.continue_authorized(is_ours, world);
            }
            Errand::Idle | Errand::Result(_) => self.handle_command(body, world),
            Errand::Tokens => self.take_tokens(body),
            Errand::Manifest => self.take_manifest(body, world),
            Errand::Declaration { .. } => self.take_declaration(body, world),
            Errand::Status => {
                self.status.acknowledge();
                // Something may have changed while the report was on its way.
                self.queue_status_report();
            }
        }
    }

    fn handle_token_update(&mut self) {
        let Some(topic) = self.session.topic().map(str::to_owned) else { return };
        if !self.session.is_done() {
            self.session.enrollment = Enrollment::Done { topic };
            self.session.polled_at = self.now;
            self.log(What::Enrolled);
        }
        let can_escrow = self.hardware.family.is_mac() && self.hardware.supervised;
        if can_escrow && self.session.escrows_bootstrap_token && !self.session.has_escrowed {
            self.session.queue(Errand::SetBootstrapToken);
        }
    }

    fn handle_command(&mut self, body: &[u8], world: World<'_>) {
        if body.is_empty() || self.session.commands >= COMMAND_LIMIT {
            return self.end_session(world);
        }
        self.session.commands += 1;
        match self.carry_out(body, world) {
            Ok(report) => {
                self.session.asks_when_awake = report.is_not_now;
                self.session.errands.push_front(Errand::Result(report.body));
            }
            Err(problem) => self.log(What::BadAnswer { problem }),
        }
    }

    fn end_session(&mut self, world: World<'_>) {
        match self.session.after_session.take() {
            None => {}
            Some(After::Restart) => self.restart(world),
            Some(After::Unenroll) => self.unenroll(),
        }
    }

    fn encode(&mut self, errand: &Errand) -> Option<Request> {
        let message = match errand {
            Errand::Idle => {
                let body = self.idle_report();
                return Some(Request { endpoint: Endpoint::Command, body });
            }
            Errand::Result(body) => {
                return Some(Request { endpoint: Endpoint::Command, body: body.clone() });
            }
            Errand::Authenticate => Message::Authenticate(self.authenticate()),
            Errand::TokenUpdate => Message::TokenUpdate(self.token_update()),
            Errand::SetBootstrapToken => Message::SetBootstrapToken(SetBootstrapToken {
                bootstrap_token: Some(Data(self.session.bootstrap_token.to_vec()).into()),
                awaiting_configuration: false,
            }),
            Errand::GetBootstrapToken => Message::GetBootstrapToken(GetBootstrapToken::default()),
            Errand::Tokens => declarative("tokens", None)?,
            Errand::Manifest => declarative("declaration-items", None)?,
            Errand::Declaration { kind, identifier } => {
                declarative(&format!("declaration/{kind}/{identifier}"), None)?
            }
            Errand::Status => declarative("status", Some(self.status_report()?))?,
        };
        let identity = EnrollmentIdentity::device(self.udid()?);
        let body = check_in::encode(&CheckIn { identity, message });
        Some(Request { endpoint: Endpoint::CheckIn, body })
    }

    fn authenticate(&self) -> Authenticate {
        let hardware = &self.hardware;
        Authenticate {
            topic: self.session.topic().unwrap_or_default().to_owned(),
            device_name: Some(hardware.name.clone()),
            model_name: Some(hardware.model_name.clone()),
            model: Some(hardware.product.clone()),
            os_version: Some(self.installed.version.to_string()),
            build_version: Some(self.installed.build.clone()),
            product_name: Some(hardware.product.clone()),
            serial_number: Some(hardware.serial.clone()),
            imei: None,
            meid: None,
        }
    }

    fn token_update(&self) -> TokenUpdate {
        TokenUpdate {
            topic: self.session.topic().unwrap_or_default().to_owned(),
            token: Data(self.session.push_token.to_vec()).into(),
            push_magic: self.session.push_magic.clone().into(),
            unlock_token: None,
            awaiting_configuration: false,
            not_on_console: false,
        }
    }

    fn udid(&self) -> Option<Udid> {
        self.hardware.udid.parse().ok()
    }
}

/// `None` for an endpoint that no device could name, such as one of a hostile identifier.
fn declarative(endpoint: &str, report: Option<Vec<u8>>) -> Option<Message> {
    let endpoint: DeclarativeEndpoint = endpoint.parse().ok()?;
    let data = report.map(Data);
    Some(Message::DeclarativeManagement(DeclarativeManagement { endpoint, data }))
}

fn is_declaration(errand: &Errand) -> bool {
    matches!(errand, Errand::Declaration { .. })
}

/// Whether a refusal tells the device to unenroll.
fn is_unrecognized(body: &[u8]) -> bool {
    let answer: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    answer.is_some_and(|answer| {
        answer.get("code").and_then(|code| code.as_str()) == Some("com.apple.unrecognized.device")
    })
}
