//! Stops releases for the later rings of an item when an earlier one has trouble with them.

use std::time::Duration;

use anyhow::Context;

use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_mins(10);

pub(super) struct HaltRings {
    app: App,
}

impl HaltRings {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for HaltRings {
    const NAME: &'static str = "halt_rings";

    async fn run(&self) -> anyhow::Result<()> {
        self.app.halt_rings().await.context("looking after the rings")
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
