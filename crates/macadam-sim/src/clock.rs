//! The clocks that a fleet can live by. The one place here that asks the machine for the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The longest single wait, so that a wall clock that was set while we slept is noticed.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// The machine's time, which certificates and signatures live by.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the simulator's one source of wall time")]
pub fn wall_now() -> Timestamp {
    Timestamp::now()
}

/// The time that a fleet lives in.
#[derive(Clone, Debug)]
pub enum FleetClock {
    /// Moves only when it is moved.
    Manual(Arc<Mutex<Timestamp>>),
    /// Runs at a multiple of wall time.
    Accelerated(Acceleration),
}

/// A fleet time that runs at a multiple of wall time, pinned by one pair of equal moments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Acceleration {
    /// The wall time at which the fleet's time was `fleet`.
    pub wall: Timestamp,
    /// The fleet time at that moment.
    pub fleet: Timestamp,
    /// Fleet seconds that pass in one wall second.
    pub factor: f64,
}

impl FleetClock {
    /// A clock that stands at `start` until it is moved.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(Mutex::new(start)))
    }

    /// What time it is for the fleet.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Manual(hand) => *hand.lock().unwrap_or_else(PoisonError::into_inner),
            Self::Accelerated(acceleration) => acceleration.fleet_at(wall_now()),
        }
    }

    /// Gets to `moment`: a manual clock is moved there, any other is waited for.
    pub async fn reach(&self, moment: Timestamp) {
        match self {
            Self::Manual(hand) => {
                let mut hand = hand.lock().unwrap_or_else(PoisonError::into_inner);
                *hand = moment.max(*hand);
            }
            Self::Accelerated(acceleration) => {
                while let Some(wait) = acceleration.wait_until(moment, wall_now()) {
                    sleep(wait.min(LONGEST_NAP)).await;
                }
            }
        }
    }
}

impl Acceleration {
    /// The fleet's time at a wall time.
    #[must_use]
    pub fn fleet_at(&self, wall: Timestamp) -> Timestamp {
        let elapsed = (wall - self.wall).as_secs_f64() * self.factor;
        SignedDuration::try_from_secs_f64(elapsed)
            .ok()
            .and_then(|elapsed| self.fleet.checked_add(elapsed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// How much wall time is left until the fleet's time is `moment`.
    fn wait_until(&self, moment: Timestamp, wall: Timestamp) -> Option<Duration> {
        let left = (moment - self.fleet_at(wall)).as_secs_f64() / self.factor;
        Duration::try_from_secs_f64(left).ok().filter(|wait| !wait.is_zero())
    }
}

/// Waits for that much wall time.
#[expect(clippy::disallowed_methods, reason = "the simulator's one way to wait")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accelerated_time_is_pinned_to_the_wall() {
        let (wall, fleet): (Timestamp, Timestamp) =
            ("2026-11-26T10:00:00Z".parse().unwrap(), "2026-03-01T00:00:00Z".parse().unwrap());
        let clock = Acceleration { wall, fleet, factor: 3600.0 };
        let later = wall + SignedDuration::from_secs(2);
        assert_eq!(clock.fleet_at(later), fleet + SignedDuration::from_hours(2));
        let moment = fleet + SignedDuration::from_hours(3);
        assert_eq!(clock.wait_until(moment, later), Some(Duration::from_secs(1)));
        assert_eq!(clock.wait_until(fleet, later), None);
    }

    #[tokio::test]
    async fn manual_clock_is_moved_and_never_goes_back() {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let clock = FleetClock::manual(start);
        let later = start + SignedDuration::from_hours(1);
        clock.reach(later).await;
        clock.reach(start).await;
        assert_eq!(clock.now(), later);
    }
}
