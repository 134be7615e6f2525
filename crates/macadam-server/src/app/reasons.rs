//! The stable codes of why a device has no target, as they are stored and filtered by, and their
//! sentences.

use macadam_api::decisions::Wording;
use macadam_policy::{Decision, NotManageable, Outcome, Suspended, Unresolved};

/// Nothing was decided for the device yet.
pub(super) const UNDECIDED: &str = "undecided";

/// Why a device stands as it does.
pub(super) struct Reason {
    /// A stable code for filters.
    pub(super) code: Option<&'static str>,
    /// For people.
    pub(super) sentence: String,
    /// The same for other languages.
    pub(super) wording: Wording,
}

/// Why a device stands as it does: where no target says so, the last rule that fired says it best.
pub(super) fn reason(decision: &Decision) -> Reason {
    match &decision.outcome {
        Outcome::Install { target, .. } => Reason {
            code: None,
            sentence: format!("{} by {}", target.version, target.deadline),
            wording: wording(
                "install",
                [("version", target.version.to_string()), ("due", target.deadline.to_string())],
            ),
        },
        Outcome::Available { version } => Reason {
            code: None,
            sentence: format!("{version} is offered in Self Service"),
            wording: wording("available", [("version", version.to_string())]),
        },
        Outcome::UpToDate | Outcome::Waiting => by_last_rule(decision, None),
        Outcome::Incompatible => by_last_rule(decision, Some("incompatible")),
        Outcome::Excluded => by_last_rule(decision, Some("excluded")),
        Outcome::Suspended(why) => by_last_rule(decision, Some(why.code())),
        Outcome::Unresolved(why) => by_why("unresolved", why.code(), why.reason(), why.remedy()),
        Outcome::NotManageable(why) => {
            by_why("not_manageable", why.code(), why.reason(), why.remedy())
        }
        Outcome::NotAssigned => Reason {
            code: Some("not_assigned"),
            sentence: "no item reaches the device".into(),
            wording: wording("not_assigned", []),
        },
    }
}

fn by_last_rule(decision: &Decision, code: Option<&'static str>) -> Reason {
    let rule = decision.trace.0.last().map(|step| &step.rule);
    Reason {
        code,
        sentence: rule.map(ToString::to_string).unwrap_or_default(),
        wording: rule.map(Wording::of_rule).unwrap_or_default(),
    }
}

fn by_why(outcome: &str, code: &'static str, reason: &str, remedy: &str) -> Reason {
    Reason {
        code: Some(code),
        sentence: format!("{reason}: {remedy}"),
        wording: wording(outcome, [("why", code.to_owned())]),
    }
}

fn wording<const N: usize>(code: &str, values: [(&str, String); N]) -> Wording {
    let values = values.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    Wording { code: code.to_owned(), values }
}

/// What a code says of all devices that have it.
pub(super) fn sentence(code: &str) -> &'static str {
    let unresolved = Unresolved::ALL.into_iter().find(|why| why.code() == code);
    let suspended = Suspended::ALL.into_iter().find(|why| why.code() == code);
    let not_manageable = NotManageable::ALL.into_iter().find(|why| why.code() == code);
    let reason = unresolved.map(Unresolved::reason).or(suspended.map(Suspended::reason));
    reason.or(not_manageable.map(NotManageable::reason)).unwrap_or(match code {
        "incompatible" => "the hardware cannot run the major that it should",
        "excluded" => "an assignment rule leaves the device out",
        "not_assigned" => "no item reaches the device",
        UNDECIDED => "the device has not told its platform and version yet",
        _ => "",
    })
}

/// The word an outcome is stored as; the same as in the API.
pub(super) const fn outcome_code(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Install { .. } => "install",
        Outcome::UpToDate => "up_to_date",
        Outcome::Available { .. } => "available",
        Outcome::Waiting => "waiting",
        Outcome::Incompatible => "incompatible",
        Outcome::Excluded => "excluded",
        Outcome::Unresolved(_) => "unresolved",
        Outcome::Suspended(_) => "suspended",
        Outcome::NotManageable(_) => "not_manageable",
        Outcome::NotAssigned => "not_assigned",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence() {
        let codes = Unresolved::ALL.map(Unresolved::code).into_iter();
        let codes = codes.chain(Suspended::ALL.map(Suspended::code));
        let codes = codes.chain(NotManageable::ALL.map(NotManageable::code));
        for code in codes.chain(["incompatible", "excluded", "not_assigned", UNDECIDED]) {
            assert_ne!(sentence(code), "", "{code}");
        }
    }
}
