//! The server's side: requests and their answers.

use jiff::Timestamp;

use super::Nonce;
use super::attributes::{
    self, CERT_REP, FAIL_INFO, FAILURE, MESSAGE_TYPE, PKCS_REQ, PKI_STATUS, RECIPIENT_NONCE,
    RENEWAL_REQ, SENDER_NONCE, SUCCESS, TRANSACTION_ID, Unusable,
};
use super::csr::{DecodeCertificateRequestError, decode_certificate_request};
use crate::ca::CertificateAuthority;
use crate::certificate::Certificate;
use crate::cms::structures::encode_certificates;
use crate::cms::{
    DecryptEnvelopedError, EncryptEnvelopedError, VerifyCmsError, content_cipher,
    decrypt_enveloped, encrypt_enveloped, sign_with_attributes, verify_attached,
};
use crate::key::PublicKey;

/// A request whose signature is valid. What it asks for is still encrypted.
#[derive(Clone, Debug)]
pub struct PkiMessage {
    kind: RequestKind,
    transaction_id: String,
    sender_nonce: Vec<u8>,
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
        let message = verify_attached(message)?;
        let attributes = &message.attributes;
        let kind = match attributes::read_text(attributes, MESSAGE_TYPE)? {
            PKCS_REQ => RequestKind::PkcsReq,
            RENEWAL_REQ => RequestKind::RenewalReq,
            other => {
                let message_type = other.to_owned();
                return Err(DecodePkiMessageError::UnsupportedType { message_type });
            }
        };
        Ok(Self {
            kind,
            transaction_id: attributes::read_text(attributes, TRANSACTION_ID)?.to_owned(),
            sender_nonce: attributes::read_nonce(attributes, SENDER_NONCE)?.to_vec(),
            signer: message.signer.certificate,
            enveloped: message.content,
        })
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
        if !self.signer.public_key().is_rsa() {
            return Err(OpenRequestError::NotRsa);
        }
        let request = decrypt_enveloped(&self.enveloped, authority.identity())?;
        let requested = decode_certificate_request(&request)?;
        match self.kind {
            RequestKind::PkcsReq if requested.key != *self.signer.public_key() => {
                Err(OpenRequestError::OtherKey)
            }
            RequestKind::PkcsReq | RequestKind::RenewalReq => Ok(requested),
        }
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
        let certificates = encode_certificates(&[issued, authority.certificate()]);
        let cipher = content_cipher(&self.enveloped)?;
        let content = encrypt_enveloped(&certificates, &self.signer, cipher)
            .map_err(|EncryptEnvelopedError::NotRsa| OpenRequestError::NotRsa)?;
        let attributes = self.answer_attributes(SUCCESS, nonce);
        Ok(sign_with_attributes(Some(&content), authority.identity(), attributes, now))
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
        let mut attributes = self.answer_attributes(FAILURE, nonce);
        attributes.push(attributes::text(FAIL_INFO, fail_info.code()));
        sign_with_attributes(None, authority.identity(), attributes, now)
    }

    fn answer_attributes(&self, status: &str, nonce: Nonce) -> Vec<Vec<u8>> {
        vec![
            attributes::text(MESSAGE_TYPE, CERT_REP),
            attributes::text(PKI_STATUS, status),
            attributes::text(TRANSACTION_ID, &self.transaction_id),
            attributes::nonce(RECIPIENT_NONCE, &self.sender_nonce),
            attributes::nonce(SENDER_NONCE, &nonce),
        ]
    }
}

impl FailInfo {
    const ALL: [Self; 5] =
        [Self::BadAlg, Self::BadMessageCheck, Self::BadRequest, Self::BadTime, Self::BadCertId];

    /// Returns the value of the `failInfo` attribute.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::BadAlg => "0",
            Self::BadMessageCheck => "1",
            Self::BadRequest => "2",
            Self::BadTime => "3",
            Self::BadCertId => "4",
        }
    }

    /// Recognizes the value of a `failInfo` attribute.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|info| info.code() == code)
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

impl From<Unusable> for DecodePkiMessageError {
    fn from(Unusable(attribute): Unusable) -> Self {
        Self::Attribute { attribute }
    }
}
