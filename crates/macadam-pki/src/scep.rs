//! SCEP (RFC 8894): how a device gets and renews its identity.
//!
//! The server reads a [`PkiMessage`], opens it, decides, and answers with
//! [`PkiMessage::grant`] or [`PkiMessage::refuse`]. The client in the simulator uses
//! [`EnrollmentRequest`].

mod attributes;
mod client;
mod csr;
mod message;

pub use client::{EncodeRequestError, EnrollmentRequest, ReadResponseError};
pub use csr::{DecodeCertificateRequestError, decode_certificate_request};
pub use message::{
    DecodePkiMessageError, FailInfo, OpenRequestError, PkiMessage, RequestKind, Requested,
};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::certificate::Certificate;
use crate::cms::{MAX_CMS_BYTES, VerifyCmsError};

/// What our server can do, as `GetCACaps` answers it.
pub const CAPABILITIES: &str =
    "AES\nDES3\nPOSTPKIOperation\nRenewal\nSCEPStandard\nSHA-1\nSHA-256\n";

/// The media type of [`ca_certificate`].
pub const CA_CERTIFICATE_TYPE: &str = "application/x-x509-ca-cert";

/// The media type of requests and answers of `PKIOperation`.
pub const PKI_MESSAGE_TYPE: &str = "application/x-pki-message";

/// The random value that ties an answer to its request.
pub type Nonce = [u8; 16];

/// Returns the answer to `GetCACert`, of type [`CA_CERTIFICATE_TYPE`].
#[must_use]
pub fn ca_certificate(authority: &Certificate) -> Vec<u8> {
    authority.der().to_vec()
}

/// Decodes the `message` parameter of a `PKIOperation` by GET, after URL decoding.
///
/// Spaces count as `+`, because some clients do not escape it.
pub fn decode_get_message(parameter: &str) -> Result<Vec<u8>, DecodePkiMessageError> {
    if parameter.len() > MAX_CMS_BYTES / 3 * 4 {
        return Err(DecodePkiMessageError::Signed(VerifyCmsError::TooLarge));
    }
    STANDARD.decode(parameter.replace(' ', "+")).map_err(|_| DecodePkiMessageError::NotBase64)
}

#[cfg(test)]
mod tests;
