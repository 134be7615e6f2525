//! Derives the seed history from recorded release data, so that anybody can repeat it.
//!
//! The data is not part of the repository; what is derived from it, and how the result is
//! written, is described in `crates/macadam-protocol/seed/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use jiff::civil::Date;
use macadam_protocol::feed::{
    DeviceKind, DeviceSet, Expiry, FeedList, HistoricBuild, HistoricRelease, OfferSet, Seed,
    SeedDevice, Span, gdmf, sofa,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const FILES: [&str; 3] = ["devices.txt", "releases.txt", "timeline.txt"];

/// Models that shipped with iOS 16: the others that it was offered to had run iOS 15 before.
/// The record cannot tell, because it starts when iOS 15 was offered only to what stays on it.
const SHIPPED_WITH_IOS_16: [&str; 10] = [
    "iPad13,18",
    "iPad13,19",
    "iPad14,3",
    "iPad14,4",
    "iPad14,5",
    "iPad14,6",
    "iPhone14,7",
    "iPhone14,8",
    "iPhone15,2",
    "iPhone15,3",
];

/// Releases from before the record that were for iPhones only.
const IPHONE_ONLY: [&str; 6] = ["15.1.1", "16.0.1", "16.0.2", "16.0.3", "16.1.2", "17.2.1"];

/// macOS 11.0 was only preinstalled, so it has no day of its own; this is the day of 11.0.1.
const PREINSTALLED_11_0: &str = "2020-11-12";

/// Rapid Security Responses that Apple took back within a day, and that day.
const WITHDRAWN: [(&str, &str); 3] =
    [("22F770820b", "2023-07-11"), ("22F770830b", "2023-07-11"), ("20F770750b", "2023-07-11")];

/// Whether the seed files are written, or only compared with what would be.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    Write,
    Check,
}

/// Derives the seed files from the release data in `data`.
pub(crate) fn seed(data: &Path, mode: Mode) -> anyhow::Result<()> {
    let seed = derive(&data.join("feeds"))?;
    let texts = seed.encode();
    let [devices, releases, timeline] = &texts;
    let read = Seed::decode(devices, releases, timeline).context("reading the new seed back")?;
    ensure!(read == seed, "the new seed does not read back as it was written");
    for (name, text) in FILES.iter().zip(&texts) {
        let path = crate::root().join("crates/macadam-protocol/seed").join(name);
        let place = path.display();
        match mode {
            Mode::Write => {
                std::fs::write(&path, text).with_context(|| format!("writing {place}"))?;
            }
            Mode::Check => {
                let known = std::fs::read_to_string(&path);
                let known = known.with_context(|| format!("reading {place}"))?;
                ensure!(known == *text, "{place} differs; `cargo xtask seed` writes it anew");
            }
        }
    }
    Ok(())
}

fn derive(feeds: &Path) -> anyhow::Result<Seed> {
    let timeline: Timeline = read(feeds, "timeline/gdmf_timeline.json")?;
    let captures = timeline.captures()?;
    let spans = spans(&timeline, &captures)?;
    let devices = devices(feeds, &spans)?;
    let releases = releases(feeds, &devices)?;
    Ok(Seed {
        devices,
        releases,
        spans,
        recorded_from: *captures.first().context("the time line is empty")?,
        recorded_until: *captures.last().context("the time line is empty")?,
    })
}

#[derive(Deserialize)]
struct Timeline {
    captures: Vec<String>,
    #[serde(rename = "deviceSets")]
    device_sets: Vec<Vec<String>>,
    entries: Vec<TimelineEntry>,
}

#[derive(Deserialize)]
struct TimelineEntry {
    set: String,
    platform: String,
    #[serde(rename = "ProductVersion")]
    version: String,
    #[serde(rename = "ProductVersionExtra")]
    extra: Option<String>,
    #[serde(rename = "Build")]
    build: String,
    #[serde(rename = "PrerequisiteBuild")]
    prerequisite_build: Option<String>,
    /// Index into the device sets.
    devices: usize,
    /// First and last capture, posting date and expiration date.
    spans: Vec<(usize, usize, String, String)>,
}

impl Timeline {
    fn captures(&self) -> anyhow::Result<Vec<Timestamp>> {
        let parse = |text: &String| text.parse().with_context(|| format!("reading time {text}"));
        self.captures.iter().map(parse).collect()
    }
}

