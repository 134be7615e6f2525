//! Apple's answer about OS releases (`https://gdmf.apple.com/v2/pmv`), read and written.
//!
//! Array order changes from call to call, so a decoded [`Gdmf`] is sorted: equal content is equal.
//! The "iOS" list also holds watchOS, tvOS and HomePod entries; only device ids tell them apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::sets::{DeviceSet, FeedList, OfferSet, shared};
use super::words::{is_build, is_device_id, is_extra, is_version};
use crate::{DecodeJsonError, Limits};

/// Today's answer is 57 kB with about 6,000 values in 5 levels.
const LIMITS: Limits = Limits { octets: 8 << 20, depth: 8, nodes: 400_000 };

/// Problems past this many are not kept: they are for a person to read.
const MAX_PROBLEMS: usize = 100;

/// What Apple offers at one moment: entries in canonical order, and what could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gdmf {
    pub entries: Vec<Entry>,
    /// One sentence for each broken item that was left out or read in part, sorted.
    pub problems: Vec<String>,
}

/// One build of one version, offered to some devices.
///
/// The same version and build may come several times, for other devices or until another day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub set: OfferSet,
    pub list: FeedList,
    /// Apple's own string, such as `26.3.1`.
    pub version: String,
    /// The letter of a Background Security Improvement, such as `(a)`.
    pub extra: Option<String>,
    /// Absent in answers from early 2023.
    pub build: Option<String>,
    /// The build a Background Security Improvement is for.
    pub prerequisite_build: Option<String>,
    /// Not a release date: Apple sets it again for old releases.
    pub posted: Option<Date>,
    /// Moves daily while the entry is public; true once it has left the public set.
    pub expires: Option<Date>,
    pub device_ids: DeviceSet,
}

/// Why a body is not an answer of Apple's release feed.
#[derive(Debug, thiserror::Error)]
pub enum DecodeGdmfError {
    #[error("release feed cannot be parsed")]
    Parse(#[from] DecodeJsonError),
    #[error("release feed has neither PublicAssetSets nor AssetSets")]
    NotAnAnswer,
}

/// Reads an answer, keeping the good entries of one that is broken in part.
pub fn decode(bytes: &[u8]) -> Result<Gdmf, DecodeGdmfError> {
    let answer: Value = crate::json::decode(bytes, &LIMITS)?;
    if answer.get("PublicAssetSets").is_none() && answer.get("AssetSets").is_none() {
        return Err(DecodeGdmfError::NotAnAnswer);
    }
    let mut reader = Reader::default();
    for set in OfferSet::ALL {
        for name in [Some(set.name()), set.former_name()].into_iter().flatten() {
            if let Some(lists) = answer.get(name) {
                reader.read_set(set, name, lists);
            }
        }
    }
    Ok(reader.finish())
}

/// Writes entries in the shape and order given, as Apple would answer.
#[must_use]
pub fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut answer = Map::new();
    for set in OfferSet::ALL {
        let mut lists = Map::new();
        for list in FeedList::ALL {
            let chosen = entries.iter().filter(|entry| entry.set == set && entry.list == list);
            lists.insert(list.name().to_owned(), chosen.map(encode_entry).collect());
        }
        answer.insert(set.name().to_owned(), Value::Object(lists));
    }
    Value::Object(answer).to_string().into_bytes()
}

/// Collects entries and problems, sharing equal device sets.
#[derive(Default)]
struct Reader {
    entries: Vec<Entry>,
    problems: BTreeSet<String>,
    ids: BTreeSet<Arc<str>>,
    sets: BTreeSet<DeviceSet>,
}

impl Reader {
    fn read_set(&mut self, set: OfferSet, set_name: &str, lists: &Value) {
        let Value::Object(lists) = lists else {
            return self.report(format!("{set_name} is not an object"));
        };
        for (name, entries) in lists {
            let Some(list) = FeedList::from_name(name) else { continue };
            let Value::Array(entries) = entries else {
                self.report(format!("{set_name} {name} is not an array"));
                continue;
            };
            for value in entries {
                let place = || format!("{set_name} {name} {}", label(value));
                match self.read_entry(set, list, value) {
                    Ok(entry) => {
                        for key in unread_dates(value, &entry) {
                            self.report(format!("{}: {key} is not a date", place()));
                        }
                        self.entries.push(entry);
                    }
                    Err(problem) => self.report(format!("{}: {problem}", place())),
                }
            }
        }
    }

