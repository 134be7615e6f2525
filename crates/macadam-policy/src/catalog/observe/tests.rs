//! Worked examples of what an answer of Apple's feed changes, and of what is not believed.
//!
//! ```text
//! answer  public 15.5 24F74 [expires DAY] for J413AP J314sAP
//!         bsi 26.3.1 (a) 25D771280a<25D2128 for J413AP
//!         ios public 26.5 23F77 for J413AP          (a list that the ids would not say)
//! ```

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::Catalog;

const NOON: &str = "2026-03-01T12:00:00Z";

/// One row of an answer.
struct Written {
    set: OfferSet,
    list: FeedList,
    version: String,
    extra: Option<String>,
    build: Option<String>,
    prerequisite_build: Option<String>,
    expires: Option<Date>,
    device_ids: Vec<Arc<str>>,
}

fn written(line: &str) -> Written {
    let (head, ids) = line.split_once(" for ").unwrap();
    let device_ids: Vec<Arc<str>> = ids.split(' ').map(Arc::from).collect();
    let platform = Platform::of_update_id(&device_ids[0]);
    let mut words = head.split(' ').peekable();
    let list = match words.next_if(|word| ["ios", "macos"].contains(word)) {
        Some("macos") => FeedList::MacOs,
        Some(_) => FeedList::Ios,
        None => platform.map_or(FeedList::Ios, Platform::feed_list),
    };
    let set = offer_set(words.next().unwrap());
    let version = words.next().unwrap().to_owned();
    let extra = words.next_if(|word| word.starts_with('(')).map(Into::into);
    let builds = words.next_if(|word| *word != "expires");
    let (build, prerequisite_build) = match builds.map(|builds| builds.split_once('<')) {
        Some(Some((build, before))) => (Some(build.to_owned()), Some(before.to_owned())),
        Some(None) => (builds.map(Into::into), None),
        None => (None, None),
    };
    let expires = words.nth(1).map(|day| day.parse().unwrap());
    Written { set, list, version, extra, build, prerequisite_build, expires, device_ids }
}

/// What the catalog makes of an answer; a line that starts with `unread` could not be read, as
/// `unread public macos 15.5 24F74` or `unread bsi macos ? ?`.
fn observed(
    catalog: &Catalog,
    at: &str,
    answer: &[&str],
    doubts: &Doubts,
) -> Result<Observation, InsaneFetch> {
    let (unread, read): (Vec<&str>, Vec<&str>) =
        answer.iter().partition(|line| line.starts_with("unread "));
    let rows: Vec<Written> = read.into_iter().map(written).collect();
    let offers = rows
        .iter()
        .map(|row| Offer {
            set: row.set,
            list: row.list,
            version: &row.version,
            extra: row.extra.as_deref(),
            build: row.build.as_deref(),
            prerequisite_build: row.prerequisite_build.as_deref(),
            expires: row.expires,
            device_ids: &row.device_ids,
        })
        .collect();
    let unread = unread.into_iter().map(unread_offer).collect();
    catalog.observe(at.parse().unwrap(), &Answer { offers, unread }, doubts)
}

fn unread_offer(line: &str) -> UnreadOffer<'_> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["unread", set, list, version, build] = words[..] else { panic!("{line}") };
    let known = |word| Some(word).filter(|word| *word != "?");
    UnreadOffer {
        set: offer_set(set),
        list: if list == "ios" { FeedList::Ios } else { FeedList::MacOs },
        version: known(version),
        build: known(build),
    }
}

fn offer_set(word: &str) -> OfferSet {
    match word {
        "public" => OfferSet::Public,
        "installable" => OfferSet::Installable,
        "bsi" => OfferSet::BackgroundSecurity,
        other => panic!("{other} is no set of the feed"),
    }
}

/// Takes an answer into the catalog; the facts, one a line.
fn learn(catalog: &mut Catalog, at: &str, answer: &[&str]) -> Vec<String> {
    let observation = observed(catalog, at, answer, &Doubts::default()).unwrap();
    assert_eq!(observation.problems, [""; 0]);
    let lines = observation.events.iter().map(line).collect();
    catalog.apply(observation.events);
    lines
}

