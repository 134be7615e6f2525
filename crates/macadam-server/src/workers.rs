//! Work nobody waits for. A worker takes no input and may run twice: it compares what is with what
//! should be. It runs when it is signaled and once in a while, and nothing it does ends it.

mod ask_silent_devices;
#[cfg(test)]
mod crew;
mod flush_seen;
mod follow_changes;
mod follow_devices;
mod halt_rings;
mod note_versions;
mod prune;
mod publish_changes;
mod reconcile_fleet;
mod refresh_catalog;
mod refresh_release_notes;
mod renew_identities;
mod run_bulk_actions;
mod run_legacy_updates;
mod send_pushes;
#[cfg(test)]
mod tests;
mod turn;
mod watch_changes;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::app::App;
use crate::clock::WallClock;

use ask_silent_devices::AskSilentDevices;
#[cfg(test)]
pub(crate) use crew::Crew;
use flush_seen::FlushSeen;
use follow_changes::FollowChanges;
use follow_devices::FollowDevices;
use halt_rings::HaltRings;
use note_versions::NoteVersions;
use prune::Prune;
use publish_changes::PublishChanges;
use reconcile_fleet::ReconcileFleet;
use refresh_catalog::RefreshCatalog;
use refresh_release_notes::RefreshReleaseNotes;
use renew_identities::RenewIdentities;
use run_bulk_actions::RunBulkActions;
use run_legacy_updates::RunLegacyUpdates;
use send_pushes::SendPushes;
#[cfg(test)]
pub(crate) use turn::Turns;
use watch_changes::WatchChanges;

/// The first and the longest pause after a run that failed, in wall time.
const PAUSE: (Duration, Duration) = (Duration::from_secs(15), Duration::from_mins(2));

/// One kind of work.
trait Worker: Send + Sync + 'static {
    const NAME: &'static str;

    /// Does what is to be done now. An error is logged, and the next run tries again.
    fn run(&self) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Waits until the next run is due without a signal.
    fn rest(&self) -> impl Future<Output = ()> + Send;
}

/// Starts every worker; each ends after `stop`, between two runs or in the middle of one.
pub(crate) fn spawn_all(app: &App, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
    let team = Team { wall_clock: app.wall_clock.clone(), stop: stop.clone() };
    let signals = &app.signals;
    let mut tasks = vec![
        team.spawn(FlushSeen::new(app.clone())),
        team.spawn(Prune::new(app.clone())),
        team.spawn(HaltRings::new(app.clone())),
        team.spawn(NoteVersions::new(app.clone())),
        team.spawn(WatchChanges::new(app.clone())),
        team.spawn(FollowDevices::new(app.clone())),
        team.spawn(RenewIdentities::new(app.clone())),
        team.spawn(AskSilentDevices::new(app.clone())),
        team.spawn(RunLegacyUpdates::new(app.clone())),
        team.spawn_signaled(ReconcileFleet::new(app.clone()), &signals.reconcile_fleet),
        team.spawn_signaled(RunBulkActions::new(app.clone()), &signals.run_bulk_actions),
        team.spawn_signaled(PublishChanges::new(app.clone()), &signals.publish_changes),
        team.spawn_signaled(FollowChanges::new(app.clone()), &signals.follow_changes),
        team.spawn_signaled(SendPushes::new(app.clone()), &signals.send_pushes),
    ];
    if app.config.feed.is_enabled {
        tasks.push(team.spawn(RefreshCatalog::new(app.clone())));
    }
    if app.community_source.is_some() {
        tasks.push(team.spawn(RefreshReleaseNotes::new(app.clone())));
    }
    tasks
}

/// What the workers of one server go by.
struct Team {
    wall_clock: WallClock,
    stop: CancellationToken,
}

impl Team {
    /// Starts a worker that nobody signals.
    fn spawn<W: Worker>(&self, worker: W) -> JoinHandle<()> {
        self.spawn_signaled(worker, &Arc::default())
    }

    fn spawn_signaled<W: Worker>(&self, worker: W, signal: &Arc<Notify>) -> JoinHandle<()> {
        let (clock, stop) = (self.wall_clock.clone(), self.stop.clone());
        let signal = Arc::clone(signal);
        tokio::spawn(async move {
            let work = work(Arc::new(worker), &signal, &clock);
            // A run that is in the works ends with the task that waits for it.
            stop.run_until_cancelled_owned(work).await;
        })
    }
}

/// Runs a worker for good.
async fn work<W: Worker>(worker: Arc<W>, signal: &Notify, clock: &WallClock) {
    let mut failures = 0;
    loop {
        let run = Arc::clone(&worker);
        // A task of its own, so that even a panic ends only this run.
        let run = AbortOnDropHandle::new(tokio::spawn(async move { run.run().await }));
        match run.await.map_err(anyhow::Error::from).flatten() {
            Ok(()) => failures = 0,
            Err(error) => {
                tracing::error!(worker = W::NAME, error = format!("{error:#}"), "a worker failed");
                // Every device that speaks to us may signal; what failed is not mended by that.
                clock.sleep(pause(failures)).await;
                failures += 1;
            }
        }
        tokio::select! {
            () = signal.notified() => {}
            () = worker.rest() => {}
        }
    }
}

/// How long no signal is listened to after a run that failed as the ones before it.
fn pause(failures_before: u32) -> Duration {
    PAUSE.0.saturating_mul(2_u32.saturating_pow(failures_before)).min(PAUSE.1)
}

/// The usual rest of a worker whose work follows the fleet's time.
async fn rest(app: &App, period: Duration) {
    app.fleet_clock.sleep(period).await;
}
