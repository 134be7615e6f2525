//! Catalogs, devices and items from short texts, and decisions back to text.
//!
//! ```text
//! catalog  15.5 [24F74[<24F70]] public 2025-05-18[..2025-06-10] [installable FROM..UNTIL]
//!            [expires DAY] for J413AP J314sAP      (events happen at 17:00 UTC)
//!          history 12.1 2021-12-13 [withdrawn DAY] [for J413AP]
//! device   J413AP on 15.4 [build 24E248] [offset +2] [unsupervised | user | no ddm | intel | …]
//! item     15 rolling 2w at 09:30 [; bsi 1w at 12:00] [; ring 7] [; notice 5] [; paused] …
//! ```

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;
use uuid::Uuid;

use super::super::*;
use crate::{
    AtWork, BsiEnforcement, CatalogEvent, EnrollmentKind, EventChange, FreezeWindow, HaltRule,
    HistoricRelease, InstallState, Installation, MaintenanceWindow, ManagedOsSettings, OfferSet,
    Period, Platform, Review, ReviewScope, RingHalt, UpdateId, VersionEnforcement,
};

pub(crate) fn version(text: &str) -> OsVersion {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A moment: a day alone is 17:00 UTC, when Apple publishes.
pub(crate) fn moment(text: &str) -> Timestamp {
    match text.parse::<Timestamp>() {
        Ok(moment) => moment,
        Err(_) => format!("{text}T17:00:00Z").parse().unwrap(),
    }
}

fn id(text: &str) -> UpdateId {
    UpdateId::new(text).unwrap()
}

/// An item's id from the order it was written in: 0 is the first.
pub(crate) fn item_id(number: usize) -> ItemId {
    ItemId(Uuid::from_u128(number as u128 + 1))
}

pub(crate) fn catalog(lines: &[&str]) -> Catalog {
    let mut catalog = Catalog::default();
    extend(&mut catalog, lines);
    catalog
}

/// What was known of a catalog at a moment.
pub(crate) fn catalog_as_of(lines: &[String], now: Timestamp) -> Catalog {
    let mut events: Vec<_> = lines.iter().flat_map(|line| release_events(line)).collect();
    events.retain(|event| event.at <= now);
    events.sort_by_key(in_order);
    let mut catalog = Catalog::default();
    catalog.apply(events);
    catalog
}

/// What leaves at a moment does so before what comes.
fn in_order(event: &CatalogEvent) -> (Timestamp, bool) {
    (event.at, matches!(event.change, EventChange::Listed { .. }))
}

pub(crate) fn extend(catalog: &mut Catalog, lines: &[&str]) {
    let mut events = Vec::new();
    for line in lines {
        match line.strip_prefix("history ") {
            Some(rest) => catalog.add_historic([historic(rest)]),
            None => events.extend(release_events(line)),
        }
    }
    events.sort_by_key(in_order);
    catalog.apply(events);
}

fn historic(text: &str) -> HistoricRelease {
    let (head, ids) = text.split_once(" for ").unwrap_or((text, ""));
    let words: Vec<&str> = head.split(' ').collect();
    let device_ids: Vec<UpdateId> = ids.split_whitespace().map(id).collect();
    let version = version(words[0]);
    HistoricRelease {
        list: if version.major() < 15 || device_ids.iter().any(|id| id.as_str().ends_with("AP")) {
            crate::FeedList::MacOs
        } else {
            crate::FeedList::Ios
        },
        version,
        day: day(words[1]),
        builds: Vec::new(),
        prerequisite_build: None,
        device_ids,
        withdrawn_on: (words.get(2) == Some(&"withdrawn")).then(|| day(words[3])),
    }
}

/// A build for a version, where the case does not care which.
fn build_of(version: OsVersion) -> Build {
    let digits: String = version.to_string().chars().filter(char::is_ascii_digit).collect();
    let letter = version.letter().map(String::from).unwrap_or_default();
    format!("{}A{digits}{letter}", version.major()).parse().unwrap()
}

fn release_events(line: &str) -> Vec<CatalogEvent> {
    let (head, ids) = line.split_once(" for ").unwrap();
    let device_ids: Vec<UpdateId> = ids.split_whitespace().map(id).collect();
    let list = Platform::of_update_id(device_ids[0].as_str()).unwrap().feed_list();
    let mut words = head.split(' ').peekable();
    let mut name = words.next().unwrap().to_owned();
    if let Some(letter) = words.next_if(|word| word.starts_with('(')) {
        name = format!("{name} {letter}");
    }
    let version = version(&name);
    let given = words.next_if(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let (build, prerequisite_build) = match given.map(|given| given.split_once('<')) {
        Some(Some((build, before))) => (build.parse().unwrap(), Some(before.parse().unwrap())),
        Some(None) => (given.unwrap().parse().unwrap(), None),
        None => (build_of(version), None),
    };
    let mut spans: Vec<(OfferSet, &str)> = Vec::new();
    let mut events = Vec::new();
    let event = |at, set, change| CatalogEvent {
        at,
        set,
        list,
        version,
        build: build.clone(),
        prerequisite_build: prerequisite_build.clone(),
        change,
    };
    while let Some(word) = words.next() {
        let value = words.next().unwrap();
        match word {
            "public" if version.letter().is_some() => {
                spans.push((OfferSet::BackgroundSecurity, value));
            }
            "public" => spans.push((OfferSet::Public, value)),
            "installable" => spans.push((OfferSet::Installable, value)),
            "expires" => {
                let (at, on) = value.split_once("=").unwrap();
                let change = EventChange::Expires { device_ids: device_ids.clone(), on: day(on) };
                events.push(event(moment(at), OfferSet::Installable, change));
            }
            other => panic!("{other} in {line}"),
        }
    }
    if version.letter().is_none() && spans.iter().all(|(set, _)| *set == OfferSet::Public) {
        let from = spans[0].1.split("..").next().unwrap();
        spans.push((OfferSet::Installable, from));
    }
    for (set, span) in spans {
        let (from, until) = span.split_once("..").unwrap_or((span, ""));
        let listed = EventChange::Listed { device_ids: device_ids.clone() };
        events.push(event(moment(from), set, listed));
        if !until.is_empty() {
            let unlisted = EventChange::Unlisted { device_ids: device_ids.clone() };
            events.push(event(moment(until), set, unlisted));
        }
    }
    events
}

pub(crate) fn device(text: &str) -> Device {
    let (update_id, rest) = text.split_once(" on ").unwrap();
    let mut parts = rest.split(", ");
    let mut device = Device {
        platform: Platform::of_update_id(update_id).unwrap(),
        update_id: UpdateId::new(update_id),
        os_version: version(parts.next().unwrap()),
        build: None,
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
    device.build = Some(build_of(device.os_version.base()));
    for part in parts {
        set_fact(&mut device, part);
    }
    device
}

fn set_fact(device: &mut Device, text: &str) {
    let (word, value) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        "build" if value == "unknown" => device.build = None,
        "build" => device.build = Some(value.parse().unwrap()),
        "offset" if value == "unknown" => device.utc_offset = None,
        "offset" => device.utc_offset = Some(Offset::from_hours(value.parse().unwrap()).unwrap()),
        "unsupervised" => device.supervised = false,
        "user" => device.enrollment = EnrollmentKind::User,
        "noddm" => device.has_ddm_enforcement = false,
        "noid" => device.update_id = None,
        "intel" => device.apple_silicon = Some(false),
        "failed" => device.failure_count = value.parse().unwrap(),
        "refused" => device.declaration_problem = Some("Error.Unknown".into()),
        "seen" => device.last_seen = Some(moment(value)),
        "downloading" => device.at_work = Some(at_work(InstallState::Downloading, value)),
        "prepared" => device.at_work = Some(at_work(InstallState::Prepared, value)),
        "installing" => device.at_work = Some(at_work(InstallState::Installing, value)),
        "waiting" => device.at_work = Some(at_work(InstallState::Waiting, value)),
        other => panic!("{other} in a device"),
    }
}

fn at_work(state: InstallState, pending: &str) -> AtWork {
    AtWork { state, pending_version: version(pending), pending_build: None, local_deadline: None }
}

/// Items by their text, each with the id of its place.
pub(crate) fn items(texts: &[&str], device: &Device) -> Vec<AssignedItem> {
    texts.iter().enumerate().map(|(number, text)| item(number, text, device)).collect()
}

fn item(number: usize, text: &str, device: &Device) -> AssignedItem {
    let mut parts = text.split("; ");
    let (major, enforcement) = parts.next().unwrap().split_once(' ').unwrap();
    let mut settings = ManagedOsSettings {
        platform: device.platform,
        major: major.parse().unwrap(),
        label: "test".into(),
        installation: Installation::ContinuouslyEnforce,
        enforcement: self::enforcement(enforcement),
        bsi: BsiEnforcement::None,
        legacy_time_zone: None,
        rings: Vec::new(),
        freeze_windows: Vec::new(),
        maintenance_windows: Vec::new(),
        minimum_notice_days: 0,
        details_url: None,
        pin_build: false,
        ring_halt: HaltRule::default(),
    };
    let mut assigned = AssignedItem {
        id: item_id(number),
        item: Arc::new(ManagedOs::new(sample(&settings)).unwrap()),
        reached_at: moment("2020-01-01"),
        depth: 0,
        ring_offset_days: 0,
        is_paused: false,
        is_excluded: false,
        requested_at: None,
        requested_local: None,
        exempt_until: None,
        halts: Vec::new(),
    };
    for part in parts {
        set_option(&mut settings, &mut assigned, part);
    }
    assigned.item = Arc::new(ManagedOs::new(settings).unwrap());
    assigned
}

/// Valid settings to start from, whatever the options will be.
fn sample(settings: &ManagedOsSettings) -> ManagedOsSettings {
    let enforcement = VersionEnforcement::Rolling { within: Period::Days(1), at: Time::midnight() };
    ManagedOsSettings { enforcement, ..settings.clone() }
}

fn enforcement(text: &str) -> VersionEnforcement {
    let words: Vec<&str> = text.split(' ').collect();
    match words[..] {
        ["unmanaged"] => VersionEnforcement::DoNotManage,
        ["rolling", within, "at", at] => {
            VersionEnforcement::Rolling { within: within.parse().unwrap(), at: time(at) }
        }
        ["minimum", floor, "on", on, "at", at] => {
            VersionEnforcement::Minimum { version: version(floor), on: day(on), at: time(at) }
        }
        ["exactly", exact, "on", on, "at", at] => {
            VersionEnforcement::Specific { version: version(exact), on: day(on), at: time(at) }
        }
        _ => panic!("{text} is no enforcement"),
    }
}

fn time(text: &str) -> Time {
    format!("{text}:00").parse().unwrap()
}

/// `15.5 2025-05-14`, `15.5 2025-05-14 resumed 2025-05-17`: the pilots' trouble.
fn halt(text: &str) -> RingHalt {
    let words: Vec<&str> = text.split(' ').collect();
    RingHalt {
        ring: "Pilots".into(),
        offset_days: 0,
        version: version(words[0]),
        halted_on: day(words[1]),
        resumed_on: words.get(3).map(|text| day(text)),
    }
}

fn set_option(settings: &mut ManagedOsSettings, assigned: &mut AssignedItem, text: &str) {
    let (word, value) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        "bsi" => {
            let (within, at) = value.split_once(" at ").unwrap();
            let within = within.parse().unwrap();
            settings.bsi = BsiEnforcement::Automatic { within, at: time(at) };
        }
        "selfservice" => settings.installation = Installation::SelfService,
        "for" => settings.platform = value.parse().unwrap(),
        "notice" => settings.minimum_notice_days = value.parse().unwrap(),
        "pin" => settings.pin_build = true,
        "freeze" => {
            let (from, until) = value.split_once("..").unwrap();
            settings.freeze_windows.push(FreezeWindow {
                name: format!("freeze {}", settings.freeze_windows.len()),
                from: from.parse().unwrap(),
                until: until.parse().unwrap(),
            });
        }
        "window" => settings.maintenance_windows.push(window(value)),
        "ring" => assigned.ring_offset_days = value.parse().unwrap(),
        "halted" => assigned.halts.push(halt(value)),
        "reached" => assigned.reached_at = moment(value),
        "depth" => assigned.depth = value.parse().unwrap(),
        "paused" => assigned.is_paused = true,
        "excluded" => assigned.is_excluded = true,
        "asked" => match value.split_once(" local ") {
            Some((at, local)) => {
                assigned.requested_at = Some(moment(at));
                assigned.requested_local = Some(local.parse().unwrap());
            }
            None => assigned.requested_at = Some(moment(value)),
        },
        "exempt" => assigned.exempt_until = Some(day(value)),
        other => panic!("{other} in an item"),
    }
}

fn window(text: &str) -> MaintenanceWindow {
    let (days, hours) = text.split_once(' ').unwrap();
    let (from, until) = hours.split_once("..").unwrap();
    let days = days.split(',').map(|day| match day {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        other => panic!("{other} is no day"),
    });
    MaintenanceWindow { days: days.collect(), from: time(from), until: time(until) }
}

/// A review: `15.5 approved DAY`, `15.5 held DAY`, `15.5 resumed DAY`, with `item 0` in front for
/// one item only.
pub(crate) fn reviews(texts: &[&str], platform: Platform) -> Vec<Review> {
    let review = |text: &&str| {
        let words: Vec<&str> = text.split(' ').collect();
        let (scope, words) = match words[..] {
            ["item", number, ..] => {
                (ReviewScope::Item(item_id(number.parse().unwrap())), &words[2..])
            }
            _ => (ReviewScope::Fleet, &words[..]),
        };
        let at = |word: &str| (words[1] == word).then(|| moment(words[2]));
        Review {
            scope,
            list: platform.feed_list(),
            version: version(words[0]),
            approved_at: at("approved"),
            held_since: at("held"),
            resumed_at: at("resumed"),
        }
    };
    texts.iter().map(review).collect()
}

/// The decision on a line: outcome, then status where that says more.
pub(crate) fn line(decision: &Decision) -> String {
    let outcome = match &decision.outcome {
        Outcome::Install { target, then } => {
            let build = if target.send_build { format!(" ({})", target.build) } else { "".into() };
            let then = then.map(|then| format!(", then {then}")).unwrap_or_default();
            format!("{}{build} by {}{then}", target.version, target.deadline)
        }
        Outcome::UpToDate => "up to date".into(),
        Outcome::Available { version } => format!("{version} offered"),
        Outcome::Waiting => "waiting".into(),
        Outcome::Incompatible => "incompatible".into(),
        Outcome::Excluded => "excluded".into(),
        Outcome::Unresolved(why) => format!("unresolved: {}", why.reason()),
        Outcome::Suspended(why) => format!("suspended: {}", why.reason()),
        Outcome::NotManageable(why) => format!("not manageable: {}", why.reason()),
        Outcome::NotAssigned => "not assigned".into(),
    };
    format!("{outcome} [{:?}]", decision.status)
}

/// The trace, a sentence a line.
pub(crate) fn sentences(decision: &Decision) -> String {
    let sentences: Vec<String> =
        decision.trace.0.iter().map(|step| step.rule.to_string()).collect();
    sentences.join("\n")
}

/// A deadline as the device's clock shows it.
pub(crate) fn deadline(decision: &Decision) -> Option<DateTime> {
    decision.outcome.target().map(|target| target.deadline)
}
