//! Brings devices without software-update declarations to their targets by commands.

use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use macadam_store::Lease;

use super::{Worker, rest};
use crate::app::App;

const NAME: &str = "run_legacy_updates";
const PERIOD: Duration = Duration::from_mins(5);
/// A server that died holds the others up for no longer than this.
const LEASE: SignedDuration = SignedDuration::from_secs(120);

pub(super) struct RunLegacyUpdates {
    app: App,
    /// Tells this server from the others.
    holder: String,
}

impl RunLegacyUpdates {
    pub(super) fn new(app: App) -> Self {
        let holder = app.ids.id(app.wall_clock.now()).to_string();
        Self { app, holder }
    }
}

impl Worker for RunLegacyUpdates {
    const NAME: &'static str = NAME;

    async fn run(&self) -> anyhow::Result<()> {
        let now = self.app.wall_clock.now();
        let until = now.checked_add(LEASE)?;
        let lease = Lease { name: NAME.into(), holder: self.holder.clone(), until };
        // Two servers would send each command twice.
        if !self.app.store.take_lease(now, lease).await? {
            return Ok(());
        }
        let outcome = self.app.run_legacy_updates().await.context("sending update commands");
        self.app.store.release_lease(NAME, &self.holder).await?;
        outcome.map(drop)
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
