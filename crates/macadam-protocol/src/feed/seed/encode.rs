//! Writes a seed as text, in the one form that [`decode`](super::decode) reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use jiff::Timestamp;

use super::decode::CVE_PREFIX;
use super::{DeviceKind, Expiry, HistoricRelease, Seed, SeedDevice, Span};
use crate::feed::sets::{DeviceSet, FeedList, OfferSet};
use crate::feed::words::SECURITY_HOST;

/// Numbers for what lines refer to: device sets and moments.
struct Numbers {
    sets: BTreeMap<DeviceSet, usize>,
    moments: BTreeMap<Timestamp, usize>,
}

pub(super) fn encode(seed: &Seed) -> [String; 3] {
    let numbers = Numbers { sets: number(sets(seed)), moments: number(moments(seed)) };
    [devices(seed, &numbers), releases(seed, &numbers), timeline(seed, &numbers)]
}

fn devices(seed: &Seed, numbers: &Numbers) -> String {
    let mut text = String::from("macadam-seed devices 1\n");
    for device in &seed.devices {
        line(&mut text, [device_line(device)]);
    }
    for set in numbers.sets.keys() {
        line(&mut text, ["set"].into_iter().chain(set.iter().map(AsRef::as_ref)));
    }
    text
}

fn device_line(device: &SeedDevice) -> String {
    let product = match device.product.as_deref() {
        None => "-",
        Some(product) if product == &*device.id => "=",
        Some(product) => product,
    };
    let kind = kind_word(device.kind);
    let majors = majors_word(&device.majors);
    let name = device.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    format!("device {} {product} {kind} {majors}{name}", device.id)
}

fn releases(seed: &Seed, numbers: &Numbers) -> String {
    let mut text = String::from("macadam-seed releases 1\n");
    for release in &seed.releases {
        let version = version_word(&release.version, release.extra.as_deref());
        line(&mut text, ["release", list_word(release.list), &version, &release.day.to_string()]);
        for build in &release.builds {
            let word = build_word(&build.build, build.prerequisite_build.as_deref());
            let set = build.device_ids.as_ref().and_then(|set| numbers.sets.get(set));
            let set = set.map_or("-".to_owned(), usize::to_string);
            let withdrawn = build.withdrawn_on.map_or("-".to_owned(), |day| day.to_string());
            line(&mut text, ["build", &word, &set, &withdrawn]);
        }
        if let Some(url) = &release.security_url {
            line(&mut text, ["link", url.strip_prefix(SECURITY_HOST).unwrap_or(url)]);
        }
        for (year, words) in cve_words(release) {
            line(&mut text, ["cve", &year].into_iter().chain(words.iter().map(String::as_str)));
        }
    }
    text
}

/// Groups identifiers by year; an exclamation mark says that one was exploited.
fn cve_words(release: &HistoricRelease) -> BTreeMap<String, Vec<String>> {
    let mut years: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in &release.cves {
        let mark = if release.exploited.contains(id) { "!" } else { "" };
        let rest = id.strip_prefix(CVE_PREFIX).unwrap_or(id);
        let (year, number) = rest.split_once('-').unwrap_or((rest, ""));
        years.entry(year.to_owned()).or_default().push(format!("{number}{mark}"));
    }
    years
}

fn timeline(seed: &Seed, numbers: &Numbers) -> String {
    let mut text = String::from("macadam-seed timeline 1\n");
    line(
        &mut text,
        ["recorded".to_owned(), seed.recorded_from.to_string(), seed.recorded_until.to_string()],
    );
    for moment in numbers.moments.keys() {
        line(&mut text, ["at", &moment.to_string()]);
    }
    for span in &seed.spans {
        line(&mut text, [span_line(span, numbers)]);
    }
    text
}

