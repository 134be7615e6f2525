//! JSON within limits, checked in one pass before anything is built.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Limits;

/// What a JSON body is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeJsonError {
    /// The body is larger than the limit.
    #[error("JSON of {octets} octets exceeds {limit}")]
    TooLarge {
        /// The size of the body.
        octets: usize,
        /// The limit.
        limit: usize,
    },
    /// Objects and arrays are nested too deeply.
    #[error("JSON is nested deeper than {limit}")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// There are too many values.
    #[error("JSON has more than {limit} values")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// A NUL character, which databases refuse.
    #[error("JSON has a NUL character in a string at octet {at}")]
    ForbiddenCharacter {
        /// Where.
        at: usize,
    },
    /// Not JSON, or not of the expected shape.
    #[error("JSON is malformed or lacks the expected keys")]
    Malformed(#[source] serde_json::Error),
}

impl DecodeJsonError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "json_too_large",
            Self::TooDeep { .. } => "json_too_deep",
            Self::TooManyValues { .. } => "json_too_many_values",
            Self::ForbiddenCharacter { .. } => "json_forbidden_character",
            Self::Malformed(_) => "json_malformed",
        }
    }
}

/// Decodes JSON within limits.
pub(crate) fn decode<T: DeserializeOwned>(
    bytes: &[u8],
    limits: &Limits,
) -> Result<T, DecodeJsonError> {
    check(bytes, limits)?;
    serde_json::from_slice(bytes).map_err(DecodeJsonError::Malformed)
}

/// Encodes one of our types as JSON.
pub(crate) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("wire types have text keys and serialize to JSON")
}

/// Counts depth and values without recursion or allocation; the grammar is left to serde.
fn check(bytes: &[u8], limits: &Limits) -> Result<(), DecodeJsonError> {
    if bytes.len() > limits.octets {
        return Err(DecodeJsonError::TooLarge { octets: bytes.len(), limit: limits.octets });
    }
    let (mut depth, mut values) = (0_usize, 1_usize);
    let mut rest = bytes;
    while let [octet, after @ ..] = rest {
        rest = after;
        match octet {
            b'"' => rest = after_string(after, bytes.len())?,
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' | b':' => values += 1,
            _ => {}
        }
        if depth > limits.depth {
            return Err(DecodeJsonError::TooDeep { limit: limits.depth });
        }
        if values > limits.nodes {
            return Err(DecodeJsonError::TooManyValues { limit: limits.nodes });
        }
    }
    Ok(())
}

/// Skips a string: it ends at the first quote that is not escaped.
fn after_string(mut rest: &[u8], size: usize) -> Result<&[u8], DecodeJsonError> {
    loop {
        match rest {
            [b'"', after @ ..] => return Ok(after),
            [b'\\', b'u', b'0', b'0', b'0', b'0', ..] => {
                return Err(DecodeJsonError::ForbiddenCharacter { at: size - rest.len() });
            }
            [b'\\', _, after @ ..] | [_, after @ ..] => rest = after,
            [] => return Ok(rest),
        }
    }
}

#[cfg(test)]
mod tests;
