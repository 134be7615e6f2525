//! The server's side: requests and their answers.

use jiff::Timestamp;

use super::Nonce;
use super::csr::DecodeCertificateRequestError;
use crate::ca::CertificateAuthority;
use crate::certificate::Certificate;
use crate::cms::{DecryptEnvelopedError, VerifyCmsError};
use crate::key::PublicKey;

/// A request whose signature is valid. What it asks for is still encrypted.
#[derive(Clone, Debug)]
pub struct PkiMessage {
    kind: RequestKind,
    transaction_id: String,
    sender_nonce: Nonce,
    signer: Certificate,
    enveloped: Vec<u8>,
}

/// The two requests that reach the signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A first identity, vouched for by the challenge.
    PkcsReq,
    /// A new identity in place of the one that signed the message.
    RenewalReq,
}

/// What a device asks for.
#[derive(Clone, Debug)]
pub struct Requested {
    /// The key to certify; the requester has proved that it holds the private half.
    pub key: PublicKey,
    /// The common name it wishes; the server sets its own.
    pub common_name: Option<String>,
    /// The one-time challenge from the enrollment profile.
    pub challenge: Option<String>,
}

/// Why a request is refused, as SCEP tells the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailInfo {
    /// An algorithm that we do not support.
    BadAlg,
    /// A signature or decryption that failed.
    BadMessageCheck,
    /// A request that we do not grant, such as one with a wrong challenge.
    BadRequest,
    /// A signing time too far from ours.
    BadTime,
    /// A certificate that we do not know.
    BadCertId,
}

/// Why a message cannot even be answered with a SCEP failure.
#[derive(Debug, thiserror::Error)]
pub enum DecodePkiMessageError {
    /// The parameter of a GET request is broken.
    #[error("message parameter is not base64")]
    NotBase64,
    /// No signed message, or its signature is wrong.
    #[error("SCEP message is not validly signed")]
    Signed(#[from] VerifyCmsError),
    /// An attribute that SCEP requires is missing or broken.
    #[error("SCEP message has no usable {attribute}")]
    Attribute {
        /// Its name in RFC 8894.
        attribute: &'static str,
    },
    /// A message type that never reaches the signer.
    #[error("SCEP message type {message_type:?} is not supported")]
    UnsupportedType {
        /// The number it sent.
        message_type: String,
    },
}

/// Why a request is refused before anybody looks at the challenge.
#[derive(Debug, thiserror::Error)]
pub enum OpenRequestError {
    /// It could not be decrypted.
    #[error("SCEP request could not be decrypted")]
    Decrypt(#[from] DecryptEnvelopedError),
    /// It holds no valid certificate request.
    #[error("SCEP request holds no valid certificate request")]
    Request(#[from] DecodeCertificateRequestError),
    /// The answer could not be encrypted to the signer.
    #[error("SCEP request is not signed with an RSA key")]
    NotRsa,
    /// A first request must be signed with the key to certify.
    #[error("SCEP request is signed with another key than the one to certify")]
    OtherKey,
}

impl PkiMessage {
    /// Reads a request and checks its signature.
    pub fn decode(message: &[u8]) -> Result<Self, DecodePkiMessageError> {
        let _ = message;
        todo!()
    }

    /// Tells whether this is a first request or a renewal.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// Returns the client's name for this exchange; a repeated request repeats it.
    #[must_use]
    pub fn transaction_id(&self) -> &str {
        &self.transaction_id
    }

    /// Returns the certificate that signed the message: for a renewal the identity to replace,
    /// whose chain and enrollment the caller must check.
    #[must_use]
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// Decrypts the certificate request and checks that the requester holds its key.
    pub fn open(&self, authority: &CertificateAuthority) -> Result<Requested, OpenRequestError> {
        let _ = (authority, &self.enveloped, self.sender_nonce);
        todo!()
    }

    /// Answers with the issued certificate, encrypted to the signer.
    ///
    /// Encryption and signing use the random number generator of aws-lc.
    pub fn grant(
        &self,
        authority: &CertificateAuthority,
        issued: &Certificate,
        nonce: Nonce,
        now: Timestamp,
    ) -> Result<Vec<u8>, OpenRequestError> {
        let _ = (authority, issued, nonce, now);
        todo!()
    }

    /// Answers that the request is refused.
    ///
    /// Signing uses the random number generator of aws-lc.
    #[must_use]
    pub fn refuse(
        &self,
        authority: &CertificateAuthority,
        fail_info: FailInfo,
        nonce: Nonce,
        now: Timestamp,
    ) -> Vec<u8> {
        let _ = (authority, fail_info, nonce, now);
        todo!()
    }
}

impl OpenRequestError {
    /// Returns what to tell the client.
    #[must_use]
    pub fn fail_info(&self) -> FailInfo {
        match self {
            Self::Decrypt(_) => FailInfo::BadMessageCheck,
            Self::Request(_) | Self::OtherKey => FailInfo::BadRequest,
            Self::NotRsa => FailInfo::BadAlg,
        }
    }
}
