use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::feed::testing::release_data;

#[test]
fn both_names_of_the_third_key_are_background_security() {
    let today = one("PublicBackgroundSecurityImprovements", IMPROVEMENT);
    let before = one("PublicRapidSecurityResponses", IMPROVEMENT);
    assert_eq!(today, before);
    assert_snapshot!(described(&today), @"BackgroundSecurity MacOs 26.3.1 (a) 25D771280a on 25D2128 for J413AP,J414sAP, posted 2026-03-17, expires 2026-11-20");
}

#[test]
fn unknown_keys_and_platforms_change_nothing() {
    let known = decoded(&format!(r#"{{"PublicAssetSets":{{"macOS":[{RELEASE}]}}}}"#));
    let more = RELEASE.replacen('{', r#"{"Rollout":{"Phase":[1,2]},"#, 1);
    let unknown = decoded(&format!(
        r#"{{"Version":3,"PublicAssetSets":{{"homeOS":[{RELEASE},7],"macOS":[{more}]}},"NewSets":[]}}"#
    ));
    assert_eq!(known, unknown);
}

#[test]
fn array_order_does_not_matter() {
    let fork = RELEASE.replace("25G83", "25G2083");
    let other_order = RELEASE.replace(r#""J413AP","J414sAP""#, r#""J414sAP","J413AP","J413AP""#);
    let one = format!(r#"{{"AssetSets":{{"iOS":[{fork},{RELEASE}],"macOS":[]}}}}"#);
    let other = format!(r#"{{"AssetSets":{{"macOS":[],"iOS":[{other_order},{fork}]}}}}"#);
    assert_eq!(decoded(&one), decoded(&other));
    assert_eq!(decoded(&one).entries.len(), 2);
}

#[test]
fn one_build_for_two_groups_of_devices_is_two_entries() {
    let second = RELEASE.replace("J413AP", "J700AP").replace("2026-11-20", "2026-09-27");
    let feed = decoded(&format!(r#"{{"AssetSets":{{"macOS":[{RELEASE},{second}]}}}}"#));
    assert_snapshot!(described(&feed), @"
    Installable MacOs 26.6.2 25G83 for J414sAP,J700AP, posted 2026-08-17, expires 2026-09-27
    Installable MacOs 26.6.2 25G83 for J413AP,J414sAP, posted 2026-08-17, expires 2026-11-20
    ");
}

#[test]
fn answer_of_2023_has_no_builds() {
    let entry = RELEASE.replace(r#""Build":"25G83","#, "");
    assert_eq!(one("PublicAssetSets", &entry).entries[0].build, None);
}

#[test]
fn equal_device_lists_are_held_once() {
    let feed = decoded(&format!(
        r#"{{"PublicAssetSets":{{"macOS":[{RELEASE}]}},"AssetSets":{{"macOS":[{RELEASE}]}}}}"#
    ));
    let [public, installable] = feed.entries.as_slice() else { panic!("not two entries") };
    assert!(Arc::ptr_eq(&public.device_ids, &installable.device_ids));
}

#[test]
fn broken_entries_are_reported_and_the_good_ones_kept() {
    let broken = [
        "7".to_owned(),
        RELEASE.replace(r#""26.6.2""#, r#""26.6.x""#),
        RELEASE.replace(r#""26.6.2""#, "26.6"),
        RELEASE.replace(r#""25G83""#, r#""25G83; DROP""#),
        RELEASE.replace(r#""J413AP","J414sAP""#, ""),
        RELEASE.replace(r#""J413AP","#, r#""J413 AP","#),
        RELEASE.replace(r#"["J413AP","J414sAP"]"#, "null"),
        RELEASE.replace("2026-11-20", "2026-11-31").replace("25G83", "25G84"),
    ];
    let feed = decoded(&format!(
        r#"{{"PublicAssetSets":{{"macOS":[{RELEASE},{}],"iOS":{{}}}},"AssetSets":[]}}"#,
        broken.join(",")
    ));
    // A device id that is none costs only itself.
    assert_snapshot!(described(&feed), @"
    Public MacOs 26.6.2 25G83 for J413AP,J414sAP, posted 2026-08-17, expires 2026-11-20
    Public MacOs 26.6.2 25G83 for J414sAP, posted 2026-08-17, expires 2026-11-20
    Public MacOs 26.6.2 25G84 for J413AP,J414sAP, posted 2026-08-17, expires ?
    ");
    let unread = |unread: &Unread| {
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".into());
        let Unread { set, list, version, build } = unread;
        format!("{set:?} {list:?} {} {}", word(version), word(build))
    };
    assert_snapshot!(feed.unread.iter().map(unread).collect::<Vec<_>>().join("\n"), @"
    Public MacOs ? 25G83
    Public MacOs 26.6.2 ?
    Public MacOs 26.6.2 25G83
    Public Ios ? ?
    Installable MacOs ? ?
    Installable Ios ? ?
    Installable VisionOs ? ?
    ");
    assert_snapshot!(feed.problems.join("\n"), @"
    AssetSets is not an object
    PublicAssetSets iOS is not an array
    PublicAssetSets macOS 26.6.2 25G83: SupportedDevices holds something that is not a device id
    PublicAssetSets macOS 26.6.2 25G83: SupportedDevices is empty
    PublicAssetSets macOS 26.6.2 25G83: SupportedDevices is not an array
    PublicAssetSets macOS 26.6.2 25G84: ExpirationDate is not a date
    PublicAssetSets macOS 26.6.2 ?: Build is not a build
    PublicAssetSets macOS ? 25G83: ProductVersion is not a version
    PublicAssetSets macOS ? ?: ProductVersion is missing
    ");
}

#[test]
fn what_is_not_an_answer_is_refused() {
    let refused = |body: &str| decode(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(refused("<html>busy</html>"), "release feed cannot be parsed");
    assert_eq!(refused(r#"{"PublicAssetSets":{"macOS":["#), "release feed cannot be parsed");
    assert_eq!(refused("{}"), "release feed has neither PublicAssetSets nor AssetSets");
    assert_eq!(refused("[]"), "release feed has neither PublicAssetSets nor AssetSets");
    let deep = format!(r#"{{"PublicAssetSets":{}1"#, "[".repeat(100_000));
    assert_eq!(refused(&deep), "release feed cannot be parsed");
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back(mut entries in proptest::collection::vec(entry(), 0..20)) {
        let written = encode(&entries);
        entries.sort();
        prop_assert_eq!(decode(&written).unwrap(), Gdmf { entries, ..Gdmf::default() });
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}

const RELEASE: &str = r#"{"ProductVersion":"26.6.2","Build":"25G83","PostingDate":"2026-08-17","ExpirationDate":"2026-11-20","SupportedDevices":["J413AP","J414sAP"]}"#;
const IMPROVEMENT: &str = r#"{"ProductVersion":"26.3.1","ProductVersionExtra":"(a)","Build":"25D771280a","PrerequisiteBuild":"25D2128","PostingDate":"2026-03-17","ExpirationDate":"2026-11-20","SupportedDevices":["J413AP","J414sAP"]}"#;

fn one(set: &str, entry: &str) -> Gdmf {
    decoded(&format!(r#"{{"AssetSets":{{}},"{set}":{{"macOS":[{entry}]}}}}"#))
}

fn decoded(body: &str) -> Gdmf {
    decode(body.as_bytes()).unwrap()
}

fn described(feed: &Gdmf) -> String {
    let line = |entry: &Entry| {
        let Entry { set, list, version, .. } = entry;
        let word = |text: &Option<String>, before: &str| {
            text.as_ref().map(|text| format!("{before}{text}")).unwrap_or_default()
        };
        let day = |day: Option<Date>| day.map_or("?".to_owned(), |day| day.to_string());
        format!(
            "{set:?} {list:?} {version}{}{}{} for {}, posted {}, expires {}",
            word(&entry.extra, " "),
            word(&entry.build, " "),
            word(&entry.prerequisite_build, " on "),
            entry.device_ids.join(","),
            day(entry.posted),
            day(entry.expires)
        )
    };
    feed.entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn entry() -> impl Strategy<Value = Entry> {
    let set = prop::sample::select(&OfferSet::ALL);
    let list = prop::sample::select(&FeedList::ALL);
    let names = ("[1-9]{1,2}(\\.[0-9]{1,2}){0,2}", prop::option::of("\\([a-z]\\)"));
    let builds = (prop::option::of("[0-9]{2}[A-Z][0-9]{1,4}"), prop::option::of("[0-9]{2}[A-Z]1"));
    let days = (prop::option::of(day()), prop::option::of(day()));
    let ids = proptest::collection::btree_set("J[0-9]{3}[a-z]?AP", 1..5);
    (set, list, names, builds, days, ids).prop_map(|(set, list, names, builds, days, ids)| {
        let device_ids = ids.into_iter().map(Arc::from).collect();
        let (version, extra) = names;
        let ((build, prerequisite_build), (posted, expires)) = (builds, days);
        Entry { set, list, version, extra, build, prerequisite_build, posted, expires, device_ids }
    })
}

fn day() -> impl Strategy<Value = Date> {
    (2020_i16..2040, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d))
}

/// They need the recorded release data; without it they say that they did not run.
mod real_feeds {
    use super::*;

    #[test]
    fn every_recorded_answer_decodes_without_problems() {
        let Some(data) = release_data() else { return };
        let bytes = std::fs::read(data.join("feeds/latest-2026-08-22/gdmf.json")).unwrap();
        let feed = decode(&bytes).unwrap();
        assert_eq!(feed.problems, Vec::<String>::new());
        let count = |set, list| {
            let is_counted = |entry: &&Entry| entry.set == set && entry.list == list;
            feed.entries.iter().filter(is_counted).count()
        };
        assert_eq!(count(OfferSet::Public, FeedList::MacOs), 6);
        assert_eq!(count(OfferSet::Installable, FeedList::MacOs), 15);
        assert_eq!(count(OfferSet::Public, FeedList::Ios), 29);
        assert_eq!(count(OfferSet::Installable, FeedList::Ios), 46);
        assert_eq!(count(OfferSet::BackgroundSecurity, FeedList::MacOs), 2);
        assert_eq!(count(OfferSet::BackgroundSecurity, FeedList::Ios), 1);
        assert_eq!(decode(&encode(&feed.entries)).unwrap(), feed);
    }
}
