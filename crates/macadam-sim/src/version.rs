//! OS versions as a device compares them.
//!
//! Written apart from the product's own comparison on purpose: a mistake there must not be
//! repeated by the devices that are meant to show it.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version such as `26.3.1`, without the letter of a supplement.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OsVersion {
    numbers: [u16; 3],
    /// As Apple wrote it.
    text: String,
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an OS version")]
pub struct ParseVersionError;

impl OsVersion {
    /// The first number.
    #[must_use]
    pub fn major(&self) -> u16 {
        self.numbers[0]
    }

    /// Whether this is `major.minor` or newer.
    #[must_use]
    pub fn is_at_least(&self, major: u16, minor: u16) -> bool {
        self.numbers >= [major, minor, 0]
    }

    /// Whether `self` names a minor release and `other` is it or a patch of it: 16.1 and 16.1.2.
    #[must_use]
    pub fn is_patched_by(&self, other: &Self) -> bool {
        self.text.split('.').count() == 2 && self.numbers[..2] == other.numbers[..2]
    }
}

impl PartialEq for OsVersion {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}
impl Eq for OsVersion {}
impl PartialOrd for OsVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for OsVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for OsVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        let mut numbers = [0; 3];
        let mut slots = numbers.iter_mut();
        for part in text.split('.') {
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let slot = slots.next().filter(|_| is_number).ok_or(ParseVersionError)?;
            *slot = part.parse().map_err(|_| ParseVersionError)?;
        }
        Ok(Self { numbers, text: text.to_owned() })
    }
}

impl TryFrom<String> for OsVersion {
    type Error = ParseVersionError;

    fn try_from(text: String) -> Result<Self, ParseVersionError> {
        text.parse()
    }
}

impl From<OsVersion> for String {
    fn from(version: OsVersion) -> String {
        version.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> OsVersion {
        text.parse().unwrap()
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(version("14.10") > version("14.9"));
        assert_eq!(version("26"), version("26.0.0"));
        assert!(version("18.4").is_at_least(18, 4) && !version("18.3.9").is_at_least(18, 4));
    }

    #[test]
    fn only_a_minor_release_is_patched() {
        assert!(version("16.1").is_patched_by(&version("16.1.2")));
        assert!(!version("16.1").is_patched_by(&version("16.2")));
        assert!(!version("16.1.1").is_patched_by(&version("16.1.2")));
    }

    #[test]
    fn words_are_no_versions() {
        for text in ["", "26.", "26.1.2.3", "latest", "26.1 (a)", "99999"] {
            assert!(text.parse::<OsVersion>().is_err(), "{text}");
        }
    }
}
