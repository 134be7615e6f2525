//! Forgets declaration sets that no device has any more.

use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;

use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_hours(24);
/// A set is kept for this long after it was saved, for devices that are about to get it.
const GRACE: SignedDuration = SignedDuration::from_hours(24);

pub(super) struct Prune {
    app: App,
}

impl Prune {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for Prune {
    const NAME: &'static str = "prune";

    async fn run(&self) -> anyhow::Result<()> {
        let before = self.app.fleet_clock.now().checked_sub(GRACE)?;
        let gone = self.app.store.prune_declaration_sets(before).await;
        let gone = gone.context("forgetting declaration sets")?;
        if gone > 0 {
            tracing::info!(count = gone, "declaration sets that no device has were forgotten");
        }
        Ok(())
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
