//! The parts of Apple's answer, its lists, and the device ids in them.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Sorted software-update device ids, spelled as Apple does; compare them without regard to case.
pub type DeviceSet = Arc<[Arc<str>]>;

/// The part of the answer that an entry is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferSet {
    /// Offered to everybody now.
    Public,
    /// Installable by management, mostly for 90 days after the last public day.
    Installable,
    /// Background Security Improvements, once called Rapid Security Responses.
    BackgroundSecurity,
}

/// The platform list that an entry is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedList {
    MacOs,
    Ios,
    VisionOs,
}

impl OfferSet {
    pub const ALL: [Self; 3] = [Self::Public, Self::Installable, Self::BackgroundSecurity];

    /// Apple's key of the set.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "PublicAssetSets",
            Self::Installable => "AssetSets",
            Self::BackgroundSecurity => "PublicBackgroundSecurityImprovements",
        }
    }

    /// The key that Apple used for the set until October 2025, where it was another one.
    pub(super) const fn former_name(self) -> Option<&'static str> {
        match self {
            Self::Public | Self::Installable => None,
            Self::BackgroundSecurity => Some("PublicRapidSecurityResponses"),
        }
    }
}

impl FeedList {
    pub const ALL: [Self; 3] = [Self::MacOs, Self::Ios, Self::VisionOs];

    /// Apple's name of the list.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MacOs => "macOS",
            Self::Ios => "iOS",
            Self::VisionOs => "visionOS",
        }
    }

    /// Reads a name that Apple uses or has used; lists of other platforms are not ours.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "macOS" => Some(Self::MacOs),
            "iOS" => Some(Self::Ios),
            "visionOS" | "xrOS" => Some(Self::VisionOs),
            _ => None,
        }
    }
}

/// Returns the one stored copy of `text`.
pub(super) fn shared(known: &mut BTreeSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(found) = known.get(text) {
        return found.clone();
    }
    let new: Arc<str> = text.into();
    known.insert(new.clone());
    new
}
