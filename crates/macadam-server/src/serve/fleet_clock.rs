//! The fleet's clock across starts: an accelerated one stands while no server runs.
//!
//! Wall time goes on without a server, and a night of it would be years of a fast clock. So a
//! running server says in the store, once a second, until when the clock certainly runs. Who starts
//! within that time shares the running clock; who starts later lets it go on from there.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use macadam_store::{SaveError, Store, StoreError};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::clock::{Acceleration, FleetClock};
use crate::config::FleetClockSettings;

const SETTING: &str = "fleet_clock";
/// How often a running server says that it runs, in wall time.
const PERIOD: Duration = Duration::from_secs(1);
/// For how long that holds: a server that was killed is started again within this, or the clock
/// stood meanwhile.
const HOLD: SignedDuration = SignedDuration::from_secs(5);
/// How often another server may be first before the next period's turn.
const ATTEMPTS: usize = 5;

/// The stored clock could not be read or written.
#[derive(Debug, Error)]
pub enum FleetClockError {
    #[error("the stored clock cannot be read")]
    Read(#[from] serde_json::Error),
    #[error("the database did not do its part")]
    Store(#[from] StoreError),
    #[error("other servers kept changing the stored clock")]
    Busy,
}

/// How the clock is pinned to the wall, and until which wall time it certainly runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct StoredClock {
    wall: Timestamp,
    fleet: Timestamp,
    factor: f64,
    /// Not there where a version wrote it whose clock never stood.
    #[serde(default)]
    runs_until: Option<Timestamp>,
}

/// The fleet's clock: the machine's, or an accelerated one that begins at `start` the very first
/// time and goes on from where it stopped at every other.
pub(super) async fn start(
    store: &Store,
    settings: FleetClockSettings,
    wall: Timestamp,
) -> Result<FleetClock, FleetClockError> {
    let (start, factor) = match settings {
        FleetClockSettings::Real => return Ok(FleetClock::real()),
        FleetClockSettings::Accelerated { start, factor } => (start, factor),
    };
    let first = StoredClock { wall, fleet: start, factor, runs_until: None };
    let held = update(store, |stored| {
        let stored = stored.unwrap_or(first);
        stored.started(wall, factor).held_until(later(wall, HOLD))
    });
    Ok(FleetClock::accelerated(held.await?.acceleration()))
}

/// Says that the clock runs, for as long as the server does. Another server that pinned the clock
/// anew is followed.
pub(super) async fn keep(app: App, stop: CancellationToken) {
    while stop.run_until_cancelled(app.wall_clock.sleep(PERIOD)).await.is_some() {
        let until = later(app.wall_clock.now(), HOLD);
        hold(&app.store, &app.fleet_clock, until).await;
    }
}

/// Says that the clock stands from now on, unless another server runs.
pub(super) async fn release(app: &App) {
    hold(&app.store, &app.fleet_clock, app.wall_clock.now()).await;
}

async fn hold(store: &Store, clock: &FleetClock, until: Timestamp) {
    let Some(pinned) = clock.acceleration() else { return };
    let held =
        update(store, |stored| stored.unwrap_or_else(|| StoredClock::of(pinned)).held_until(until));
    match held.await {
        Ok(held) => clock.pin(held.acceleration()),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "the fleet's time could not be noted"
        ),
    }
}

/// Replaces the stored clock, whoever else does so at the same time.
async fn update(
    store: &Store,
    change: impl Fn(Option<StoredClock>) -> StoredClock,
) -> Result<StoredClock, FleetClockError> {
    for _ in 0..ATTEMPTS {
        let (stored, version) = match store.setting(SETTING).await? {
            Some((document, version)) => (Some(serde_json::from_str(&document)?), version),
            None => (None, 0),
        };
        let changed = change(stored);
        match store.save_setting(SETTING, &serde_json::to_string(&changed)?, version).await {
            Ok(_) => return Ok(changed),
            Err(SaveError::Store(error)) => return Err(error.into()),
            // Another server was first; its clock counts.
            Err(
                SaveError::Stale { .. } | SaveError::Unknown | SaveError::InUse | SaveError::Taken,
            ) => {}
        }
    }
    Err(FleetClockError::Busy)
}

impl StoredClock {
    fn of(pinned: Acceleration) -> Self {
        let Acceleration { wall, fleet, factor } = pinned;
        Self { wall, fleet, factor, runs_until: None }
    }

    fn acceleration(self) -> Acceleration {
        Acceleration { wall: self.wall, fleet: self.fleet, factor: self.factor }
    }

    fn held_until(self, until: Timestamp) -> Self {
        Self { runs_until: Some(until), ..self }
    }

    /// The clock of a server that starts: the one that runs, or else one that goes on from where
    /// it stopped, at the asked pace.
    fn started(self, wall: Timestamp, factor: f64) -> Self {
        let stopped = self.runs_until.filter(|until| {
            // A time further ahead than anybody promises: the wall's clock was turned back.
            *until <= wall || later(wall, HOLD) < *until
        });
        let now = self.acceleration().fleet_at(stopped.unwrap_or(wall));
        if stopped.is_none() && self.factor == factor {
            return self;
        }
        Self { wall, fleet: now, factor, ..self }
    }
}

fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
