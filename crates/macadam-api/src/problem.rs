//! The one shape of every refusal and failure, and its stable codes.

use std::fmt;

use macadam_policy as policy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decisions::Wording;

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    pub code: ErrorCode,
    /// A sentence for a person.
    pub message: String,
    /// Every single thing that is wrong, where more than one thing can be.
    #[serde(default)]
    pub details: Vec<Detail>,
}

impl Problem {
    pub const MEDIA_TYPE: &'static str = "application/problem+json";
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Detail {
    /// Path of the field, such as `enforcement.version`; empty for the request as a whole.
    pub field: String,
    pub message: String,
    /// The same for programs and other languages; `null` where it has no stable name.
    pub wording: Option<Wording>,
}

impl Detail {
    pub fn new(field: impl Into<String>, message: impl fmt::Display) -> Self {
        Self { field: field.into(), message: message.to_string(), wording: None }
    }

    /// What is wrong with an item.
    pub fn of_item(problem: &policy::ItemProblem) -> Self {
        Self::new(problem.field(), problem).named(problem.code(), problem.facts())
    }

    /// What is wrong with an assignment that stands in this field.
    pub fn of_assignment(field: impl Into<String>, problem: &policy::AssignmentProblem) -> Self {
        Self::new(field, problem).named(problem.code(), problem.facts())
    }

    /// A text is empty where it must not be, or too long, or has control characters.
    pub fn length(field: impl Into<String>, (low, high): (usize, usize)) -> Self {
        let message = match low {
            0 => format!("must have at most {high} characters"),
            _ => format!("must have {low} to {high} characters"),
        };
        let code = if low == 0 { "too_long" } else { "length" };
        let facts = vec![("low", low.to_string()), ("high", high.to_string())];
        Self::new(field, message).named(code, facts)
    }

    /// A number is too small or too large.
    pub fn range(field: impl Into<String>, (low, high): (i64, i64)) -> Self {
        let facts = vec![("low", low.to_string()), ("high", high.to_string())];
        let message = format!("must be between {low} and {high}");
        Self::new(field, message).named("out_of_range", facts)
    }

    /// What a field names does not exist.
    pub fn unknown(field: impl Into<String>, what: &str) -> Self {
        Self::new(field, format!("there is no such {what}")).named("unknown", Vec::new())
    }

    /// Gives it a stable name, and what its message is made of.
    #[must_use]
    pub fn named(self, code: &str, facts: policy::Facts) -> Self {
        Self { wording: Some(Wording::new(code, facts)), ..self }
    }

    /// The same problem, seen from the object that holds the field.
    #[must_use]
    pub fn within(self, parent: &str) -> Self {
        let field = match self.field.as_str() {
            "" => parent.to_owned(),
            field => format!("{parent}.{field}"),
        };
        Self { field, ..self }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.message),
            field => write!(f, "{field}: {}", self.message),
        }
    }
}

/// What kind of thing went wrong. A code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The body is not the JSON that this operation takes.
    InvalidBody,
    /// A parameter of the path or query cannot be read.
    InvalidParameter,
    /// The request takes no parameter of this name.
    UnknownParameter,
    /// The settings contradict themselves or a rule; `details` names each field.
    InvalidSettings,
    NotSignedIn,
    WrongCredentials,
    /// The password was right; signing in needs a one-time code as well.
    CodeRequired,
    /// The passkey is not one of this server, or its answer does not fit the question.
    PasskeyRefused,
    /// Devices reach this server by an address, to which no passkey can be bound.
    PasskeysUnavailable,
    /// The organization asks for a second factor, and the caller has none yet.
    SecondFactorRequired,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// Something with this name or key exists already.
    AlreadyExists,
    /// Something else still uses it.
    InUse,
    /// `If-Match` is missing, so a lost update could not be noticed.
    RevisionRequired,
    /// Somebody else changed it since it was read.
    ChangedMeanwhile,
    /// What was previewed is no longer what would happen.
    PreviewOutdated,
    /// So many devices would be due within a day that somebody must have seen it first.
    PreviewRequired,
    BodyTooLarge,
    UnsupportedMediaType,
    TooManyRequests,
    /// An answer of Apple's feed cannot be believed; the last good one stays.
    FeedNotBelieved,
    /// Apple's server did not answer, or not as documented.
    FeedUnreachable,
    /// Something failed inside; the log has the cause.
    Internal,
    /// The server is overloaded or starting.
    Unavailable,
    /// A code that this version does not know. Only ever read.
    #[serde(other)]
    Unknown,
}

