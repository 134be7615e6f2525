//! The client's side, for simulated devices.

use jiff::Timestamp;

use super::Nonce;
use super::attributes::{
    self, CERT_REP, FAIL_INFO, FAILURE, MESSAGE_TYPE, PKCS_REQ, PKI_STATUS, RECIPIENT_NONCE,
    RENEWAL_REQ, SENDER_NONCE, SUCCESS, TRANSACTION_ID, Unusable,
};
use super::message::{FailInfo, RequestKind};
use crate::ca::{IssueCertificateError, certificate_request};
use crate::certificate::Certificate;
use crate::cms::{
    ContentCipher, DecryptEnvelopedError, EncryptEnvelopedError, VerifyCmsError,
    decode_certificates, decrypt_enveloped, encrypt_enveloped, sign_with_attributes,
    verify_attached_or_empty,
};
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

/// Why no request could be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeRequestError {
    /// The certificate request could not be made.
    #[error("certificate request could not be made")]
    Request(#[from] IssueCertificateError),
    /// The authority cannot do SCEP.
    #[error("certificate request could not be encrypted to the authority")]
    Encrypt(#[from] EncryptEnvelopedError),
}

/// Why no identity came back.
#[derive(Debug, thiserror::Error)]
pub enum ReadResponseError {
    /// The server said no, for this reason if it is a known one.
    #[error("SCEP server refused the request: {0:?}")]
    Refused(Option<FailInfo>),
    /// The server said something else, such as that somebody must approve first.
    #[error("SCEP server answered with status {status:?}")]
    Status {
        /// The number it sent.
        status: String,
    },
    /// An attribute that SCEP requires is missing or broken.
    #[error("SCEP response has no usable {attribute}")]
    Attribute {
        /// Its name in RFC 8894.
        attribute: &'static str,
    },
    /// The certificate could not be decrypted.
    #[error("SCEP response could not be decrypted")]
    Decrypt(#[from] DecryptEnvelopedError),
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
    pub fn encode(&self, now: Timestamp) -> Result<Vec<u8>, EncodeRequestError> {
        let request = certificate_request(self.key, self.common_name, self.challenge)?;
        let content = encrypt_enveloped(&request, self.authority, ContentCipher::Aes256Cbc)?;
        let message_type = match self.kind {
            RequestKind::PkcsReq => PKCS_REQ,
            RequestKind::RenewalReq => RENEWAL_REQ,
        };
        let attributes = vec![
            attributes::text(MESSAGE_TYPE, message_type),
            attributes::text(TRANSACTION_ID, self.transaction_id),
            attributes::nonce(SENDER_NONCE, &self.nonce),
        ];
        Ok(sign_with_attributes(Some(&content), self.requester, attributes, now))
    }

    /// Reads the answer and returns the new certificate for `key`.
    pub fn read_response(&self, response: &[u8]) -> Result<Certificate, ReadResponseError> {
        let response = verify_attached_or_empty(response)?;
        if response.signer.certificate != *self.authority {
            return Err(ReadResponseError::OtherSigner);
        }
        let attributes = &response.attributes;
        let is_answer = attributes::read_text(attributes, MESSAGE_TYPE)? == CERT_REP
            && attributes::read_text(attributes, TRANSACTION_ID)? == self.transaction_id
            && attributes::read_nonce(attributes, RECIPIENT_NONCE)? == self.nonce;
        if !is_answer {
            return Err(ReadResponseError::OtherRequest);
        }
        match attributes::read_text(attributes, PKI_STATUS)? {
            SUCCESS => {}
            FAILURE => {
                let code = attributes::read_text(attributes, FAIL_INFO)?;
                return Err(ReadResponseError::Refused(FailInfo::from_code(code)));
            }
            other => return Err(ReadResponseError::Status { status: other.to_owned() }),
        }
        let certificates = decrypt_enveloped(&response.content, self.requester)?;
        decode_certificates(&certificates)?
            .into_iter()
            .find(|certificate| certificate.public_key() == self.key.public_key())
            .ok_or(ReadResponseError::NoCertificate)
    }
}

impl From<Unusable> for ReadResponseError {
    fn from(Unusable(attribute): Unusable) -> Self {
        Self::Attribute { attribute }
    }
}
