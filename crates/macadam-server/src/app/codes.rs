//! Words of the wire formats, as they are also stored.

use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer, value::Error, value::StrDeserializer};
use serde_json::Value;

/// The word that a variant without fields is written as.
pub(super) fn code_of(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(_) | Err(_) => unreachable!("a variant without fields is written as a word"),
    }
}

/// The variant that is written as this word.
pub(super) fn value_of<T: DeserializeOwned>(word: &str) -> Option<T> {
    let word: StrDeserializer<'_, Error> = word.into_deserializer();
    T::deserialize(word).ok()
}
