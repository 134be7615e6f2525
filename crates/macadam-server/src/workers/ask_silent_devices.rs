//! Asks devices that report nothing by themselves what they are and run.

use std::time::Duration;

use anyhow::Context;

use super::turn::Turns;
use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_hours(1);

pub(super) struct AskSilentDevices {
    app: App,
    turns: Turns,
}

impl AskSilentDevices {
    pub(super) fn new(app: App) -> Self {
        Self { turns: Turns::new(&app, Self::NAME), app }
    }
}

impl Worker for AskSilentDevices {
    const NAME: &'static str = "ask_silent_devices";

    async fn run(&self) -> anyhow::Result<()> {
        // Two servers would ask each device twice.
        self.turns
            .work_alone(async {
                self.app
                    .ask_silent_devices()
                    .await
                    .map(drop)
                    .context("asking devices what they run")
            })
            .await
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
