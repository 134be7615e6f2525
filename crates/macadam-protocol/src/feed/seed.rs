//! The recorded past: which release Apple offered to which devices, and when.
//!
//! A fresh install has its catalog from here; the feed double and the backtest replay it.
//! The format and the sources of the facts are described in `seed/README.md`.

mod decode;
mod encode;

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

pub use self::decode::DecodeSeedError;
use super::gdmf::{Entry, Gdmf};
use super::sets::{DeviceSet, FeedList, OfferSet};

/// Everything known about the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Sorted by id.
    pub devices: Vec<SeedDevice>,
    /// Every release since macOS 11 and iOS 15, in order of list, version and letter.
    pub releases: Vec<HistoricRelease>,
    /// What Apple's feed offered between `recorded_from` and `recorded_until`, by start.
    pub spans: Vec<Span>,
    /// The first moment at which the feed was recorded: entries starting then are older.
    pub recorded_from: Timestamp,
    /// The last moment at which the feed was recorded.
    pub recorded_until: Timestamp,
}

/// One hardware model, as the software-update feed knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedDevice {
    /// The software-update device id, such as `J413AP` or `iPhone16,1`.
    pub id: Arc<str>,
    /// The product identifier, such as `Mac14,2`; Intel virtual machines have none.
    pub product: Option<String>,
    pub kind: DeviceKind,
    /// The majors of its OS that it can run, of those this seed knows.
    pub majors: Vec<u16>,
    pub name: Option<String>,
}

/// The kinds of hardware in the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    AppleSiliconMac,
    IntelMac,
    Iphone,
    Ipad,
    Ipod,
    AppleTv,
}

/// One release and what is known about it apart from the recorded spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricRelease {
    pub list: FeedList,
    pub version: String,
    /// The letter of a Rapid Security Response or Background Security Improvement.
    pub extra: Option<String>,
    /// The day on which Apple published its first build.
    pub day: Date,
    /// Empty where no public record names the build.
    pub builds: Vec<HistoricBuild>,
    /// Apple's page on the security content.
    pub security_url: Option<String>,
    /// Sorted identifiers such as `CVE-2026-43794`.
    pub cves: Vec<String>,
    /// Those of `cves` that were exploited before the release.
    pub exploited: Vec<String>,
}

/// One build of a historic release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoricBuild {
    pub build: String,
    /// The build that a Rapid Security Response is for.
    pub prerequisite_build: Option<String>,
    /// The devices it is for, where known; those of recorded builds are in the spans.
    pub device_ids: Option<DeviceSet>,
    /// The day on which Apple took it back.
    pub withdrawn_on: Option<Date>,
}

/// One entry's uninterrupted stay in one part of Apple's feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub set: OfferSet,
    pub list: FeedList,
    pub version: String,
    pub extra: Option<String>,
    pub build: String,
    pub prerequisite_build: Option<String>,
    pub device_ids: DeviceSet,
    /// The first moment at which it was seen.
    pub from: Timestamp,
    /// The first moment at which it was seen to be gone; `None` when it was there to the end.
    pub until: Option<Timestamp>,
    /// The posting dates shown, each since its moment; the first is since `from`.
    pub posted: Vec<(Timestamp, Date)>,
    /// The expirations shown, each since its moment; the first is since `from`.
    pub expires: Vec<(Timestamp, Expiry)>,
}

/// How an entry's expiration date was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Ninety days after whatever day it is.
    Moving,
    /// The day on which it stops being installable.
    Fixed(Date),
}

/// One change of what Apple offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedEvent<'a> {
    pub at: Timestamp,
    pub span: &'a Span,
    pub change: SeedChange,
}

/// What happened to a span at a moment; at one moment, leaving comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeedChange {
    Unlisted,
    Listed,
    /// Another expiration was shown for it.
    Expires,
}

/// Reads the history that ships with the product.
///
/// It takes some milliseconds: callers keep the result.
#[must_use]
pub fn seed() -> Seed {
    let files = (
        include_str!("../../seed/devices.txt"),
        include_str!("../../seed/releases.txt"),
        include_str!("../../seed/timeline.txt"),
    );
    Seed::decode(files.0, files.1, files.2).expect("a test decodes the committed files")
}

impl Seed {
    /// Reads the three files of a seed.
    pub fn decode(devices: &str, releases: &str, timeline: &str) -> Result<Self, DecodeSeedError> {
        decode::decode(devices, releases, timeline)
    }

