//! PKCS#10 certificate requests.

/// Why a certificate request was refused.
#[derive(Debug, thiserror::Error)]
pub enum DecodeCertificateRequestError {
    /// No PKCS#10 request.
    #[error("certificate request is not well-formed")]
    Malformed(#[source] der::Error),
    /// The requester does not have the key it wants certified, or it is of an unsupported kind.
    #[error("certificate request is not signed with its own key")]
    WrongSignature,
}
