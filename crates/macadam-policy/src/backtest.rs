//! Backtest: what a policy would have meant over the real history of releases.
//!
//! Every device decides as it would have on each day, and installs what it must on the day it is
//! due: nobody updates by themselves, so a report shows what the policy alone achieves.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::{
    AssignedItem, Catalog, Device, EnrollmentKind, OsVersion, Outcome, Platform, UpdateId, decide,
};

/// Some devices of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetClass {
    pub platform: Platform,
    pub update_id: UpdateId,
    pub devices: u32,
}

/// The days that are looked at, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BacktestSpan {
    pub from: Date,
    pub until: Date,
}

/// What one policy would have meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BacktestReport {
    /// Devices that could be looked at: those with a release to begin with.
    pub devices: u64,
    /// Days times devices.
    pub device_days: u64,
    /// Installations that the policy forced.
    pub restarts: u64,
    /// Every release that came out in the span, in the order of versions.
    pub releases: Vec<ReleaseExposure>,
    /// How many devices were current on each first day of a month, and on the last day.
    pub current: Vec<CurrentDevices>,
}

/// For how long devices did without one release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseExposure {
    pub platform: Platform,
    pub version: OsVersion,
    /// The earliest day it was out for any of the devices.
    pub released: Date,
    /// The devices it was for, that did not have it when it came out.
    pub devices: u64,
    /// Days times devices from the release until it, or something newer, was installed.
    pub exposed_days: u64,
    pub worst_days: u32,
    /// Devices that did without it at the end of the span.
    pub still_exposed: u64,
}

/// How many devices ran the newest release of their major on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentDevices {
    pub day: Date,
    pub devices: u64,
    pub current: u64,
}

