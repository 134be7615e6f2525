//! Gives devices a new enrollment profile before their identities expire.

use std::time::Duration;

use anyhow::Context;

use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_hours(6);

pub(super) struct RenewIdentities {
    app: App,
}

impl RenewIdentities {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for RenewIdentities {
    const NAME: &'static str = "renew_identities";

    async fn run(&self) -> anyhow::Result<()> {
        self.app.renew_identities().await.context("renewing identities")
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
