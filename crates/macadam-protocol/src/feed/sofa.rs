//! The community's feed about Apple releases (SOFA, v1 and v2): why a release matters.
//!
//! Good for vulnerabilities, exploited marks and links; builds, devices and dates come from
//! [`gdmf`](super::gdmf) and the [`seed`](super::seed), because this feed has served wrong ones.
//! It has also served files with whole parts missing, so a reader keeps its last good copy: when
//! [`decode`] refuses a file, and when [`Sofa::check_after`] does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::sets::{DeviceSet, shared};
use super::words;
use crate::{DecodeJsonError, Limits};

/// Today's files are up to 0.5 MB with about 25,000 values.
const LIMITS: Limits = Limits { octets: 16 << 20, depth: 16, nodes: 1_000_000 };

const MAX_PROBLEMS: usize = 100;

/// One file of the feed: macOS or iOS, as its address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sofa {
    /// The newest release of each major, as the feed sees it.
    pub latest: BTreeMap<u16, Latest>,
    /// In the feed's order; the same version may come twice.
    pub releases: Vec<SofaRelease>,
    /// One sentence for each broken item that was left out or read in part, sorted.
    pub problems: Vec<String>,
}

/// What the feed calls the newest release of a major, at times wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    pub version: String,
    /// Absent where the feed has a placeholder.
    pub build: Option<String>,
}

/// What the feed says about one release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SofaRelease {
    pub version: String,
    /// The letter of a Background Security Improvement, such as `(a)`.
    pub extra: Option<String>,
    pub build: Option<String>,
    /// At times a day early, or months late.
    pub released: Option<Date>,
    /// Apple's page on the security content.
    pub security_url: Option<String>,
    /// Sorted identifiers such as `CVE-2026-43794`.
    pub cves: Vec<String>,
    /// Those of `cves` that were exploited before the release.
    pub exploited: Vec<String>,
    /// Empty where the feed does not know.
    pub device_ids: DeviceSet,
}

/// Why a file is not a usable feed.
#[derive(Debug, thiserror::Error)]
pub enum DecodeSofaError {
    #[error("community feed cannot be parsed")]
    Parse(#[from] DecodeJsonError),
    #[error("community feed has no OSVersions")]
    NoMajors,
    #[error("community feed has a major without a name")]
    UnnamedMajor,
    #[error("community feed has no latest release of major {major}")]
    LatestMissing { major: u16 },
    #[error("community feed has no build for the latest release of major {major}")]
    BuildMissing { major: u16 },
    #[error("community feed has no releases of major {major}")]
    NoReleases { major: u16 },
}

/// Why a file may not take the place of an earlier one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShrunkSofaError {
    #[error("community feed no longer has major {major}")]
    MajorMissing { major: u16 },
    #[error("community feed fell from {before} releases to {now}")]
    FewReleases { before: usize, now: usize },
}

/// Reads a file, keeping the good releases of one that is broken in part.
pub fn decode(bytes: &[u8]) -> Result<Sofa, DecodeSofaError> {
    let file: Value = crate::json::decode(bytes, &LIMITS)?;
    let majors = file.get("OSVersions").and_then(Value::as_array);
    let majors = majors.filter(|majors| !majors.is_empty()).ok_or(DecodeSofaError::NoMajors)?;
    let mut reader = Reader::default();
    let mut latest = BTreeMap::new();
    for value in majors {
        let major = major(value).ok_or(DecodeSofaError::UnnamedMajor)?;
        latest.insert(major, reader.read_latest(major, value)?);
        reader.read_releases(major, value)?;
    }
    reader.read_background(&file);
    Ok(Sofa { latest, releases: reader.releases, problems: reader.problems.into_iter().collect() })
}

impl Sofa {
    /// Refuses this file when it lost what `previous` had, as files served by mistake did.
    ///
    /// A major does end one day; how long to insist on the previous file is the caller's choice.
    pub fn check_after(&self, previous: &Self) -> Result<(), ShrunkSofaError> {
        let gone = previous.latest.keys().find(|major| !self.latest.contains_key(major));
        if let Some(&major) = gone {
            return Err(ShrunkSofaError::MajorMissing { major });
        }
        let (before, now) = (previous.releases.len(), self.releases.len());
        if now * 10 < before * 7 {
            return Err(ShrunkSofaError::FewReleases { before, now });
        }
        Ok(())
    }
}

#[derive(Default)]
struct Reader {
    releases: Vec<SofaRelease>,
    problems: BTreeSet<String>,
    ids: BTreeSet<Arc<str>>,
}

impl Reader {
    fn read_latest(&mut self, major: u16, value: &Value) -> Result<Latest, DecodeSofaError> {
        let latest = value.get("Latest").unwrap_or(&Value::Null);
        let version = text(latest, &["ProductVersion"]).filter(|text| words::is_version(text));
        let version = version.ok_or(DecodeSofaError::LatestMissing { major })?;
        let build = text(latest, &["Build"]).ok_or(DecodeSofaError::BuildMissing { major })?;
        if is_placeholder(build, version) {
            self.report(format!("the build of {version} is a placeholder"));
        }
        Ok(Latest { version: version.to_owned(), build: known_build(build, version) })
    }

