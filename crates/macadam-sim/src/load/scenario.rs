//! One kind of request, over and over, from many devices on many connections.

pub(super) mod prepare;
mod worker;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use macadam_pki::IssueCertificateError;

use super::measure::{percentile_ms, ratio};
use super::{EnrollFleetError, Fixtures, Ledger, Processes, Report, Target, steady_now, wait};
use crate::identity::LoadIdentityError;
use prepare::prepare;
use worker::{Tally, Worker};

/// One request in so many is wrong on purpose: the tenth, so that short runs have one as well.
const WRONG_EVERY: usize = 100;
const FIRST_WRONG: usize = 9;

/// The kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
    /// Asking for commands when there are none.
    Idle,
    /// A new push token, which must be durable before it is acknowledged.
    TokenUpdate,
    /// The commands that follow an enrollment. Each device enrolls anew for each session, which is
    /// not measured; a command handed out and acknowledged counts as one request. The results name
    /// their command, so they are signed during the run.
    Command,
    /// The token of the declarations.
    DdmTokens,
    /// The manifest.
    DdmItems,
    /// One declaration.
    DdmDeclaration,
}

/// How a scenario is run.
pub struct Run<'a> {
    /// The server.
    pub target: Target,
    /// What is asked.
    pub scenario: Scenario,
    /// How many sockets.
    pub connections: usize,
    /// How long it is measured, after it has run for a while.
    pub seconds: f64,
    /// How many of the devices take part.
    pub devices: usize,
    /// Whose cost is measured.
    pub processes: &'a Processes,
}

/// A run could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An identity is broken.
    #[error(transparent)]
    Identity(#[from] LoadIdentityError),
    /// The wrong certificates could not be made.
    #[error("certificate of an unknown authority cannot be made")]
    Issue(#[from] IssueCertificateError),
    /// Too few devices.
    #[error("there are {devices} devices, which is less than one for each connection")]
    TooFewDevices {
        /// How many.
        devices: usize,
    },
    /// A device has no declaration to ask for.
    #[error("{serial} has no declaration to fetch: {problem}")]
    NoDeclaration {
        /// The device.
        serial: String,
        /// Why.
        problem: String,
    },
    /// A device that has to enroll anew could not.
    #[error(transparent)]
    Enroll(#[from] EnrollFleetError),
}

/// Runs a scenario; gives what it showed and what the server acknowledged.
pub fn run(fixtures: &Fixtures, run: &Run<'_>) -> Result<(Report, Ledger), RunError> {
    let devices = prepare(fixtures, run)?;
    let count = devices.len();
    if count < run.connections.max(1) {
        return Err(RunError::TooFewDevices { devices: count });
    }
    let (is_measuring, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let mut shares: Vec<Vec<_>> = (0..run.connections.max(1)).map(|_| Vec::new()).collect();
    let places = shares.len();
    for (index, device) in devices.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(index % places) {
            share.push(device);
        }
    }
    let own = Processes(vec![("client".into(), std::process::id())]);
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| Worker::new(run, share, &is_measuring, &is_over))
            .map(|worker| scope.spawn(move || worker.work()))
            .collect();
        wait(Duration::from_secs(1));
        let (before, own_before) = (run.processes.sample(), own.sample());
        let began = steady_now();
        is_measuring.store(true, Ordering::Relaxed);
        wait(Duration::from_secs_f64(run.seconds));
        is_measuring.store(false, Ordering::Relaxed);
        let seconds = began.elapsed().as_secs_f64();
        // The cost is taken before the threads are joined, which waits for slow answers.
        let costs = (run.processes.sample(), own.sample());
        is_over.store(true, Ordering::Relaxed);
        let mut tally = Tally::default();
        for worker in workers {
            tally.add(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        let requests = tally.latencies.len();
        let mut report = report(run, tally.clone(), seconds, count);
        report.costs = run.processes.costs_between(&before, &costs.0, seconds, requests);
        report.costs.extend(own.costs_between(&own_before, &costs.1, seconds, requests));
        Ok((report, tally.ledger))
    })
}

fn report(run: &Run<'_>, mut tally: Tally, seconds: f64, devices: usize) -> Report {
    tally.latencies.sort_unstable();
    let percentile = |share| percentile_ms(&tally.latencies, share);
    Report {
        scenario: run.scenario.to_string(),
        connections: run.connections,
        devices,
        seconds,
        requests: tally.latencies.len(),
        refused: tally.refused,
        wrongly_accepted: tally.wrongly_accepted,
        failed: tally.failed,
        first_failure: tally.first_failure.clone(),
        per_second: ratio(tally.latencies.len()) / seconds,
        p50_ms: percentile(0.5),
        p90_ms: percentile(0.9),
        p99_ms: percentile(0.99),
        max_ms: percentile(1.0),
        costs: Vec::new(),
        data_sync_us: 0.0,
    }
}

impl Scenario {
    /// Whether only devices with declarative management can take part.
    fn is_declarative(self) -> bool {
        match self {
            Self::DdmTokens | Self::DdmItems | Self::DdmDeclaration => true,
            Self::Idle | Self::TokenUpdate | Self::Command => false,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "idle",
            Self::TokenUpdate => "token-update",
            Self::Command => "command",
            Self::DdmTokens => "ddm-tokens",
            Self::DdmItems => "ddm-items",
            Self::DdmDeclaration => "ddm-declaration",
        })
    }
}
