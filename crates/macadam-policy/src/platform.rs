//! Platforms as administrators know them, and the list of Apple's feed each one is found in.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::OsVersion;

/// A platform that Managed OS items exist for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    MacOs,
    Ios,
    IpadOs,
    TvOs,
    VisionOs,
}

/// The list of Apple's feed; "iOS" there also holds iPadOS, tvOS, watchOS and HomePod rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedList {
    MacOs,
    Ios,
    VisionOs,
}

impl FeedList {
    /// Apple's name for the list.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MacOs => "macOS",
            Self::Ios => "iOS",
            Self::VisionOs => "visionOS",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{0}' is not a platform; one of macos, ios, ipados, tvos, visionos is expected")]
pub struct ParsePlatformError(String);

impl Platform {
    /// Every platform, in the order interfaces list them.
    pub const ALL: [Self; 5] = [Self::MacOs, Self::Ios, Self::IpadOs, Self::TvOs, Self::VisionOs];

    /// The feed list that holds this platform's releases.
    pub const fn feed_list(self) -> FeedList {
        match self {
            Self::MacOs => FeedList::MacOs,
            Self::Ios | Self::IpadOs | Self::TvOs => FeedList::Ios,
            Self::VisionOs => FeedList::VisionOs,
        }
    }

    /// The platform a software-update device id or product identifier belongs to.
    ///
    /// `None` for products that Managed OS does not manage (watches, HomePods).
    pub fn of_update_id(id: &str) -> Option<Self> {
        let starts = |prefix: &str| {
            id.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        };
        if starts("iPhone") || starts("iPod") {
            Some(Self::Ios)
        } else if starts("iPad") {
            Some(Self::IpadOs)
        } else if starts("AppleTV") {
            Some(Self::TvOs)
        } else if starts("RealityDevice") {
            Some(Self::VisionOs)
        } else if starts("Watch") || starts("AudioAccessory") {
            None
        } else {
            Some(Self::MacOs)
        }
    }

    /// Whether devices take software-update enforcement by declaration from this version on
    /// (Managed OS specification, section 4).
    pub fn has_ddm_enforcement(self, version: OsVersion) -> bool {
        let first = match self {
            Self::MacOs => OsVersion::new(14, 0),
            Self::Ios | Self::IpadOs => OsVersion::new(17, 0),
            Self::TvOs => OsVersion::new(18, 4),
            Self::VisionOs => OsVersion::new(26, 0),
        };
        version >= first
    }

    /// Apple's name for the platform.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MacOs => "macOS",
            Self::Ios => "iOS",
            Self::IpadOs => "iPadOS",
            Self::TvOs => "tvOS",
            Self::VisionOs => "visionOS",
        }
    }

    /// The word used in files, URLs and flags.
    pub const fn code(self) -> &'static str {
        match self {
            Self::MacOs => "macos",
            Self::Ios => "ios",
            Self::IpadOs => "ipados",
            Self::TvOs => "tvos",
            Self::VisionOs => "visionos",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Platform {
    type Err = ParsePlatformError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|platform| platform.code().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParsePlatformError(text.into()))
    }
}
