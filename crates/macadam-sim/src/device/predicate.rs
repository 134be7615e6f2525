//! The predicates of activations: the part of Apple's predicate language that management uses.
//!
//! Comparisons of `@status(…)`, `@property(…)` and literals, joined with AND, OR and NOT.
//! Anything else does not parse, and the device says so.

use serde_json::Value;

/// A predicate can be this deep and this long.
const DEPTH_LIMIT: usize = 32;
const LENGTH_LIMIT: usize = 16 * 1024;

/// A text that is no predicate this device understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("predicate cannot be parsed")]
pub(super) struct ParsePredicateError;

/// Where a predicate finds its values.
pub(super) trait Values {
    /// The value of a status item.
    fn status(&self, name: &str) -> Option<Value>;
    /// The value of a management property.
    fn property(&self, name: &str) -> Option<Value>;
}

/// Evaluates a predicate. A term without a value makes its comparison false.
pub(super) fn evaluate(text: &str, values: &dyn Values) -> Result<bool, ParsePredicateError> {
    if text.len() > LENGTH_LIMIT {
        return Err(ParsePredicateError);
    }
    let mut parser = Parser { rest: text, values, depth: 0 };
    let result = parser.any()?;
    parser.skip_space();
    if parser.rest.is_empty() { Ok(result) } else { Err(ParsePredicateError) }
}

struct Parser<'a> {
    rest: &'a str,
    values: &'a dyn Values,
    depth: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<bool, ParsePredicateError> {
        let mut result = self.all()?;
        while self.take_word("OR") || self.take("||") {
            result |= self.all()?;
        }
        Ok(result)
    }

    fn all(&mut self) -> Result<bool, ParsePredicateError> {
        let mut result = self.one()?;
        while self.take_word("AND") || self.take("&&") {
            result &= self.one()?;
        }
        Ok(result)
    }

    fn one(&mut self) -> Result<bool, ParsePredicateError> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(ParsePredicateError);
        }
        let result = if self.take_word("NOT") || self.take_not() {
            !self.one()?
        } else if self.take_word("TRUEPREDICATE") {
            true
        } else if self.take_word("FALSEPREDICATE") {
            false
        } else if self.take("(") {
            let inside = self.any()?;
            self.expect(")")?;
            inside
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(result)
    }

    fn comparison(&mut self) -> Result<bool, ParsePredicateError> {
        let left = self.term()?;
        if self.take_word("IN") {
            let choices = self.list()?;
            return Ok(left.is_some_and(|left| choices.contains(&left)));
        }
        if self.take_word("BEGINSWITH") {
            return Ok(texts(&left, &self.term()?).is_some_and(|(l, r)| l.starts_with(r)));
        }
        if self.take_word("CONTAINS") {
            return Ok(texts(&left, &self.term()?).is_some_and(|(l, r)| l.contains(r)));
        }
        // The longer operators first: `<` also begins `<=`.
        for operator in ["==", "!=", "<=", ">=", "=", "<", ">"] {
            if self.take(operator) {
                let right = self.term()?;
                return Ok(compare(left, operator, right));
            }
        }
        Err(ParsePredicateError)
    }

    fn list(&mut self) -> Result<Vec<Value>, ParsePredicateError> {
        self.expect("{")?;
        let mut values = Vec::new();
        loop {
            values.extend(self.term()?);
            if !self.take(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(values)
    }

    fn term(&mut self) -> Result<Option<Value>, ParsePredicateError> {
        if self.take("@status(") {
            let name = self.until(')')?;
            return Ok(self.values.status(name.trim()));
        }
        if self.take("@property(") {
            let name = self.until(')')?;
            return Ok(self.values.property(name.trim()));
        }
        for quote in ['\'', '"'] {
            if self.take(&quote.to_string()) {
                return Ok(Some(Value::from(self.until(quote)?)));
            }
        }
        for (word, value) in [("TRUE", true), ("YES", true), ("FALSE", false), ("NO", false)] {
            if self.take_word(word) {
                return Ok(Some(Value::from(value)));
            }
        }
        self.number().map(Some)
    }

    fn number(&mut self) -> Result<Value, ParsePredicateError> {
        self.skip_space();
        let is_part = |c: char| c.is_ascii_digit() || c == '-' || c == '.';
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let value = serde_json::from_str(digits).map_err(|_| ParsePredicateError)?;
        self.rest = rest;
        Ok(value)
    }

    fn until(&mut self, end: char) -> Result<String, ParsePredicateError> {
        let (inside, rest) = self.rest.split_once(end).ok_or(ParsePredicateError)?;
        self.rest = rest;
        Ok(inside.to_owned())
    }

    fn expect(&mut self, symbol: &str) -> Result<(), ParsePredicateError> {
        if self.take(symbol) { Ok(()) } else { Err(ParsePredicateError) }
    }

    fn take(&mut self, symbol: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(symbol);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes `!`, but not the beginning of `!=`.
    fn take_not(&mut self) -> bool {
        self.skip_space();
        !self.rest.starts_with("!=") && self.take("!")
    }

    /// Takes a keyword in any case, unless it is only the beginning of a longer word.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_space();
        let Some((head, rest)) = self.rest.split_at_checked(word.len()) else { return false };
        let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        let found = head.eq_ignore_ascii_case(word) && ends;
        if found {
            self.rest = rest;
        }
        found
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

fn texts<'a>(left: &'a Option<Value>, right: &'a Option<Value>) -> Option<(&'a str, &'a str)> {
    left.as_ref()?.as_str().zip(right.as_ref()?.as_str())
}

fn compare(left: Option<Value>, operator: &str, right: Option<Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    let order = match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => left.as_str().zip(right.as_str()).map(|(left, right)| left.cmp(right)),
    };
    match operator {
        "==" | "=" => order.map_or(left == right, std::cmp::Ordering::is_eq),
        "!=" => order.map_or(left != right, std::cmp::Ordering::is_ne),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        _ => order.is_some_and(std::cmp::Ordering::is_gt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ipad;

    impl Values for Ipad {
        fn status(&self, name: &str) -> Option<Value> {
            (name == "device.model.family").then(|| Value::from("iPad"))
        }

        fn property(&self, name: &str) -> Option<Value> {
            (name == "floor").then(|| Value::from(3))
        }
    }

    #[test]
    fn predicates_compare_status_items_and_properties() {
        for (text, expected) in [
            ("(@status(device.model.family) == 'iPad')", true),
            ("@status(device.model.family) != \"iPad\"", false),
            (
                "@property(floor) >= 3 AND NOT @status(device.model.family) IN {'Mac', 'iPhone'}",
                true,
            ),
            ("@property(floor) < 3 || @status(device.model.family) BEGINSWITH 'iP'", true),
            ("!(@property(floor) == 3)", false),
            ("@property(missing) == 3", false),
            ("TRUEPREDICATE", true),
        ] {
            assert_eq!(evaluate(text, &Ipad), Ok(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_does_not_parse() {
        let deep = "(".repeat(100_000);
        let texts =
            ["", "@status(device.model.family)", "1 == 1)", "SUBQUERY(a, b)", "1 ==", "'a", &deep];
        for text in texts {
            assert_eq!(evaluate(text, &Ipad), Err(ParsePredicateError), "{text:.40}");
        }
    }
}
