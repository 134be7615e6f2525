//! Work nobody waits for. A worker takes no input and may run twice: it compares what is with what
//! should be. It runs when it is signaled and once in a while, and nothing it does ends it.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::FleetClock;

/// One kind of work.
pub(crate) trait Worker: Send + Sync + 'static {
    const NAME: &'static str;
    /// How much fleet time passes at most between two runs.
    const PERIOD: Duration;

    /// Does what is to be done now. An error is logged, and the next run tries again.
    fn run(&self) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// When to run next, if it is not the period that says it.
    fn pause(&self) -> Duration {
        Self::PERIOD
    }
}

/// Runs a worker at once, on each signal and after each pause, until `stop`.
pub(crate) fn spawn<W: Worker>(
    worker: W,
    clock: FleetClock,
    signal: std::sync::Arc<Notify>,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let Some(outcome) = stop.run_until_cancelled(worker.run()).await else { return };
            if let Err(error) = outcome {
                tracing::error!(worker = W::NAME, error = format!("{error:#}"), "a worker failed");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = signal.notified() => {}
                () = clock.sleep(worker.pause()) => {}
            }
        }
    })
}
