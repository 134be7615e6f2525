//! Gives devices a new enrollment profile before their identities expire.

use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use macadam_store::Lease;

use super::{Worker, rest};
use crate::app::App;

const NAME: &str = "renew_identities";
const PERIOD: Duration = Duration::from_hours(6);
/// A server that died holds the others up for no longer than this.
const LEASE: SignedDuration = SignedDuration::from_secs(120);

pub(super) struct RenewIdentities {
    app: App,
    /// Tells this server from the others.
    holder: String,
}

impl RenewIdentities {
    pub(super) fn new(app: App) -> Self {
        let holder = app.ids.id(app.wall_clock.now()).to_string();
        Self { app, holder }
    }
}

impl Worker for RenewIdentities {
    const NAME: &'static str = NAME;

    async fn run(&self) -> anyhow::Result<()> {
        let now = self.app.wall_clock.now();
        let until = now.checked_add(LEASE)?;
        let lease = Lease { name: NAME.into(), holder: self.holder.clone(), until };
        // Two servers would send each profile twice.
        if !self.app.store.take_lease(now, lease).await? {
            return Ok(());
        }
        let outcome = self.app.renew_identities().await.context("renewing identities");
        self.app.store.release_lease(NAME, &self.holder).await?;
        outcome
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
