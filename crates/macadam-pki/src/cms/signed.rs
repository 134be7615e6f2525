//! Signed messages.

use jiff::Timestamp;

use crate::certificate::{Certificate, DecodeCertificateError};
use crate::identity::Identity;

/// The largest message that is looked at. An `Mdm-Signature` has about 2 kB, a SCEP message less
/// than 10 kB.
pub const MAX_CMS_BYTES: usize = 64 * 1024;

/// Who signed a message. Nothing about the certificate has been judged.
#[derive(Clone, Debug)]
pub struct VerifiedSigner {
    /// The certificate that the signature was checked with.
    pub certificate: Certificate,
    /// The other certificates of the message, among them perhaps intermediates of the chain.
    pub other_certificates: Vec<Certificate>,
}

/// A signed message that carries its content.
#[derive(Clone, Debug)]
pub struct VerifiedMessage {
    /// Who signed it.
    pub signer: VerifiedSigner,
    /// What was signed.
    pub content: Vec<u8>,
}

/// Why an `Mdm-Signature` header holds no message.
#[derive(Debug, thiserror::Error)]
pub enum DecodeSignatureHeaderError {
    /// Refused before decoding.
    #[error("Mdm-Signature header is too large")]
    TooLarge,
    /// The text is broken.
    #[error("Mdm-Signature header is not base64")]
    NotBase64,
}

/// Why a signed message was refused.
#[derive(Debug, thiserror::Error)]
pub enum VerifyCmsError {
    /// Refused before parsing.
    #[error("signed message is larger than {MAX_CMS_BYTES} bytes")]
    TooLarge,
    /// No CMS signed data.
    #[error("signed message is not well-formed")]
    Malformed(#[source] der::Error),
    /// Another kind of CMS message.
    #[error("message is not signed data")]
    NotSigned,
    /// None, or several; we could not say who sent it.
    #[error("signed message does not have exactly one signer")]
    NotOneSigner,
    /// The signer's certificate must come with the message.
    #[error("signed message does not include the certificate of its signer")]
    CertificateMissing,
    /// A certificate in the message is broken.
    #[error("certificate in the signed message is not well-formed")]
    Certificate(#[source] DecodeCertificateError),
    /// A digest or signature algorithm that we do not support.
    #[error("signed message uses an unsupported algorithm")]
    UnsupportedAlgorithm,
    /// The signed attributes do not say what was signed.
    #[error("signed attributes lack a single content type or message digest")]
    AttributeMissing,
    /// The message is about another content.
    #[error("signed message does not belong to this content")]
    WrongContent,
    /// The signature is wrong.
    #[error("signature is not valid")]
    WrongSignature,
}

/// Decodes the base64 of an `Mdm-Signature` header, within a size limit.
pub fn decode_signature_header(header: &[u8]) -> Result<Vec<u8>, DecodeSignatureHeaderError> {
    let _ = header;
    todo!()
}

/// Checks that `signature` is a detached signature of exactly `content`, and tells by whom.
///
/// A message that carries its content is accepted if the content is the same.
pub fn verify_detached(signature: &[u8], content: &[u8]) -> Result<VerifiedSigner, VerifyCmsError> {
    let _ = (signature, content);
    todo!()
}

/// Checks a signed message that carries its content.
pub fn verify_attached(message: &[u8]) -> Result<VerifiedMessage, VerifyCmsError> {
    let _ = message;
    todo!()
}

/// Signs `content` without including it.
///
/// ECDSA nonces come from the random number generator of aws-lc.
#[must_use]
pub fn sign_detached(content: &[u8], signer: &Identity, signing_time: Timestamp) -> Vec<u8> {
    let _ = (content, signer, signing_time);
    todo!()
}

/// Signs and includes `content`, and the certificates that lead from the signer to its root.
///
/// ECDSA nonces come from the random number generator of aws-lc.
#[must_use]
pub fn sign_attached(
    content: &[u8],
    signer: &Identity,
    chain: &[Certificate],
    signing_time: Timestamp,
) -> Vec<u8> {
    let _ = (content, signer, chain, signing_time);
    todo!()
}
