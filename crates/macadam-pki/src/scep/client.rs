//! The client's side, for simulated devices.

use jiff::Timestamp;

use super::Nonce;
use super::message::{FailInfo, RequestKind};
use crate::certificate::Certificate;
use crate::cms::VerifyCmsError;
use crate::identity::Identity;
use crate::key::PrivateKey;

/// One exchange with a SCEP server.
#[derive(Debug)]
pub struct EnrollmentRequest<'a> {
    /// A first identity or a renewal.
    pub kind: RequestKind,
    /// The certificate that `GetCACert` answered.
    pub authority: &'a Certificate,
    /// Signs the request and decrypts the answer: self-signed at first, for a renewal the identity
    /// to replace. Its key must be RSA.
    pub requester: &'a Identity,
    /// The key to certify; at first the requester's own.
    pub key: &'a PrivateKey,
    /// The subject to ask for.
    pub common_name: &'a str,
    /// The challenge from the enrollment profile.
    pub challenge: Option<&'a str>,
    /// The client's name for this exchange.
    pub transaction_id: &'a str,
    /// A value that the answer must repeat.
    pub nonce: Nonce,
}

/// Why no identity came back.
#[derive(Debug, thiserror::Error)]
pub enum ReadResponseError {
    /// The server said no.
    #[error("SCEP server refused the request: {0:?}")]
    Refused(FailInfo),
    /// No signed message, or its signature is wrong.
    #[error("SCEP response is not validly signed")]
    Signed(#[from] VerifyCmsError),
    /// Signed by somebody else than the authority.
    #[error("SCEP response is signed by somebody else")]
    OtherSigner,
    /// An answer to another request.
    #[error("SCEP response belongs to another request")]
    OtherRequest,
    /// It does not hold the certificate that was asked for.
    #[error("SCEP response holds no certificate for the key")]
    NoCertificate,
}

impl EnrollmentRequest<'_> {
    /// Writes the request for `PKIOperation`.
    ///
    /// Encryption and signing use the random number generator of aws-lc.
    ///
    /// # Panics
    ///
    /// When the authority's key is not RSA.
    #[must_use]
    pub fn encode(&self, now: Timestamp) -> Vec<u8> {
        let _ = now;
        todo!()
    }

    /// Reads the answer and returns the new certificate for `key`.
    pub fn read_response(&self, response: &[u8]) -> Result<Certificate, ReadResponseError> {
        let _ = response;
        todo!()
    }
}