fn span_line(span: &Span, numbers: &Numbers) -> String {
    let moment = |at: &Timestamp| numbers.moments.get(at).map(usize::to_string).unwrap_or_default();
    let until = span.until.as_ref().map(moment).unwrap_or_default();
    let set = numbers.sets.get(&span.device_ids).map(usize::to_string).unwrap_or_default();
    let posted = span.posted.iter().map(|(at, day)| (moment(at), day.to_string()));
    let expires = span.expires.iter().map(|(at, expiry)| (moment(at), expiry_word(*expiry)));
    [
        set_word(span.set).to_owned(),
        list_word(span.list).to_owned(),
        version_word(&span.version, span.extra.as_deref()),
        build_word(&span.build, span.prerequisite_build.as_deref()),
        set,
        format!("{}-{until}", moment(&span.from)),
        changes_word(posted),
        changes_word(expires),
    ]
    .join(" ")
}

/// Joins values, each after its moment; the first one's is the start and goes without saying.
fn changes_word(changes: impl Iterator<Item = (String, String)>) -> String {
    let words = changes.enumerate().map(|(index, (moment, value))| match index {
        0 => value,
        _ => format!("{moment}={value}"),
    });
    words.collect::<Vec<_>>().join(",")
}

pub(super) fn set_word(set: OfferSet) -> &'static str {
    match set {
        OfferSet::Public => "public",
        OfferSet::Installable => "installable",
        OfferSet::BackgroundSecurity => "background",
    }
}

pub(super) fn list_word(list: FeedList) -> &'static str {
    match list {
        FeedList::MacOs => "macos",
        FeedList::Ios => "ios",
        FeedList::VisionOs => "visionos",
    }
}

pub(super) fn kind_word(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::AppleSiliconMac => "apple-silicon-mac",
        DeviceKind::IntelMac => "intel-mac",
        DeviceKind::Iphone => "iphone",
        DeviceKind::Ipad => "ipad",
        DeviceKind::Ipod => "ipod",
        DeviceKind::AppleTv => "apple-tv",
    }
}

fn version_word(version: &str, extra: Option<&str>) -> String {
    format!("{version}{}", extra.unwrap_or_default())
}

fn build_word(build: &str, prerequisite: Option<&str>) -> String {
    match prerequisite {
        Some(prerequisite) => format!("{build}<{prerequisite}"),
        None => build.to_owned(),
    }
}

fn expiry_word(expiry: Expiry) -> String {
    match expiry {
        Expiry::Moving => "moving".to_owned(),
        Expiry::Fixed(day) => day.to_string(),
    }
}

/// Writes ascending majors as ranges, such as `11-15,26`.
fn majors_word(majors: &[u16]) -> String {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for &major in majors {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(major) => *last = major,
            _ => ranges.push((major, major)),
        }
    }
    if ranges.is_empty() {
        return "-".to_owned();
    }
    let word = |(first, last): (u16, u16)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.into_iter().map(word).collect::<Vec<_>>().join(",")
}

fn sets(seed: &Seed) -> BTreeSet<DeviceSet> {
    let spans = seed.spans.iter().map(|span| &span.device_ids);
    let builds = seed.releases.iter().flat_map(|release| &release.builds);
    spans.chain(builds.filter_map(|build| build.device_ids.as_ref())).cloned().collect()
}

fn moments(seed: &Seed) -> BTreeSet<Timestamp> {
    let spans = seed.spans.iter();
    spans
        .flat_map(|span| {
            let posted = span.posted.iter().map(|(at, _)| *at);
            let expires = span.expires.iter().map(|(at, _)| *at);
            posted.chain(expires).chain([span.from]).chain(span.until)
        })
        .collect()
}

/// Numbers values in their own order, which is the order they are written in.
fn number<T: Ord>(values: BTreeSet<T>) -> BTreeMap<T, usize> {
    values.into_iter().enumerate().map(|(index, value)| (value, index)).collect()
}

fn line(text: &mut String, words: impl IntoIterator<Item = impl Display>) {
    let mut separator = "";
    for word in words {
        write!(text, "{separator}{word}").expect("writing to a string cannot fail");
        separator = " ";
    }
    text.push('\n');
}
