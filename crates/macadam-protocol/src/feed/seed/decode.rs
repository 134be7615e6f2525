//! Reads a seed from its text, strictly: a line that is not exactly right is an error.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{DeviceKind, Expiry, HistoricBuild, HistoricRelease, Seed, SeedDevice, Span};
use crate::feed::sets::{DeviceSet, FeedList, OfferSet, shared};
use crate::feed::words;

pub(super) const CVE_PREFIX: &str = "CVE-";

/// Ten times what two years take; a range of majors is bounded too, because it expands.
const MAX_BYTES: usize = 4 << 20;
const MAX_MAJOR: u16 = 999;

/// A line of a seed file that cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("seed file {file}, line {line}: {problem}")]
pub struct DecodeSeedError {
    pub file: &'static str,
    /// Counted from 1; 0 is the file as a whole.
    pub line: usize,
    pub problem: &'static str,
}

pub(super) fn decode(
    devices: &str,
    releases: &str,
    timeline: &str,
) -> Result<Seed, DecodeSeedError> {
    let (devices, sets) = read_devices(devices)?;
    let releases = read_releases(releases, &sets)?;
    let timeline = read_timeline(timeline, &sets)?;
    Ok(Seed {
        devices,
        releases,
        spans: timeline.spans,
        recorded_from: timeline.recorded.0,
        recorded_until: timeline.recorded.1,
    })
}

fn read_devices(text: &str) -> Result<(Vec<SeedDevice>, Vec<DeviceSet>), DecodeSeedError> {
    let (mut devices, mut sets): (Vec<SeedDevice>, Vec<DeviceSet>) = (Vec::new(), Vec::new());
    let mut ids = BTreeSet::new();
    for mut line in lines("devices", text)? {
        match line.word()? {
            "device" => {
                let device = read_device(&mut line, &mut ids)?;
                if devices.last().is_some_and(|last| last.id >= device.id) {
                    return Err(line.error("devices are not in order of id"));
                }
                devices.push(device);
            }
            "set" => sets.push(read_set(&mut line, &mut ids)?),
            _ => return Err(line.error("neither device nor set")),
        }
        line.end()?;
    }
    Ok((devices, sets))
}

fn read_device(
    line: &mut Line<'_>,
    ids: &mut BTreeSet<Arc<str>>,
) -> Result<SeedDevice, DecodeSeedError> {
    let id = line.checked(words::is_device_id, "not a device id")?;
    let product = match line.word()? {
        "-" => None,
        "=" => Some(id.to_owned()),
        product if words::is_device_id(product) => Some(product.to_owned()),
        _ => return Err(line.error("not a product identifier")),
    };
    let kind = line.parsed(kind, "not a kind of device")?;
    let majors = line.parsed(majors, "not ascending ranges of majors")?;
    let name = line.rest().map(str::to_owned);
    if name.as_ref().is_some_and(|name| name.contains(char::is_control)) {
        return Err(line.error("not a name"));
    }
    Ok(SeedDevice { id: shared(ids, id), product, kind, majors, name })
}

fn read_set(
    line: &mut Line<'_>,
    ids: &mut BTreeSet<Arc<str>>,
) -> Result<DeviceSet, DecodeSeedError> {
    let mut set: Vec<Arc<str>> = Vec::new();
    while let Some(id) = line.next() {
        if !words::is_device_id(id) || set.last().is_some_and(|last| &**last >= id) {
            return Err(line.error("not device ids in order"));
        }
        set.push(shared(ids, id));
    }
    if set.is_empty() { Err(line.error("the set is empty")) } else { Ok(set.into()) }
}

fn read_releases(text: &str, sets: &[DeviceSet]) -> Result<Vec<HistoricRelease>, DecodeSeedError> {
    let mut releases: Vec<HistoricRelease> = Vec::new();
    for mut line in lines("releases", text)? {
        let word = line.word()?;
        if word == "release" {
            releases.push(read_release(&mut line)?);
            line.end()?;
            continue;
        }
        let Some(release) = releases.last_mut() else {
            return Err(line.error("there is no release yet"));
        };
        match word {
            "build" => release.builds.push(read_build(&mut line, sets)?),
            "link" => {
                release.security_url = Some(line.parsed(link, "not a path")?);
            }
            "cve" => read_cves(&mut line, release)?,
            _ => return Err(line.error("neither release, build, link nor cve")),
        }
        line.end()?;
    }
    Ok(releases)
}

fn read_release(line: &mut Line<'_>) -> Result<HistoricRelease, DecodeSeedError> {
    let list = line.parsed(list, "not a list")?;
    let (version, extra) = line.parsed(version, "not a version")?;
    let day = line.parsed(|day| day.parse().ok(), "not a day")?;
    let (builds, cves, exploited) = (Vec::new(), Vec::new(), Vec::new());
    Ok(HistoricRelease { list, version, extra, day, builds, security_url: None, cves, exploited })
}

