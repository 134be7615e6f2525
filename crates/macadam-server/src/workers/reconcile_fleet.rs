//! Brings every device's declarations in line with what is now decided for it.

use std::time::Duration;

use anyhow::Context;

use super::turn::Turns;
use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_mins(15);

pub(super) struct ReconcileFleet {
    app: App,
    turns: Turns,
}

impl ReconcileFleet {
    pub(super) fn new(app: App) -> Self {
        Self { turns: Turns::new(&app, Self::NAME), app }
    }

    async fn reconcile(&self) -> anyhow::Result<()> {
        let reconciled = self.app.reconcile_fleet().await.context("reconciling the fleet")?;
        if reconciled.changed_sets > 0 {
            tracing::info!(
                devices = reconciled.devices,
                changed = reconciled.changed_sets,
                "the fleet was reconciled"
            );
        }
        Ok(())
    }
}

impl Worker for ReconcileFleet {
    const NAME: &'static str = "reconcile_fleet";

    /// One server at a time: another one that still works with what was known before must not
    /// write over what follows from what is known now.
    async fn run(&self) -> anyhow::Result<()> {
        self.turns.wait_and_work(self.reconcile()).await
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
