//! One connection of a run: a thread that sends for its devices in turn.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use macadam_protocol::{Limits, property_list};
use plist::Value;

use super::prepare::Prepared;
use super::{FIRST_WRONG, Run, Scenario, WRONG_EVERY};
use crate::clock::wall_now;
use crate::load::requests::acknowledged;
use crate::load::wire::Reply;
use crate::load::{Ledger, Target, Wire, steady_now};

/// After so many broken connections in a row the server counts as gone.
const BROKEN_LIMIT: usize = 3;
/// A server that always has another command is left.
const COMMAND_LIMIT: usize = 100;

/// What a connection saw.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) latencies: Vec<Duration>,
    pub(super) refused: usize,
    pub(super) wrongly_accepted: usize,
    pub(super) failed: usize,
    pub(super) first_failure: Option<String>,
    pub(super) ledger: Ledger,
}

/// One connection and its devices.
pub(super) struct Worker<'a> {
    target: Target,
    scenario: Scenario,
    devices: Vec<Prepared>,
    wire: Wire,
    /// Right requests that come before the next wrong one.
    until_wrong: usize,
    is_measuring: &'a AtomicBool,
    is_over: &'a AtomicBool,
    tally: Tally,
}

/// Why a request was not answered rightly.
enum Failure {
    Broken(io::Error),
    Wrong(String),
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.refused += other.refused;
        self.wrongly_accepted += other.wrongly_accepted;
        self.failed += other.failed;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        self.ledger.0.extend(other.ledger.0);
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        run: &Run<'_>,
        devices: Vec<Prepared>,
        is_measuring: &'a AtomicBool,
        is_over: &'a AtomicBool,
    ) -> Self {
        let (target, scenario) = (run.target, run.scenario);
        let wire = Wire::new(target.address);
        let until_wrong = FIRST_WRONG;
        let tally = Tally::default();
        Self { target, scenario, devices, wire, until_wrong, is_measuring, is_over, tally }
    }

    pub(super) fn work(mut self) -> Tally {
        let mut broken = 0;
        let devices = std::mem::take(&mut self.devices);
        for (turn, device) in devices.iter().cycle().enumerate() {
            if self.is_over.load(Ordering::Relaxed) || broken >= BROKEN_LIMIT {
                break;
            }
            let outcome = if self.until_wrong == 0 {
                self.until_wrong = WRONG_EVERY - 1;
                self.send_wrong(device)
            } else {
                self.send_right(device, turn / devices.len())
            };
            match outcome {
                Ok(()) => broken = 0,
                Err(Failure::Broken(error)) => {
                    broken += 1;
                    self.fail(error.to_string());
                }
                Err(Failure::Wrong(problem)) => self.fail(problem),
            }
        }
        self.tally
    }

    fn fail(&mut self, problem: String) {
        self.tally.failed += 1;
        self.tally.first_failure.get_or_insert(problem);
    }

    fn send_wrong(&mut self, device: &Prepared) -> Result<(), Failure> {
        let sent = self.tally.refused + self.tally.wrongly_accepted;
        let Some(request) = in_turn(&device.wrong, sent) else { return Ok(()) };
        let reply = self.wire.call(request)?;
        match reply.status {
            403 => self.tally.refused += 1,
            200..300 => self.tally.wrongly_accepted += 1,
            status => return Err(Failure::Wrong(format!("a wrong request was answered {status}"))),
        }
        Ok(())
    }

    fn call_right(&mut self, request: &[u8]) -> Result<Reply, Failure> {
        self.until_wrong = self.until_wrong.saturating_sub(1);
        Ok(self.wire.call(request)?)
    }

    fn send_right(&mut self, device: &Prepared, round: usize) -> Result<(), Failure> {
        let Some(request) = in_turn(&device.requests, round) else { return Ok(()) };
        let token = in_turn(&device.tokens, round);
        if let Some(token) = token {
            self.tally.ledger.of(&device.serial).token_in_flight = Some(token.clone());
        }
        if !device.enrolls.is_empty() {
            // A new enrollment begins with an empty queue and history.
            self.tally.ledger.of(&device.serial).results.clear();
        }
        for message in &device.enrolls {
            expect(&self.call_right(message)?, true)?;
        }
        let began = steady_now();
        let reply = self.call_right(request)?;
        match self.scenario {
            Scenario::Command => self.carry_out(device, reply, began)?,
            Scenario::Idle | Scenario::TokenUpdate => {
                expect(&reply, reply.body.is_empty())?;
                self.measured(began);
            }
            Scenario::DdmTokens | Scenario::DdmItems | Scenario::DdmDeclaration => {
                expect(&reply, !reply.body.is_empty())?;
                self.measured(began);
            }
        }
        self.record(device, token, wall_now());
        Ok(())
    }

    fn measured(&mut self, began: Instant) {
        if self.is_measuring.load(Ordering::Relaxed) {
            self.tally.latencies.push(began.elapsed());
        }
    }

    /// Carries out the commands of a session until there is none left.
    fn carry_out(
        &mut self,
        device: &Prepared,
        first: Reply,
        began: Instant,
    ) -> Result<(), Failure> {
        let (mut reply, mut began) = (first, began);
        for done in 0..COMMAND_LIMIT {
            expect(&reply, done > 0 || !reply.body.is_empty())?;
            if reply.body.is_empty() {
                return Ok(());
            }
            let command = command_uuid(&reply.body)
                .ok_or_else(|| Failure::Wrong("the command has no UUID".to_owned()))?;
            let report = acknowledged(&device.udid, &command);
            reply = self.call_right(&self.target.bytes(&report, &device.identity))?;
            expect(&reply, true)?;
            self.measured(began);
            began = steady_now();
            self.tally.ledger.of(&device.serial).results.push(command);
        }
        Ok(())
    }

    fn record(&mut self, device: &Prepared, token: Option<&(Vec<u8>, String)>, now: Timestamp) {
        let acknowledged = self.tally.ledger.of(&device.serial);
        acknowledged.see(now);
        if let Some(token) = token {
            acknowledged.token = Some(token.clone());
            acknowledged.token_in_flight = None;
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

fn expect(reply: &Reply, is_right: bool) -> Result<(), Failure> {
    if reply.status == 200 && is_right {
        return Ok(());
    }
    Err(Failure::Wrong(format!("status {} with {} octets", reply.status, reply.body.len())))
}

fn in_turn<T>(choices: &[T], turn: usize) -> Option<&T> {
    choices.get(turn.checked_rem(choices.len())?)
}

fn command_uuid(body: &[u8]) -> Option<String> {
    let command = property_list::decode_value(body, &Limits::MESSAGE).ok()?;
    command.as_dictionary()?.get("CommandUUID").and_then(Value::as_string).map(str::to_owned)
}
