//! Work that only one of the servers on a database does at a time.

use std::time::Duration;

use anyhow::bail;
use jiff::SignedDuration;
use macadam_store::Lease;

use crate::app::App;

/// How long to wait before another server's turn is looked at again.
const WAIT: Duration = Duration::from_secs(1);
/// A server that died in its turn holds the others up for no longer than this.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How often the lease of a turn is prolonged.
const PROLONG: Duration = Duration::from_secs(2);

/// The turns of one worker of one server.
pub(crate) struct Turns {
    app: App,
    name: &'static str,
    /// Tells this server from the others.
    holder: String,
}

impl Turns {
    pub(crate) fn new(app: &App, name: &'static str) -> Self {
        let holder = app.ids.id(app.wall_clock.now()).to_string();
        Self { app: app.clone(), name, holder }
    }

    /// Does the work, unless another server is at it.
    pub(crate) async fn work_alone(
        &self,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        if !self.take().await? {
            return Ok(());
        }
        self.work_and_release(work).await
    }

    /// Does the work, after any other server that is at it.
    pub(crate) async fn wait_and_work(
        &self,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        while !self.take().await? {
            self.app.wall_clock.sleep(WAIT).await;
        }
        self.work_and_release(work).await
    }

    async fn take(&self) -> anyhow::Result<bool> {
        let now = self.app.wall_clock.now();
        let until = now.checked_add(LEASE)?;
        let lease = Lease { name: self.name.into(), holder: self.holder.clone(), until };
        Ok(self.app.take_lease(now, lease).await?)
    }

    async fn work_and_release(
        &self,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        let outcome = tokio::select! {
            biased;
            outcome = work => outcome,
            lost = self.prolong() => lost,
        };
        self.app.release_lease(self.name, &self.holder).await?;
        outcome
    }

    /// Keeps the turn for as long as it is asked to. Fails when another server has taken it, as
    /// one may after this one was held up: that one works with what is known now.
    async fn prolong(&self) -> anyhow::Result<()> {
        loop {
            self.app.wall_clock.sleep(PROLONG).await;
            if !self.take().await? {
                bail!("another server took the turn of {}", self.name);
            }
        }
    }
}
