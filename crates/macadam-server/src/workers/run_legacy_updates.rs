//! Brings devices without software-update declarations to their targets by commands.

use std::time::Duration;

use anyhow::Context;

use super::turn::Turns;
use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_mins(5);

pub(super) struct RunLegacyUpdates {
    app: App,
    turns: Turns,
}

impl RunLegacyUpdates {
    pub(super) fn new(app: App) -> Self {
        Self { turns: Turns::new(&app, Self::NAME), app }
    }
}

impl Worker for RunLegacyUpdates {
    const NAME: &'static str = "run_legacy_updates";

    async fn run(&self) -> anyhow::Result<()> {
        // Two servers would send each command twice.
        self.turns
            .work_alone(async {
                self.app.run_legacy_updates().await.map(drop).context("sending update commands")
            })
            .await
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
