//! `/api/v1/releases`: what Apple published, and what administrators say about it.

use jiff::Timestamp;
use jiff::civil::Date;
use macadam_policy as policy;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Named;

/// One version of one list of Apple's feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// The id in paths: list and version, such as `macos-26.3.1` or `ios-26.3.1-a`.
    pub id: String,
    pub list: FeedList,
    pub version: String,
    pub kind: ReleaseKind,
    /// The day Apple published it; the earliest over all hardware.
    pub released_on: Date,
    pub availability: Availability,
    pub approved: bool,
    pub held: bool,
    pub reviews: Vec<Review>,
    pub exploited: bool,
    /// How many vulnerabilities it mends.
    pub cve_count: u32,
    pub link: Option<String>,
    /// How many of this server's devices could install it.
    pub devices_able: u64,
    /// How many have it or something newer of the major.
    pub devices_done: u64,
}

/// A release with its builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseRecord {
    #[serde(flatten)]
    pub release: Release,
    pub builds: Vec<ReleaseBuild>,
    pub cves: Vec<Cve>,
}

/// One build of a release, and the hardware it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseBuild {
    pub build: String,
    /// The build a Background Security Improvement is for.
    pub prerequisite_build: Option<String>,
    pub update_ids: Vec<String>,
    pub first_public_at: Option<Timestamp>,
    pub left_public_at: Option<Timestamp>,
    pub expires_on: Option<Date>,
    pub availability: Availability,
    /// Known from the shipped history only: when it was public is known, for whom is not.
    pub derived: bool,
}

/// One vulnerability that a release mends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cve {
    pub id: String,
    pub exploited: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseKind {
    Major,
    Minor,
    /// A Background Security Improvement.
    Bsi,
}

/// The list of Apple's feed; `ios` also holds iPadOS and tvOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FeedList {
    Macos,
    Ios,
    Visionos,
}

/// Whether Apple still offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Public,
    /// No longer offered to users, still installable by management.
    ManagementOnly,
    Withdrawn,
    Expired,
}

/// One administrator's word about a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// The item it is for; `null` for the fleet.
    pub item: Option<Named>,
    pub approved_at: Option<Timestamp>,
    pub held_since: Option<Timestamp>,
    pub resumed_at: Option<Timestamp>,
    pub reason: String,
    /// Who said it last.
    pub by: String,
}

/// Which releases are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ReleaseFilter {
    pub list: Option<FeedList>,
    pub major: Option<u16>,
    pub kind: Option<ReleaseKind>,
    pub availability: Option<Availability>,
    pub held: Option<bool>,
}

/// `POST /api/v1/releases/{id}/review`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteReview {
    pub action: ReviewAction,
    /// The item it is for; for the fleet when left out.
    #[serde(default)]
    pub item_id: Option<Uuid>,
    pub reason: String,
    /// The digest of the preview that was confirmed: the write is refused if the preview would
    /// differ by now. Required where 10 or more devices would be due within 24 hours.
    #[serde(default)]
    pub preview_digest: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewAction {
    Approve,
    Hold,
    Resume,
}

/// When releases count as approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum Approval {
    #[default]
    AtOnce,
    AfterDays {
        days: u16,
    },
    ByHand,
}

impl From<policy::FeedList> for FeedList {
    fn from(list: policy::FeedList) -> Self {
        match list {
            policy::FeedList::MacOs => Self::Macos,
            policy::FeedList::Ios => Self::Ios,
            policy::FeedList::VisionOs => Self::Visionos,
        }
    }
}

impl From<FeedList> for policy::FeedList {
    fn from(list: FeedList) -> Self {
        match list {
            FeedList::Macos => Self::MacOs,
            FeedList::Ios => Self::Ios,
            FeedList::Visionos => Self::VisionOs,
        }
    }
}

impl From<Approval> for policy::CatalogPolicy {
    fn from(approval: Approval) -> Self {
        match approval {
            Approval::AtOnce => Self::AtOnce,
            Approval::AfterDays { days } => Self::AfterDays(days),
            Approval::ByHand => Self::ByHand,
        }
    }
}

impl From<policy::CatalogPolicy> for Approval {
    fn from(approval: policy::CatalogPolicy) -> Self {
        match approval {
            policy::CatalogPolicy::AtOnce => Self::AtOnce,
            policy::CatalogPolicy::AfterDays(days) => Self::AfterDays { days },
            policy::CatalogPolicy::ByHand => Self::ByHand,
        }
    }
}

impl FeedList {
    /// The word in release ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Macos => "macos",
            Self::Ios => "ios",
            Self::Visionos => "visionos",
        }
    }
}

/// The id of a release in paths.
pub fn release_id(list: FeedList, version: policy::OsVersion) -> String {
    let base = version.base();
    match version.letter() {
        Some(letter) => format!("{}-{base}-{letter}", list.as_str()),
        None => format!("{}-{base}", list.as_str()),
    }
}

/// Reads an id back; `None` for text that is no release id.
pub fn parse_release_id(id: &str) -> Option<(FeedList, policy::OsVersion)> {
    let (list, version) = id.split_once('-')?;
    let list = match list {
        "macos" => FeedList::Macos,
        "ios" => FeedList::Ios,
        "visionos" => FeedList::Visionos,
        _ => return None,
    };
    let version = match version.split_once('-') {
        Some((base, letter)) => format!("{base} ({letter})"),
        None => version.to_owned(),
    };
    Some((list, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_ids_read_back() {
        for id in ["macos-26.3.1", "ios-16.4.1-a", "visionos-26.0"] {
            let (list, version) = parse_release_id(id).unwrap();
            assert_eq!(release_id(list, version), id);
        }
    }

    #[test]
    fn other_text_is_no_release_id() {
        for id in ["", "macos", "macos-", "watchos-11.0", "macos-26.3-ab", "macos-26.3.1 (a)-b"] {
            assert_eq!(parse_release_id(id), None, "{id}");
        }
    }
}
