//! Forgets what nobody needs any more.

use std::time::Duration;

use anyhow::Context;

use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_hours(24);

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
        self.app.prune().await.context("forgetting what nobody needs")
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
