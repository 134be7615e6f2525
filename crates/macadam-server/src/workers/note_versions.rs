//! Notes day by day how the versions are spread over the fleet.

use std::time::Duration;

use anyhow::Context;

use super::{Worker, rest};
use crate::app::App;

/// What was noted last on a day is how the day ended, to within so much.
const PERIOD: Duration = Duration::from_hours(1);

pub(super) struct NoteVersions {
    app: App,
}

impl NoteVersions {
    pub(super) fn new(app: App) -> Self {
        Self { app }
    }
}

impl Worker for NoteVersions {
    const NAME: &'static str = "note_versions";

    async fn run(&self) -> anyhow::Result<()> {
        self.app.note_version_shares().await.context("noting how the versions are spread")
    }

    async fn rest(&self) {
        rest(&self.app, PERIOD).await;
    }
}
