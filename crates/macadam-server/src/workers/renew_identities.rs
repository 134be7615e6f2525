//! Gives devices a new enrollment profile before their identities expire.

use std::time::Duration;

use anyhow::Context;

use super::turn::Turns;
use super::{Worker, rest};
use crate::app::App;

const PERIOD: Duration = Duration::from_hours(6);

pub(super) struct RenewIdentities {
    app: App,
    turns: Turns,
}

impl RenewIdentities {
    pub(super) fn new(app: App) -> Self {
        Self { turns: Turns::new(&app, Self::NAME), app }
    }
}

impl Worker for RenewIdentities {
    const NAME: &'static str = "renew_identities";

    async fn run(&self) -> anyhow::Result<()> {
        // Two servers would send each profile twice.
        self.turns
            .work_alone(async { self.app.renew_identities().await.context("renewing identities") })
            .await
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
