//! Work that only one of the servers on a database does at a time.

use std::time::Duration;

use jiff::SignedDuration;
use macadam_store::Lease;

use crate::app::App;

/// How long to wait before another server's turn is looked at again.
const WAIT: Duration = Duration::from_secs(1);

/// The turns of one worker of one server.
pub(super) struct Turns {
    app: App,
    name: &'static str,
    /// Tells this server from the others.
    holder: String,
    /// A server that died holds the others up for no longer than this.
    longest: SignedDuration,
}

impl Turns {
    pub(super) fn new(app: &App, name: &'static str, longest: SignedDuration) -> Self {
        let holder = app.ids.id(app.wall_clock.now()).to_string();
        Self { app: app.clone(), name, holder, longest }
    }

    /// Does the work, unless another server is at it.
    pub(super) async fn work_alone(
        &self,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        if !self.take().await? {
            return Ok(());
        }
        self.work_and_release(work).await
    }

    /// Does the work, after any other server that is at it.
    pub(super) async fn wait_and_work(
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
        let until = now.checked_add(self.longest)?;
        let lease = Lease { name: self.name.into(), holder: self.holder.clone(), until };
        Ok(self.app.take_lease(now, lease).await?)
    }

    async fn work_and_release(
        &self,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        let outcome = work.await;
        self.app.release_lease(self.name, &self.holder).await?;
        outcome
    }
}
