use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::feed::gdmf;
use crate::feed::testing::release_data;

#[test]
fn committed_files_are_exactly_what_is_written_and_small() {
    let files = [
        include_str!("../../../seed/devices.txt"),
        include_str!("../../../seed/releases.txt"),
        include_str!("../../../seed/timeline.txt"),
    ];
    assert_eq!(seed().encode(), files);
    assert!(files.iter().map(|file| file.len()).sum::<usize>() < 400_000);
}

#[test]
fn events_replayed_give_the_answer_at_each_moment() {
    let seed = seed();
    let (mut offered, mut rest) = (BTreeSet::new(), seed.events());
    for moment in seed.moments() {
        let later = rest.split_off(rest.partition_point(|event| event.at <= moment));
        for event in std::mem::replace(&mut rest, later) {
            let key = event.span.entry_at(event.span.from);
            match event.change {
                SeedChange::Listed => assert!(offered.insert(key), "listed twice"),
                SeedChange::Unlisted => assert!(offered.remove(&key), "was not listed"),
                SeedChange::Expires => assert!(offered.contains(&key), "is not listed"),
            }
        }
        assert_eq!(offered.len(), seed.answer_at(moment).entries.len());
    }
    assert!(rest.is_empty());
}

#[test]
fn before_the_record_nothing_is_offered_and_after_it_the_last_state_goes_on() {
    let seed = seed();
    let before = seed.recorded_from - 1.second();
    assert_eq!(seed.answer_at(before), Gdmf::default());
    let later = seed.answer_at(seed.recorded_until + (24 * 30).hours());
    let newest = later.entries.iter().filter(|entry| entry.version == "26.6.2");
    let expires: BTreeSet<_> = newest.map(|entry| entry.expires).collect();
    assert_eq!(expires, BTreeSet::from([Some(date(2026, 12, 20))]));
}

#[test]
fn forked_build_is_offered_to_its_own_hardware() {
    let answer = seed().answer_at("2024-10-31T00:00:00Z".parse().unwrap());
    assert_eq!(builds_of("15.1", "J604AP", &answer), ["24B2083"]);
    assert_eq!(builds_of("15.1", "J413AP", &answer), ["24B83"]);
}

#[test]
fn withdrawn_build_leaves_the_public_set_and_stays_installable() {
    let seed = seed();
    let sets = |moment: &str| -> Vec<OfferSet> {
        let answer = seed.answer_at(moment.parse().unwrap());
        let is_it = |entry: &Entry| entry.build.as_deref() == Some("23A8464");
        answer.entries.into_iter().filter(is_it).map(|entry| entry.set).collect()
    };
    assert_eq!(sets("2025-10-18T00:00:00Z"), [OfferSet::Public, OfferSet::Installable]);
    assert_eq!(sets("2025-10-22T00:00:00Z"), [OfferSet::Installable]);
    assert_eq!(sets("2026-01-20T12:00:00Z"), []);
}

#[test]
fn history_reaches_back_before_the_record() {
    let seed = seed();
    let find = |list, version: &str, extra: Option<&str>| {
        let is_it = |release: &&HistoricRelease| {
            release.list == list && release.version == version && release.extra.as_deref() == extra
        };
        seed.releases.iter().find(is_it).unwrap()
    };
    assert_eq!(find(FeedList::MacOs, "11.0.1", None).day, date(2020, 11, 12));
    assert_eq!(find(FeedList::Ios, "15.0", None).day, date(2021, 9, 20));
    // The community feed says October for this one.
    assert_eq!(find(FeedList::MacOs, "13.3.1", None).day, date(2023, 4, 7));
    let rapid = find(FeedList::MacOs, "13.4.1", Some("(a)"));
    assert_eq!(rapid.exploited, ["CVE-2023-37450"]);
    let builds: Vec<_> = rapid.builds.iter().map(|build| build.build.as_str()).collect();
    assert_eq!(builds, ["22F770820b", "22F770830b"]);
    assert_eq!(rapid.builds[1].prerequisite_build.as_deref(), Some("22F2083"));
    assert_eq!(rapid.builds[1].withdrawn_on, Some(date(2023, 7, 11)));
    let studio = rapid.builds[1].device_ids.as_ref().unwrap();
    assert!(studio.contains(&"J475cAP".into()) && !studio.contains(&"J413AP".into()));
    assert_eq!(seed.releases.len(), 305);
}

