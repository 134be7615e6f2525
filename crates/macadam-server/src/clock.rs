//! The two clocks, and where ids and randomness come from. `serve.rs` makes one of each.
//!
//! [`FleetClock`] is the time that deadlines, the catalog and workers live in; it may run faster
//! than the wall, or be moved by hand. [`WallClock`] is the time of certificates, sign-in sessions
//! and rate limits. Nothing else in this crate may ask the machine for the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use uuid::Uuid;

/// The longest single wait: a wall clock that was set while we slept is noticed after this.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// The time the fleet lives in.
#[derive(Clone, Debug)]
pub struct FleetClock(Source);

/// The time of the machine's surroundings.
#[derive(Clone, Debug)]
pub struct WallClock(Source);

/// Moves a manual clock; every clock made from it follows.
#[derive(Clone, Debug)]
pub struct ClockHand(Arc<watch::Sender<Timestamp>>);

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

#[derive(Clone, Debug)]
enum Source {
    Real,
    Accelerated(Arc<ArcSwap<Acceleration>>),
    Manual(watch::Receiver<Timestamp>),
}

impl FleetClock {
    /// The clock of the machine.
    pub fn real() -> Self {
        Self(Source::Real)
    }

    /// A clock that runs faster (or slower) than the machine's.
    pub fn accelerated(acceleration: Acceleration) -> Self {
        Self(Source::Accelerated(Arc::new(ArcSwap::from_pointee(acceleration))))
    }

    /// A clock that only moves when its hand is moved.
    pub fn manual(hand: &ClockHand) -> Self {
        Self(Source::Manual(hand.0.subscribe()))
    }

    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Waits for that much fleet time to pass.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(later(self.now(), duration)).await;
    }

    /// Waits until the fleet's time is at or after `moment`.
    pub async fn sleep_until(&self, moment: Timestamp) {
        self.0.sleep_until(moment).await;
    }

    /// How much fleet time passes while so much passes outside: for timing that has to do with
    /// the world outside, such as when a push is tried again.
    pub fn in_fleet_time(&self, wall: Duration) -> Duration {
        match &self.0 {
            Source::Real | Source::Manual(_) => wall,
            Source::Accelerated(acceleration) => {
                let seconds = wall.as_secs_f64() * acceleration.load().factor;
                Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
            }
        }
    }

    /// How the clock is pinned to the wall, for who has to follow it from outside.
    pub fn acceleration(&self) -> Option<Acceleration> {
        match &self.0 {
            Source::Real | Source::Manual(_) => None,
            Source::Accelerated(acceleration) => Some(**acceleration.load()),
        }
    }

    /// Pins an accelerated clock anew, for everybody who has it; any other stays as it is.
    pub fn pin(&self, pinned: Acceleration) {
        match &self.0 {
            Source::Real | Source::Manual(_) => {}
            Source::Accelerated(acceleration) => acceleration.store(Arc::new(pinned)),
        }
    }
}

impl WallClock {
    /// The clock of the machine.
    pub fn real() -> Self {
        Self(Source::Real)
    }

    /// A clock that only moves when its hand is moved.
    pub fn manual(hand: &ClockHand) -> Self {
        Self(Source::Manual(hand.0.subscribe()))
    }

    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Waits for that much wall time to pass.
    pub async fn sleep(&self, duration: Duration) {
        self.0.sleep_until(later(self.now(), duration)).await;
    }
}

impl ClockHand {
    /// A manual clock's hand, standing at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(watch::Sender::new(start)))
    }

    /// Moves the hand; a clock may jump back as well.
    pub fn set(&self, now: Timestamp) {
        self.0.send_replace(now);
    }

    /// Moves the hand forward.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = later(*now, by));
    }

    pub fn now(&self) -> Timestamp {
        *self.0.borrow()
    }
}

impl Acceleration {
    /// The fleet time at a wall time.
    pub fn fleet_at(&self, wall: Timestamp) -> Timestamp {
        let elapsed = wall.duration_since(self.wall).as_secs_f64() * self.factor;
        SignedDuration::try_from_secs_f64(elapsed)
            .ok()
            .and_then(|elapsed| self.fleet.checked_add(elapsed).ok())
            .unwrap_or(Timestamp::MAX)
    }
}