    /// Writes the three files: devices, releases and timeline.
    #[must_use]
    pub fn encode(&self) -> [String; 3] {
        encode::encode(self)
    }

    /// Every build of every release from before the record, and releases whose builds nobody knows.
    pub fn historic_builds(
        &self,
    ) -> impl Iterator<Item = (&HistoricRelease, Option<&HistoricBuild>)> {
        self.releases.iter().flat_map(|release| {
            let unknown = release.builds.is_empty().then_some((release, None));
            let builds = release.builds.iter().map(move |build| (release, Some(build)));
            unknown.into_iter().chain(builds)
        })
    }

    /// Rebuilds Apple's answer as it was at `moment`.
    ///
    /// Before the record it is empty; after it, the last state goes on.
    #[must_use]
    pub fn answer_at(&self, moment: Timestamp) -> Gdmf {
        let offered = self.spans.iter().filter(|span| span.is_offered_at(moment));
        let mut entries: Vec<Entry> = offered.map(|span| span.entry_at(moment)).collect();
        entries.sort();
        Gdmf { entries, ..Gdmf::default() }
    }

    /// Every change of what was offered, in order of time.
    #[must_use]
    pub fn events(&self) -> Vec<SeedEvent<'_>> {
        let mut events: Vec<_> = self.spans.iter().flat_map(Span::events).collect();
        events.sort_by_key(|event| (event.at, event.change));
        events
    }

    /// The moments at which what was offered changed, in order.
    #[must_use]
    pub fn moments(&self) -> Vec<Timestamp> {
        let mut moments: Vec<_> = self.events().iter().map(|event| event.at).collect();
        moments.dedup();
        moments
    }

    /// Finds a model by its id, without regard to case.
    #[must_use]
    pub fn device(&self, id: &str) -> Option<&SeedDevice> {
        self.devices.iter().find(|device| device.id.eq_ignore_ascii_case(id))
    }
}

impl DeviceKind {
    const ALL: [Self; 6] = [
        Self::AppleSiliconMac,
        Self::IntelMac,
        Self::Iphone,
        Self::Ipad,
        Self::Ipod,
        Self::AppleTv,
    ];

    #[must_use]
    pub const fn is_mac(self) -> bool {
        match self {
            Self::AppleSiliconMac | Self::IntelMac => true,
            Self::Iphone | Self::Ipad | Self::Ipod | Self::AppleTv => false,
        }
    }
}

impl Span {
    /// Whether the entry was in its set at `moment`.
    #[must_use]
    pub fn is_offered_at(&self, moment: Timestamp) -> bool {
        self.from <= moment && self.until.is_none_or(|until| moment < until)
    }

    /// The expiration shown at `moment`, `None` before the span.
    #[must_use]
    pub fn expiry_at(&self, moment: Timestamp) -> Option<Expiry> {
        value_at(&self.expires, moment)
    }

    fn entry_at(&self, moment: Timestamp) -> Entry {
        Entry {
            set: self.set,
            list: self.list,
            version: self.version.clone(),
            extra: self.extra.clone(),
            build: Some(self.build.clone()),
            prerequisite_build: self.prerequisite_build.clone(),
            posted: value_at(&self.posted, moment),
            expires: self.expiry_at(moment).and_then(|expiry| expiry.day_at(moment)),
            device_ids: self.device_ids.clone(),
        }
    }

    fn events(&self) -> impl Iterator<Item = SeedEvent<'_>> {
        let event = |at, change| SeedEvent { at, span: self, change };
        let unlisted = self.until.map(|until| event(until, SeedChange::Unlisted));
        let expires = self.expires.iter().skip(1);
        std::iter::once(event(self.from, SeedChange::Listed))
            .chain(expires.map(move |&(at, _)| event(at, SeedChange::Expires)))
            .chain(unlisted)
    }
}

impl Expiry {
    /// The day shown at `moment`; `None` only at the end of time.
    #[must_use]
    pub fn day_at(self, moment: Timestamp) -> Option<Date> {
        match self {
            Self::Moving => {
                let today = Offset::UTC.to_datetime(moment).date();
                today.checked_add(90.days()).ok()
            }
            Self::Fixed(day) => Some(day),
        }
    }
}

fn value_at<T: Copy>(changes: &[(Timestamp, T)], moment: Timestamp) -> Option<T> {
    changes.iter().rev().find(|(since, _)| *since <= moment).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests;
