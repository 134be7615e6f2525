//! Builds one value from a stream of parts, within the limits.

use plist::{Dictionary, Value};

use super::DecodePropertyListError as Error;
use crate::Limits;

/// The collections that are open, and what they hold so far.
pub(super) struct Builder<'a> {
    limits: &'a Limits,
    open: Vec<Collection>,
    nodes: usize,
    octets: usize,
    root: Option<Value>,
}

enum Collection {
    Array(Vec<Value>),
    Dictionary { entries: Dictionary, key: Option<String> },
}

/// Which kind of collection is innermost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing is open.
    Document,
    /// An array.
    Array,
    /// A dictionary whose next part is a key.
    DictionaryKey,
    /// A dictionary whose next part is the value of a key.
    DictionaryValue,
}

impl<'a> Builder<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, open: Vec::new(), nodes: 0, octets: 0, root: None }
    }

    pub(super) fn inside(&self) -> Inside {
        match self.open.last() {
            None => Inside::Document,
            Some(Collection::Array(_)) => Inside::Array,
            Some(Collection::Dictionary { key: None, .. }) => Inside::DictionaryKey,
            Some(Collection::Dictionary { key: Some(_), .. }) => Inside::DictionaryValue,
        }
    }

    /// Whether the one value of the document is there.
    pub(super) fn is_complete(&self) -> bool {
        self.root.is_some()
    }

    /// Counts text before it is copied.
    pub(super) fn charge_octets(&mut self, octets: usize) -> Result<(), Error> {
        self.octets = self.octets.saturating_add(octets);
        if self.octets > self.limits.octets {
            return Err(Error::TooMuchText { limit: self.limits.octets });
        }
        Ok(())
    }

    pub(super) fn open_array(&mut self, at: usize) -> Result<(), Error> {
        self.open(Collection::Array(Vec::new()), at)
    }

    pub(super) fn open_dictionary(&mut self, at: usize) -> Result<(), Error> {
        self.open(Collection::Dictionary { entries: Dictionary::new(), key: None }, at)
    }

    pub(super) fn key(&mut self, name: String, at: usize) -> Result<(), Error> {
        self.charge_node()?;
        check_key(&name, at)?;
        match self.open.last_mut() {
            Some(Collection::Dictionary { entries, key: key @ None }) => {
                if entries.contains_key(&name) {
                    return Err(Error::RepeatedKey { at });
                }
                *key = Some(name);
                Ok(())
            }
            Some(Collection::Dictionary { .. } | Collection::Array(_)) | None => {
                Err(Error::Malformed { at, expected: "a key only where a dictionary expects one" })
            }
        }
    }

    pub(super) fn scalar(&mut self, value: Value, at: usize) -> Result<(), Error> {
        self.charge_node()?;
        if let Value::String(text) = &value {
            check_text(text, at)?;
        }
        self.place(value, at)
    }

    /// Closes the innermost collection.
    pub(super) fn close(&mut self, at: usize) -> Result<(), Error> {
        match self.open.pop() {
            Some(Collection::Array(values)) => self.place(Value::Array(values), at),
            Some(Collection::Dictionary { entries, key: None }) => {
                self.place(Value::Dictionary(entries), at)
            }
            Some(Collection::Dictionary { key: Some(_), .. }) => {
                Err(Error::Malformed { at, expected: "a value for the last key" })
            }
            None => Err(Error::Malformed { at, expected: "an open collection" }),
        }
    }

    pub(super) fn finish(self, at: usize) -> Result<Value, Error> {
        self.root.ok_or(Error::Malformed { at, expected: "a complete value" })
    }

    fn open(&mut self, collection: Collection, at: usize) -> Result<(), Error> {
        self.charge_node()?;
        if self.open.len() >= self.limits.depth {
            return Err(Error::TooDeep { limit: self.limits.depth });
        }
        self.check_place(at)?;
        self.open.push(collection);
        Ok(())
    }

    fn check_place(&self, at: usize) -> Result<(), Error> {
        match self.inside() {
            Inside::Document if self.root.is_none() => Ok(()),
            Inside::Array | Inside::DictionaryValue => Ok(()),
            Inside::Document => Err(Error::Malformed { at, expected: "only one value" }),
            Inside::DictionaryKey => Err(Error::Malformed { at, expected: "a key" }),
        }
    }

    fn place(&mut self, value: Value, at: usize) -> Result<(), Error> {
        self.check_place(at)?;
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Collection::Array(values)) => values.push(value),
            Some(Collection::Dictionary { entries, key }) => {
                let key = key.take().ok_or(Error::Malformed { at, expected: "a key" })?;
                entries.insert(key, value);
            }
        }
        Ok(())
    }

    fn charge_node(&mut self) -> Result<(), Error> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(Error::TooManyValues { limit: self.limits.nodes });
        }
        Ok(())
    }
}

/// Refuses NUL in a value: no property list may hold it, and a database refuses it much later.
///
/// Other control characters are tolerated: devices report names of apps that hold them.
fn check_text(text: &str, at: usize) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::ForbiddenCharacter { at });
    }
    Ok(())
}

/// Refuses every control character in a key: two keys must not become equal where XML drops them.
fn check_key(name: &str, at: usize) -> Result<(), Error> {
    if name.chars().any(char::is_control) {
        return Err(Error::ForbiddenCharacter { at });
    }
    Ok(())
}
