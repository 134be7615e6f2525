//! Small values that many resources share.

use std::fmt;

use macadam_policy as policy;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;
use uuid::Uuid;

/// A platform that Managed OS items exist for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    Macos,
    Ios,
    Ipados,
    Tvos,
    Visionos,
}

/// Something by its id, with the name people know it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    pub id: Uuid,
    pub name: String,
}

impl From<policy::Platform> for Os {
    fn from(platform: policy::Platform) -> Self {
        match platform {
            policy::Platform::MacOs => Self::Macos,
            policy::Platform::Ios => Self::Ios,
            policy::Platform::IpadOs => Self::Ipados,
            policy::Platform::TvOs => Self::Tvos,
            policy::Platform::VisionOs => Self::Visionos,
        }
    }
}

impl From<Os> for policy::Platform {
    fn from(os: Os) -> Self {
        match os {
            Os::Macos => Self::MacOs,
            Os::Ios => Self::Ios,
            Os::Ipados => Self::IpadOs,
            Os::Tvos => Self::TvOs,
            Os::Visionos => Self::VisionOs,
        }
    }
}

impl fmt::Display for Os {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(policy::Platform::from(*self).name())
    }
}

/// Reads a version that must be text: in YAML an unquoted 26.10 would be the number 26.1.
pub(crate) fn version_text<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    struct VersionText;

    impl de::Visitor<'_> for VersionText {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a version in quotes, such as \"26.3\"")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }

    input.deserialize_str(VersionText)
}

/// Converts both ways between enums whose variants have the same names.
macro_rules! same_variants {
    ($($ours:ident = $theirs:ident::$name:ident { $($variant:ident),+ })+) => {$(
        impl From<$theirs::$name> for $ours {
            fn from(value: $theirs::$name) -> Self {
                match value {
                    $($theirs::$name::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$ours> for $theirs::$name {
            fn from(value: $ours) -> Self {
                match value {
                    $($ours::$variant => Self::$variant,)+
                }
            }
        }
    )+};
}

pub(crate) use same_variants;