fn read_build(line: &mut Line<'_>, sets: &[DeviceSet]) -> Result<HistoricBuild, DecodeSeedError> {
    let (build, prerequisite_build) = line.parsed(build, "not a build")?;
    let device_ids = line.optional(|set| sets.get(number(set)?).cloned(), "not a set")?;
    let withdrawn_on = line.optional(|day| day.parse().ok(), "not a day")?;
    Ok(HistoricBuild { build, prerequisite_build, device_ids, withdrawn_on })
}

fn read_cves(line: &mut Line<'_>, release: &mut HistoricRelease) -> Result<(), DecodeSeedError> {
    let year = line.word()?;
    while let Some(word) = line.next() {
        let number = word.strip_suffix('!').unwrap_or(word);
        let id = format!("{CVE_PREFIX}{year}-{number}");
        if !words::is_cve(&id) || release.cves.last().is_some_and(|last| *last >= id) {
            return Err(line.error("not CVE numbers in order"));
        }
        if number != word {
            release.exploited.push(id.clone());
        }
        release.cves.push(id);
    }
    Ok(())
}

struct Timeline {
    recorded: (Timestamp, Timestamp),
    moments: Vec<Timestamp>,
    spans: Vec<Span>,
}

fn read_timeline(text: &str, sets: &[DeviceSet]) -> Result<Timeline, DecodeSeedError> {
    let mut lines = lines("timeline", text)?;
    let whole = DecodeSeedError { file: "timeline", line: 0, problem: "recorded is missing" };
    let mut line = lines.next().ok_or(whole)?;
    let mut timeline =
        Timeline { recorded: read_recorded(&mut line)?, moments: Vec::new(), spans: Vec::new() };
    for mut line in lines {
        let word = line.word()?;
        if word == "at" {
            let moment = line.parsed(|moment| moment.parse().ok(), "not a moment")?;
            if timeline.moments.last().is_some_and(|last| *last >= moment) {
                return Err(line.error("moments are not in order"));
            }
            timeline.moments.push(moment);
        } else {
            let set = set(word).ok_or_else(|| line.error("neither at nor a span"))?;
            timeline.spans.push(read_span(&mut line, set, sets, &timeline.moments)?);
        }
        line.end()?;
    }
    Ok(timeline)
}

fn read_recorded(line: &mut Line<'_>) -> Result<(Timestamp, Timestamp), DecodeSeedError> {
    line.checked(|word| word == "recorded", "not recorded")?;
    let from = line.parsed(|moment| moment.parse().ok(), "not a moment")?;
    let until = line.parsed(|moment| moment.parse().ok(), "not a moment")?;
    line.end()?;
    Ok((from, until))
}

fn read_span(
    line: &mut Line<'_>,
    set: OfferSet,
    sets: &[DeviceSet],
    moments: &[Timestamp],
) -> Result<Span, DecodeSeedError> {
    let list = line.parsed(list, "not a list")?;
    let (version, extra) = line.parsed(version, "not a version")?;
    let (build, prerequisite_build) = line.parsed(build, "not a build")?;
    let device_ids = line.parsed(|set| sets.get(number(set)?).cloned(), "not a set")?;
    let (from, until) = line.parsed(|word| stay(word, moments), "not a span of moments")?;
    let posted = line.word()?;
    let posted = changes(posted, from, moments, |day| day.parse().ok());
    let posted = posted.ok_or_else(|| line.error("not posting dates in order"))?;
    let expires = line.word()?;
    let expires = changes(expires, from, moments, expiry);
    let expires = expires.ok_or_else(|| line.error("not expirations in order"))?;
    Ok(Span {
        set,
        list,
        version,
        extra,
        build,
        prerequisite_build,
        device_ids,
        from,
        until,
        posted,
        expires,
    })
}

fn set(word: &str) -> Option<OfferSet> {
    OfferSet::ALL.into_iter().find(|set| super::encode::set_word(*set) == word)
}

fn list(word: &str) -> Option<FeedList> {
    FeedList::ALL.into_iter().find(|list| super::encode::list_word(*list) == word)
}

fn kind(word: &str) -> Option<DeviceKind> {
    DeviceKind::ALL.into_iter().find(|kind| super::encode::kind_word(*kind) == word)
}

fn majors(word: &str) -> Option<Vec<u16>> {
    let mut majors: Vec<u16> = Vec::new();
    if word == "-" {
        return Some(majors);
    }
    for range in word.split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last > MAX_MAJOR || majors.last().is_some_and(|known| *known >= first) {
            return None;
        }
        majors.extend(first..=last);
    }
    Some(majors)
}

