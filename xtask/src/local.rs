//! Programs that automation starts on this machine: their ports, and the files they show that they
//! are there by.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

/// An address that nothing listens on.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a free port")?;
    Ok(listener.local_addr()?)
}

/// Waits until somebody has written a file.
pub(crate) fn wait_for_file(path: &Path, patience: Duration) -> anyhow::Result<()> {
    wait_until(patience, &format!("{} did not appear", path.display()), || Ok(path.is_file()))
}

/// Waits until something is so; looking may fail, and ends the wait.
#[allow(clippy::disallowed_methods, reason = "automation waits for real programs")]
pub(crate) fn wait_until(
    patience: Duration,
    otherwise: &str,
    mut is_so: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while !is_so()? {
        ensure!(began.elapsed() < patience, "{otherwise}");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
