//! Sends the pushes that make devices ask for their commands.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use macadam_pki::{Fingerprint, PushCertificate};
use macadam_store::{ClaimedPush, PushOutcome};
use tokio::task::JoinSet;

use super::Worker;
use crate::app::App;
use crate::outbound::apns::{ApnsClient, ApnsLimits, Push, PushAnswer};

/// How long the queue is left alone when nothing is due and nobody signals.
const PERIOD: Duration = Duration::from_mins(5);
/// A push that was claimed and not settled is free again after this.
const LEASE: Duration = Duration::from_secs(60);
/// How long Apple keeps a push for a device that is off.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Batches a second.
const PACE: u32 = 10;
/// The first and the longest wait before a push is tried again.
const RETRY: (Duration, Duration) = (Duration::from_secs(15), Duration::from_hours(1));

const LIMITS: ApnsLimits = ApnsLimits {
    in_flight: 500,
    connect: Duration::from_secs(10),
    answer: Duration::from_secs(20),
};

pub(super) struct SendPushes {
    app: App,
    /// Kept while the certificate stays the same: a new client is a new connection.
    client: RwLock<Option<(Fingerprint, Arc<ApnsClient>)>>,
}

/// What became of one push, and what a person should know about it.
struct Sent {
    push: ClaimedPush,
    outcome: PushOutcome,
    problem: Option<String>,
}

/// What became of a batch.
#[derive(Default)]
struct Batch {
    /// Whether Apple took any of it.
    got_through: bool,
    problem: Option<String>,
}

impl SendPushes {
    pub(super) fn new(app: App) -> Self {
        Self { app, client: RwLock::default() }
    }

    fn client(&self, certificate: &PushCertificate) -> anyhow::Result<Arc<ApnsClient>> {
        let fingerprint = certificate.identity().certificate().fingerprint();
        let known = self.client.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, client)) = known.filter(|(known, _)| *known == fingerprint) {
            return Ok(client);
        }
        let client = Arc::new(ApnsClient::new(&self.app.config.push, certificate, LIMITS)?);
        let mut known = self.client.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some((fingerprint, Arc::clone(&client)));
        Ok(client)
    }

    /// Sends one batch at once.
    async fn send(
        &self,
        client: &Arc<ApnsClient>,
        topic: &str,
        batch: Vec<ClaimedPush>,
    ) -> anyhow::Result<Batch> {
        let mut sending = JoinSet::new();
        for push in batch {
            let (app, client) = (self.app.clone(), Arc::clone(client));
            let is_ours = push.topic == topic;
            sending.spawn(async move {
                if is_ours { send(&app, &client, push).await } else { foreign_topic(&app, push) }
            });
        }
        let (mut finished, mut became) = (Vec::new(), Batch::default());
        for sent in sending.join_all().await {
            became.got_through |= sent.outcome == PushOutcome::Sent;
            became.problem = became.problem.or(sent.problem);
            finished.push((sent.push, sent.outcome));
        }
        self.app.store.finish_pushes(self.app.fleet_clock.now(), finished).await?;
        Ok(became)
    }
}

impl Worker for SendPushes {
    const NAME: &'static str = "send_pushes";

    async fn run(&self) -> anyhow::Result<()> {
        let (_, waiting) = self.app.store.waiting_pushes().await?;
        if waiting == 0 {
            return Ok(());
        }
        let certificate = self.app.push_certificate().await.context("reading the certificate")?;
        let Some(certificate) = certificate else {
            tracing::warn!(waiting, "pushes wait for a push certificate");
            return Ok(());
        };
        let client = self.client(&certificate).context("making a client of the push service")?;
        let lease = self.app.fleet_clock.in_fleet_time(LEASE);
        let size = (self.app.config.limits.pushes_per_second / PACE).max(1);
        loop {
            let now = self.app.fleet_clock.now();
            let batch = self.app.store.claim_pushes(now, size, lease).await?;
            let is_last = batch.len() < size as usize;
            let Batch { got_through, problem } =
                self.send(&client, certificate.topic(), batch).await?;
            // Each has its own time to be tried again. Where none got through, the rest would fare
            // no better; where some did, one device must not keep the others waiting.
            if let Some(problem) = problem {
                anyhow::ensure!(got_through, "pushes did not get through: {problem}");
                tracing::warn!(problem, "some pushes did not get through");
            }
            if is_last {
                return Ok(());
            }
            self.app.wall_clock.sleep(Duration::from_secs(1) / PACE).await;
        }
    }

    /// Until the next push is due.
    async fn rest(&self) {
        let clock = &self.app.fleet_clock;
        let due = self.app.store.waiting_pushes().await.ok().and_then(|(due, _)| due);
        let latest = after(clock.now(), clock.in_fleet_time(PERIOD));
        // Overdue ones wait for what the last run could not do; they are not asked for at once.
        let earliest = after(clock.now(), clock.in_fleet_time(RETRY.0));
        clock.sleep_until(due.unwrap_or(latest).clamp(earliest, latest)).await;
    }
}

async fn send(app: &App, client: &ApnsClient, push: ClaimedPush) -> Sent {
    let expires_at = app.wall_clock.now().checked_add(KEPT).unwrap_or(Timestamp::MAX);
    let request = Push { token: &push.push_token, magic: &push.push_magic, expires_at };
    let answer = client.send(request).await;
    let retry = |pause: Option<Duration>| {
        let pause = pause.unwrap_or_default().max(backoff(push.attempts));
        PushOutcome::RetryAt(after(app.fleet_clock.now(), app.fleet_clock.in_fleet_time(pause)))
    };
    let (outcome, problem) = match answer {
        Ok(PushAnswer::Sent) => (PushOutcome::Sent, None),
        Ok(PushAnswer::Unregistered) => (PushOutcome::Unregistered, None),
        Ok(PushAnswer::Busy { retry_after }) => (retry(retry_after), None),
        Ok(PushAnswer::Refused { status, reason }) => {
            (retry(Some(RETRY.1)), Some(format!("Apple answered {status} {reason}")))
        }
        Err(error) => (retry(None), Some(format!("{:#}", anyhow::Error::from(error)))),
    };
    Sent { push, outcome, problem }
}

/// An enrollment of an earlier push certificate; only enrolling again helps.
fn foreign_topic(app: &App, push: ClaimedPush) -> Sent {
    tracing::debug!(push.topic = push.topic, "a device listens on another topic");
    let pause = app.fleet_clock.in_fleet_time(RETRY.1);
    let outcome = PushOutcome::RetryAt(after(app.fleet_clock.now(), pause));
    Sent { push, outcome, problem: None }
}

/// Twice as long after each attempt.
fn backoff(attempts: u32) -> Duration {
    RETRY.0.saturating_mul(2_u32.saturating_pow(attempts)).min(RETRY.1)
}

fn after(now: Timestamp, pause: Duration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let pauses: Vec<_> = [0, 1, 2, 7, 8, 1000].map(|n| backoff(n).as_secs()).into();
        assert_eq!(pauses, [15, 30, 60, 1920, 3600, 3600]);
    }
}
