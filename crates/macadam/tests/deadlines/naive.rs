//! The deadline rule in its plainest form, over whole answers of Apple's feed: no index, no spans,
//! one look at every answer for every device.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};
use macadam_protocol::feed::gdmf::Gdmf;
use macadam_protocol::feed::{OfferSet, seed};

use super::program::{Asked, WITHIN_DAYS};

/// Answers of the feed between two compared moments.
const STEP: usize = 14;

/// Every answer of the feed that is on record.
pub(crate) struct Record(Vec<(Timestamp, Gdmf)>);

impl Record {
    pub(crate) fn read() -> Self {
        let seed = seed();
        let answers =
            seed.moments().into_iter().map(|moment| (moment, seed.answer_at(moment))).collect();
        Self(answers)
    }

    /// Moments spread over the record, after its first month.
    pub(crate) fn sample_of_moments(&self) -> Vec<Timestamp> {
        let hour = SignedDuration::from_hours(1);
        self.0.iter().skip(30).step_by(STEP).map(|(moment, _)| *moment + hour).collect()
    }

    /// The versions of a major that the device was ever offered.
    pub(crate) fn versions_of(&self, id: &str, major: u16) -> Vec<String> {
        let days = self.first_days(id, major, Timestamp::MAX);
        days.into_keys().map(text).collect()
    }

    /// What must come out, or `None` where the freshness guard may choose an older target.
    pub(crate) fn expect(&self, asked: &Asked, moment: Timestamp) -> Option<String> {
        let days = self.first_days(&asked.id, asked.major, moment);
        let own = key(&asked.version);
        let due = |day: Date| day.saturating_add(WITHIN_DAYS.days()).to_datetime(time(12, 0, 0, 0));
        let newer = || days.iter().filter(|(version, _)| **version > own);
        let Some(deadline) = newer().map(|(_, day)| due(*day)).min() else {
            return Some("up_to_date".to_owned());
        };
        let deadline =
            self.end_of_gap(asked, own, moment).map_or(deadline, |day| deadline.max(due(day)));
        let target = self.newest_installable(asked, moment).filter(|target| *target > own)?;
        let until_then = Offset::UTC.to_timestamp(deadline).ok()?.duration_since(moment);
        let is_guarded =
            SignedDuration::ZERO <= until_then && until_then <= SignedDuration::from_hours(24);
        (!is_guarded).then(|| format!("{} {}", text(target), shown(deadline)))
    }

    /// The day each version was first public for the device, eight hours taken off.
    fn first_days(&self, id: &str, major: u16, until: Timestamp) -> BTreeMap<[u16; 3], Date> {
        let mut days = BTreeMap::new();
        for (moment, answer) in self.0.iter().filter(|(moment, _)| *moment <= until) {
            let shifted = *moment - SignedDuration::from_hours(8);
            let day = Offset::UTC.to_datetime(shifted).date();
            for version in offered(answer, id, &[OfferSet::Public]) {
                if version[0] == major {
                    days.entry(version).or_insert(day);
                }
            }
        }
        days
    }

    /// The last day on which Apple offered something to install again, after a week or more in
    /// which a release obliged and nothing could be installed: clocks count from that day then.
    fn end_of_gap(&self, asked: &Asked, own: [u16; 3], until: Timestamp) -> Option<Date> {
        let (mut end, mut began, mut has_obligation) = (None, None, false);
        for (moment, answer) in self.0.iter().filter(|(moment, _)| *moment <= until) {
            let newer = |sets: &[OfferSet]| {
                offered(answer, &asked.id, sets)
                    .into_iter()
                    .any(|version| version[0] == asked.major && version > own)
            };
            has_obligation |= newer(&[OfferSet::Public]);
            if !newer(&[OfferSet::Public, OfferSet::Installable]) {
                began = began.or(has_obligation.then_some(*moment));
            } else if let Some(began) = began.take()
                && moment.duration_since(began) >= SignedDuration::from_hours(7 * 24)
            {
                let shifted = *moment - SignedDuration::from_hours(8);
                end = Some(Offset::UTC.to_datetime(shifted).date());
            }
        }
        end
    }

    fn newest_installable(&self, asked: &Asked, moment: Timestamp) -> Option<[u16; 3]> {
        let (_, answer) = self.0.iter().rfind(|(at, _)| *at <= moment)?;
        offered(answer, &asked.id, &[OfferSet::Public, OfferSet::Installable])
            .into_iter()
            .filter(|version| version[0] == asked.major)
            .max()
    }
}

fn offered(answer: &Gdmf, id: &str, sets: &[OfferSet]) -> Vec<[u16; 3]> {
    let is_for_it =
        |ids: &[std::sync::Arc<str>]| ids.iter().any(|one| one.eq_ignore_ascii_case(id));
    let entries = answer.entries.iter().filter(|entry| {
        sets.contains(&entry.set) && entry.extra.is_none() && is_for_it(&entry.device_ids)
    });
    entries.map(|entry| key(&entry.version)).collect()
}

fn key(version: &str) -> [u16; 3] {
    let mut numbers = version.split('.').map(|number| number.parse().expect("a number"));
    let mut next = || numbers.next().unwrap_or(0);
    [next(), next(), next()]
}

/// As Apple writes it: the third number only where it is not zero.
fn text([major, minor, patch]: [u16; 3]) -> String {
    match patch {
        0 => format!("{major}.{minor}"),
        patch => format!("{major}.{minor}.{patch}"),
    }
}

fn shown(deadline: DateTime) -> String {
    deadline.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
