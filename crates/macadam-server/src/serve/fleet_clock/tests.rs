use macadam_store::{Sealer, StoreOptions};
use tempfile::TempDir;

use super::*;

const FACTOR: f64 = 3600.0;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// A new store, and the directory that it is in.
async fn new_store() -> (TempDir, Store) {
    let directory = TempDir::new().unwrap();
    let url = format!("sqlite://{}", directory.path().join("macadam.db").display());
    let options = StoreOptions { url, sealer: Sealer::new(&[7; 32]), connections: 2 };
    (directory, Store::open(options).await.unwrap())
}

/// When the first server starts.
const EVENING: &str = "2026-11-26T18:00:00Z";

/// A store whose clock began to run in the evening, and that clock.
async fn begun() -> (TempDir, Store, FleetClock) {
    let (directory, store) = new_store().await;
    let clock = starts(&store, FACTOR, at(EVENING)).await;
    (directory, store, clock)
}

/// A server that starts at a wall time: how its clock is pinned.
async fn starts(store: &Store, factor: f64, wall: Timestamp) -> FleetClock {
    let settings = FleetClockSettings::Accelerated { start: at("2026-02-09T06:00:00Z"), factor };
    start(store, settings, wall).await.unwrap()
}

/// What such a clock shows at a wall time.
fn shows(clock: &FleetClock, wall: Timestamp) -> Timestamp {
    clock.acceleration().unwrap().fleet_at(wall)
}

#[tokio::test]
async fn clock_of_a_stopped_server_stands_until_the_next_start() {
    let (_directory, store, clock) = begun().await;
    let stopped = at(EVENING) + seconds(60);
    hold(&store, &clock, stopped).await;
    let morning = at("2026-11-27T08:00:00Z");
    let clock = starts(&store, FACTOR, morning).await;
    assert_eq!(shows(&clock, morning), at("2026-02-11T18:00:00Z"));
    assert_eq!(shows(&clock, morning + seconds(1)), at("2026-02-11T19:00:00Z"));
}

#[tokio::test]
async fn clock_of_a_killed_server_runs_on_while_it_is_started_again() {
    let (_directory, store, clock) = begun().await;
    let killed = at(EVENING) + seconds(10);
    hold(&store, &clock, later(killed, HOLD)).await;
    let again = starts(&store, FACTOR, killed + seconds(3)).await;
    assert_eq!(again.acceleration(), clock.acceleration());
}

#[tokio::test]
async fn clock_of_a_killed_server_never_goes_back() {
    let (_directory, store, clock) = begun().await;
    let killed = at(EVENING) + seconds(10);
    hold(&store, &clock, later(killed, HOLD)).await;
    let last_shown = shows(&clock, killed);
    let later_start = at("2026-11-27T08:00:00Z");
    let now = shows(&starts(&store, FACTOR, later_start).await, later_start);
    assert_eq!(now, last_shown + SignedDuration::from_hours(5), "what it had promised to run");
}

#[tokio::test]
async fn wall_clock_that_is_turned_back_does_not_turn_the_fleets_time_back() {
    let (_directory, store, clock) = begun().await;
    hold(&store, &clock, at(EVENING) + seconds(60)).await;
    let turned_back = at("2026-11-26T17:00:00Z");
    let now = shows(&starts(&store, FACTOR, turned_back).await, turned_back);
    assert_eq!(now, at("2026-02-11T18:00:00Z"));
}

#[tokio::test]
async fn running_server_follows_one_that_starts_at_another_pace() {
    let (_directory, store, clock) = begun().await;
    let joined = at(EVENING) + seconds(2);
    let other = starts(&store, 60.0, joined).await;
    assert_eq!(shows(&other, joined), at("2026-02-09T08:00:00Z"));
    hold(&store, &clock, later(joined, HOLD)).await;
    assert_eq!(clock.acceleration(), other.acceleration());
}

#[tokio::test]
async fn clock_of_a_version_that_let_it_run_on_is_taken_over() {
    let (_directory, store) = new_store().await;
    let old = r#"{"wall":"2026-11-26T18:00:00Z","fleet":"2026-02-09T06:00:00Z","factor":3600.0}"#;
    store.save_setting(SETTING, old, 0).await.unwrap();
    let wall = at("2026-11-26T18:01:00Z");
    assert_eq!(shows(&starts(&store, FACTOR, wall).await, wall), at("2026-02-11T18:00:00Z"));
}
