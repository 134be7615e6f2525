//! The enrollment profile: trusted certificates, an identity from SCEP, and management itself.

mod wire;

pub use wire::{decode, encode};

use crate::Secret;
use crate::property_list::{Data, DecodePropertyListError};

/// The content type of profiles.
pub const CONTENT_TYPE: &str = "application/x-apple-aspen-config";

/// An enrollment profile.
///
/// A profile for enrollment holds these three kinds of payloads and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct EnrollmentProfile {
    /// Names the profile; the same in every renewal of it.
    pub identifier: String,
    /// Names this copy of it.
    pub uuid: String,
    /// What the user reads as its name.
    pub display_name: String,
    /// What the user reads below the name.
    pub description: Option<String>,
    /// Who the user is told it comes from.
    pub organization: String,
    /// Certificates that the device shall trust.
    pub trusted_certificates: Vec<TrustedCertificate>,
    /// Where the identity comes from.
    pub scep: ScepPayload,
    /// The management.
    pub mdm: MdmPayload,
}

/// A certificate that the device shall trust.
#[derive(Clone, Debug, PartialEq)]
pub struct TrustedCertificate {
    /// Names the payload.
    pub uuid: String,
    /// What the user reads.
    pub display_name: String,
    /// The certificate in DER.
    pub certificate: Data,
}

/// How the device gets its identity from a SCEP server.
#[derive(Clone, Debug, PartialEq)]
pub struct ScepPayload {
    /// Names the payload.
    pub uuid: String,
    /// The SCEP server.
    pub url: String,
    /// The name of the authority, for servers with several.
    pub name: Option<String>,
    /// The subject, as relative names of pairs of attribute and value.
    pub subject: Vec<Vec<(String, String)>>,
    /// What the server accepts the request for.
    pub challenge: Option<Secret<String>>,
    /// The bits of the RSA key.
    pub key_size: u32,
    /// What the key may be used for: 1 to sign, 4 to encrypt, 5 for both.
    pub key_usage: u32,
    /// The fingerprint of the authority's certificate.
    pub ca_fingerprint: Option<Data>,
    /// How often to ask again.
    pub retries: u32,
    /// Seconds between two attempts.
    pub retry_delay_seconds: u32,
    /// Whether the key may leave the keychain of a Mac.
    pub is_key_extractable: bool,
}

/// The management.
#[derive(Clone, Debug, PartialEq)]
pub struct MdmPayload {
    /// Names the payload.
    pub uuid: String,
    /// The push topic.
    pub topic: String,
    /// Where commands come from.
    pub server_url: String,
    /// Where check-ins go; the server URL if there is none.
    pub check_in_url: Option<String>,
    /// Whether the device signs its messages in a header.
    pub sign_message: bool,
    /// What the server may do; see [`AccessRights`].
    pub access_rights: AccessRights,
    /// Whether the device says good-bye.
    pub check_out_when_removed: bool,
    /// What the server can do beyond the basics.
    pub server_capabilities: Vec<String>,
    /// Whether the development push service is used.
    pub use_development_apns: bool,
    /// The certificates of payloads that the server must present.
    pub server_url_pinning_certificate_uuids: Vec<String>,
    /// The certificates of payloads that the check-in server must present.
    pub check_in_url_pinning_certificate_uuids: Vec<String>,
    /// Whether pinned certificates are checked for revocation.
    pub pinning_revocation_check_required: bool,
    /// Whether the user of a Mac is asked to allow the bootstrap token.
    pub prompt_user_to_allow_bootstrap_token_for_authentication: bool,
}

/// Capabilities that a server can announce.
pub mod server_capability {
    /// Users of a device connect on their own; required for Macs and Shared iPads.
    pub const PER_USER_CONNECTIONS: &str = "com.apple.mdm.per-user-connections";
    /// The server escrows bootstrap tokens.
    pub const BOOTSTRAP_TOKEN: &str = "com.apple.mdm.bootstraptoken";
    /// The server answers GetToken.
    pub const TOKEN: &str = "com.apple.mdm.token";
}

/// What a server may do with a device; rights cannot be added later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessRights(u32);

impl AccessRights {
    /// Look at profiles.
    pub const INSPECT_PROFILES: Self = Self(1);
    /// Install and remove profiles.
    pub const CHANGE_PROFILES: Self = Self(2);
    /// Lock the device and remove its passcode.
    pub const LOCK: Self = Self(4);
    /// Erase the device.
    pub const ERASE: Self = Self(8);
    /// Ask for facts about the device.
    pub const DEVICE_INFORMATION: Self = Self(16);
    /// Ask for facts about its network.
    pub const NETWORK_INFORMATION: Self = Self(32);
    /// Look at provisioning profiles.
    pub const INSPECT_PROVISIONING: Self = Self(64);
    /// Install and remove provisioning profiles.
    pub const CHANGE_PROVISIONING: Self = Self(128);
    /// Look at apps.
    pub const INSPECT_APPS: Self = Self(256);
    /// Ask for restrictions.
    pub const RESTRICTIONS: Self = Self(512);
    /// Ask for the state of security.
    pub const SECURITY: Self = Self(1024);
    /// Change settings.
    pub const SETTINGS: Self = Self(2048);
    /// Manage apps, and the legacy software-update commands.
    pub const APPS: Self = Self(4096);
    /// Everything.
    pub const ALL: Self = Self(8191);

    /// These rights without some others: `ALL.without(ERASE)` makes a device refuse to erase.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// These rights and some others.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of some rights are here.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The number on the wire.
    pub const fn bits(self) -> u32 {
        self.0
    }
}

/// What a body that is no enrollment profile is refused for.
#[derive(Debug, thiserror::Error)]
pub enum DecodeProfileError {
    /// The body is not a property list we accept, or lacks keys of a profile.
    #[error("profile cannot be read")]
    PropertyList(#[from] DecodePropertyListError),
    /// A payload that every enrollment profile has is not there.
    #[error("profile has no payload of type {payload_type}")]
    NoPayload {
        /// Which.
        payload_type: &'static str,
    },
    /// The management payload names another identity than the profile's.
    #[error("profile has no payload for the identity it names")]
    UnknownIdentity,
}

impl DecodeProfileError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PropertyList(error) => error.code(),
            Self::NoPayload { .. } => "profile_no_payload",
            Self::UnknownIdentity => "profile_unknown_identity",
        }
    }
}

#[cfg(test)]
mod tests;
