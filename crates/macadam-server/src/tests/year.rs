//! Real releases, replayed against simulated devices over HTTP: everybody ends where the policy
//! says, in time, whatever happens to the server in between.
//!
//! The usual form replays six weeks with few devices. `cargo xtask replay` sets `MACADAM_REPLAY` to
//! a directory and replays the whole recorded year with a thousand; a replay that the directory
//! holds is not done again, but judged again.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use macadam_sim::driver::{Driver, Pace, Weather};
use macadam_sim::fleet::{Character, Plan};
use serde_json::json;

use self::judge::Record;
use super::rig::{Log, Rig};

mod judge;

const WEATHER: Weather = Weather { lost_requests: 5, lost_answers: 5, doubled: 5 };
/// The longest step of a replay.
const STEP: SignedDuration = SignedDuration::from_hours(6);
/// How much is replayed.
struct Form {
    plan: Plan,
    end: Timestamp,
    tick: SignedDuration,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Form {
    fn of_environment(seed: u64) -> Self {
        let is_long = std::env::var_os("MACADAM_REPLAY").is_some();
        let (start, end, size, tick) = if is_long {
            ("2025-09-10T00:00:00Z", "2026-08-20T00:00:00Z", 1_000, SignedDuration::from_hours(1))
        } else {
            ("2026-03-01T00:00:00Z", "2026-04-09T00:00:00Z", 20, STEP)
        };
        let plan = Plan {
            seed,
            size,
            start: at(start),
            character: Character::Lifelike,
            polls_every: None,
        };
        Self { plan, end: at(end), tick }
    }
}

/// Two weeks on Macs, three days later for most; a week elsewhere.
fn policy() -> serde_json::Value {
    let ring = |name: &str, offset_days: u8, operator: &str| {
        json!({
            "name": name, "offset_days": offset_days,
            "condition": {"test": {"field": "percentile", "operator": operator, "value": "20"}}
        })
    };
    json!({
        "library_items": [
            {
                "type": "managed_os", "label": "macOS Tahoe", "platform": "macos", "major": 26,
                "installation": "continuously_enforce",
                "enforcement": {"mode": "rolling", "within": "2w", "at": "12:30:00"},
                "bsi": {"mode": "automatic", "within": "3d", "at": "12:30:00"},
                "rings": [ring("first fifth", 0, "below"), ring("everybody else", 3, "at_least")],
                "minimum_notice_days": 3
            },
            {
                "type": "managed_os", "label": "iOS 26", "platform": "ios", "major": 26,
                "enforcement": {"mode": "rolling", "within": "1w", "at": "20:00:00"},
                "bsi": {"mode": "automatic", "within": "2d", "at": "20:00:00"},
                "minimum_notice_days": 2
            },
            {
                "type": "managed_os", "label": "iPadOS 26", "platform": "ipados", "major": 26,
                "enforcement": {"mode": "rolling", "within": "1w", "at": "20:00:00"},
                "minimum_notice_days": 2
            },
            {
                "type": "software_update_settings", "label": "Deferrals", "notifications": true,
                "deferrals": {"major_days": 30, "minor_days": 7, "combined_days": 7}
            }
        ],
        "blueprints": [{
            "name": "Everybody",
            "assignment": {"classic": ["macOS Tahoe", "iOS 26", "iPadOS 26", "Deferrals"]}
        }]
    })
}

async fn replay(form: Form) -> Record {
    let mut rig = Rig::new(form.plan.seed, form.plan.start, None).await;
    rig.apply(policy()).await;
    let log = Log::default();
    let mut driver = rig.enroll(form.plan, WEATHER, log.clone()).await;
    driver.run_until(form.end, form.tick, &mut rig).await.unwrap();
    Record::of(&rig, &driver, &log).await
}

/// Replays, unless a long form that was interrupted had come this far; and judges.
async fn replay_once(name: &str) -> Record {
    let form = Form::of_environment(1);
    let end = form.end;
    let directory = std::env::var_os("MACADAM_REPLAY").map(PathBuf::from);
    let file = directory.map(|directory| directory.join(format!("{name}.json")));
    let record = match file.as_ref().and_then(|file| std::fs::read(file).ok()) {
        Some(bytes) => {
            println!("the {name} replay was done before");
            serde_json::from_slice(&bytes).unwrap()
        }
        None => replay(form).await,
    };
    if let Some(file) = file {
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, serde_json::to_vec(&record).unwrap()).unwrap();
        std::fs::rename(unfinished, file).unwrap();
    }
    judge::judge(&record, end);
    record
}

