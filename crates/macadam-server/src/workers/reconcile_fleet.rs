//! Brings every device's declarations in line with what is now decided for it.

use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use macadam_store::Lease;

use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_mins(15);
/// A server that died holds the others up for no longer than this.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
const NAME: &str = "reconcile_fleet";
/// How long to wait while another server works on the fleet.
const WAIT: Duration = Duration::from_secs(1);

pub(super) struct ReconcileFleet {
    app: App,
    /// Tells this server from the others.
    holder: String,
}

impl ReconcileFleet {
    pub(super) fn new(app: App) -> Self {
        let holder = app.ids.id(app.wall_clock.now()).to_string();
        Self { app, holder }
    }

    /// One server at a time: another one that still works with what was known before must not
    /// write over what follows from what is known now.
    async fn take_turn(&self) -> anyhow::Result<()> {
        loop {
            let now = self.app.wall_clock.now();
            let until = now.checked_add(LEASE)?;
            let lease = Lease { name: NAME.into(), holder: self.holder.clone(), until };
            if self.app.store.take_lease(now, lease).await? {
                return Ok(());
            }
            self.app.wall_clock.sleep(WAIT).await;
        }
    }
}

impl Worker for ReconcileFleet {
    const NAME: &'static str = NAME;

    async fn run(&self) -> anyhow::Result<()> {
        self.take_turn().await.context("waiting for the turn")?;
        let outcome = self.app.reconcile_fleet().await.context("reconciling the fleet");
        self.app.store.release_lease(NAME, &self.holder).await?;
        let reconciled = outcome?;
        if reconciled.changed_sets > 0 {
            tracing::info!(
                devices = reconciled.devices,
                changed = reconciled.changed_sets,
                "the fleet was reconciled"
            );
        }
        Ok(())
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
