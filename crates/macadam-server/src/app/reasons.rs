//! The stable codes of why a device has no target, as they are stored and filtered by, and their
//! sentences.

use macadam_policy::{Decision, NotManageable, Outcome, Suspended, Unresolved};

/// Nothing was decided for the device yet.
pub(super) const UNDECIDED: &str = "undecided";

/// A stable code for filters and the sentence for people: the last rule that fired says it best.
pub(super) fn reason(decision: &Decision) -> (Option<&'static str>, String) {
    let last_rule =
        || decision.trace.0.last().map(|step| step.rule.to_string()).unwrap_or_default();
    match &decision.outcome {
        Outcome::Install { target, .. } => {
            (None, format!("{} by {}", target.version, target.deadline))
        }
        Outcome::UpToDate => (None, last_rule()),
        Outcome::Available { version } => (None, format!("{version} is offered in Self Service")),
        Outcome::Waiting => (None, last_rule()),
        Outcome::Incompatible => (Some("incompatible"), last_rule()),
        Outcome::Excluded => (Some("excluded"), last_rule()),
        Outcome::Unresolved(why) => {
            (Some(unresolved_code(*why)), format!("{}: {}", why.reason(), why.remedy()))
        }
        Outcome::Suspended(why) => (Some(suspended_code(*why)), last_rule()),
        Outcome::NotManageable(why) => {
            (Some(not_manageable_code(*why)), format!("{}: {}", why.reason(), why.remedy()))
        }
        Outcome::NotAssigned => (Some("not_assigned"), "no item reaches the device".into()),
    }
}

/// What a code says of all devices that have it.
pub(super) fn sentence(code: &str) -> &'static str {
    let unresolved = Unresolved::ALL.into_iter().find(|why| unresolved_code(*why) == code);
    let suspended = Suspended::ALL.into_iter().find(|why| suspended_code(*why) == code);
    let not_manageable =
        NotManageable::ALL.into_iter().find(|why| not_manageable_code(*why) == code);
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

const fn unresolved_code(why: Unresolved) -> &'static str {
    match why {
        Unresolved::NotForThisDevice => "not_for_this_device",
        Unresolved::Held => "held",
        Unresolved::Withdrawn => "withdrawn",
        Unresolved::Expired => "expired",
        Unresolved::NotApproved => "not_approved",
    }
}

const fn suspended_code(why: Suspended) -> &'static str {
    match why {
        Suspended::Paused => "paused",
        Suspended::Halted => "halted",
        Suspended::Exempt => "exempt",
    }
}

const fn not_manageable_code(why: NotManageable) -> &'static str {
    match why {
        NotManageable::NotSupervised => "not_supervised",
        NotManageable::UserEnrollment => "user_enrollment",
        NotManageable::NoDeclarativeManagement => "no_declarative_management",
        NotManageable::NoUpdateId => "no_update_id",
        NotManageable::EmptyCatalog => "empty_catalog",
        NotManageable::NotInFeed => "not_in_feed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence() {
        let codes = Unresolved::ALL.map(unresolved_code).into_iter();
        let codes = codes.chain(Suspended::ALL.map(suspended_code));
        let codes = codes.chain(NotManageable::ALL.map(not_manageable_code));
        for code in codes.chain(["incompatible", "excluded", "not_assigned", UNDECIDED]) {
            assert_ne!(sentence(code), "", "{code}");
        }
    }
}
