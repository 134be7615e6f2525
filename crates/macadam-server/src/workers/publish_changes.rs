//! Writes down what changed, for whoever watches.

use std::time::Duration;

use anyhow::Context;

use super::Worker;
use crate::app::App;

/// Of wall time: what could not be written down is tried again after this.
const PERIOD: Duration = Duration::from_secs(5);

pub(super) struct PublishChanges {
    app: App,
}

impl PublishChanges {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for PublishChanges {
    const NAME: &'static str = "publish_changes";

    async fn run(&self) -> anyhow::Result<()> {
        self.app.publish_changes().await.context("writing down what changed")
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(PERIOD).await;
    }
}
