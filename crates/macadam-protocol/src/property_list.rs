//! Property lists, XML and binary: the one way from bytes to values.
//!
//! The `plist` crate supplies the value type and the bridge to serde, but never sees a byte from
//! outside: its readers recurse, expand shared references without limit and drop CDATA and unknown
//! entities. The readers here are iterative and strict, and stop at the first breach of a limit.

mod binary;
mod builder;
mod xml;

use std::fmt;
use std::ops::RangeInclusive;
use std::time::{Duration, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Limits;

/// What a document that is not a well-behaved property list is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodePropertyListError {
    /// The body is larger than the limit.
    #[error("property list of {octets} octets exceeds {limit}")]
    TooLarge {
        /// The size of the body.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// Collections are nested too deeply.
    #[error("property list is nested deeper than {limit}")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// There are too many values, after shared references are expanded.
    #[error("property list has more than {limit} values")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// Strings and data, after shared references are expanded, are too large.
    #[error("property list expands to more than {limit} octets")]
    TooMuchText {
        /// The limit.
        limit: usize,
    },
    /// Neither XML nor binary.
    #[error("body is not a property list")]
    NotAPropertyList,
    /// XML that is not UTF-8.
    #[error("property list is not UTF-8")]
    NotUtf8,
    /// A CDATA section.
    #[error("property list has a CDATA section at octet {at}")]
    CharacterData {
        /// Where.
        at: usize,
    },
    /// A document type with an internal subset, where entities are declared.
    #[error("property list declares a document type subset at octet {at}")]
    DocumentTypeSubset {
        /// Where.
        at: usize,
    },
    /// An entity other than XML's own five.
    #[error("property list uses an unknown entity at octet {at}")]
    UnknownEntity {
        /// Where.
        at: usize,
    },
    /// A processing instruction.
    #[error("property list has a processing instruction at octet {at}")]
    ProcessingInstruction {
        /// Where.
        at: usize,
    },
    /// A character that no property list may hold.
    #[error("property list has a forbidden character at octet {at}")]
    ForbiddenCharacter {
        /// Where.
        at: usize,
    },
    /// A key that stands twice in one dictionary.
    #[error("property list repeats a key at octet {at}")]
    RepeatedKey {
        /// Where.
        at: usize,
    },
    /// A binary collection that contains itself.
    #[error("property list contains itself at octet {at}")]
    Cycle {
        /// Where.
        at: usize,
    },
    /// Anything else that is not well formed.
    #[error("property list is malformed at octet {at}: {expected}")]
    Malformed {
        /// Where.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// A well-formed property list without the keys and types that are needed.
    #[error("property list lacks the expected keys")]
    Shape(#[source] plist::Error),
}

impl DecodePropertyListError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "property_list_too_large",
            Self::TooDeep { .. } => "property_list_too_deep",
            Self::TooManyValues { .. } => "property_list_too_many_values",
            Self::TooMuchText { .. } => "property_list_too_much_text",
            Self::NotAPropertyList => "property_list_not_recognized",
            Self::NotUtf8 => "property_list_not_utf8",
            Self::CharacterData { .. } => "property_list_cdata",
            Self::DocumentTypeSubset { .. } => "property_list_document_type_subset",
            Self::UnknownEntity { .. } => "property_list_unknown_entity",
            Self::ProcessingInstruction { .. } => "property_list_processing_instruction",
            Self::ForbiddenCharacter { .. } => "property_list_forbidden_character",
            Self::RepeatedKey { .. } => "property_list_repeated_key",
            Self::Cycle { .. } => "property_list_cycle",
            Self::Malformed { .. } => "property_list_malformed",
            Self::Shape(_) => "property_list_unexpected_shape",
        }
    }
}

/// Decodes a property list of either encoding into a type.
pub fn decode<T: DeserializeOwned>(
    bytes: &[u8],
    limits: &Limits,
) -> Result<T, DecodePropertyListError> {
    from_value(&decode_value(bytes, limits)?)
}

/// Decodes a property list of either encoding into a value.
pub fn decode_value(
    bytes: &[u8],
    limits: &Limits,
) -> Result<plist::Value, DecodePropertyListError> {
    if bytes.len() > limits.octets {
        return Err(DecodePropertyListError::TooLarge {
            octets: bytes.len(),
            limit: limits.octets,
        });
    }
    if bytes.starts_with(binary::MAGIC) {
        binary::decode(bytes, limits)
    } else {
        xml::decode(bytes, limits)
    }
}

/// Encodes as an XML property list.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut xml = Vec::new();
    plist::to_writer_xml(&mut xml, value)
        .expect("wire types serialize, and writing to memory cannot fail");
    // XML cannot express these at all; a stray one must not make the whole document unreadable.
    xml.retain(|&octet| octet >= b' ' || matches!(octet, b'\t' | b'\n' | b'\r'));
    xml
}

/// Reads a type out of a value that was decoded here.
pub(crate) fn from_value<T: DeserializeOwned>(
    value: &plist::Value,
) -> Result<T, DecodePropertyListError> {
    plist::from_value(value).map_err(DecodePropertyListError::Shape)
}

/// The dictionary of one of our types, to be put together with others.
///
/// Serde's `flatten` is not used for writing: the plist crate writes an optional value in it as a
/// dictionary with the key `Some`.
pub(crate) fn dictionary<T: Serialize>(value: &T) -> plist::Dictionary {
    let value = plist::to_value(value).ok();
    value.and_then(plist::Value::into_dictionary).expect("wire structs serialize to dictionaries")
}

/// The moment that binary dates count from, 2001-01-01, in seconds since 1970.
const EPOCH: Duration = Duration::from_secs(978_307_200);

/// The first and last second, since that moment, of the years 1 to 9999.
const DATE_RANGE_SECONDS: RangeInclusive<f64> = -63_113_904_000.0..=252_423_993_599.0;

/// The date so many seconds after 2001-01-01, unless it is one that `plist::Date` could not print.
fn date_at(seconds: f64) -> Option<plist::Date> {
    if !DATE_RANGE_SECONDS.contains(&seconds) {
        return None;
    }
    let epoch = UNIX_EPOCH + EPOCH;
    let distance = Duration::from_secs_f64(seconds.abs());
    let moment =
        if seconds < 0.0 { epoch.checked_sub(distance) } else { epoch.checked_add(distance) };
    moment.map(plist::Date::from)
}

/// Octets that are `<data>` in a property list; prints only how many.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Data(pub Vec<u8>);

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} octets]", self.0.len())
    }
}

impl From<Vec<u8>> for Data {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(DataVisitor)
    }
}

struct DataVisitor;

impl serde::de::Visitor<'_> for DataVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data")
    }

    fn visit_bytes<E>(self, octets: &[u8]) -> Result<Data, E> {
        Ok(Data(octets.to_vec()))
    }

    fn visit_byte_buf<E>(self, octets: Vec<u8>) -> Result<Data, E> {
        Ok(Data(octets))
    }
}

#[cfg(test)]
mod tests;