fn spans(timeline: &Timeline, captures: &[Timestamp]) -> anyhow::Result<Vec<Span>> {
    let mut spans = Vec::new();
    for entry in &timeline.entries {
        let ids = timeline.device_sets.get(entry.devices).context("finding a device set")?;
        let device_ids = device_set(ids.iter().map(String::as_str));
        let mut open: Option<(usize, Span)> = None;
        for (capture, posted, expires) in entry.sightings()? {
            let at = *captures.get(capture).context("finding a capture")?;
            let follows = open.as_ref().is_some_and(|(last, _)| last + 1 == capture);
            if !follows && let Some((last, span)) = open.take() {
                spans.push(closed(span, captures.get(last + 1)));
            }
            match &mut open {
                Some((last, span)) => {
                    *last = capture;
                    extend(span, at, posted, expires);
                }
                None => {
                    let span = entry.span(device_ids.clone(), at, (posted, expires))?;
                    open = Some((capture, span));
                }
            }
        }
        let (last, span) = open.context("an entry was never seen")?;
        spans.push(closed(span, captures.get(last + 1)));
    }
    spans.sort_by_cached_key(order);
    Ok(spans)
}

fn order(span: &Span) -> impl Ord + use<> {
    let entry = (span.set, span.list, version_key(&span.version), span.build.clone());
    (span.from, entry, span.device_ids.clone())
}

fn closed(span: Span, until: Option<&Timestamp>) -> Span {
    Span { until: until.copied(), ..span }
}

/// Adds what was seen at one more moment, if it differs from what was seen before.
fn extend(span: &mut Span, at: Timestamp, posted: Date, expires: Date) {
    if span.posted.last().is_none_or(|(_, known)| *known != posted) {
        span.posted.push((at, posted));
    }
    let known = span.expires.last().and_then(|(_, expiry)| expiry.day_at(at));
    if known != Some(expires) {
        span.expires.push((at, expiry(at, expires)));
    }
}

fn expiry(at: Timestamp, shown: Date) -> Expiry {
    if Expiry::Moving.day_at(at) == Some(shown) { Expiry::Moving } else { Expiry::Fixed(shown) }
}

impl TimelineEntry {
    /// Each capture that shows the entry, with the two dates it shows.
    fn sightings(&self) -> anyhow::Result<Vec<(usize, Date, Date)>> {
        let mut sightings = Vec::new();
        for (first, last, posted, expires) in &self.spans {
            let (posted, expires) = (day(posted)?, day(expires)?);
            sightings.extend((*first..=*last).map(|capture| (capture, posted, expires)));
        }
        sightings.sort_unstable();
        Ok(sightings)
    }

    fn span(
        &self,
        device_ids: DeviceSet,
        from: Timestamp,
        (posted, expires): (Date, Date),
    ) -> anyhow::Result<Span> {
        Ok(Span {
            set: match self.set.as_str() {
                "PublicAssetSets" => OfferSet::Public,
                "AssetSets" => OfferSet::Installable,
                "PublicBackgroundSecurityImprovements" => OfferSet::BackgroundSecurity,
                set => bail!("{set} is not a set"),
            },
            list: list(&self.platform)?,
            version: self.version.clone(),
            extra: self.extra.clone(),
            build: self.build.clone(),
            prerequisite_build: self.prerequisite_build.clone(),
            device_ids,
            from,
            until: None,
            posted: vec![(from, posted)],
            expires: vec![(from, expiry(from, expires))],
        })
    }
}

#[derive(Deserialize)]
struct MacDevices {
    ids: Vec<MacDevice>,
}

#[derive(Deserialize)]
struct MacDevice {
    id: String,
    product: Option<String>,
    name: Option<String>,
    apple_silicon: bool,
    majors: Vec<u16>,
}

#[derive(Deserialize)]
struct KnownDevice {
    marketing_name: String,
}

