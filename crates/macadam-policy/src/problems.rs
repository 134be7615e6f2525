//! What can be wrong with an item or an assignment, for programs and other languages: stable names,
//! and what their sentences are made of.

use crate::{AssignmentProblem, Facts, ItemProblem};

impl AssignmentProblem {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownItem(_) => "unknown_item",
            Self::SamePlatformAndMajor { .. } => "same_platform_and_major",
            Self::ElseNotLast => "else_not_last",
            Self::TooDeep { .. } => "map_too_deep",
            Self::RulesTooDeep { .. } => "rules_too_deep",
            Self::EmptyGroup => "empty_group",
            Self::TooMany { .. } => "too_many",
            Self::Value { .. } => "value_of_rule",
            Self::Operator { .. } => "operator_of_rule",
        }
    }

    /// What its sentence is made of.
    pub fn facts(&self) -> Facts {
        match self {
            Self::UnknownItem(item) => vec![("item", item.to_string())],
            Self::SamePlatformAndMajor { first, second, platform, major } => vec![
                ("first", first.clone()),
                ("second", second.clone()),
                ("platform", platform.to_string()),
                ("major", major.to_string()),
            ],
            Self::TooDeep { limit } | Self::RulesTooDeep { limit } => {
                vec![("limit", limit.to_string())]
            }
            Self::TooMany { what: _, limit } => vec![("limit", limit.to_string())],
            Self::Value { field: _, value } => vec![("value", value.clone())],
            Self::Operator { field: _, operator } => vec![("operator", operator.to_string())],
            Self::ElseNotLast | Self::EmptyGroup => Facts::new(),
        }
    }
}

impl ItemProblem {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Label { .. } => "label",
            Self::ContinuouslyEnforceWithoutVersion => "continuously_enforce_without_version",
            Self::OtherMajor { .. } => "other_major",
            Self::LetterInVersion => "letter_in_version",
            Self::SelfServiceElsewhere { .. } => "self_service_elsewhere",
            Self::UnknownTimeZone { .. } => "unknown_time_zone",
            Self::DetailsUrl { .. } => "details_url",
            Self::RingTwice { .. } => "ring_twice",
            Self::RingCondition { name: _, problem } => problem.code(),
            Self::Name { .. } => "name",
            Self::TooMany { .. } => "too_many",
            Self::FreezeWindow { .. } => "freeze_window",
            Self::MaintenanceWindow => "maintenance_window",
            Self::OutOfRange { .. } => "out_of_range",
        }
    }

    /// What its sentence is made of.
    pub fn facts(&self) -> Facts {
        match self {
            Self::Label { limit } | Self::DetailsUrl { limit } | Self::Name { limit } => {
                vec![("limit", limit.to_string())]
            }
            Self::TooMany { what: _, limit } => vec![("limit", limit.to_string())],
            Self::OtherMajor { version, platform, major } => vec![
                ("version", version.to_string()),
                ("platform", platform.to_string()),
                ("major", major.to_string()),
            ],
            Self::SelfServiceElsewhere { platform } => vec![("platform", platform.to_string())],
            Self::UnknownTimeZone { name } | Self::RingTwice { name } => {
                vec![("name", name.clone())]
            }
            Self::RingCondition { name, problem } => {
                let mut facts = problem.facts();
                facts.push(("ring", name.clone()));
                facts
            }
            Self::FreezeWindow { name, limit_days } => {
                vec![("name", name.clone()), ("days", limit_days.to_string())]
            }
            Self::OutOfRange { field: _, low, high } => {
                vec![("low", low.to_string()), ("high", high.to_string())]
            }
            Self::ContinuouslyEnforceWithoutVersion
            | Self::LetterInVersion
            | Self::MaintenanceWindow => Facts::new(),
        }
    }
}
