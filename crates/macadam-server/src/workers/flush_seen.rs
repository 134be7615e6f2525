//! Writes what is only in memory: when devices were seen, and which requests were refused.

use std::time::Duration;

use anyhow::Context;

use super::Worker;
use crate::app::App;

/// Of wall time: it bounds what a crash loses.
const PERIOD: Duration = Duration::from_secs(30);

pub(super) struct FlushSeen {
    app: App,
}

impl FlushSeen {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for FlushSeen {
    const NAME: &'static str = "flush_seen";

    async fn run(&self) -> anyhow::Result<()> {
        self.app.flush().await.context("writing when devices were seen")
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(PERIOD).await;
    }
}
