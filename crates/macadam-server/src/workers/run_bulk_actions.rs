//! Does what was asked to be done to many devices.

use std::time::Duration;

use anyhow::Context;

use super::Worker;
use super::turn::Turns;
use crate::app::App;

/// What a server that died left is taken up after this, in wall time.
const PERIOD: Duration = Duration::from_secs(30);

pub(super) struct RunBulkActions {
    app: App,
    turns: Turns,
}

impl RunBulkActions {
    pub(super) fn new(app: App) -> Self {
        Self { turns: Turns::new(&app, Self::NAME), app }
    }
}

impl Worker for RunBulkActions {
    const NAME: &'static str = "run_bulk_actions";

    async fn run(&self) -> anyhow::Result<()> {
        let mut has_more = true;
        while has_more {
            has_more = false;
            // Two servers would do each part twice.
            self.turns
                .work_alone(async {
                    let done = self.app.do_bulk_part().await;
                    has_more = done.context("doing something to many devices")?;
                    Ok(())
                })
                .await?;
        }
        Ok(())
    }

    async fn rest(&self) {
        self.app.wall_clock.sleep(PERIOD).await;
    }
}
