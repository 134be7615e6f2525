//! Whether administrators let a release be used: approvals and holds.

use jiff::civil::Date;

use super::event::{CatalogPolicy, Review, ReviewScope};
use super::index::{KnownRelease, utc_day};
use super::span::Moment;
use crate::{FeedList, ItemId, OsVersion};

/// Whether a release may be used, by the word of administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewState {
    /// Usable; `since` is set when that is later than its release.
    Approved {
        since: Option<Date>,
    },
    NotApproved,
    Held,
}

impl ReviewState {
    pub const fn is_approved(self) -> bool {
        match self {
            Self::Approved { .. } => true,
            Self::NotApproved | Self::Held => false,
        }
    }
}

/// The moments at which a review is looked at.
///
/// In the last day before a deadline an approval or a lifted hold does not count yet, a new hold
/// does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReviewMoment {
    pub(crate) now: Moment,
    pub(crate) approvals_until: Moment,
}

impl ReviewMoment {
    pub(crate) const fn at(now: Moment) -> Self {
        Self { now, approvals_until: now }
    }
}

/// All reviews, and when a release needs none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reviews {
    pub(crate) policy: CatalogPolicy,
    /// Sorted by list and version.
    reviews: Vec<Review>,
}

impl Reviews {
    pub(crate) fn new(policy: CatalogPolicy) -> Self {
        Self { policy, reviews: Vec::new() }
    }

    pub(crate) fn set(&mut self, mut reviews: Vec<Review>) {
        reviews.sort_by_key(|review| (review.list, review.version, review.scope));
        self.reviews = reviews;
    }

    pub(crate) fn state(
        &self,
        list: FeedList,
        release: &KnownRelease,
        item: Option<ItemId>,
        moment: ReviewMoment,
    ) -> ReviewState {
        if self.reviews.is_empty() && self.policy == CatalogPolicy::AtOnce {
            return ReviewState::Approved { since: None };
        }
        let reviews = || {
            let all = self.about(list, release.version);
            all.iter().filter(move |review| match review.scope {
                ReviewScope::Fleet => true,
                ReviewScope::Item(id) => Some(id) == item,
            })
        };
        let is_held = |review: &Review| {
            let held_since = review.held_since.map(Moment::from);
            let resumed_at = review.resumed_at.map(Moment::from);
            held_since.is_some_and(|since| since <= moment.now)
                || resumed_at.is_some_and(|at| at > moment.approvals_until)
        };
        if reviews().any(is_held) {
            return ReviewState::Held;
        }
        let by_hand = reviews().filter_map(|review| review.approved_at).map(Moment::from).min();
        let approved = match (self.approved_by_policy(release), by_hand) {
            (Some(policy), Some(hand)) => policy.min(hand),
            (Some(at), None) | (None, Some(at)) => at,
            (None, None) => return ReviewState::NotApproved,
        };
        if approved > moment.approvals_until {
            return ReviewState::NotApproved;
        }
        let resumed = reviews().filter_map(|review| review.resumed_at).map(Moment::from).max();
        let counts_from = resumed.map_or(approved, |resumed| resumed.max(approved));
        let since = Some(utc_day(counts_from.timestamp()));
        ReviewState::Approved { since: since.filter(|day| *day > release.released) }
    }

    fn about(&self, list: FeedList, version: OsVersion) -> &[Review] {
        let key = (list, version);
        let start = self.reviews.partition_point(|review| (review.list, review.version) < key);
        let rest = self.reviews.get(start..).unwrap_or_default();
        let length = rest.partition_point(|review| (review.list, review.version) == key);
        rest.get(..length).unwrap_or_default()
    }

    fn approved_by_policy(&self, release: &KnownRelease) -> Option<Moment> {
        match self.policy {
            CatalogPolicy::AtOnce => Some(Moment::MIN),
            CatalogPolicy::AfterDays(days) => {
                Some(release.known_from.plus_hours(24 * i64::from(days)))
            }
            CatalogPolicy::ByHand => None,
        }
    }
}