fn line(event: &CatalogEvent) -> String {
    let set = match event.set {
        OfferSet::Public => "public",
        OfferSet::Installable => "installable",
        OfferSet::BackgroundSecurity => "bsi",
    };
    let change = match &event.change {
        EventChange::Listed { .. } => "listed".to_owned(),
        EventChange::Unlisted { .. } => "unlisted".to_owned(),
        EventChange::Expires { on, .. } => format!("expires {on}"),
    };
    let ids: Vec<_> = event.change.device_ids().iter().map(ToString::to_string).collect();
    format!("{set} {} {} {change} for {}", event.version, event.build, ids.join(" "))
}

/// A catalog that knows one answer.
fn knowing(answer: &[&str]) -> Catalog {
    let mut catalog = Catalog::default();
    learn(&mut catalog, NOON, answer);
    catalog
}

fn doubting(list: FeedList, major: u16, since: &str) -> Doubts {
    let missing_since = [((list, major), since.parse().unwrap())].into();
    Doubts { missing_since, is_confirmed: false }
}

const TWO_MAJORS: [&str; 4] = [
    "public 15.7 24G222 for J413AP",
    "public 26.2 25C56 for J413AP",
    "installable 15.7 24G222 for J413AP",
    "installable 26.2 25C56 for J413AP",
];
const WITHOUT_15: [&str; 2] = ["public 26.2 25C56 for J413AP", "installable 26.2 25C56 for J413AP"];

// What an answer changes.

#[test]
fn first_answer_is_new_and_the_same_one_in_another_order_is_not() {
    let mut catalog = Catalog::default();
    let first = ["public 15.5 24F74 for J413AP J314sAP", "installable 15.5 24F74 for J413AP"];
    assert_eq!(
        learn(&mut catalog, NOON, &first),
        ["public 15.5 24F74 listed for J314SAP J413AP", "installable 15.5 24F74 listed for J413AP"]
    );
    let again = ["installable 15.5 24F74 for j413ap", "public 15.5 24F74 for J314SAP J413AP"];
    assert_eq!(learn(&mut catalog, "2026-03-02T12:00:00Z", &again), [""; 0]);
}

#[test]
fn only_the_devices_that_left_or_came_are_told() {
    let mut catalog = knowing(&[
        "public 15.5 24F74 for J413AP J314sAP",
        "installable 15.5 24F74 for J413AP J314sAP",
    ]);
    let next = [
        "public 15.5 24F74 for J413AP",
        "public 15.6 24G84 for J314sAP",
        "installable 15.5 24F74 for J413AP J314sAP",
        "installable 15.6 24G84 for J314sAP",
    ];
    assert_eq!(
        learn(&mut catalog, "2026-03-02T12:00:00Z", &next),
        [
            "public 15.5 24F74 unlisted for J314SAP",
            "public 15.6 24G84 listed for J314SAP",
            "installable 15.6 24G84 listed for J314SAP",
        ]
    );
}

#[test]
fn rows_of_watches_and_of_foreign_devices_are_nobodys() {
    let mut catalog = Catalog::default();
    let answer = [
        "ios public 26.2 23S301 for Watch7,1",
        "ios public 26.2 23K620 for AudioAccessory5,1",
        "ios public 26.2 23C55 for J413AP iPhone17,1",
        "installable 26.2 23C55 for iPhone17,1",
    ];
    assert_eq!(
        learn(&mut catalog, NOON, &answer),
        ["public 26.2 23C55 listed for IPHONE17,1", "installable 26.2 23C55 listed for IPHONE17,1"]
    );
}