#[test]
fn releases_of_a_real_year_reach_every_device_in_time_twice_with_the_same_bytes() {
    // Beside each other: each keeps one core busy for most of an hour in its long form.
    let replays = ["first", "second"].map(|name| {
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(replay_once(name))
        })
    });
    let [first, second] = replays.map(|replay| replay.join().unwrap());
    let differing = first.log.lines().zip(second.log.lines()).find(|(one, other)| one != other);
    assert_eq!(differing, None);
    assert_eq!(first.log.len(), second.log.len());
    assert_eq!(first.decisions, second.decisions);
}

/// How long before a blow the fleet was left alone.
const BEFORE: Duration = Duration::from_mins(6);

/// What a server is killed in the middle of.
#[derive(Clone, Copy)]
enum Blow {
    /// Its workers just took a release into the catalog.
    Release,
    /// Devices talk to it, and got so far.
    Talk(usize),
}

/// Deals a blow to the server, and lets another one take its place.
async fn strike(rig: &mut Rig, driver: Driver<Log>, blow: Blow, log: &Log) -> Driver<Log> {
    let mut driver = driver;
    match blow {
        Blow::Release => {
            let store = rig.servers[0].server.app().store.clone();
            let before = store.catalog_end().await.unwrap();
            let working = rig.servers[0].begin_work();
            while store.catalog_end().await.unwrap() == before {
                tokio::task::yield_now().await;
            }
            rig.kill(0);
            assert!(working.await.is_err(), "the workers were done before the server was killed");
        }
        Blow::Talk(steps) => {
            let now = rig.fleet.now();
            rig.reach(now).await;
            let kill = async {
                for _ in 0..steps {
                    tokio::task::yield_now().await;
                }
                rig.kill(0);
            };
            let (stepped, ()) = tokio::join!(driver.step(now), kill);
            stepped.unwrap();
        }
    }
    rig.start().await;
    rig.reconnect(driver, Weather::default(), log.clone())
}

/// How a rollout ended.
struct Outcome {
    log: String,
    devices: String,
}

/// A release on its way to a small fleet that only the deadline moves.
async fn rollout(blows: &[(&str, Blow)]) -> Outcome {
    let start = at("2026-02-09T00:00:00Z");
    let plan = Plan { seed: 7, size: 10, start, character: Character::Obedient, polls_every: None };
    let mut rig = Rig::new(plan.seed, start, None).await;
    rig.apply(policy()).await;
    let log = Log::default();
    let mut driver = rig.enroll(plan, Weather::default(), log.clone()).await;
    let tick = SignedDuration::from_hours(6);
    for (moment, blow) in blows {
        driver.run_until(at(moment), tick, &mut rig).await.unwrap();
        rig.fleet.advance(BEFORE);
        driver = strike(&mut rig, driver, *blow, &log).await;
    }
    driver.run_until(at("2026-03-07T00:00:00Z"), tick, &mut rig).await.unwrap();
    let devices = driver
        .devices()
        .map(|device| format!("{} {:?}\n", device.hardware().serial, device.installed()));
    Outcome { log: log.text(), devices: devices.collect::<String>() + &rig.decisions().await }
}

#[tokio::test]
async fn server_killed_in_the_middle_of_a_rollout_changes_nothing_in_the_end() {
    let undisturbed = rollout(&[]).await;
    let killed = rollout(&[
        // macOS 26.3 and iOS 26.3 have just appeared, and everybody fetches new declarations.
        ("2026-02-11T18:25:00Z", Blow::Talk(100)),
        ("2026-02-11T18:34:00Z", Blow::Talk(1_000)),
        // Phones install in the evening of their day.
        ("2026-02-18T18:00:00Z", Blow::Talk(300)),
        // 26.3.1 has just appeared.
        ("2026-03-04T18:44:00Z", Blow::Release),
    ])
    .await;
    assert!(!undisturbed.log.contains("no_answer"));
    assert!(killed.log.contains("no_answer"), "nobody was interrupted");
    let differing = undisturbed.devices.lines().zip(killed.devices.lines());
    assert_eq!(differing.clone().find(|(one, other)| one != other), None);
    assert_eq!(undisturbed.devices, killed.devices);
}