    fn read_entry(
        &mut self,
        set: OfferSet,
        list: FeedList,
        value: &Value,
    ) -> Result<Entry, &'static str> {
        let version = text(value, "ProductVersion", is_version)
            .map_err(|()| "ProductVersion is not a version")?
            .ok_or("ProductVersion is missing")?;
        let build = text(value, "Build", is_build).map_err(|()| "Build is not a build")?;
        let extra = text(value, "ProductVersionExtra", is_extra)
            .map_err(|()| "ProductVersionExtra is not a letter in parentheses")?;
        let prerequisite_build = text(value, "PrerequisiteBuild", is_build)
            .map_err(|()| "PrerequisiteBuild is not a build")?;
        Ok(Entry {
            set,
            list,
            version,
            extra,
            build,
            prerequisite_build,
            posted: date(value, POSTED),
            expires: date(value, EXPIRES),
            device_ids: self.read_devices(value)?,
        })
    }

    fn read_devices(&mut self, value: &Value) -> Result<DeviceSet, &'static str> {
        let devices = value.get("SupportedDevices").and_then(Value::as_array);
        let devices = devices.ok_or("SupportedDevices is not an array")?;
        let mut ids = BTreeSet::new();
        for device in devices {
            let id = device.as_str().filter(|id| is_device_id(id));
            let id = id.ok_or("SupportedDevices holds something that is not a device id")?;
            ids.insert(shared(&mut self.ids, id));
        }
        if ids.is_empty() {
            return Err("SupportedDevices is empty");
        }
        let set: DeviceSet = ids.into_iter().collect();
        if let Some(known) = self.sets.get(&set) {
            return Ok(known.clone());
        }
        self.sets.insert(set.clone());
        Ok(set)
    }

    fn report(&mut self, problem: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.insert(problem);
        }
    }

    fn finish(mut self) -> Gdmf {
        self.entries.sort();
        Gdmf { entries: self.entries, problems: self.problems.into_iter().collect() }
    }
}

const POSTED: &str = "PostingDate";
const EXPIRES: &str = "ExpirationDate";

/// Names a broken entry by what can be read of it, and never by more than a line.
fn label(value: &Value) -> String {
    let word = |key, good| text(value, key, good).ok().flatten().unwrap_or_else(|| "?".into());
    format!("{} {}", word("ProductVersion", is_version), word("Build", is_build))
}

/// Reads an optional text; absent, null and empty are the same to Apple.
fn text(value: &Value, key: &str, good: fn(&str) -> bool) -> Result<Option<String>, ()> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if good(text) => Ok(Some(text.clone())),
        Some(_) => Err(()),
    }
}

fn date(value: &Value, key: &str) -> Option<Date> {
    value.get(key)?.as_str()?.parse().ok()
}

/// The dates that are there but could not be read: no reason to lose the entry.
fn unread_dates(value: &Value, entry: &Entry) -> impl Iterator<Item = &'static str> {
    let unread = |key: &'static str, date: Option<Date>| {
        let present = !matches!(value.get(key), None | Some(Value::Null));
        (present && date.is_none()).then_some(key)
    };
    [unread(POSTED, entry.posted), unread(EXPIRES, entry.expires)].into_iter().flatten()
}

fn encode_entry(entry: &Entry) -> Value {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(key.to_owned(), value);
        }
    };
    put("ProductVersion", Some(json!(entry.version)));
    put("ProductVersionExtra", entry.extra.as_ref().map(|extra| json!(extra)));
    put("Build", entry.build.as_ref().map(|build| json!(build)));
    put("PrerequisiteBuild", entry.prerequisite_build.as_ref().map(|build| json!(build)));
    put(POSTED, entry.posted.map(|date| json!(date.to_string())));
    put(EXPIRES, entry.expires.map(|date| json!(date.to_string())));
    let ids: Vec<&str> = entry.device_ids.iter().map(AsRef::as_ref).collect();
    put("SupportedDevices", Some(json!(ids)));
    Value::Object(fields)
}

#[cfg(test)]
mod tests;