#[test]
fn broken_rows_are_reported_and_cost_the_others_nothing() {
    let answer = [
        "public newest 25C56 for J413AP",
        "public 26.1 expires 2026-06-01 for J413AP",
        "public 26.3.1 (a) 25D771280a<25D2128 for J413AP",
        "bsi 26.3.1 (a) 25D771280a for J413AP",
        "public 26.2 25C56 for J413AP",
        "installable 26.2 25C56 for J413AP",
    ];
    let observation = observed(&Catalog::default(), NOON, &answer, &Doubts::default()).unwrap();
    let lines: Vec<_> = observation.events.iter().map(line).collect();
    assert_eq!(
        lines,
        ["public 26.2 25C56 listed for J413AP", "installable 26.2 25C56 listed for J413AP"]
    );
    let problems = observation.problems;
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert_eq!(problems[1], "26.1 has no build");
    assert_eq!(problems[2], "26.3.1 (a) stands in a set where it does not belong");
    assert_eq!(problems[3], "26.3.1 (a) does not say which build it is for");
}

// Twin builds (fact 2).

#[test]
fn twin_build_of_the_same_devices_is_the_low_one() {
    let mut catalog = Catalog::default();
    let answer = [
        "public 26.6.1 23G83 for iPhone17,1",
        "public 26.6.1 23G6083 for iPhone17,1",
        "installable 26.6.1 23G6083 for iPhone17,1",
    ];
    assert_eq!(
        learn(&mut catalog, NOON, &answer),
        [
            "public 26.6.1 23G83 listed for IPHONE17,1",
            "installable 26.6.1 23G83 listed for IPHONE17,1"
        ]
    );
    let only_high =
        ["public 26.6.1 23G6083 for iPhone17,1", "installable 26.6.1 23G6083 for iPhone17,1"];
    let again = learn(&mut catalog, "2026-03-02T12:00:00Z", &only_high);
    assert_eq!(again, [""; 0], "it is known which one it is");
}

#[test]
fn build_with_a_twins_number_for_other_devices_is_a_build_of_its_own() {
    let mut catalog = Catalog::default();
    let answer = [
        "public 26.6.1 23G83 for iPhone17,1",
        "public 26.6.1 23G6083 for iPhone18,1",
        "installable 26.6.1 23G83 for iPhone17,1",
    ];
    let lines = learn(&mut catalog, NOON, &answer);
    assert!(lines.contains(&"public 26.6.1 23G6083 listed for IPHONE18,1".to_owned()), "{lines:?}");
}

#[test]
fn macs_have_no_twins() {
    let mut catalog = Catalog::default();
    let answer = [
        "public 26.6.1 25G83 for J413AP",
        "public 26.6.1 25G6083 for J413AP",
        "installable 26.6.1 25G83 for J413AP",
    ];
    assert_eq!(learn(&mut catalog, NOON, &answer).len(), 3);
}

// Expirations.

#[test]
fn day_on_which_an_offer_ends_counts_when_it_has_left_the_public_set() {
    let public =
        ["public 15.5 24F74 for J413AP", "installable 15.5 24F74 expires 2026-06-01 for J413AP"];
    let mut catalog = knowing(&public);
    let superseded = [
        "public 15.6 24G84 for J413AP",
        "installable 15.6 24G84 for J413AP",
        "installable 15.5 24F74 expires 2026-06-03 for J413AP",
    ];
    let lines = learn(&mut catalog, "2026-03-02T12:00:00Z", &superseded);
    assert!(lines.contains(&"installable 15.5 24F74 expires 2026-06-03 for J413AP".to_owned()));
    let again = learn(&mut catalog, "2026-03-03T12:00:00Z", &superseded);
    assert_eq!(again, [""; 0], "it is told once");
    let moved =
        [superseded[0], superseded[1], "installable 15.5 24F74 expires 2026-06-09 for J413AP"];
    assert_eq!(
        learn(&mut catalog, "2026-03-04T12:00:00Z", &moved),
        ["installable 15.5 24F74 expires 2026-06-09 for J413AP"]
    );
}

