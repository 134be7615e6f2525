//! Decisions per second on one core, with the full history as catalog.
//!
//! ```text
//! cargo bench -p macadam-policy --bench decide
//! ```
//!
//! 100,000 distinct devices over every id of the feed, each with three items that have rings and
//! windows; nothing is kept from one decision to the next, and every decision has its trace.

#![allow(clippy::print_stdout, reason = "a benchmark prints its result")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark may end where a test may"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

#[path = "../tests/support/seed_catalog.rs"]
mod seed_catalog;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::{Time, Weekday, date};
use jiff::tz::Offset;
use macadam_policy::{
    AssignedItem, BsiEnforcement, Catalog, Device, EnrollmentKind, FreezeWindow, HaltRule,
    Installation, ItemId, MaintenanceWindow, ManagedOs, ManagedOsSettings, Outcome, Period,
    Platform, Release, UpdateId, VersionEnforcement, decide,
};
use uuid::Uuid;

const DEVICES: usize = 100_000;
const ROUNDS: usize = 10;

fn main() {
    let catalog = seed_catalog::recorded_past().catalog;
    let now: Timestamp = "2026-08-18T12:00:00Z".parse().unwrap();
    let fleet = fleet(&catalog, now);
    let items = Platform::ALL.map(|platform| items(platform, now));
    let clock = Instant::now();
    let mut best = f64::INFINITY;
    let (mut targets, mut steps) = (0, 0);
    for _ in 0..ROUNDS {
        (targets, steps) = (0, 0);
        let start = cpu_seconds().unwrap_or_else(|| clock.elapsed().as_secs_f64());
        for device in &fleet {
            let items = items.iter().find(|(platform, _)| *platform == device.platform);
            let decision = decide(now, &catalog, &items.unwrap().1, black_box(device));
            targets += usize::from(matches!(decision.outcome, Outcome::Install { .. }));
            steps += decision.trace.0.len();
            black_box(decision);
        }
        let end = cpu_seconds().unwrap_or_else(|| clock.elapsed().as_secs_f64());
        best = best.min(end - start);
    }
    let per_second = DEVICES as f64 / best;
    println!("{DEVICES} devices, {targets} with a target, {steps} trace steps");
    println!("{per_second:.0} decisions/s on one core, trace built (best of {ROUNDS} rounds)");
}

/// What this thread has used of its core, where the system tells (Linux): on a busy machine the
/// clock on the wall would measure the neighbors.
fn cpu_seconds() -> Option<f64> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = statistics.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

/// Devices of every id, on versions the id was offered, as a real fleet has them.
fn fleet(catalog: &Catalog, now: Timestamp) -> Vec<Device> {
    let seed = macadam_protocol::feed::seed();
    let models: Vec<(UpdateId, Platform, Vec<Release>)> = seed
        .devices
        .iter()
        .filter_map(|device| {
            let id = UpdateId::new(&device.id)?;
            let platform = Platform::of_update_id(id.as_str())?;
            let mut releases = catalog.table_for(&id, None, now);
            releases.retain(|release| release.version.letter().is_none());
            // Fleets run what is at most about a year old.
            let old = releases.len().saturating_sub(24);
            releases.drain(..old);
            (!releases.is_empty()).then_some((id, platform, releases))
        })
        .collect();
    (0..DEVICES)
        .map(|number| {
            let (id, platform, releases) = &models[number % models.len()];
            let release = &releases[(number / models.len()) % releases.len()];
            device(number, id, *platform, release)
        })
        .collect()
}

fn device(number: usize, id: &UpdateId, platform: Platform, release: &Release) -> Device {
    Device {
        platform,
        update_id: Some(id.clone()),
        os_version: release.version,
        build: release.build.clone(),
        enrollment: EnrollmentKind::Device,
        supervised: true,
        has_ddm_enforcement: true,
        apple_silicon: Some(number.is_multiple_of(2)),
        utc_offset: Some(Offset::from_hours((number % 26) as i8 - 11).unwrap()),
        at_work: None,
        failure_count: 0,
        failure_reason: None,
        declaration_problem: None,
        last_seen: None,
    }
}

/// An item for each of the last three majors.
fn items(platform: Platform, now: Timestamp) -> (Platform, Vec<AssignedItem>) {
    let majors = match platform {
        Platform::MacOs => [14, 15, 26],
        Platform::Ios | Platform::IpadOs | Platform::TvOs | Platform::VisionOs => [17, 18, 26],
    };
    let items = majors.iter().enumerate().map(|(number, major)| {
        let settings = settings(platform, *major);
        AssignedItem {
            id: ItemId(Uuid::from_u128(number as u128)),
            item: Arc::new(ManagedOs::new(settings).unwrap()),
            reached_at: now,
            depth: 0,
            ring_offset_days: 3 * number as u16,
            is_paused: false,
            is_excluded: false,
            requested_at: None,
            requested_local: None,
            exempt_until: None,
            halts: Vec::new(),
        }
    });
    (platform, items.collect())
}

fn settings(platform: Platform, major: u16) -> ManagedOsSettings {
    let hour = |hour| Time::new(hour, 0, 0, 0).unwrap();
    ManagedOsSettings {
        platform,
        major,
        label: "bench".into(),
        installation: Installation::ContinuouslyEnforce,
        enforcement: VersionEnforcement::Rolling { within: Period::Days(14), at: hour(9) },
        bsi: BsiEnforcement::Automatic { within: Period::Days(3), at: hour(12) },
        legacy_time_zone: None,
        rings: Vec::new(),
        freeze_windows: vec![FreezeWindow {
            name: "holidays".into(),
            from: date(2026, 12, 18).at(0, 0, 0, 0),
            until: date(2027, 1, 4).at(0, 0, 0, 0),
        }],
        maintenance_windows: vec![MaintenanceWindow {
            days: vec![Weekday::Tuesday, Weekday::Thursday],
            from: hour(8),
            until: hour(18),
        }],
        minimum_notice_days: 5,
        details_url: None,
        pin_build: false,
        ring_halt: HaltRule::default(),
    }
}