#[test]
fn every_offered_device_is_known_with_the_major_it_is_offered() {
    let seed = seed();
    for span in &seed.spans {
        let major: u16 = span.version.split('.').next().unwrap().parse().unwrap();
        for id in &*span.device_ids {
            let device = seed.device(id).unwrap_or_else(|| panic!("{id} is unknown"));
            assert!(device.majors.contains(&major), "{id} lacks {major}");
        }
    }
    assert_eq!(seed.device("j413ap").unwrap().product.as_deref(), Some("Mac14,2"));
    let macs = seed.devices.iter().filter(|device| device.kind.is_mac());
    assert_eq!(macs.count(), 139);
}

#[test]
fn every_line_must_be_exactly_right() {
    let refused = |file: usize, line: &str| {
        let mut files = SMALL.map(str::to_owned);
        files[file].push_str(line);
        files[file].push('\n');
        Seed::decode(&files[0], &files[1], &files[2]).unwrap_err().to_string()
    };
    let report: Vec<String> = BAD_LINES.map(|(file, line)| refused(file, line)).into();
    insta::assert_snapshot!(report.join("\n"), @"
    seed file devices, line 4: neither device nor set
    seed file devices, line 4: devices are not in order of id
    seed file devices, line 4: not a device id
    seed file devices, line 4: not a kind of device
    seed file devices, line 4: not ascending ranges of majors
    seed file devices, line 4: not ascending ranges of majors
    seed file devices, line 4: the line is too short
    seed file devices, line 4: not a product identifier
    seed file devices, line 4: not a name
    seed file devices, line 4: not device ids in order
    seed file devices, line 4: the set is empty
    seed file releases, line 5: not a day
    seed file releases, line 5: not a list
    seed file releases, line 5: not a version
    seed file releases, line 5: the line is too long
    seed file releases, line 5: not a build
    seed file releases, line 5: not a set
    seed file releases, line 5: not a path
    seed file releases, line 5: not CVE numbers in order
    seed file timeline, line 6: moments are not in order
    seed file timeline, line 6: neither at nor a span
    seed file timeline, line 6: not a set
    seed file timeline, line 6: not a span of moments
    seed file timeline, line 6: not a span of moments
    seed file timeline, line 6: not posting dates in order
    seed file timeline, line 6: not expirations in order
    seed file timeline, line 6: the line is too long
    ");
}

#[test]
fn files_of_another_format_are_refused() {
    let [devices, releases, _] = SMALL;
    let refused = |timeline: &str| Seed::decode(devices, releases, timeline).unwrap_err().problem;
    assert_eq!(refused("macadam-seed timeline 2\n"), "the first line does not name this format");
    assert_eq!(refused(""), "the first line does not name this format");
    assert_eq!(refused("macadam-seed timeline 1\n"), "recorded is missing");
    assert_eq!(refused(&" ".repeat(5 << 20)), "the file is too large");
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_back(
        file in 0_usize..3,
        at in 0_usize..200,
        new in "[ -~\n\r\u{e9}]{0,3}",
    ) {
        let mut files = SMALL.map(str::to_owned);
        let at = at % files[file].len();
        files[file].replace_range(at..=at, &new);
        if let Ok(seed) = Seed::decode(&files[0], &files[1], &files[2]) {
            let [devices, releases, timeline] = seed.encode();
            prop_assert_eq!(Seed::decode(&devices, &releases, &timeline), Ok(seed));
        }
    }
}

const SMALL: [&str; 3] = [
    "macadam-seed devices 1\ndevice J413AP Mac14,2 apple-silicon-mac 12-15,26 MacBook Air\n\
     set J413AP J414sAP\n",
    "macadam-seed releases 1\nrelease macos 26.6 2026-07-27\nbuild 25G72 - -\ncve 2026 1234\n",
    "macadam-seed timeline 1\nrecorded 2026-07-27T17:00:00Z 2026-08-22T00:00:00Z\n\
     at 2026-07-27T17:00:00Z\nat 2026-08-06T17:00:00Z\n\
     public macos 26.6 25G72 0 0-1 2026-07-27 moving,1=2026-11-04\n",
];

const BAD_LINES: [(usize, &str); 27] = [
    (0, "gadget J1AP"),
    (0, "device J413AP Mac14,2 apple-silicon-mac 12"),
    (0, "device J5\u{e9} Mac14,2 apple-silicon-mac 12"),
    (0, "device J500AP Mac14,2 toaster 12"),
    (0, "device J500AP Mac14,2 intel-mac 12-11"),
    (0, "device J500AP Mac14,2 intel-mac 12-65535"),
    (0, "device J500AP Mac14,2 intel-mac"),
    (0, "device J500AP Mac\u{e9} intel-mac 12"),
    (0, "device J500AP Mac14,2 intel-mac 12 two\tnames"),
    (0, "set J414sAP J413AP"),
    (0, "set"),
    (1, "release macos 26.6 2026-07-32"),
    (1, "release watchos 26.6 2026-07-27"),
    (1, "release macos 26.6(A) 2026-07-27"),
    (1, "release macos 26.6 2026-07-27 again"),
    (1, "build 25G72< - -"),
    (1, "build 25G72 7 -"),
    (1, "link example.com"),
    (1, "cve 2026 1234"),
    (2, "at 2026-08-06T17:00:00Z"),
    (2, "secret macos 26.6 25G72 0 0-1 2026-07-27 moving"),
    (2, "public macos 26.6 25G72 1 0-1 2026-07-27 moving"),
    (2, "public macos 26.6 25G72 0 1-1 2026-07-27 moving"),
    (2, "public macos 26.6 25G72 0 0-2 2026-07-27 moving"),
    (2, "public macos 26.6 25G72 0 0-1 2026-07-27,0=2026-07-28 moving"),
    (2, "public macos 26.6 25G72 0 0-1 2026-07-27 never"),
    (2, "public macos 26.6 25G72 0 0-1 2026-07-27 moving "),
];

fn builds_of<'a>(version: &str, id: &str, answer: &'a Gdmf) -> Vec<&'a str> {
    let is_it = |entry: &&Entry| {
        entry.set == OfferSet::Public
            && entry.version == version
            && entry.device_ids.contains(&id.into())
    };
    answer.entries.iter().filter(is_it).filter_map(|entry| entry.build.as_deref()).collect()
}

