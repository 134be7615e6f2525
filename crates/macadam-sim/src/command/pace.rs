//! The fleet's time as a server has it, followed from outside.

use std::time::Duration;

use jiff::SignedDuration;
use macadam_api::client::{Client, ClientError};
use macadam_sim::clock::{Acceleration, FleetClock, sleep, wall_now};

use super::doubles::SharedClock;

/// How far the server's time may be from ours before ours is pinned anew, in wall time: less is
/// the time that asking takes.
const STRAY: SignedDuration = SignedDuration::from_secs(2);

/// A clock that keeps up with a server's.
pub(super) struct Pace {
    client: Client,
    pinned: Acceleration,
    /// What the doubles follow.
    shared: SharedClock,
}

impl Pace {
    /// Waits until the server answers, and takes over its fleet's time.
    pub(super) async fn of(
        client: Client,
        factor: f64,
        patience: SignedDuration,
        shared: SharedClock,
    ) -> Result<Self, ClientError> {
        let began = wall_now();
        let pinned = loop {
            match ask(&client, factor).await {
                Ok(pinned) => break pinned,
                Err(error) if wall_now() - began > patience => return Err(error),
                Err(_) => sleep(Duration::from_millis(200)).await,
            }
        };
        shared.pin(pinned);
        Ok(Self { client, pinned, shared })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn clock(&self) -> FleetClock {
        FleetClock::Accelerated(self.pinned)
    }

    /// Pins the clock anew if the server's stood meanwhile, as it does while no server runs. One
    /// that does not answer may be restarting; its clock is believed to run on.
    pub(super) async fn keep_up(&mut self) {
        let Ok(asked) = ask(&self.client, self.pinned.factor).await else { return };
        if is_stray(&self.pinned, &asked) {
            self.pinned = asked;
            self.shared.pin(asked);
        }
    }
}

fn is_stray(ours: &Acceleration, theirs: &Acceleration) -> bool {
    let apart = (theirs.fleet - ours.fleet_at(theirs.wall)).as_secs_f64().abs();
    apart > STRAY.as_secs_f64() * ours.factor
}

async fn ask(client: &Client, factor: f64) -> Result<Acceleration, ClientError> {
    let asked = wall_now();
    let fleet = client.server().await?.value.fleet_time;
    // It answered somewhere between the question and now.
    let wall = asked + (wall_now() - asked).mul_f64(0.5);
    Ok(Acceleration { wall, fleet, factor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_is_pinned_anew_when_it_strays_and_not_for_the_time_that_asking_takes() {
        let wall = "2026-11-26T10:00:00Z".parse().unwrap();
        let fleet = "2026-03-01T00:00:00Z".parse().unwrap();
        let ours = Acceleration { wall, fleet, factor: 3600.0 };
        let theirs = |behind| Acceleration {
            wall: wall + SignedDuration::from_secs(60),
            fleet: fleet + SignedDuration::from_hours(60) - behind,
            factor: 3600.0,
        };
        assert!(!is_stray(&ours, &theirs(SignedDuration::from_hours(1))));
        assert!(is_stray(&ours, &theirs(SignedDuration::from_hours(3))));
        assert!(is_stray(&ours, &theirs(SignedDuration::from_hours(-3))));
    }
}
