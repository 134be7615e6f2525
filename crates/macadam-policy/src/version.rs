//! OS versions and builds as Apple writes them, compared the way Apple means them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

/// An OS version such as `26.3.1` or `26.3.1 (a)`.
///
/// 14.1 equals 14.1.0 and 14.10 is above 14.9; a letter is above the version without it
/// (Managed OS specification, section 3, fact 2). `Display` gives Apple's own string back.
#[derive(Clone, Copy)]
pub struct OsVersion {
    major: u16,
    minor: u16,
    patch: u16,
    /// 0 for none, otherwise the lower-case ASCII letter of a supplemental release.
    letter: u8,
    /// How many numbers Apple's text had; only for display.
    parts: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not an OS version; one like 26.3.1 or 26.3.1 (a) is expected")]
pub struct ParseVersionError(String);

impl OsVersion {
    /// A version of two numbers, such as 18.4.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor, patch: 0, letter: 0, parts: 2 }
    }

    /// The number of the major release, such as 26.
    pub const fn major(self) -> u16 {
        self.major
    }

    /// A number that orders versions as they follow each other.
    pub const fn order(self) -> i64 {
        let [major, minor, patch] = [self.major as i64, self.minor as i64, self.patch as i64];
        (((major << 16 | minor) << 16 | patch) << 8) | self.letter as i64
    }

    /// Whether this is `major.minor` or anything newer.
    pub(crate) const fn is_at_least(self, major: u16, minor: u16) -> bool {
        self.major > major || (self.major == major && self.minor >= minor)
    }

    /// The letter of a Background Security Improvement, such as `a`.
    pub const fn letter(self) -> Option<char> {
        if self.letter == 0 { None } else { Some(self.letter as char) }
    }

    /// The version this one is a Background Security Improvement of; itself when it has no letter.
    #[must_use]
    pub const fn base(self) -> Self {
        Self { letter: 0, ..self }
    }

    /// The same version with the letter of a Background Security Improvement.
    #[must_use]
    pub const fn with_letter(self, letter: char) -> Option<Self> {
        if letter.is_ascii_alphabetic() {
            Some(Self { letter: letter.to_ascii_lowercase() as u8, ..self })
        } else {
            None
        }
    }
}

impl PartialEq for OsVersion {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
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
        self.order().cmp(&other.order())
    }
}
impl Hash for OsVersion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.order().hash(state);
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.major)?;
        if self.parts > 1 {
            write!(f, ".{}", self.minor)?;
        }
        if self.parts > 2 {
            write!(f, ".{}", self.patch)?;
        }
        match self.letter() {
            Some(letter) => write!(f, " ({letter})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for OsVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_version(text).ok_or_else(|| ParseVersionError(text.chars().take(40).collect()))
    }
}

fn parse_version(text: &str) -> Option<OsVersion> {
    let text = text.trim();
    let (numbers, letter) = match text.split_once('(') {
        Some((numbers, rest)) => {
            let mut inner = rest.strip_suffix(')')?.chars();
            let letter = inner.next().filter(char::is_ascii_alphabetic)?;
            if inner.next().is_some() {
                return None;
            }
            (numbers.trim_end(), letter.to_ascii_lowercase() as u8)
        }
        None => (text, 0),
    };
    let mut values = [0_u16; 3];
    let mut parts = 0_u8;
    for piece in numbers.split('.') {
        let slot = values.get_mut(usize::from(parts))?;
        if !piece.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *slot = piece.parse().ok()?;
        parts += 1;
    }
    let [major, minor, patch] = values;
    (major > 0).then_some(OsVersion { major, minor, patch, letter, parts })
}

/// A build such as `25D2128` or `25D771280a`, as Apple writes it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Build(Arc<str>);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not a build; one like 25D2128 is expected")]
pub struct ParseBuildError(String);

impl Build {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Apple's numbering makes this the second, higher build of the release `low` is of.
    ///
    /// Every iOS release stands in the feed twice; devices report the low build. The number alone
    /// does not prove it: 22D2082 and 22D8082 are for different devices.
    pub(crate) fn is_twin_number_of(&self, low: &Self) -> bool {
        let (Some(high), Some(low)) = (build_parts(&self.0), build_parts(&low.0)) else {
            return false;
        };
        let twin = match low.number {
            3000..=3999 => low.number + 3000,
            8000.. => low.number.saturating_add(1000),
            _ => low.number + 6000,
        };
        (high.train, high.number, high.suffix) == (low.train, twin, low.suffix)
    }
}

struct BuildParts<'a> {
    train: &'a str,
    number: u64,
    suffix: &'a str,
}

/// Splits `23D771330a` into train `23D`, number 771330 and suffix `a`.
fn build_parts(build: &str) -> Option<BuildParts<'_>> {
    let letter = build.bytes().position(|byte| byte.is_ascii_alphabetic())?;
    let (train, rest) = build.split_at_checked(letter + 1)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, suffix) = rest.split_at_checked(digits)?;
    Some(BuildParts { train, number: number.parse().ok()?, suffix })
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Build {
    type Err = ParseBuildError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let shape = (4..=20).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        if shape {
            Ok(Self(text.into()))
        } else {
            Err(ParseBuildError(text.chars().take(40).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> OsVersion {
        text.parse().expect("a version")
    }

    #[test]
    fn versions_compare_by_number_and_letter() {
        assert_eq!(version("14.1"), version("14.1.0"));
        assert!(version("14.10") > version("14.9"));
        assert!(version("26.3.1 (a)") > version("26.3.1"));
        assert!(version("26.3.2") > version("26.3.1 (z)"));
    }

    #[test]
    fn display_is_the_string_apple_wrote() {
        for text in ["26", "26.0", "26.3.1", "26.3.1 (a)"] {
            assert_eq!(version(text).to_string(), text);
        }
        assert_eq!(version("26.3.1(A)").to_string(), "26.3.1 (a)");
    }

    #[test]
    fn twin_builds_follow_apples_numbering() {
        let is_twin = |high: &str, low: &str| {
            high.parse::<Build>().unwrap().is_twin_number_of(&low.parse().unwrap())
        };
        assert!(is_twin("23G6083", "23G83"));
        assert!(is_twin("22A6354", "22A3354"));
        assert!(is_twin("23D9133", "23D8133"));
        assert!(!is_twin("21F6084", "21F79"));
        assert!(!is_twin("21G101", "21G93"));
        assert!(!is_twin("22D6082", "22E82"));
    }

    #[test]
    fn words_are_not_versions() {
        for text in ["", "0", "26.", "26.1.2.3", "26.x", "26.1 (ab)", "26.1 (", "70000", "+1.2"] {
            assert!(text.parse::<OsVersion>().is_err(), "{text}");
        }
    }
}
