//! Keeps the fleet in memory up to date, so that whoever looks at all of it need not wait until it
//! is read.

use std::time::Duration;

use anyhow::Context;

use super::Worker;
use crate::app::App;

/// Of wall time: a question has to read again what changed within this. Without any change this is
/// two point reads.
const PERIOD: Duration = Duration::from_millis(400);

pub(super) struct FollowDevices {
    app: App,
}

impl FollowDevices {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for FollowDevices {
    const NAME: &'static str = "follow_devices";

    async fn run(&self) -> anyhow::Result<()> {
        self.app.store.roster().await.context("reading which devices changed").map(drop)
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(PERIOD).await;
    }
}
