//! JSON from strangers: its size, depth and number of values are checked before it is parsed.

use serde_json::Value;

/// Bounds what one document may cost.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) depth: usize,
    pub(super) values: usize,
}

/// A document that is too big, too deep, or not JSON.
#[derive(Debug, thiserror::Error)]
pub enum ParseJsonError {
    #[error("document is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("document is nested deeper than {limit} levels")]
    TooDeep { limit: usize },
    #[error("document holds more than {limit} values")]
    TooManyValues { limit: usize },
    #[error("document is not JSON")]
    NotJson(#[source] serde_json::Error),
}

/// Parses `bytes` once they are known to stay within `limits`.
pub(super) fn parse(bytes: &[u8], limits: Limits) -> Result<Value, ParseJsonError> {
    if bytes.len() > limits.bytes {
        return Err(ParseJsonError::TooLarge { limit: limits.bytes });
    }
    check_shape(bytes, limits)?;
    serde_json::from_slice(bytes).map_err(ParseJsonError::NotJson)
}

/// Counts brackets and separators outside strings; whether they match is the parser's business.
fn check_shape(bytes: &[u8], limits: Limits) -> Result<(), ParseJsonError> {
    let (mut depth, mut values) = (0_usize, 1_usize);
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => skip_string(&mut rest),
            b'{' | b'[' => {
                depth += 1;
                values += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' | b':' => values += 1,
            _ => {}
        }
        if depth > limits.depth {
            return Err(ParseJsonError::TooDeep { limit: limits.depth });
        }
        if values > limits.values {
            return Err(ParseJsonError::TooManyValues { limit: limits.values });
        }
    }
    Ok(())
}

fn skip_string(rest: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => {
                rest.next();
            }
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits { bytes: 64, depth: 3, values: 9 };

    #[test]
    fn brackets_inside_strings_count_for_nothing() {
        parse(br#"{"a":"[[[[{{{{,,,,\"[[[["}"#, SMALL).unwrap();
    }

    #[test]
    fn each_limit_refuses_one_more_than_it_allows() {
        parse(b"[[[1]]]", SMALL).unwrap();
        let refused = |text: &str| parse(text.as_bytes(), SMALL).unwrap_err().to_string();
        assert_eq!(refused("[[[[1]]]]"), "document is nested deeper than 3 levels");
        assert_eq!(refused("[1,2,3,4,5,6,7,8,9]"), "document holds more than 9 values");
        assert_eq!(refused(&" ".repeat(65)), "document is larger than 64 bytes");
        assert_eq!(refused("[1"), "document is not JSON");
    }
}
