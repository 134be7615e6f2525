//! Real releases, replayed against simulated devices over HTTP: everybody ends where the policy
//! says, in time, whatever happens to the server in between.
//!
//! The usual form replays six weeks with few devices. `cargo xtask replay` sets `MACADAM_REPLAY` to
//! a directory and replays the whole recorded year with a thousand; a replay whose outcome the
//! directory holds is not done again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use macadam_api::decisions::NotManageable;
use macadam_api::devices as api;
use macadam_protocol::feed::{OfferSet, Span};
use macadam_sim::device::{Family, Hardware, Power};
use macadam_sim::driver::{Driver, Pace, Weather};
use macadam_sim::event::{Event, What};
use macadam_sim::fleet::{Character, Plan};
use macadam_sim::version::OsVersion;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::rig::{Log, Rig, Sighting};

const WEATHER: Weather = Weather { lost_requests: 5, lost_answers: 5, doubled: 5 };
/// The longest step of a replay.
const STEP: SignedDuration = SignedDuration::from_hours(6);
/// What a device gives somebody who switched it on after the deadline, or who was told late.
const GRACE: SignedDuration = SignedDuration::from_mins(60);
/// The longest download of a simulated device.
const DOWNLOAD: SignedDuration = SignedDuration::from_mins(90);
/// What lost messages cost at most: a few pauses of a minute or two.
const LOSSES: SignedDuration = SignedDuration::from_mins(15);
/// The most that an attempt that failed at the device rests before the next one.
const REST: SignedDuration = SignedDuration::from_hours(7);

/// How much is replayed.
struct Form {
    plan: Plan,
    end: Timestamp,
    tick: SignedDuration,
}

/// How a replay ended.
#[derive(Serialize, Deserialize)]
struct Outcome {
    log: String,
    decisions: String,
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

/// How long after a release the last device of a family must have it: the item's time, its
/// slowest ring, and two days for time zones and the hour of the day.
fn patience(family: Family) -> SignedDuration {
    let days = match family {
        Family::AppleSiliconMac | Family::IntelMac => 14 + 3 + 2,
        Family::Iphone | Family::Ipad => 7 + 2,
    };
    SignedDuration::from_hours(24 * days)
}

async fn replay(form: Form) -> Outcome {
    let mut rig = Rig::new(form.plan.seed, form.plan.start, None).await;
    rig.apply(policy()).await;
    let log = Log::default();
    let mut driver = rig.enroll(form.plan, WEATHER, log.clone()).await;
    driver.run_until(form.end, form.tick, &mut rig).await.unwrap();
    let log = log.text();
    Judge { rig: &rig, driver: &driver, lives: lives(&log), end: form.end }.judge().await;
    Outcome { log, decisions: rig.decisions().await }
}

/// Replays, unless a long form that was interrupted had come this far.
async fn replay_once(name: &str) -> Outcome {
    let directory = std::env::var_os("MACADAM_REPLAY").map(PathBuf::from);
    let file = directory.map(|directory| directory.join(format!("{name}.json")));
    if let Some(bytes) = file.as_ref().and_then(|file| std::fs::read(file).ok()) {
        println!("the {name} replay was done before");
        return serde_json::from_slice(&bytes).unwrap();
    }
    let outcome = replay(Form::of_environment(1)).await;
    if let Some(file) = file {
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, serde_json::to_vec(&outcome).unwrap()).unwrap();
        std::fs::rename(unfinished, file).unwrap();
    }
    outcome
}

#[tokio::test]
async fn releases_of_a_real_year_reach_every_device_in_time_twice_with_the_same_bytes() {
    let first = replay_once("first").await;
    let second = replay_once("second").await;
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
    Outcome { log: log.text(), decisions: devices.collect::<String>() + &rig.decisions().await }
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
    let differing = undisturbed.decisions.lines().zip(killed.decisions.lines());
    assert_eq!(differing.clone().find(|(one, other)| one != other), None);
    assert_eq!(undisturbed.decisions, killed.decisions);
}

