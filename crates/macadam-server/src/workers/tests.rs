//! What becomes of a worker whose runs fail.

use std::sync::Mutex;

use super::*;
use crate::clock::ClockHand;

/// A worker that fails as often as it is told to, and does nothing unless it is signaled.
struct Failing {
    runs: Arc<Mutex<Runs>>,
}

#[derive(Default)]
struct Runs {
    count: u32,
    to_fail: u32,
}

impl Worker for Failing {
    const NAME: &'static str = "failing";

    async fn run(&self) -> anyhow::Result<()> {
        let mut runs = self.runs.lock().unwrap();
        runs.count += 1;
        anyhow::ensure!(runs.count > runs.to_fail, "nobody answers");
        Ok(())
    }

    async fn rest(&self) {
        std::future::pending().await
    }
}

/// The worker at work, and all that reaches it from outside.
struct Shift {
    runs: Arc<Mutex<Runs>>,
    signal: Arc<Notify>,
    hand: ClockHand,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Shift {
    async fn of(to_fail: u32) -> Self {
        let hand = ClockHand::at("2026-01-01T00:00:00Z".parse().unwrap());
        let runs = Arc::new(Mutex::new(Runs { count: 0, to_fail }));
        let (signal, stop) = (Arc::default(), CancellationToken::new());
        let team = Team { wall_clock: WallClock::manual(&hand), stop: stop.clone() };
        let task = team.spawn_signaled(Failing { runs: Arc::clone(&runs) }, &signal);
        let shift = Self { runs, signal, hand, stop, task };
        shift.settle().await;
        shift
    }

    /// Signals, lets so much wall time pass, and says how often the worker has run by then.
    async fn runs_after_signal_and(&self, seconds: u64) -> u32 {
        self.signal.notify_one();
        self.settle().await;
        self.hand.advance(Duration::from_secs(seconds));
        self.settle().await;
        self.runs.lock().unwrap().count
    }

    /// Lets every task get as far as it can: there is one thread, and it takes turns.
    async fn settle(&self) {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn worker_that_failed_is_deaf_to_signals_for_a_while() {
    let shift = Shift::of(1).await;
    assert_eq!(shift.runs_after_signal_and(14).await, 1);
    assert_eq!(shift.runs_after_signal_and(1).await, 2, "the signal was not lost");
    assert_eq!(shift.runs_after_signal_and(0).await, 3, "after a success it listens at once");
}

#[tokio::test]
async fn worker_that_fails_again_pauses_for_longer() {
    let shift = Shift::of(2).await;
    assert_eq!(shift.runs_after_signal_and(15).await, 2);
    assert_eq!(shift.runs_after_signal_and(29).await, 2);
    assert_eq!(shift.runs_after_signal_and(1).await, 3);
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_pause() {
    let shift = Shift::of(1).await;
    shift.stop.cancel();
    shift.task.await.unwrap();
}

#[test]
fn pauses_double_up_to_two_minutes() {
    let pauses: Vec<_> = [0, 1, 2, 3, 4, 1000].map(|n| pause(n).as_secs()).into();
    assert_eq!(pauses, [15, 30, 60, 120, 120, 120]);
}