/// Every Mac, iPhone, iPad, iPod and Apple TV that Apple's feed was seen to name.
fn devices(feeds: &Path, spans: &[Span]) -> anyhow::Result<Vec<SeedDevice>> {
    let macs: MacDevices = read(feeds, "devices/mac_devices.json")?;
    let names: BTreeMap<String, KnownDevice> = read(feeds, "devices/sofa_device_lookup.json")?;
    let mut devices: Vec<SeedDevice> = macs.ids.into_iter().map(mac).collect();
    let mut majors: BTreeMap<Arc<str>, BTreeSet<u16>> = apple_tvs(feeds)?;
    for span in spans.iter().filter(|span| span.list == FeedList::Ios) {
        let major = version_key(&span.version).first().copied().unwrap_or_default();
        for id in &*span.device_ids {
            majors.entry(id.clone()).or_default().insert(u16::try_from(major)?);
        }
    }
    for (id, mut majors) in majors {
        let kind = mobile_kind(&id)?;
        if kind != DeviceKind::AppleTv
            && majors.contains(&16)
            && !SHIPPED_WITH_IOS_16.contains(&&*id)
        {
            majors.insert(15);
        }
        let name = names.get(&*id).map(|known| known.marketing_name.clone());
        let (product, majors) = (Some(id.to_string()), majors.into_iter().collect());
        devices.push(SeedDevice { id, product, kind, majors, name });
    }
    devices.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(devices)
}

fn mac(mac: MacDevice) -> SeedDevice {
    let kind = if mac.apple_silicon { DeviceKind::AppleSiliconMac } else { DeviceKind::IntelMac };
    let (id, product, majors, name) = (mac.id.into(), mac.product, mac.majors, mac.name);
    SeedDevice { id, product, kind, majors, name }
}

/// Apple TVs are not in the time line; whole answers of chosen days name them.
fn apple_tvs(feeds: &Path) -> anyhow::Result<BTreeMap<Arc<str>, BTreeSet<u16>>> {
    let mut majors: BTreeMap<Arc<str>, BTreeSet<u16>> = BTreeMap::new();
    for path in answers(feeds)? {
        let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        for entry in gdmf::decode(&bytes)?.entries {
            let major = version_key(&entry.version).first().copied().unwrap_or_default();
            for id in entry.device_ids.iter().filter(|id| id.starts_with("AppleTV")) {
                majors.entry(id.clone()).or_default().insert(u16::try_from(major)?);
            }
        }
    }
    Ok(majors)
}

fn answers(feeds: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = vec![feeds.join("latest-2026-08-22/gdmf.json")];
    for folder in std::fs::read_dir(feeds.join("snapshots")).context("listing snapshots")? {
        for name in ["gdmf_before.json", "gdmf_after.json"] {
            let path = folder.as_ref().map_or_else(|_| PathBuf::new(), |it| it.path().join(name));
            paths.extend(path.is_file().then_some(path));
        }
    }
    Ok(paths)
}

fn mobile_kind(id: &str) -> anyhow::Result<DeviceKind> {
    let kinds = [
        ("iPhone", DeviceKind::Iphone),
        ("iPad", DeviceKind::Ipad),
        ("iPod", DeviceKind::Ipod),
        ("AppleTV", DeviceKind::AppleTv),
    ];
    let kind = kinds.into_iter().find(|(prefix, _)| id.starts_with(prefix));
    kind.map(|(_, kind)| kind).with_context(|| format!("{id} is of no known kind"))
}

#[derive(Deserialize)]
struct History {
    releases: Vec<HistoryRow>,
}

#[derive(Deserialize)]
struct HistoryRow {
    platform: String,
    version: String,
    extra: Option<String>,
    released: Option<String>,
    #[serde(default)]
    builds: Vec<HistoryBuild>,
    security_info: Option<String>,
    #[serde(default)]
    actively_exploited: Vec<String>,
}

#[derive(Deserialize)]
struct HistoryBuild {
    build: String,
    prerequisite_build: Option<String>,
    #[serde(default)]
    product_identifiers: Vec<String>,
}

/// Releases by list, version and letter.
type Releases = BTreeMap<(FeedList, Vec<u32>, Option<String>), HistoricRelease>;

fn releases(feeds: &Path, devices: &[SeedDevice]) -> anyhow::Result<Vec<HistoricRelease>> {
    let history: History = read(feeds, "timeline/release_history.json")?;
    let mut releases = Releases::new();
    for row in history.releases {
        let list = list(&row.platform)?;
        let release = HistoricRelease {
            list,
            version: row.version.clone(),
            extra: row.extra.clone(),
            day: day(row.released.as_deref().unwrap_or(PREINSTALLED_11_0))?,
            builds: Vec::new(),
            security_url: row.security_info,
            cves: row.actively_exploited.clone(),
            exploited: row.actively_exploited,
        };
        let key = (list, version_key(&row.version), row.extra);
        // A Rapid Security Response with builds for two kinds of hardware has two rows.
        let release = releases.entry(key).or_insert(release);
        for build in row.builds {
            release.builds.push(historic_build(release, build, devices)?);
        }
    }
    add_security_notes(feeds, &mut releases)?;
    let mut releases: Vec<_> = releases.into_values().collect();
    for release in &mut releases {
        release.builds.sort_by(|one, other| one.build.cmp(&other.build));
    }
    Ok(releases)
}

