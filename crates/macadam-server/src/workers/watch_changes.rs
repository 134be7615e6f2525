//! Notices what other servers changed in the shared store.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use super::Worker;
use crate::app::App;

/// Of wall time: how long another server's change may go unnoticed.
const PERIOD: Duration = Duration::from_secs(3);

pub(super) struct WatchChanges {
    app: App,
}

impl WatchChanges {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for WatchChanges {
    const NAME: &'static str = "watch_changes";

    async fn run(&self) -> anyhow::Result<()> {
        let known = self.app.knowledge.load_full();
        let now = self.app.refresh_knowledge().await.context("looking for changes")?;
        if !Arc::ptr_eq(&known, &now) {
            self.app.policy_changed();
        }
        Ok(())
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(PERIOD).await;
    }
}
