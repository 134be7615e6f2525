//! Spans of time in which something held.

use jiff::Timestamp;

/// Half-open spans in the order of time; the last one may still be open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spans(Vec<Span>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    /// `Timestamp::MAX` while open.
    pub(crate) until: Timestamp,
}

impl Spans {
    /// Begins a span, unless one is open; what ended at this very moment goes on.
    pub(crate) fn begin(&mut self, at: Timestamp) {
        match self.0.last_mut() {
            Some(last) if last.until >= at => last.until = Timestamp::MAX,
            Some(_) | None => self.0.push(Span { from: at, until: Timestamp::MAX }),
        }
    }

    /// Ends the open span, if there is one.
    pub(crate) fn end(&mut self, at: Timestamp) {
        if let Some(last) = self.0.last_mut()
            && last.until == Timestamp::MAX
        {
            last.until = at.max(last.from);
        }
    }

    pub(crate) fn add(&mut self, span: Span) {
        self.begin(span.from);
        if span.until < Timestamp::MAX {
            self.end(span.until);
        }
    }

    /// Whether it held at this moment.
    pub(crate) fn contains(&self, at: Timestamp) -> bool {
        self.0.iter().rev().find(|span| span.from <= at).is_some_and(|span| at < span.until)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.last().is_some_and(|span| span.until == Timestamp::MAX)
    }

    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.0.first().map(|span| span.from)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        self.0.iter().copied()
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
                    left.0.push(Span { from, until: hole.from });
                }
                from = from.max(hole.until);
            }
            if from < span.until {
                left.0.push(Span { from, until: span.until });
            }
        }
        left
    }

    /// The spans in which at least one of the two held.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut spans: Vec<Span> = self.iter().chain(other.iter()).collect();
        spans.sort_by_key(|span| span.from);
        let mut union: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match union.last_mut() {
                Some(last) if last.until >= span.from => last.until = last.until.max(span.until),
                Some(_) | None => union.push(span),
            }
        }
        Self(union)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::constant(second, 0)
    }

    fn spans(list: &[(i64, i64)]) -> Spans {
        Spans(list.iter().map(|&(from, until)| Span { from: at(from), until: at(until) }).collect())
    }

    #[test]
    fn a_span_holds_from_its_beginning_until_before_its_end() {
        let mut spans = Spans::default();
        spans.begin(at(10));
        spans.end(at(20));
        spans.begin(at(30));
        let held: Vec<_> = (0..5).map(|ten| spans.contains(at(ten * 10))).collect();
        assert_eq!(held, [false, true, false, true, true]);
    }

    #[test]
    fn leaving_and_returning_at_one_moment_is_no_gap() {
        let mut spans = Spans::default();
        spans.begin(at(10));
        spans.end(at(20));
        spans.begin(at(20));
        assert_eq!(spans.iter().count(), 1);
    }

    #[test]
    fn spans_are_joined_and_cut() {
        let joined = spans(&[(0, 10), (20, 30)]).union(&spans(&[(10, 15), (25, 40)]));
        assert_eq!(joined, spans(&[(0, 15), (20, 40)]));
        let cut = spans(&[(0, 10), (20, 30)]).without(&spans(&[(5, 22), (25, 26)]));
        assert_eq!(cut, spans(&[(0, 5), (22, 25), (26, 30)]));
    }
}
