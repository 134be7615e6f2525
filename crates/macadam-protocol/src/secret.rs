//! A value that must not reach a log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Holds a secret that prints as `[redacted]`.
///
/// Serialization goes through, because these secrets travel on the wire.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a secret.
    pub fn new(secret: T) -> Self {
        Self(secret)
    }

    /// Gives the secret to the code that has to use it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the secret out, for the code that has to store it.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> From<T> for Secret<T> {
    fn from(secret: T) -> Self {
        Self(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_prints_as_redacted_inside_other_types() {
        let printed = format!("{:?}", Some(Secret::new("push-magic")));
        assert_eq!(printed, "Some([redacted])");
    }
}