/// What happened to each device, by serial number.
fn lives(log: &str) -> BTreeMap<String, Vec<Event>> {
    #[derive(Deserialize)]
    struct Line {
        serial: String,
        #[serde(flatten)]
        event: Event,
    }
    let mut lives: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for line in log.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        lives.entry(line.serial).or_default().push(line.event);
    }
    lives
}

/// Judges what happened by Apple's feed and the policy's own words, without the product's code.
struct Judge<'a> {
    rig: &'a Rig,
    driver: &'a Driver<Log>,
    lives: BTreeMap<String, Vec<Event>>,
    end: Timestamp,
}

impl Judge<'_> {
    async fn judge(&self) {
        let shown: BTreeMap<_, _> = self
            .rig
            .devices()
            .await
            .into_iter()
            .map(|row| (row.serial_number.clone(), row))
            .collect();
        let (mut enforced, mut punctual, mut improvements, mut where_due) = (0, 0, 0, 0);
        for device in self.driver.devices() {
            let hardware = device.hardware();
            let life = &self.lives[&hardware.serial];
            self.check_targets(hardware);
            let row = &shown[&hardware.serial];
            for (index, event) in life.iter().enumerate() {
                let What::Installing { version, build, reason, .. } = &event.what else { continue };
                self.check_offer(hardware, version, Some(build), event.at);
                improvements += usize::from(version.contains('('));
                if reason.starts_with("declaration") {
                    enforced += 1;
                    if let Some(due) =
                        self.check_in_time(hardware, &life[..index], version, event.at)
                    {
                        punctual += usize::from(event.at <= due);
                    } else {
                        self.check_told(row, version, event.at).await;
                    }
                }
            }
            if let Some(why) = row.decision.not_manageable {
                let is_true = why == NotManageable::NotSupervised && !hardware.supervised;
                assert!(is_true, "{hardware:?}: {why:?}");
                continue;
            }
            let due = row.decision.deadline_local.map(|local| hardware.moment(local));
            let told_since = self.rig.sightings[&hardware.serial].last().map(|seen| seen.since);
            let latest = due.zip(told_since).map(|(due, since)| latest(life, due, since));
            assert!(latest.is_none_or(|latest| latest >= self.end), "{hardware:?}: {row:?}");
            if due.is_none_or(|due| due >= self.end) {
                let floor = self.floor(hardware);
                let is_there =
                    floor.as_ref().is_none_or(|floor| device.installed().version >= *floor);
                assert!(is_there, "{hardware:?} {:?} {floor:?} {row:?}", device.installed());
                where_due += usize::from(floor.is_some());
            }
        }
        let devices = self.driver.devices().count();
        println!("{enforced} installations, {punctual} by the deadline; {devices} devices");
        assert!(enforced > devices, "{enforced} installations of {devices} devices");
        assert!(punctual * 2 > enforced, "{punctual} of {enforced} installations by the deadline");
        assert!(improvements > 0, "no Background Security Improvement was installed");
        assert!(where_due * 2 > devices, "{where_due} of {devices} had somewhere to be");
    }

    /// The spans of Apple's feed that list a version for a model.
    fn spans<'a>(&'a self, update_id: &'a str) -> impl Iterator<Item = &'a Span> {
        let is_for =
            move |span: &&Span| span.device_ids.iter().any(|id| id.eq_ignore_ascii_case(update_id));
        self.rig.history.spans.iter().filter(is_for)
    }

    /// Apple listed this for the model by then.
    fn check_offer(&self, hardware: &Hardware, version: &str, build: Option<&str>, at: Timestamp) {
        let is_listed = self.spans(&hardware.update_id).any(|span| {
            full_version(span) == version
                && span.from <= at
                && build.is_none_or(|build| span.build == build)
        });
        assert!(is_listed, "{version} {build:?} was not listed for {hardware:?} by {at}");
    }

    /// No device was ever told to install what its model was not offered.
    fn check_targets(&self, hardware: &Hardware) {
        for Sighting { seen_at, target, .. } in &self.rig.sightings[&hardware.serial] {
            if let Some((version, _)) = target {
                self.check_offer(hardware, version, None, *seen_at);
            }
        }
    }

    /// It was installed by its deadline, which this gives, or there is an excuse. Nothing if its
    /// target was never seen: its user may have installed what was told between two looks.
    fn check_in_time(
        &self,
        hardware: &Hardware,
        life: &[Event],
        version: &str,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let seen = &self.rig.sightings[&hardware.serial];
        let seen = seen.iter().rev().filter(|seen| seen.since <= at);
        let mut known = seen.filter_map(|seen| Some((seen.since, seen.target.as_ref()?)));
        let (since, (_, local)) = known.find(|(_, (target, _))| means(target, version))?;
        let due = hardware.moment(*local);
        let latest = latest(life, due, since);
        assert!(at <= latest, "{hardware:?} installed {version}, due {due}, at {at} > {latest}");
        Some(due)
    }

    /// By the device's own history it was told this before it installed it. The server is up to a
    /// step of the fleet ahead of its devices.
    async fn check_told(&self, device: &api::Device, version: &str, at: Timestamp) {
        let history = self.rig.client().timeline(device.id).all().await.unwrap();
        let by = at + STEP;
        let told = history.iter().filter(|entry| entry.at <= by);
        let is_told =
            told.filter_map(|entry| entry.target_version.as_deref()).any(|it| means(it, version));
        assert!(is_told, "{} installed {version} at {at}, but was told {history:#?}", device.name);
    }

    /// What the last device of the model must have by the end: the newest public release of the
    /// enforced major that is old enough.
    fn floor(&self, hardware: &Hardware) -> Option<OsVersion> {
        let old_enough = self.end - patience(hardware.family);
        let public = self.spans(&hardware.update_id).filter(|span| {
            span.set == OfferSet::Public && span.extra.is_none() && span.from <= old_enough
        });
        let versions = public.filter_map(|span| span.version.parse().ok());
        versions.filter(|version: &OsVersion| version.major() == 26).max()
    }
}

