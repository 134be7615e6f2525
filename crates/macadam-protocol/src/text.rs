//! Identifiers and tokens with the bounds Apple gives them.

/// A text that is empty, too long or holds control characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be 1 to {limit} octets without control characters")]
pub struct InvalidTextError {
    /// What the text was meant to be.
    pub what: &'static str,
    /// The most octets it may have.
    pub limit: usize,
}

/// Checks one text against its bounds.
pub(crate) fn check(text: &str, what: &'static str, limit: usize) -> Result<(), InvalidTextError> {
    if text.is_empty() || text.len() > limit || text.chars().any(char::is_control) {
        return Err(InvalidTextError { what, limit });
    }
    Ok(())
}

/// Declares a text newtype whose every value is within its bounds.
macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $limit:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most octets a value may have.
            pub const LIMIT: usize = $limit;

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidTextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::InvalidTextError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                $crate::text::check(&text, $what, $limit)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use bounded_text;