impl ErrorCode {
    /// The HTTP status that goes with the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidBody | Self::InvalidParameter | Self::UnknownParameter => 400,
            Self::NotSignedIn
            | Self::WrongCredentials
            | Self::CodeRequired
            | Self::PasskeyRefused => 401,
            Self::Forbidden | Self::SecondFactorRequired => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::AlreadyExists
            | Self::InUse
            | Self::PreviewOutdated
            | Self::PasskeysUnavailable => 409,
            Self::ChangedMeanwhile => 412,
            Self::BodyTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::InvalidSettings | Self::FeedNotBelieved => 422,
            Self::RevisionRequired | Self::PreviewRequired => 428,
            Self::TooManyRequests => 429,
            Self::Internal | Self::Unknown => 500,
            Self::FeedUnreachable => 502,
            Self::Unavailable => 503,
        }
    }

    /// What a person can do about it; empty where the message says it all.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotSignedIn => "sign in, or give a token that has not expired",
            Self::WrongCredentials => "check the e-mail address and the password",
            Self::CodeRequired => "sign in with the code that the authenticator app shows",
            Self::PasskeyRefused => "try again, or sign in with your password",
            Self::PasskeysUnavailable => "give the server a public_url with a name",
            Self::SecondFactorRequired => {
                "sign in with a passkey, or set up an authenticator app for your account first"
            }
            Self::Forbidden => "ask an owner or admin for a role or token that allows it",
            Self::AlreadyExists => "choose another name, or change the existing one",
            Self::InUse => "remove it from what uses it first",
            Self::RevisionRequired | Self::ChangedMeanwhile => {
                "read it again, look at what changed, and repeat your change"
            }
            Self::PreviewOutdated => "preview again and confirm what it shows now",
            Self::PreviewRequired => "preview the change, and give its digest with it",
            Self::TooManyRequests | Self::Unavailable => "wait a moment and try again",
            Self::FeedUnreachable => "check the server's way to the internet; nothing was changed",
            Self::Internal => "look into the server's log; nothing was changed",
            Self::InvalidBody
            | Self::InvalidParameter
            | Self::UnknownParameter
            | Self::InvalidSettings
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::BodyTooLarge
            | Self::UnsupportedMediaType
            | Self::FeedNotBelieved
            | Self::Unknown => "",
        }
    }

    /// The code as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidBody => "invalid_body",
            Self::InvalidParameter => "invalid_parameter",
            Self::UnknownParameter => "unknown_parameter",
            Self::InvalidSettings => "invalid_settings",
            Self::NotSignedIn => "not_signed_in",
            Self::WrongCredentials => "wrong_credentials",
            Self::CodeRequired => "code_required",
            Self::PasskeyRefused => "passkey_refused",
            Self::PasskeysUnavailable => "passkeys_unavailable",
            Self::SecondFactorRequired => "second_factor_required",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::AlreadyExists => "already_exists",
            Self::InUse => "in_use",
            Self::RevisionRequired => "revision_required",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::PreviewOutdated => "preview_outdated",
            Self::PreviewRequired => "preview_required",
            Self::BodyTooLarge => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooManyRequests => "too_many_requests",
            Self::FeedNotBelieved => "feed_not_believed",
            Self::FeedUnreachable => "feed_unreachable",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_they_are_shown() {
        for code in CODES {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert_eq!(serde_json::from_value::<ErrorCode>(code.as_str().into()).unwrap(), code);
            assert!((400..600).contains(&code.status()), "{code}");
        }
    }

    #[test]
    fn a_code_of_a_newer_server_is_unknown_not_an_error() {
        let text = r#"{"code":"on_the_moon","message":"too far"}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert_eq!(problem.code, ErrorCode::Unknown);
    }

    #[test]
    fn details_know_where_they_are() {
        let detail = Detail::new("version", "is old").within("enforcement").within("items.Tahoe");
        assert_eq!(detail.to_string(), "items.Tahoe.enforcement.version: is old");
        assert_eq!(Detail::new("", "is old").within("items").to_string(), "items: is old");
    }

    const CODES: [ErrorCode; 27] = [
        ErrorCode::InvalidBody,
        ErrorCode::InvalidParameter,
        ErrorCode::UnknownParameter,
        ErrorCode::InvalidSettings,
        ErrorCode::NotSignedIn,
        ErrorCode::WrongCredentials,
        ErrorCode::CodeRequired,
        ErrorCode::PasskeyRefused,
        ErrorCode::PasskeysUnavailable,
        ErrorCode::SecondFactorRequired,
        ErrorCode::Forbidden,
        ErrorCode::NotFound,
        ErrorCode::MethodNotAllowed,
        ErrorCode::AlreadyExists,
        ErrorCode::InUse,
        ErrorCode::RevisionRequired,
        ErrorCode::ChangedMeanwhile,
        ErrorCode::PreviewOutdated,
        ErrorCode::PreviewRequired,
        ErrorCode::BodyTooLarge,
        ErrorCode::UnsupportedMediaType,
        ErrorCode::TooManyRequests,
        ErrorCode::FeedNotBelieved,
        ErrorCode::FeedUnreachable,
        ErrorCode::Internal,
        ErrorCode::Unavailable,
        ErrorCode::Unknown,
    ];
}
