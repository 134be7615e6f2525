//! `/api/v1/feeds`: how old the release data is, asking for new, and bringing it by hand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where release data comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedName {
    /// Apple's own answer, the authority on builds and devices.
    Gdmf,
    /// The community feed: vulnerabilities, exploited marks, links.
    Sofa,
}

/// How one feed stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedStatus {
    pub name: FeedName,
    pub url: String,
    /// When it was last asked, with whatever result.
    pub tried_at: Option<Timestamp>,
    /// When an answer was last believed: the age of the data.
    pub accepted_at: Option<Timestamp>,
    /// When it last said something new.
    pub changed_at: Option<Timestamp>,
    pub next_at: Option<Timestamp>,
    /// Why the last answer was not believed.
    pub problem: Option<String>,
    /// Old enough that a person should look.
    pub stale: bool,
}

/// What asking again, or bringing an answer by hand, found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedOutcome {
    /// New facts in the catalog.
    pub changes: u64,
    /// Releases that appeared, by id.
    pub new_releases: Vec<String>,
    /// Broken entries that were left out.
    pub problems: Vec<String>,
}

/// How an answer is brought by hand: the body is Apple's answer, as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Believe it although a major vanished or the list shrank.
    pub confirm: bool,
}

impl FeedName {
    /// The word in paths and flags.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gdmf => "gdmf",
            Self::Sofa => "sofa",
        }
    }
}
