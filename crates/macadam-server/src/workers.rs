//! Work nobody waits for. A worker takes no input and may run twice: it compares what is with what
//! should be. It runs when it is signaled and once in a while, and nothing it does ends it.

#[cfg(test)]
mod crew;
mod flush_seen;
mod prune;
mod reconcile_fleet;
mod refresh_catalog;
mod refresh_release_notes;
mod renew_identities;
mod run_legacy_updates;
mod send_pushes;
mod watch_changes;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;

#[cfg(test)]
pub(crate) use crew::Crew;
use flush_seen::FlushSeen;
use prune::Prune;
use reconcile_fleet::ReconcileFleet;
use refresh_catalog::RefreshCatalog;
use refresh_release_notes::RefreshReleaseNotes;
use renew_identities::RenewIdentities;
use run_legacy_updates::RunLegacyUpdates;
use send_pushes::SendPushes;
use watch_changes::WatchChanges;

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
    let signals = &app.signals;
    let never = Arc::default;
    let mut tasks = vec![
        spawn(FlushSeen::new(app.clone()), never(), stop.clone()),
        spawn(Prune::new(app.clone()), never(), stop.clone()),
        spawn(WatchChanges::new(app.clone()), never(), stop.clone()),
        spawn(RenewIdentities::new(app.clone()), never(), stop.clone()),
        spawn(RunLegacyUpdates::new(app.clone()), never(), stop.clone()),
        spawn(ReconcileFleet::new(app.clone()), Arc::clone(&signals.reconcile_fleet), stop.clone()),
        spawn(SendPushes::new(app.clone()), Arc::clone(&signals.send_pushes), stop.clone()),
    ];
    if app.config.feed.is_enabled {
        tasks.push(spawn(RefreshCatalog::new(app.clone()), never(), stop.clone()));
    }
    if let Some(url) = &app.config.feed.community_url {
        match RefreshReleaseNotes::new(app.clone(), url.clone()) {
            Ok(worker) => tasks.push(spawn(worker, never(), stop.clone())),
            Err(error) => tracing::error!(error = format!("{error:#}"), "a worker cannot start"),
        }
    }
    tasks
}

fn spawn<W: Worker>(worker: W, signal: Arc<Notify>, stop: CancellationToken) -> JoinHandle<()> {
    let worker = Arc::new(worker);
    tokio::spawn(async move {
        loop {
            let run = Arc::clone(&worker);
            // A task of its own, so that even a panic ends only this run.
            let mut run = tokio::spawn(async move { run.run().await });
            let outcome = tokio::select! {
                outcome = &mut run => outcome,
                () = stop.cancelled() => {
                    run.abort();
                    return;
                }
            };
            let outcome = outcome.map_err(anyhow::Error::from).flatten();
            if let Err(error) = outcome {
                tracing::error!(worker = W::NAME, error = format!("{error:#}"), "a worker failed");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = signal.notified() => {}
                () = worker.rest() => {}
            }
        }
    })
}

/// The usual rest of a worker whose work follows the fleet's time.
async fn rest(app: &App, period: Duration) {
    app.fleet_clock.sleep(period).await;
}