#[test]
fn one_build_in_two_rows_ends_on_the_day_of_each_devices_row() {
    let mut catalog = knowing(&[
        "public 15.5 24F74 for J413AP J314sAP",
        "installable 15.5 24F74 for J413AP J314sAP",
    ]);
    let next = [
        "public 15.6 24G84 for J413AP J314sAP",
        "installable 15.6 24G84 for J413AP J314sAP",
        "installable 15.5 24F74 expires 2026-06-01 for J413AP",
        "installable 15.5 24F74 expires 2026-07-01 for J314sAP",
    ];
    let lines = learn(&mut catalog, "2026-03-02T12:00:00Z", &next);
    assert_eq!(
        lines[lines.len() - 2..],
        [
            "installable 15.5 24F74 expires 2026-06-01 for J413AP",
            "installable 15.5 24F74 expires 2026-07-01 for J314SAP",
        ]
    );
}

// Sane answers (fact 5).

#[test]
fn answer_with_nothing_installable_is_never_believed() {
    let confirmed = Doubts { is_confirmed: true, ..Doubts::default() };
    for doubts in [Doubts::default(), confirmed] {
        let public_only = ["public 26.2 25C56 for J413AP"];
        let refused = observed(&knowing(&TWO_MAJORS), NOON, &public_only, &doubts).unwrap_err();
        assert_eq!(refused.to_string(), "the answer has nothing installable");
    }
}

#[test]
fn a_list_with_nothing_installable_beside_full_ones_is_never_believed() {
    let mut known = TWO_MAJORS.to_vec();
    known.extend(["public 26.2 23C55 for iPhone17,1", "installable 26.2 23C55 for iPhone17,1"]);
    let catalog = knowing(&known);
    let confirmed = Doubts { is_confirmed: true, ..Doubts::default() };
    for doubts in [Doubts::default(), confirmed] {
        let answer = [known[0], known[1], known[4], known[5]];
        let refused = observed(&catalog, NOON, &answer, &doubts).unwrap_err();
        assert_eq!(refused.to_string(), "the answer has nothing installable for macOS");
    }
    // A list that goes altogether is a matter of its majors.
    let refused = observed(&catalog, NOON, &known[4..], &Doubts::default()).unwrap_err();
    assert_eq!(refused.to_string(), "majors vanished from the public set: macOS 15, macOS 26");
}

#[test]
fn rows_that_could_not_be_read_are_as_they_were() {
    let known = [
        "public 26.3.1 25D2128 for J413AP J314sAP",
        "installable 26.3.1 25D2128 for J413AP J314sAP",
        "installable 26.3 25D125 for J413AP J314sAP",
        "bsi 26.3.1 (a) 25D771280a<25D2128 for J413AP",
        "public 26.6.1 23G83 for iPhone17,1",
        "installable 26.6.1 23G83 for iPhone17,1",
    ];
    let left = |answer: &[&str]| {
        let observation =
            observed(&knowing(&known), "2026-03-02T12:00:00Z", answer, &Doubts::default()).unwrap();
        observation.events.iter().map(line).collect::<Vec<_>>()
    };
    let without = |row: usize, unread: &[&str]| {
        let mut answer = known.to_vec();
        answer.remove(row);
        answer.extend(unread);
        left(&answer)
    };
    let gone = "installable 26.3 25D125 unlisted for J314SAP J413AP";
    assert_eq!(without(2, &[]), [gone]);
    for unread in ["macos 26.3 25D125", "macos 26.3 ?", "macos ? 25D125", "macos ? ?"] {
        let unread: String = format!("unread installable {unread}");
        assert_eq!(without(2, &[&*unread]), [""; 0]);
    }
    // Another row, set or list that could not be read keeps nothing.
    for unread in ["installable macos 26.2 ?", "public macos 26.3 25D125", "installable ios ? ?"] {
        let unread: String = format!("unread {unread}");
        assert_eq!(without(2, &[&*unread]), [gone]);
    }
    // A row whose rest was read, an improvement by its base version, and the twin of a build.
    let part = ["installable 26.3 25D125 for J413AP", "unread installable macos 26.3 25D125"];
    assert_eq!(without(2, &part), [""; 0]);
    assert_eq!(without(3, &["unread bsi macos 26.3.1 25D771280a"]), [""; 0]);
    assert_eq!(without(4, &["unread public ios 26.6.1 23G6083"]), [""; 0]);
    // A row that has no build is one that could not be read.
    let no_build = "installable 26.3 expires 2026-06-01 for J413AP";
    assert_eq!(without(2, &[no_build]), [""; 0]);
}