impl Source {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        match self {
            Self::Real => Timestamp::now(),
            Self::Accelerated(acceleration) => acceleration.load().fleet_at(Timestamp::now()),
            Self::Manual(hand) => *hand.borrow(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
    async fn sleep_until(&self, moment: Timestamp) {
        loop {
            let factor = match self {
                Self::Real => 1.0,
                Self::Accelerated(acceleration) => acceleration.load().factor,
                Self::Manual(hand) => {
                    // A hand that was dropped never moves again: whoever waits for it waits for
                    // good.
                    if hand.clone().wait_for(|now| *now >= moment).await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    return;
                }
            };
            let rest = moment.duration_since(self.now());
            let Ok(rest) = Duration::try_from(rest) else { return };
            if rest.is_zero() {
                return;
            }
            let nap = rest.as_secs_f64() / factor;
            let nap = Duration::try_from_secs_f64(nap).unwrap_or(LONGEST_NAP);
            tokio::time::sleep(nap.clamp(Duration::from_millis(1), LONGEST_NAP)).await;
        }
    }
}

/// Where ids, challenges and keys' randomness come from.
#[derive(Clone, Debug)]
pub struct Ids(IdSource);

#[derive(Clone, Debug)]
enum IdSource {
    System,
    Seeded { seed: u64, drawn: Arc<AtomicU64> },
}

impl Ids {
    /// Randomness of the operating system.
    pub fn system() -> Self {
        Self(IdSource::System)
    }

    /// The same sequence for the same seed: for tests and simulations, never for a real fleet.
    pub fn seeded(seed: u64) -> Self {
        Self(IdSource::Seeded { seed, drawn: Arc::default() })
    }

    /// Draws bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            IdSource::System => aws_lc_rs::rand::fill(&mut bytes)
                .expect("the operating system's random number generator works"),
            IdSource::Seeded { seed, drawn } => {
                for chunk in bytes.chunks_mut(32) {
                    let number = drawn.fetch_add(1, Ordering::Relaxed);
                    let block = [seed.to_be_bytes(), number.to_be_bytes()].concat();
                    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &block);
                    for (byte, drawn) in chunk.iter_mut().zip(digest.as_ref()) {
                        *byte = *drawn;
                    }
                }
            }
        }
        bytes
    }

    /// Makes an id that sorts by the time it was made at.
    pub fn id(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random()).into_uuid()
    }
}

/// `now + duration`, at most the end of time.
fn later(now: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| now.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::constant(1_767_225_600, 0);

    #[test]
    fn accelerated_time_keeps_its_pace_across_a_restart() {
        let pinned = Acceleration { wall: START, fleet: Timestamp::UNIX_EPOCH, factor: 600.0 };
        let before = pinned.fleet_at(later(START, Duration::from_secs(10)));
        assert_eq!(before, later(Timestamp::UNIX_EPOCH, Duration::from_secs(6000)));
        let restarted = Acceleration { ..pinned };
        assert_eq!(restarted.fleet_at(later(START, Duration::from_secs(10))), before);
    }

    #[tokio::test]
    async fn sleeper_on_a_manual_clock_wakes_when_the_hand_passes() {
        let hand = ClockHand::at(START);
        let clock = FleetClock::manual(&hand);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(later(START, Duration::from_hours(1))).await }
        });
        hand.advance(Duration::from_mins(59));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        hand.advance(Duration::from_mins(1));
        sleeper.await.unwrap();
        assert_eq!(clock.now(), later(START, Duration::from_hours(1)));
    }

    #[test]
    fn seeded_ids_repeat_and_sort_by_time() {
        let draw = |seed| {
            let ids = Ids::seeded(seed);
            [ids.id(START), ids.id(later(START, Duration::from_secs(1)))]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let [first, second] = draw(7);
        assert!(first < second);
    }
}