    fn read_releases(&mut self, major: u16, value: &Value) -> Result<(), DecodeSofaError> {
        let releases = value.get("SecurityReleases").and_then(Value::as_array);
        let releases = releases.filter(|releases| !releases.is_empty());
        for release in releases.ok_or(DecodeSofaError::NoReleases { major })? {
            let letter = text(release, &["ReleaseType"]).and_then(rapid_letter);
            self.read_release(release, letter);
        }
        Ok(())
    }

    fn read_background(&mut self, file: &Value) {
        let majors = file.get("BackgroundSecurityImprovements").and_then(Value::as_object);
        let lists = majors.into_iter().flat_map(serde_json::Map::values);
        for release in lists.filter_map(Value::as_array).flatten() {
            let letter = text(release, &["VersionExtra"]).filter(|extra| words::is_extra(extra));
            // Without its letter it would pass for the release that it improves.
            match letter {
                Some(letter) => self.read_release(release, Some(letter.to_owned())),
                None => self.report("a Background Security Improvement has no letter".to_owned()),
            }
        }
    }

    fn read_release(&mut self, value: &Value, extra: Option<String>) {
        let version = text(value, &["ProductVersion", "Version"]);
        let Some(version) = version.filter(|version| words::is_version(version)) else {
            return self.report("a release has no version".to_owned());
        };
        let (mut cves, mut exploited) = (BTreeSet::new(), BTreeSet::new());
        self.read_cves(value.get("CVEs"), &mut cves, &mut exploited);
        // The marks inside `CVEs` are at times missing; this list is the one to trust.
        self.read_cves(value.get("ActivelyExploitedCVEs"), &mut exploited, &mut BTreeSet::new());
        cves.extend(exploited.iter().cloned());
        let release = SofaRelease {
            version: version.to_owned(),
            extra,
            build: text(value, &["Build"]).and_then(|build| known_build(build, version)),
            released: self.read_date(version, value),
            security_url: text(value, &["SecurityInfo"])
                .filter(|url| words::is_security_url(url))
                .map(str::to_owned),
            cves: cves.into_iter().collect(),
            exploited: exploited.into_iter().collect(),
            device_ids: self.read_devices(value),
        };
        self.releases.push(release);
    }

    /// Reads identifiers from a list, or from the keys of an object whose values mark them.
    fn read_cves(
        &mut self,
        value: Option<&Value>,
        all: &mut BTreeSet<String>,
        exploited: &mut BTreeSet<String>,
    ) {
        match value {
            Some(Value::Array(ids)) => {
                for id in ids.iter().filter_map(Value::as_str) {
                    self.read_cve(id, all);
                }
            }
            Some(Value::Object(marks)) => {
                for (id, mark) in marks {
                    self.read_cve(id, all);
                    let inner = mark.get("ActivelyExploited").and_then(Value::as_bool);
                    if mark.as_bool().or(inner) == Some(true) {
                        self.read_cve(id, exploited);
                    }
                }
            }
            None | Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {}
        }
    }

    fn read_cve(&mut self, id: &str, into: &mut BTreeSet<String>) {
        if words::is_cve(id) {
            into.insert(id.to_owned());
        } else {
            self.report("a vulnerability has no CVE identifier".to_owned());
        }
    }

    /// Reads the day of a time; the clock part has been malformed (`+00:00Z`) and says nothing.
    fn read_date(&mut self, version: &str, value: &Value) -> Option<Date> {
        let text = text(value, &["ReleaseDate", "PostingDate"])?;
        let day = text.get(..10).and_then(|day| day.parse().ok());
        if day.is_none() {
            self.report(format!("the release date of {version} is not a date"));
        }
        day
    }

    /// Reads device ids, which were objects for some weeks.
    fn read_devices(&mut self, value: &Value) -> DeviceSet {
        let devices = value.get("SupportedDevices").and_then(Value::as_array);
        let devices = devices.into_iter().flatten().filter_map(|device| {
            device.as_str().or_else(|| text(device, &["BoardID", "device_id", "DeviceID"]))
        });
        let ids: BTreeSet<Arc<str>> = devices
            .filter(|id| words::is_device_id(id))
            .map(|id| shared(&mut self.ids, id))
            .collect();
        ids.into_iter().collect()
    }

    fn report(&mut self, problem: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.insert(problem);
        }
    }
}

/// The number at the end of a major's name: `26`, `macOS 26` and `Tahoe 26` have all been used.
fn major(value: &Value) -> Option<u16> {
    text(value, &["OSVersion"])?.rsplit(' ').next()?.parse().ok()
}

/// Reads the first of `keys` that holds a text; empty is the feed's word for unknown.
fn text<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a str> {
    let text = keys.iter().find_map(|key| value.get(key)?.as_str())?;
    (!text.is_empty()).then_some(text)
}

/// Leaves out what is no build, and placeholders such as `26A000`.
fn known_build(build: &str, version: &str) -> Option<String> {
    let is_known = words::is_build(build) && !is_placeholder(build, version);
    is_known.then(|| build.to_owned())
}

fn is_placeholder(build: &str, version: &str) -> bool {
    version.split('.').next().is_some_and(|major| build.strip_prefix(major) == Some("A000"))
}

/// Turns the release type `RSR_a` into Apple's `(a)`.
fn rapid_letter(release_type: &str) -> Option<String> {
    let letter = release_type.strip_prefix("RSR_")?;
    Some(format!("({letter})")).filter(|extra| words::is_extra(extra))
}

#[cfg(test)]
mod tests;
