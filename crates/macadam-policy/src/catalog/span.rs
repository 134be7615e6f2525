//! Moments, and the spans of time in which something held, laid out for fast reading.

use jiff::Timestamp;

/// A moment in nanoseconds since 1970; what lies outside 1677 to 2262 is the first or last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

/// Half-open spans in the order of time; the last one may still be open.
///
/// The last span is kept in place: nearly every question is about it, and none but the rare one
/// about an earlier span follows a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spans {
    last: Span,
    earlier: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Moment,
    /// `Moment::MAX` while open.
    pub(crate) until: Moment,
}

impl Moment {
    pub(crate) const MIN: Self = Self(i64::MIN);
    pub(crate) const MAX: Self = Self(i64::MAX);

    /// A moment some hours later, or earlier.
    pub(crate) const fn plus_hours(self, hours: i64) -> Self {
        Self(self.0.saturating_add(hours.saturating_mul(3600 * 1_000_000_000)))
    }

    pub(crate) fn timestamp(self) -> Timestamp {
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(Timestamp::MAX)
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        let limit = if timestamp < Timestamp::UNIX_EPOCH { i64::MIN } else { i64::MAX };
        Self(i64::try_from(timestamp.as_nanosecond()).unwrap_or(limit))
    }
}

impl Span {
    /// No moment is in it.
    const NEVER: Self = Self { from: Moment::MAX, until: Moment::MAX };

    pub(crate) const fn since(from: Moment) -> Self {
        Self { from, until: Moment::MAX }
    }
}

impl Default for Spans {
    fn default() -> Self {
        Self { last: Span::NEVER, earlier: Vec::new() }
    }
}

impl Spans {
    /// Begins a span, unless one is open; what ended at this very moment goes on.
    pub(crate) fn begin(&mut self, at: Moment) {
        if self.last == Span::NEVER {
            self.last = Span::since(at);
        } else if self.last.until >= at {
            self.last.until = Moment::MAX;
        } else {
            self.earlier.push(self.last);
            self.last = Span::since(at);
        }
    }

    /// Ends the open span, if there is one.
    pub(crate) fn end(&mut self, at: Moment) {
        if self.is_open() {
            self.last.until = at.max(self.last.from);
        }
    }

    /// Adds a span that begins no earlier than the others.
    pub(crate) fn add(&mut self, span: Span) {
        if self.last == Span::NEVER {
            self.last = span;
        } else if self.last.until >= span.from {
            self.last.until = self.last.until.max(span.until);
        } else {
            self.earlier.push(self.last);
            self.last = span;
        }
    }

    /// Whether it held at this moment.
    pub(crate) fn contains(&self, at: Moment) -> bool {
        if at >= self.last.from {
            return at < self.last.until;
        }
        self.earlier.iter().rev().find(|span| span.from <= at).is_some_and(|span| at < span.until)
    }

    /// Since when it has held at this moment.
    pub(crate) fn since(&self, at: Moment) -> Option<Moment> {
        let mut spans = self.iter().filter(|span| span.from <= at && at < span.until);
        spans.next().map(|span| span.from)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.last != Span::NEVER && self.last.until == Moment::MAX
    }

    pub(crate) fn first(&self) -> Option<Moment> {
        self.iter().next().map(|span| span.from)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        let last = Some(self.last).filter(|last| *last != Span::NEVER);
        self.earlier.iter().copied().chain(last)
    }

    /// The parts of these spans that lie in none of `others`.
    pub(crate) fn without(&self, others: &Self) -> Self {
        let mut left = Self::default();
        for span in self.iter() {
            let mut from = span.from;
            for hole in others.iter().filter(|hole| hole.until > span.from) {
                if hole.from >= span.until {
                    break;
                }
                if from < hole.from {
                    left.add(Span { from, until: hole.from });
                }
                from = from.max(hole.until);
            }
            if from < span.until {
                left.add(Span { from, until: span.until });
            }
        }
        left
    }

    /// The spans in which at least one of the two held.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut spans: Vec<Span> = self.iter().chain(other.iter()).collect();
        spans.sort_by_key(|span| span.from);
        spans.into_iter().collect()
    }
}

impl FromIterator<Span> for Spans {
    /// Collects spans in the order of their beginnings.
    fn from_iter<T: IntoIterator<Item = Span>>(spans: T) -> Self {
        let mut collected = Self::default();
        for span in spans {
            collected.add(span);
        }
        collected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(i64, i64)]) -> Spans {
        list.iter()
            .map(|&(from, until)| Span { from: Moment(from), until: Moment(until) })
            .collect()
    }

    #[test]
    fn a_span_holds_from_its_beginning_until_before_its_end() {
        let mut spans = Spans::default();
        spans.begin(Moment(10));
        spans.end(Moment(20));
        spans.begin(Moment(30));
        let held: Vec<_> = (0..5).map(|ten| spans.contains(Moment(ten * 10))).collect();
        assert_eq!(held, [false, true, false, true, true]);
        let since = [5, 15, 20, 40].map(|at| spans.since(Moment(at)));
        assert_eq!(since, [None, Some(Moment(10)), None, Some(Moment(30))]);
    }

    #[test]
    fn leaving_and_returning_at_one_moment_is_no_gap() {
        let mut spans = Spans::default();
        spans.begin(Moment(10));
        spans.end(Moment(20));
        spans.begin(Moment(20));
        assert_eq!(spans.iter().count(), 1);
    }

    #[test]
    fn spans_are_joined_and_cut() {
        let joined = spans(&[(0, 10), (20, 30)]).union(&spans(&[(10, 15), (25, 40)]));
        assert_eq!(joined, spans(&[(0, 15), (20, 40)]));
        let cut = spans(&[(0, 10), (20, 30)]).without(&spans(&[(5, 22), (25, 26)]));
        assert_eq!(cut, spans(&[(0, 5), (22, 25), (26, 30)]));
    }

    #[test]
    fn moments_outside_their_range_are_the_first_and_the_last() {
        assert_eq!(Moment::from(Timestamp::MAX), Moment::MAX);
        assert_eq!(Moment::from(Timestamp::MIN), Moment::MIN);
        let now: Timestamp = "2026-08-17T18:12:30.5Z".parse().unwrap();
        assert_eq!(Moment::from(now).timestamp(), now);
    }
}