/// Replays the days of `span` for every class of devices.
pub fn backtest(
    catalog: &Catalog,
    items: &[AssignedItem],
    fleet: &[FleetClass],
    span: BacktestSpan,
) -> BacktestReport {
    let catalog = &catalog.for_replay();
    let mut report = BacktestReport::default();
    let mut exposures = BTreeMap::new();
    let mut current: BTreeMap<Date, CurrentDevices> = BTreeMap::new();
    for class in &alike(catalog, fleet) {
        let Some(mut life) = Life::begin(catalog, class, span) else { continue };
        let items = items_for(items, class.platform);
        let devices = u64::from(class.devices);
        report.devices += devices;
        let mut day = span.from;
        while day <= span.until {
            report.device_days += devices;
            if life.live(catalog, &items, day) {
                report.restarts += devices;
            }
            if day.day() == 1 || day == span.until {
                let entry =
                    current.entry(day).or_insert(CurrentDevices { day, devices: 0, current: 0 });
                entry.devices += devices;
                entry.current += if life.is_current(day) { devices } else { 0 };
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        life.add_exposures(class, span, &mut exposures);
    }
    report.releases = exposures.into_values().collect();
    report.current = current.into_values().collect();
    report
}

/// Models that were always offered the same live the same life, and are looked at once.
fn alike(catalog: &Catalog, fleet: &[FleetClass]) -> Vec<FleetClass> {
    let mut classes: BTreeMap<_, FleetClass> = BTreeMap::new();
    for class in fleet {
        let Some(known) = catalog.class_of(&class.update_id) else { continue };
        match classes.entry((class.platform, known)) {
            Entry::Vacant(place) => {
                place.insert(class.clone());
            }
            Entry::Occupied(mut place) => {
                let devices = &mut place.get_mut().devices;
                *devices = devices.saturating_add(class.devices);
            }
        }
    }
    classes.into_values().collect()
}

/// Items of other platforms only say that they are.
fn items_for(items: &[AssignedItem], platform: Platform) -> Vec<AssignedItem> {
    let is_for = |item: &&AssignedItem| item.item.settings().platform == platform;
    items.iter().filter(is_for).cloned().collect()
}

/// One device through the days.
struct Life {
    device: Device,
    /// Every release for the device, with the day it came out, oldest version first.
    releases: Vec<(OsVersion, Date)>,
    /// What was installed on which day; the first is what it began with.
    installed: Vec<(Date, OsVersion)>,
}

impl Life {
    /// A device that begins with the newest release of its first day.
    fn begin(catalog: &Catalog, class: &FleetClass, span: BacktestSpan) -> Option<Self> {
        let table = catalog.table_for(&class.update_id, None, end_of(span.until));
        let mut releases: Vec<_> = table
            .iter()
            .filter(|release| release.version.letter().is_none())
            .map(|release| (release.version, release.released))
            .collect();
        releases.dedup_by_key(|(version, _)| *version);
        let known = releases.iter().filter(|(_, released)| *released <= span.from);
        let (version, _) = known.max_by_key(|(version, _)| *version).copied()?;
        let builds = table.iter().filter(|release| release.version == version);
        let device = Device {
            platform: class.platform,
            update_id: Some(class.update_id.clone()),
            os_version: version,
            build: builds.filter_map(|release| release.build.clone()).next(),
            enrollment: EnrollmentKind::Device,
            supervised: true,
            has_ddm_enforcement: true,
            apple_silicon: Some(true),
            utc_offset: Some(Offset::UTC),
            at_work: None,
            failure_count: 0,
            failure_reason: None,
            declaration_problem: None,
            last_seen: None,
        };
        Some(Self { device, releases, installed: vec![(span.from, version)] })
    }

    /// Lives through a day; says whether something was installed.
    fn live(&mut self, catalog: &Catalog, items: &[AssignedItem], day: Date) -> bool {
        let decision = decide(end_of(day), catalog, items, &self.device);
        let Outcome::Install { target, .. } = decision.outcome else { return false };
        if target.deadline.date() > day {
            return false;
        }
        self.device.os_version = target.version;
        self.device.build = Some(target.build);
        self.installed.push((day, target.version));
        true
    }

    /// Whether it runs the newest release of its major.
    fn is_current(&self, day: Date) -> bool {
        let running = self.device.os_version;
        let is_newer = |(version, released): &(OsVersion, Date)| {
            *released <= day && version.major() == running.major() && *version > running
        };
        !self.releases.iter().any(is_newer)
    }

    /// The day on which it had a version or something newer.
    fn had(&self, wanted: OsVersion) -> Option<Date> {
        self.installed.iter().find(|(_, version)| *version >= wanted).map(|(day, _)| *day)
    }

    fn add_exposures(
        &self,
        class: &FleetClass,
        span: BacktestSpan,
        exposures: &mut BTreeMap<(Platform, OsVersion), ReleaseExposure>,
    ) {
        let devices = u64::from(class.devices);
        let in_span = |released: Date| span.from < released && released <= span.until;
        let releases = self.releases.iter().filter(|(_, released)| in_span(*released));
        for (version, released) in releases {
            let until = self.had(*version);
            if until.is_some_and(|until| until < *released) || self.is_of_no_concern(*version) {
                continue;
            }
            let days = days_between(*released, until.unwrap_or(span.until));
            let exposure = exposures.entry((class.platform, *version)).or_insert(ReleaseExposure {
                platform: class.platform,
                version: *version,
                released: *released,
                devices: 0,
                exposed_days: 0,
                worst_days: 0,
                still_exposed: 0,
            });
            exposure.released = exposure.released.min(*released);
            exposure.devices += devices;
            exposure.exposed_days += devices * u64::from(days);
            exposure.worst_days = exposure.worst_days.max(days);
            exposure.still_exposed += if until.is_none() { devices } else { 0 };
        }
    }

    /// A release of a major that the device has left, or never came to, mends nothing for it.
    fn is_of_no_concern(&self, version: OsVersion) -> bool {
        !self.installed.iter().any(|(_, running)| running.major() == version.major())
    }
}

fn days_between(from: Date, until: Date) -> u32 {
    u32::try_from(until.duration_since(from).as_hours() / 24).unwrap_or(0)
}

/// The last moment of a day, in UTC.
fn end_of(day: Date) -> Timestamp {
    let next = day.saturating_add(SignedDuration::from_hours(24));
    let midnight = next.to_datetime(jiff::civil::Time::midnight());
    let midnight = Offset::UTC.to_timestamp(midnight).unwrap_or(Timestamp::MAX);
    midnight.checked_sub(SignedDuration::from_secs(1)).unwrap_or(midnight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::{sequoia, text};

    fn run(item: &str, devices: u32) -> BacktestReport {
        let device = text::device("J413AP on 15.3");
        let items = text::items(&[item], &device);
        let class = FleetClass {
            platform: Platform::MacOs,
            update_id: UpdateId::new("J413AP").unwrap(),
            devices,
        };
        let span = BacktestSpan { from: text::day("2025-03-01"), until: text::day("2025-07-01") };
        backtest(&sequoia(), &items, &[class], span)
    }

    fn lines(report: &BacktestReport) -> String {
        let line = |it: &ReleaseExposure| {
            format!(
                "{} {} for {}: {} days, worst {}, open {}",
                it.version,
                it.released,
                it.devices,
                it.exposed_days,
                it.worst_days,
                it.still_exposed
            )
        };
        report.releases.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_release_is_installed_on_the_day_it_is_due() {
        let report = run("15 rolling 1w at 09:00", 3);
        insta::assert_snapshot!(lines(&report), @r"
        15.4 2025-03-31 for 3: 21 days, worst 7, open 0
        15.5 2025-05-12 for 3: 21 days, worst 7, open 0
        ");
        assert_eq!((report.devices, report.device_days), (3, 3 * 123));
    }

    #[test]
    fn longer_delays_mean_fewer_restarts_and_more_exposure() {
        let [week, months] =
            ["1w", "3m"].map(|within| run(&format!("15 rolling {within} at 09:00"), 1));
        assert!(week.restarts > months.restarts, "{} {}", week.restarts, months.restarts);
        let exposed =
            |report: &BacktestReport| report.releases.iter().map(|it| it.exposed_days).sum::<u64>();
        assert!(exposed(&week) < exposed(&months));
    }

    #[test]
    fn policy_that_enforces_nothing_leaves_everything_open() {
        let report = run("15 minimum 15.3 on 2025-03-01 at 09:00", 2);
        assert_eq!(report.restarts, 0);
        assert!(report.releases.iter().all(|release| release.still_exposed == 2));
        let last = report.current.last().unwrap();
        assert_eq!((last.devices, last.current), (2, 0));
    }
}
