//! Asks the community's feed why releases matter.

use anyhow::Context;

use super::Worker;
use crate::app::{App, NOTES_PERIOD};

pub(super) struct RefreshReleaseNotes {
    app: App,
}

impl RefreshReleaseNotes {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for RefreshReleaseNotes {
    const NAME: &'static str = "refresh_release_notes";

    async fn run(&self) -> anyhow::Result<()> {
        let Some(source) = &self.app.community_source else { return Ok(()) };
        let refreshed = self.app.refresh_release_notes(source).await;
        refreshed.map(drop).context("asking the community's feed")
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(NOTES_PERIOD).await;
    }
}