fn link(path: &str) -> Option<String> {
    Some(format!("{}{path}", words::SECURITY_HOST)).filter(|url| words::is_security_url(url))
}

fn version(word: &str) -> Option<(String, Option<String>)> {
    let (version, extra) = word.split_at(word.find('(').unwrap_or(word.len()));
    let is_good = words::is_version(version) && (extra.is_empty() || words::is_extra(extra));
    is_good.then(|| (version.to_owned(), (!extra.is_empty()).then(|| extra.to_owned())))
}

fn build(word: &str) -> Option<(String, Option<String>)> {
    let (build, prerequisite) = match word.split_once('<') {
        Some((build, prerequisite)) => (build, Some(prerequisite)),
        None => (word, None),
    };
    let is_good = words::is_build(build) && prerequisite.is_none_or(words::is_build);
    is_good.then(|| (build.to_owned(), prerequisite.map(str::to_owned)))
}

fn expiry(word: &str) -> Option<Expiry> {
    if word == "moving" { Some(Expiry::Moving) } else { word.parse().ok().map(Expiry::Fixed) }
}

fn stay(word: &str, moments: &[Timestamp]) -> Option<(Timestamp, Option<Timestamp>)> {
    let (from, until) = word.split_once('-')?;
    let from = *moments.get(number(from)?)?;
    if until.is_empty() {
        return Some((from, None));
    }
    let until = *moments.get(number(until)?)?;
    (from < until).then_some((from, Some(until)))
}

/// Reads `value,moment=value,…`: the first value is since `from`, the others since their moments.
fn changes<T>(
    word: &str,
    from: Timestamp,
    moments: &[Timestamp],
    value: impl Fn(&str) -> Option<T>,
) -> Option<Vec<(Timestamp, T)>> {
    let mut words = word.split(',');
    let mut changes = vec![(from, value(words.next()?)?)];
    for word in words {
        let (moment, word) = word.split_once('=')?;
        let moment = *moments.get(number(moment)?)?;
        if changes.last().is_none_or(|(last, _)| *last >= moment) {
            return None;
        }
        changes.push((moment, value(word)?));
    }
    Some(changes)
}

fn number(word: &str) -> Option<usize> {
    word.parse().ok()
}

/// One line and how far it has been read.
struct Line<'a> {
    file: &'static str,
    number: usize,
    rest: Option<&'a str>,
}

/// Checks the first line, which names the format, and gives the others.
fn lines<'a>(
    file: &'static str,
    text: &'a str,
) -> Result<impl Iterator<Item = Line<'a>>, DecodeSeedError> {
    let whole = |problem| DecodeSeedError { file, line: 0, problem };
    if text.len() > MAX_BYTES {
        return Err(whole("the file is too large"));
    }
    let mut lines = text.lines().enumerate();
    let first = lines.next().and_then(|(_, line)| line.strip_prefix("macadam-seed "));
    if first.and_then(|line| line.strip_prefix(file)) != Some(" 1") {
        return Err(whole("the first line does not name this format"));
    }
    Ok(lines.map(move |(index, line)| Line { file, number: index + 1, rest: Some(line) }))
}

impl<'a> Line<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let (word, rest) = match rest.split_once(' ') {
            Some((word, rest)) => (word, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        Some(word)
    }

    fn word(&mut self) -> Result<&'a str, DecodeSeedError> {
        self.next().ok_or_else(|| self.error("the line is too short"))
    }

    fn parsed<T>(
        &mut self,
        parse: impl Fn(&str) -> Option<T>,
        problem: &'static str,
    ) -> Result<T, DecodeSeedError> {
        let word = self.word()?;
        parse(word).ok_or_else(|| self.error(problem))
    }

    fn checked(
        &mut self,
        good: impl Fn(&str) -> bool,
        problem: &'static str,
    ) -> Result<&'a str, DecodeSeedError> {
        let word = self.word()?;
        if good(word) { Ok(word) } else { Err(self.error(problem)) }
    }

    /// Reads a word for which `-` means that it is not known.
    fn optional<T>(
        &mut self,
        parse: impl Fn(&str) -> Option<T>,
        problem: &'static str,
    ) -> Result<Option<T>, DecodeSeedError> {
        match self.word()? {
            "-" => Ok(None),
            word => parse(word).map(Some).ok_or_else(|| self.error(problem)),
        }
    }

    /// Takes everything that is left.
    fn rest(&mut self) -> Option<&'a str> {
        self.rest.take()
    }

    fn end(&mut self) -> Result<(), DecodeSeedError> {
        if self.rest.is_none() { Ok(()) } else { Err(self.error("the line is too long")) }
    }

    fn error(&self, problem: &'static str) -> DecodeSeedError {
        DecodeSeedError { file: self.file, line: self.number, problem }
    }
}
