//! `/api/v1/push-certificate`: what Apple's push service knows this server by.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The public part of the certificate in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PushCertificate {
    /// The topic devices listen to. A renewed certificate must keep it.
    pub topic: String,
    pub subject: String,
    pub serial_number: String,
    pub not_before: Timestamp,
    pub expires_at: Timestamp,
    pub uploaded_at: Timestamp,
    pub uploaded_by: String,
}

/// What the next certificate is requested with; its key never leaves the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningRequest {
    /// PKCS#10, for a vendor of device management to sign and Apple's portal to certify.
    pub request_pem: String,
    pub created_at: Timestamp,
    pub created_by: String,
}

/// Makes a signing request, unless one waits for its certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CreateSigningRequest {
    /// Drops the one that waits: a certificate for it could not be used any more.
    pub anew: bool,
}

/// Replaces the certificate. The key never leaves the server again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadPushCertificate {
    /// Certificate and, where Apple gives one, its chain.
    pub certificate_pem: String,
    /// Left out, where the server made the signing request.
    #[serde(default)]
    pub private_key_pem: Option<String>,
    /// Allows another topic: every enrolled device is then out of reach until it enrolls again.
    #[serde(default)]
    pub replace_topic: bool,
}

impl std::fmt::Debug for UploadPushCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadPushCertificate")
            .field("certificate_pem", &self.certificate_pem)
            .field("private_key_pem", &"[redacted]")
            .field("replace_topic", &self.replace_topic)
            .finish()
    }
}
