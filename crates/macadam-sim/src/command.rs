//! The commands of `macadam-sim`.

pub(crate) mod doubles;
pub(crate) mod fleet;
pub(crate) mod load;
mod pace;

use tokio::signal::unix::{SignalKind, signal};

/// Waits for Ctrl-C, or for whoever started this to want it ended.
async fn stop_requested() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
