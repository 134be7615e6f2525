//! Tells who watches what any server on the database changed.

use std::time::Duration;

use anyhow::Context;

use super::Worker;
use crate::app::App;

/// Of wall time: another server's change is told within this. The question is one row of an index.
const PERIOD: Duration = Duration::from_millis(400);

pub(super) struct FollowChanges {
    app: App,
}

impl FollowChanges {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for FollowChanges {
    const NAME: &'static str = "follow_changes";

    async fn run(&self) -> anyhow::Result<()> {
        self.app.follow_changes().await.context("following what changed")
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(PERIOD).await;
    }
}