fn historic_build(
    release: &HistoricRelease,
    build: HistoryBuild,
    devices: &[SeedDevice],
) -> anyhow::Result<HistoricBuild> {
    let withdrawn = WITHDRAWN.into_iter().find(|(name, _)| *name == build.build);
    Ok(HistoricBuild {
        device_ids: known_devices(release, &build.product_identifiers, devices),
        withdrawn_on: withdrawn.map(|(_, text)| day(text)).transpose()?,
        build: build.build,
        prerequisite_build: build.prerequisite_build,
    })
}

/// The device ids of a build from before the record, where more is known than its major.
fn known_devices(
    release: &HistoricRelease,
    products: &[String],
    devices: &[SeedDevice],
) -> Option<DeviceSet> {
    let named = |device: &&SeedDevice| {
        // For iOS the products named are the iPhones alone, though iPads had the same build.
        release.list == FeedList::MacOs
            && device.product.as_ref().is_some_and(|product| products.contains(product))
    };
    let major = version_key(&release.version).first().copied().unwrap_or_default();
    let iphone = |device: &&SeedDevice| {
        release.list == FeedList::Ios
            && IPHONE_ONLY.contains(&release.version.as_str())
            && device.kind == DeviceKind::Iphone
            && device.majors.iter().any(|known| u32::from(*known) == major)
    };
    let chosen = devices.iter().filter(|device| named(device) || iphone(device));
    let set = device_set(chosen.map(|device| &*device.id));
    (!set.is_empty()).then_some(set)
}

/// Adds vulnerabilities from the community feed: today's, and one that still had the responses
/// of 2023.
fn add_security_notes(feeds: &Path, releases: &mut Releases) -> anyhow::Result<()> {
    for (list, path) in [
        (FeedList::MacOs, "snapshots/2023-rsr-seen-in-2024-06/sofa_v1_macos.json"),
        (FeedList::Ios, "snapshots/2023-rsr-seen-in-2024-06/sofa_v1_ios.json"),
        (FeedList::MacOs, "latest-2026-08-22/sofa_v2_macos.json"),
        (FeedList::Ios, "latest-2026-08-22/sofa_v2_ios.json"),
    ] {
        let bytes = std::fs::read(feeds.join(path)).with_context(|| format!("reading {path}"))?;
        let feed = sofa::decode(&bytes).with_context(|| format!("decoding {path}"))?;
        for note in feed.releases {
            let key = (list, version_key(&note.version), note.extra);
            if let Some(release) = releases.get_mut(&key) {
                merge(&mut release.cves, note.cves);
                merge(&mut release.exploited, note.exploited);
                release.security_url = release.security_url.take().or(note.security_url);
            }
        }
    }
    Ok(())
}

fn merge(known: &mut Vec<String>, more: Vec<String>) {
    known.extend(more);
    known.sort();
    known.dedup();
}

fn device_set<'a>(ids: impl Iterator<Item = &'a str>) -> DeviceSet {
    ids.map(Arc::from).collect::<BTreeSet<Arc<str>>>().into_iter().collect()
}

fn list(platform: &str) -> anyhow::Result<FeedList> {
    let list = FeedList::ALL.into_iter().find(|list| list.name() == platform);
    list.with_context(|| format!("{platform} is not a platform"))
}

/// The numbers of a version, for ordering: 14.10 is after 14.9.
fn version_key(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}

fn day(text: &str) -> anyhow::Result<Date> {
    text.parse().with_context(|| format!("reading day {text}"))
}

fn read<T: DeserializeOwned>(feeds: &Path, path: &str) -> anyhow::Result<T> {
    let bytes = std::fs::read(feeds.join(path)).with_context(|| format!("reading {path}"))?;
    serde_json::from_slice(&bytes).with_context(|| format!("decoding {path}"))
}
