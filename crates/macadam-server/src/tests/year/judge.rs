//! What a replay leaves, and the judge of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use macadam_api::decisions::NotManageable;
use macadam_api::devices::{Device, TimelineEntry};
use macadam_protocol::feed::{self, OfferSet, Seed, Span};
use macadam_sim::device::{Family, Hardware, Installed, Power};
use macadam_sim::driver::Driver;
use macadam_sim::event::{Event, What};
use macadam_sim::version::OsVersion;
use serde::{Deserialize, Serialize};

use super::super::rig::{Log, Rig, Sighting};
use super::STEP;

/// What a device gives somebody who switched it on after the deadline, or who was told late.
const GRACE: SignedDuration = SignedDuration::from_mins(60);
/// The longest download of a simulated device.
const DOWNLOAD: SignedDuration = SignedDuration::from_mins(90);
/// What lost messages cost at most: a few pauses of a minute or two.
const LOSSES: SignedDuration = SignedDuration::from_mins(15);
/// How soon a device that could not find what it was told looks for it again.
const LOOK: SignedDuration = SignedDuration::from_hours(24);
/// The most that an attempt that failed at the device rests before the next one.
const REST: SignedDuration = SignedDuration::from_hours(7);

/// Everything a judge asks about, so that nothing needs to be replayed to be judged again.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    /// What the devices did, one event a line.
    pub(super) log: String,
    /// The last decisions, as the server writes them.
    pub(super) decisions: String,
    devices: Vec<Past>,
}

/// A device at the end, and what the server said of it until then.
#[derive(Serialize, Deserialize)]
struct Past {
    hardware: Hardware,
    installed: Installed,
    shown: Device,
    sightings: Vec<Sighting>,
    timeline: Vec<TimelineEntry>,
}

impl Record {
    pub(super) async fn of(rig: &Rig, driver: &Driver<Log>, log: &Log) -> Self {
        let shown = rig.devices().await.into_iter();
        let mut shown: BTreeMap<_, _> = shown.map(|it| (it.serial_number.clone(), it)).collect();
        let mut devices = Vec::new();
        for device in driver.devices() {
            let hardware = device.hardware().clone();
            let shown = shown.remove(&hardware.serial).unwrap();
            devices.push(Past {
                installed: device.installed().clone(),
                sightings: rig.sightings[&hardware.serial].clone(),
                timeline: rig.client().timeline(shown.id).all().await.unwrap(),
                hardware,
                shown,
            });
        }
        Self { log: log.text(), decisions: rig.decisions().await, devices }
    }
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
    history: Seed,
    end: Timestamp,
    record: &'a Record,
}

/// Whether everybody is where the policy says, and was so in time.
pub(super) fn judge(record: &Record, end: Timestamp) {
    Judge { history: feed::seed(), end, record }.judge();
}

impl Judge<'_> {
    fn judge(&self) {
        let lives = lives(&self.record.log);
        let (mut enforced, mut punctual, mut improvements, mut where_due) = (0, 0, 0, 0);
        for past in &self.record.devices {
            let Past { hardware, shown: row, .. } = past;
            let life = &lives[&hardware.serial];
            self.check_targets(past);
            for (index, event) in life.iter().enumerate() {
                let What::Installing { version, build, reason, .. } = &event.what else { continue };
                self.check_offer(hardware, version, Some(build), event.at);
                improvements += usize::from(version.contains('('));
                if reason.starts_with("declaration") {
                    enforced += 1;
                    match self.check_in_time(past, &life[..index], version, event.at) {
                        Some(due) => punctual += usize::from(event.at <= due),
                        None => check_told(past, version, event.at),
                    }
                }
            }
            if let Some(why) = row.decision.not_manageable {
                let is_true = why == NotManageable::NotSupervised && !hardware.supervised;
                assert!(is_true, "{hardware:?}: {why:?}");
                continue;
            }
            let due = row.decision.deadline_local.map(|local| hardware.moment(local));
            let last = past.sightings.last().and_then(|seen| {
                let offered = self.offered(hardware, &seen.target.as_ref()?.0);
                Some(Told { since: seen.since, offered })
            });
            let latest = due.zip(last).map(|(due, told)| latest(life, due, told));
            assert!(latest.is_none_or(|latest| latest >= self.end), "{hardware:?}: {row:?}");
            if due.is_none_or(|due| due >= self.end) {
                let floor = self.floor(hardware);
                let is_there = floor.as_ref().is_none_or(|floor| past.installed.version >= *floor);
                assert!(is_there, "{hardware:?} {:?} {floor:?} {row:?}", past.installed);
                where_due += usize::from(floor.is_some());
            }
        }
        let devices = self.record.devices.len();
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
        self.history.spans.iter().filter(is_for)
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
    fn check_targets(&self, past: &Past) {
        for Sighting { seen_at, target, .. } in &past.sightings {
            if let Some((version, _)) = target {
                self.check_offer(&past.hardware, version, None, *seen_at);
            }
        }
    }

    /// It was installed by its deadline, which this gives, or there is an excuse. Nothing if its
    /// target was never seen: its user may have installed what was told between two looks.
    fn check_in_time(
        &self,
        past: &Past,
        life: &[Event],
        version: &str,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let hardware = &past.hardware;
        let seen = past.sightings.iter().rev().filter(|seen| seen.since <= at);
        let mut known = seen.filter_map(|seen| Some((seen.since, seen.target.as_ref()?)));
        let (since, (target, local)) = known.find(|(_, (target, _))| means(target, version))?;
        let due = hardware.moment(*local);
        let latest = latest(life, due, Told { since, offered: self.offered(hardware, target) });
        assert!(at <= latest, "{hardware:?} installed {version}, due {due}, at {at} > {latest}");
        Some(due)
    }

    /// When Apple first offered the model a version.
    fn offered(&self, hardware: &Hardware, version: &str) -> Timestamp {
        let spans = self.spans(&hardware.update_id).filter(|span| full_version(span) == version);
        spans.map(|span| span.from).min().expect("targets are checked before")
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

/// By the device's own history it was told this before it installed it. The server is up to a step
/// of the fleet ahead of its devices.
fn check_told(past: &Past, version: &str, at: Timestamp) {
    let by = at + STEP;
    let told = past.timeline.iter().filter(|entry| entry.at <= by);
    let is_told =
        told.filter_map(|entry| entry.target_version.as_deref()).any(|it| means(it, version));
    let Past { hardware, timeline, .. } = past;
    assert!(is_told, "{hardware:?} installed {version} at {at}, but was told {timeline:#?}");
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

/// From when on a device was told a version, and from when on Apple offered it: the server is up to
/// a step of the fleet ahead of its devices.
struct Told {
    since: Timestamp,
    offered: Timestamp,
}

/// Until when a device may put off what was due, by what happened to it: it was off, it was told
/// late or before Apple's time, it was still fetching, or it could not install. What happened after
/// it should have been installed excuses nothing.
fn latest(life: &[Event], due: Timestamp, told: Told) -> Timestamp {
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
            What::DeclarationsApplied { .. } if event.at >= told.since && !is_told => {
                is_told = true;
                if event.at > due {
                    until = event.at + GRACE + rest + LOSSES;
                }
                if event.at < told.offered {
                    until = until.max(told.offered + LOOK + GRACE + DOWNLOAD + LOSSES);
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
