//! What Apple offers to a model at a moment.
//!
//! A device asks Apple, not its server, which releases exist for it; this is that answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use macadam_protocol::feed::{OfferSet, Seed, Span};
use serde::{Deserialize, Serialize};

use crate::version::OsVersion;

/// One build that a device can install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The version, without a letter.
    pub version: OsVersion,
    /// The build; that of the supplement when there is a letter.
    pub build: String,
    /// The letter of a Background Security Improvement, such as `a`.
    pub letter: Option<String>,
    /// The build that the supplement is for.
    pub prerequisite_build: Option<String>,
}

/// A release in Apple's feed, and when it is there.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What is offered.
    pub release: Release,
    span: Arc<Span>,
}

/// Everything Apple ever offered, by model.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// Keys are in lower case: ids are compared without regard to case.
    of_model: BTreeMap<String, Vec<Offer>>,
}

impl Offers {
    /// Reads the recorded past.
    #[must_use]
    pub fn of_seed(seed: &Seed) -> Self {
        Self::of_spans(seed.spans.iter().cloned())
    }

    /// Reads spans of Apple's feed; those whose version cannot be read offer nothing.
    pub fn of_spans(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut offers = Self::default();
        for span in spans.into_iter().map(Arc::new) {
            let Ok(version) = span.version.parse() else { continue };
            let release = Release {
                version,
                build: span.build.clone(),
                letter: span.extra.as_deref().map(letter),
                prerequisite_build: span.prerequisite_build.clone(),
            };
            for id in span.device_ids.iter() {
                let offer = Offer { release: release.clone(), span: Arc::clone(&span) };
                offers.of_model.entry(id.to_ascii_lowercase()).or_default().push(offer);
            }
        }
        offers
    }

    /// What the feed lists for a model at a moment, in any of its sets.
    pub fn at(&self, update_id: &str, moment: Timestamp) -> impl Iterator<Item = &Offer> {
        self.ever(update_id).filter(move |offer| offer.is_there_at(moment))
    }

    /// What the feed ever listed for a model.
    pub fn ever(&self, update_id: &str) -> impl Iterator<Item = &Offer> {
        self.of_model.get(&update_id.to_ascii_lowercase()).into_iter().flatten()
    }
}

impl Offer {
    /// Whether everybody is offered it, rather than only managed devices.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.span.set == OfferSet::Public
    }

    /// When the feed began to list it.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.span.from
    }

    fn is_there_at(&self, moment: Timestamp) -> bool {
        let today = moment.to_zoned_datetime(TimeZone::UTC).date();
        let last_day = self.span.expiry_at(moment).and_then(|expiry| expiry.day_at(moment));
        self.span.is_offered_at(moment) && last_day.is_none_or(|last_day| today < last_day)
    }
}

/// Picks the build that a device installs for a version, out of those it is offered.
///
/// The newest listed one; of iOS twin builds (the same build under a number that is 6000, 3000 or
/// 1000 higher) the low one, which is the one that devices report.
pub fn build_to_install<'a>(candidates: &[&'a Offer]) -> Option<&'a Release> {
    let numbers: Vec<_> =
        candidates.iter().map(|offer| split_build(&offer.release.build)).collect();
    let is_twin = |(train, number): (&str, u32)| {
        numbers.iter().any(|&(other_train, other)| {
            other_train == train && matches!(number.checked_sub(other), Some(6000 | 3000))
                || (other_train == train
                    && number >= 8000
                    && number.checked_sub(other) == Some(1000))
        })
    };
    candidates
        .iter()
        .filter(|offer| !is_twin(split_build(&offer.release.build)))
        .max_by_key(|offer| (offer.since(), split_build(&offer.release.build).1))
        .map(|offer| &offer.release)
}

/// `23G83` is build 83 of train `23G`.
fn split_build(build: &str) -> (&str, u32) {
    let train_end = build.rfind(|c: char| c.is_ascii_uppercase()).map_or(0, |letter| letter + 1);
    let (train, number) = build.split_at(train_end);
    let digits = number.trim_end_matches(|c: char| !c.is_ascii_digit());
    (train, digits.parse().unwrap_or(0))
}

/// The feed writes `(a)`, devices write `a`.
fn letter(extra: &str) -> String {
    extra.trim_matches(['(', ')', ' ']).to_ascii_lowercase()
}

impl Release {
    /// The version as people write it, with the letter of a supplement.
    #[must_use]
    pub fn full_version(&self) -> String {
        match &self.letter {
            Some(letter) => format!("{} ({letter})", self.version),
            None => self.version.to_string(),
        }
    }
}