/// Whether a device that is told one version installs the other: that one, or, as most releases of
/// Apple's systems do, the newest patch of it.
fn means(target: &str, version: &str) -> bool {
    let parsed = |text: &str| text.parse::<OsVersion>().ok();
    let is_patch = parsed(target)
        .zip(parsed(version))
        .is_some_and(|(target, version)| target.is_patched_by(&version));
    target == version || is_patch
}

/// The version of a span with its letter, as devices write it.
fn full_version(span: &Span) -> String {
    match &span.extra {
        Some(extra) => format!("{} {extra}", span.version),
        None => span.version.clone(),
    }
}

/// Until when a device may put off what was due, by what happened to it: it was off, it was told
/// late, it was still fetching, or it could not install. What happened after it should have been
/// installed excuses nothing.
fn latest(life: &[Event], due: Timestamp, told_since: Timestamp) -> Timestamp {
    let mut until = due + LOSSES;
    let (mut is_told, mut is_prepared, mut was_off) = (false, false, false);
    for event in life {
        let rest = if is_prepared { SignedDuration::ZERO } else { DOWNLOAD };
        if event.at > until && !was_off && is_told {
            break;
        }
        match &event.what {
            What::Power { power: Power::Off } => was_off = true,
            What::Power { power: Power::On | Power::Asleep } => {
                if was_off && event.at > due {
                    until = event.at + GRACE + rest + LOSSES;
                }
                was_off = false;
            }
            What::DeclarationsApplied { .. } if event.at >= told_since && !is_told => {
                is_told = true;
                if event.at > due {
                    until = event.at + GRACE + rest + LOSSES;
                }
            }
            What::Prepared { .. } => is_prepared = true,
            What::Downloading { .. } => {
                is_prepared = false;
                until = until.max(event.at + DOWNLOAD + LOSSES);
            }
            What::Failed { .. } | What::Stalled { .. } => until = until.max(event.at + REST),
            What::Enrolled
            | What::Unenrolled
            | What::DeclarationsApplied { .. }
            | What::Command { .. }
            | What::Notice { .. }
            | What::Chose { .. }
            | What::Installing { .. }
            | What::Installed { .. }
            | What::NoAnswer { .. }
            | What::BadAnswer { .. } => {}
        }
    }
    if was_off || !is_told { Timestamp::MAX } else { until }
}
