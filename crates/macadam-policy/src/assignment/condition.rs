//! Rules about devices: whether one holds, and whether it makes sense.

use std::fmt;

use super::{AssignmentProblem, Condition, Field, Operator};
use crate::{Attributes, Device, OsVersion, Platform};

const RULES_DEEP: u8 = 8;

impl Condition {
    /// Whether the rule holds for this device.
    ///
    /// What a device has not told is nothing: no text is, contains or starts it.
    pub fn holds(&self, device: &Device, attributes: &Attributes) -> bool {
        match self {
            Self::All(rules) => rules.iter().all(|rule| rule.holds(device, attributes)),
            Self::Any(rules) => rules.iter().any(|rule| rule.holds(device, attributes)),
            Self::Not(rule) => !rule.holds(device, attributes),
            Self::Test { field, operator: Operator::IsNot, value } => {
                !test(*field, Operator::Is, value, (device, attributes))
            }
            Self::Test { field, operator, value } => {
                test(*field, *operator, value, (device, attributes))
            }
        }
    }

    /// What is wrong with the rule itself, whatever the device.
    pub fn problems(&self) -> Vec<AssignmentProblem> {
        let mut problems = Vec::new();
        self.check(0, &mut problems);
        problems
    }

    fn check(&self, depth: u8, problems: &mut Vec<AssignmentProblem>) {
        if depth >= RULES_DEEP {
            return problems.push(AssignmentProblem::RulesTooDeep { limit: RULES_DEEP });
        }
        match self {
            Self::All(rules) | Self::Any(rules) => {
                if rules.is_empty() {
                    problems.push(AssignmentProblem::EmptyGroup);
                }
                for rule in rules {
                    rule.check(depth + 1, problems);
                }
            }
            Self::Not(rule) => rule.check(depth + 1, problems),
            Self::Test { field, operator, value } => {
                if !kind(*field).takes(*operator) {
                    let (field, operator) = (*field, *operator);
                    problems.push(AssignmentProblem::Operator { field, operator });
                } else if !kind(*field).reads(value) {
                    problems.push(AssignmentProblem::Value { field: *field, value: value.clone() });
                }
            }
        }
    }
}

fn test(
    field: Field,
    operator: Operator,
    value: &str,
    (device, attributes): (&Device, &Attributes),
) -> bool {
    let text = |known: &str| test_text(operator, known, value);
    match field {
        Field::Name => text(&attributes.name),
        Field::Serial => text(&attributes.serial),
        Field::Model => text(&attributes.model),
        Field::Product => text(&attributes.product),
        Field::UpdateId => device.update_id.as_ref().is_some_and(|id| text(id.as_str())),
        Field::Tag => attributes.tags.iter().any(|tag| text(tag)),
        Field::Platform => text(device.platform.code()),
        Field::OsVersion => value
            .parse()
            .is_ok_and(|value: OsVersion| test_order(operator, device.os_version, value)),
        Field::Percentile => {
            value.parse().is_ok_and(|value: u8| test_order(operator, attributes.percentile, value))
        }
        Field::Supervised => text(boolean(device.supervised)),
        Field::AppleSilicon => device.apple_silicon.is_some_and(|known| text(boolean(known))),
    }
}

/// People write names as they like, so case tells nothing apart.
fn test_text(operator: Operator, known: &str, value: &str) -> bool {
    let (known, value) = (known.to_lowercase(), value.trim().to_lowercase());
    match operator {
        Operator::Is => known == value,
        Operator::IsNot => known != value,
        Operator::Contains => known.contains(&value),
        Operator::StartsWith => known.starts_with(&value),
        Operator::AtLeast | Operator::Below => false,
    }
}

fn test_order<T: Ord>(operator: Operator, known: T, value: T) -> bool {
    match operator {
        Operator::Is => known == value,
        Operator::IsNot => known != value,
        Operator::AtLeast => known >= value,
        Operator::Below => known < value,
        Operator::Contains | Operator::StartsWith => false,
    }
}

const fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// What kind of value a field has.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Platform,
    Version,
    Percent,
    Boolean,
}

const fn kind(field: Field) -> Kind {
    match field {
        Field::Name
        | Field::Serial
        | Field::Model
        | Field::Product
        | Field::UpdateId
        | Field::Tag => Kind::Text,
        Field::Platform => Kind::Platform,
        Field::OsVersion => Kind::Version,
        Field::Percentile => Kind::Percent,
        Field::Supervised | Field::AppleSilicon => Kind::Boolean,
    }
}

impl Kind {
    const fn takes(self, operator: Operator) -> bool {
        match operator {
            Operator::Is | Operator::IsNot => true,
            Operator::Contains | Operator::StartsWith => matches!(self, Self::Text),
            Operator::AtLeast | Operator::Below => matches!(self, Self::Version | Self::Percent),
        }
    }

    fn reads(self, value: &str) -> bool {
        match self {
            Self::Text => !value.trim().is_empty() && value.chars().count() <= 200,
            Self::Platform => value.parse::<Platform>().is_ok(),
            Self::Version => value.parse::<OsVersion>().is_ok(),
            Self::Percent => value.parse::<u8>().is_ok_and(|value| value <= 100),
            Self::Boolean => value == "true" || value == "false",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Serial => "serial number",
            Self::Model => "model",
            Self::Product => "product",
            Self::Platform => "platform",
            Self::OsVersion => "OS version",
            Self::UpdateId => "software-update id",
            Self::Tag => "tags",
            Self::Supervised => "supervision",
            Self::AppleSilicon => "kind of chip",
            Self::Percentile => "percentile",
        })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::AtLeast => "at least",
            Self::Below => "below",
        })
    }
}