#[test]
fn major_that_vanished_is_believed_to_be_gone_after_seven_days() {
    let catalog = knowing(&TWO_MAJORS);
    let none = Doubts::default();
    let refused = observed(&catalog, NOON, &WITHOUT_15, &none).unwrap_err();
    assert_eq!(refused.to_string(), "majors vanished from the public set: macOS 15");
    let after = |since: Timestamp, age: SignedDuration| {
        let doubts = doubting(FeedList::MacOs, 15, &since.to_string());
        observed(&catalog, &(since + age).to_string(), &WITHOUT_15, &doubts)
    };
    let since: Timestamp = NOON.parse().unwrap();
    let week = SignedDuration::from_hours(7 * 24);
    assert!(after(since, week - SignedDuration::from_secs(1)).is_err());
    let observation = after(since, week).unwrap();
    let lines: Vec<_> = observation.events.iter().map(line).collect();
    assert_eq!(
        lines,
        ["public 15.7 24G222 unlisted for J413AP", "installable 15.7 24G222 unlisted for J413AP"]
    );
}

#[test]
fn week_counts_for_each_major_by_itself() {
    let mut answer = TWO_MAJORS.to_vec();
    answer.extend(["public 14.8 23J21 for J413AP", "installable 14.8 23J21 for J413AP"]);
    let catalog = knowing(&answer);
    let doubts = doubting(FeedList::MacOs, 15, "2026-02-01T12:00:00Z");
    let refused = observed(&catalog, NOON, &WITHOUT_15, &doubts).unwrap_err();
    assert_eq!(refused, InsaneFetch::MajorsMissing { majors: vec![(FeedList::MacOs, 14)] });
}

#[test]
fn person_can_confirm_that_a_major_is_gone() {
    let confirmed = Doubts { is_confirmed: true, ..Doubts::default() };
    let observation = observed(&knowing(&TWO_MAJORS), NOON, &WITHOUT_15, &confirmed).unwrap();
    assert_eq!(observation.events.len(), 2);
}

#[test]
fn public_set_keeps_seventy_percent_of_its_rows() {
    let rows: Vec<String> =
        (1..=10).map(|minor| format!("public 26.{minor} 25A{minor} for J413AP")).collect();
    let mut all: Vec<&str> = rows.iter().map(String::as_str).collect();
    all.push("installable 26.1 25A1 for J413AP");
    let catalog = knowing(&all);
    let none = Doubts::default();
    assert!(observed(&catalog, NOON, &all[3..], &none).is_ok(), "7 of 10 are left");
    let refused = observed(&catalog, NOON, &all[4..], &none).unwrap_err();
    assert_eq!(refused.to_string(), "the public set shrank from 10 to 6 entries");
}

#[test]
fn rows_of_a_major_that_is_believed_to_be_gone_are_not_missed() {
    let rows: Vec<String> =
        (1..=5).map(|minor| format!("public 15.{minor} 24A{minor} for J413AP")).collect();
    let mut all: Vec<&str> = rows.iter().map(String::as_str).collect();
    all.extend(WITHOUT_15);
    let doubts = doubting(FeedList::MacOs, 15, "2026-02-01T12:00:00Z");
    assert!(
        observed(&knowing(&all), NOON, &WITHOUT_15, &doubts).is_ok(),
        "1 of 6, but none missed"
    );
}

#[test]
fn many_installable_builds_may_expire_at_once() {
    let rows: Vec<String> =
        (1..=10).map(|minor| format!("installable 15.{minor} 24A{minor} for J413AP")).collect();
    let mut all: Vec<&str> = rows.iter().map(String::as_str).collect();
    all.push("public 15.10 24A10 for J413AP");
    let few = [all[9], all[10]];
    assert!(observed(&knowing(&all), NOON, &few, &Doubts::default()).is_ok());
}