/// Reads one capture of the record on its own terms, without the seed's way of telling it.
fn recorded(record: &Value, capture: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    for entry in record["entries"].as_array().unwrap() {
        for span in entry["spans"].as_array().unwrap() {
            let index = |at: usize| usize::try_from(span[at].as_u64().unwrap()).unwrap();
            if (index(0)..=index(1)).contains(&capture) {
                entries.push(recorded_entry(record, entry, span));
            }
        }
    }
    entries.sort();
    entries
}

fn recorded_entry(record: &Value, entry: &Value, span: &Value) -> Entry {
    let text = |key: &str| entry[key].as_str().map(str::to_owned);
    let devices = usize::try_from(entry["devices"].as_u64().unwrap()).unwrap();
    let ids = record["deviceSets"][devices].as_array().unwrap();
    let ids: BTreeSet<Arc<str>> = ids.iter().map(|id| id.as_str().unwrap().into()).collect();
    Entry {
        set: match entry["set"].as_str().unwrap() {
            "PublicAssetSets" => OfferSet::Public,
            "AssetSets" => OfferSet::Installable,
            _ => OfferSet::BackgroundSecurity,
        },
        list: if entry["platform"] == "macOS" { FeedList::MacOs } else { FeedList::Ios },
        version: text("ProductVersion").unwrap(),
        extra: text("ProductVersionExtra"),
        build: text("Build"),
        prerequisite_build: text("PrerequisiteBuild"),
        posted: span[2].as_str().map(|day| day.parse().unwrap()),
        expires: span[3].as_str().map(|day| day.parse().unwrap()),
        device_ids: ids.into_iter().collect(),
    }
}

/// They need the recorded release data; without it they say that they did not run.
mod real_feeds {
    use super::*;

    #[test]
    fn every_recorded_answer_is_rebuilt() {
        let Some(data) = release_data() else { return };
        let path = data.join("feeds/timeline/gdmf_timeline.json");
        let record: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let seed = seed();
        let captures = record["captures"].as_array().unwrap();
        assert_eq!(captures.len(), 930);
        for (index, capture) in captures.iter().enumerate() {
            let moment = capture.as_str().unwrap().parse().unwrap();
            let rebuilt = seed.answer_at(moment);
            assert!(rebuilt.entries == recorded(&record, index), "the answer of {moment} differs");
        }
    }

    #[test]
    fn last_recorded_answer_is_rebuilt_from_apples_bytes() {
        let Some(data) = release_data() else { return };
        let bytes = std::fs::read(data.join("feeds/latest-2026-08-22/gdmf.json")).unwrap();
        let mut entries = gdmf::decode(&bytes).unwrap().entries;
        // The record keeps Macs, iPhones and iPads.
        entries.retain(|entry| {
            let is_kept = |id: &Arc<str>| id.starts_with(['J', 'M', 'V', 'X', 'i']);
            entry.device_ids.iter().any(is_kept)
        });
        let seed = seed();
        assert_eq!(seed.answer_at(seed.recorded_until).entries, entries);
    }
}
