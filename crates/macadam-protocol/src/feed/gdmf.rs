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
    /// The entries and lists that could not be read, as far as they could: sorted.
    pub unread: Vec<Unread>,
    /// One sentence for each broken item that was left out or read in part, sorted.
    pub problems: Vec<String>,
}

/// An entry that is there and could not be read, or a whole list of them.
///
/// That it is missing from the entries does not mean that Apple took it away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    pub set: OfferSet,
    pub list: FeedList,
    /// What tells which entry it is; nothing of it for a whole list.
    pub version: Option<String>,
    pub build: Option<String>,
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
    unread: BTreeSet<Unread>,
    problems: BTreeSet<String>,
    ids: BTreeSet<Arc<str>>,
    sets: BTreeSet<DeviceSet>,
}

impl Reader {
    fn read_set(&mut self, set: OfferSet, set_name: &str, lists: &Value) {
        let Value::Object(lists) = lists else {
            for list in FeedList::ALL {
                self.note_unread(Unread { set, list, version: None, build: None });
            }
            return self.report(format!("{set_name} is not an object"));
        };
        for (name, entries) in lists {
            let Some(list) = FeedList::from_name(name) else { continue };
            let Value::Array(entries) = entries else {
                self.note_unread(Unread { set, list, version: None, build: None });
                self.report(format!("{set_name} {name} is not an array"));
                continue;
            };
            for value in entries {
                let place = || format!("{set_name} {name} {}", label(value));
                match self.read_entry(set, list, value) {
                    Ok((entry, odd_ids)) => {
                        if odd_ids {
                            let problem =
                                "SupportedDevices holds something that is not a device id";
                            self.report(format!("{}: {problem}", place()));
                        }
                        for key in unread_dates(value, &entry) {
                            self.report(format!("{}: {key} is not a date", place()));
                        }
                        self.entries.push(entry);
                    }
                    Err(problem) => {
                        let version = readable(value, "ProductVersion", is_version);
                        let build = readable(value, "Build", is_build);
                        // What tells nothing of itself may be anything new.
                        if version.is_some() || build.is_some() {
                            self.note_unread(Unread { set, list, version, build });
                        }
                        self.report(format!("{}: {problem}", place()));
                    }
                }
            }
        }
    }

    fn read_entry(
        &mut self,
        set: OfferSet,
        list: FeedList,
        value: &Value,
    ) -> Result<(Entry, bool), &'static str> {
        let version = text(value, "ProductVersion", is_version)
            .map_err(|()| "ProductVersion is not a version")?
            .ok_or("ProductVersion is missing")?;
        let build = text(value, "Build", is_build).map_err(|()| "Build is not a build")?;
        let extra = text(value, "ProductVersionExtra", is_extra)
            .map_err(|()| "ProductVersionExtra is not a letter in parentheses")?;
        let prerequisite_build = text(value, "PrerequisiteBuild", is_build)
            .map_err(|()| "PrerequisiteBuild is not a build")?;
        let (device_ids, odd_ids) = self.read_devices(value)?;
        let entry = Entry {
            set,
            list,
            version,
            extra,
            build,
            prerequisite_build,
            posted: date(value, POSTED),
            expires: date(value, EXPIRES),
            device_ids,
        };
        Ok((entry, odd_ids))
    }

    /// The device ids, and whether something else stood among them: no reason to lose the others.
    fn read_devices(&mut self, value: &Value) -> Result<(DeviceSet, bool), &'static str> {
        let devices = value.get("SupportedDevices").and_then(Value::as_array);
        let devices = devices.ok_or("SupportedDevices is not an array")?;
        let mut ids = BTreeSet::new();
        let mut odd_ids = false;
        for device in devices {
            match device.as_str().filter(|id| is_device_id(id)) {
                Some(id) => {
                    ids.insert(shared(&mut self.ids, id));
                }
                None => odd_ids = true,
            }
        }
        if ids.is_empty() {
            return Err(if odd_ids {
                "SupportedDevices holds nothing that is a device id"
            } else {
                "SupportedDevices is empty"
            });
        }
        let set: DeviceSet = ids.into_iter().collect();
        if let Some(known) = self.sets.get(&set) {
            return Ok((known.clone(), odd_ids));
        }
        self.sets.insert(set.clone());
        Ok((set, odd_ids))
    }

    /// Bounded by the nodes of an answer.
    fn note_unread(&mut self, unread: Unread) {
        self.unread.insert(unread);
    }

    fn report(&mut self, problem: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.insert(problem);
        }
    }

    fn finish(mut self) -> Gdmf {
        self.entries.sort();
        Gdmf {
            entries: self.entries,
            unread: self.unread.into_iter().collect(),
            problems: self.problems.into_iter().collect(),
        }
    }
}

const POSTED: &str = "PostingDate";
const EXPIRES: &str = "ExpirationDate";

/// Names a broken entry by what can be read of it, and never by more than a line.
fn label(value: &Value) -> String {
    let word = |key, good| readable(value, key, good).unwrap_or_else(|| "?".into());
    format!("{} {}", word("ProductVersion", is_version), word("Build", is_build))
}

fn readable(value: &Value, key: &str, good: fn(&str) -> bool) -> Option<String> {
    text(value, key, good).ok().flatten()
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
