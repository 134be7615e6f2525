//! The push certificate that Apple issues to an organization, once a year.

use der::pem::LineEnding;
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::ca::{IssueCertificateError, certificate_request};
use crate::certificate::{Certificate, DecodeCertificateError};
use crate::identity::{Identity, KeyMismatch};
use crate::key::{LoadKeyError, PrivateKey};

/// The prefix of every device-management push topic.
const TOPIC_PREFIX: &str = "com.apple.mgmt.";

/// A push certificate with its private key and topic.
#[derive(Debug)]
pub struct PushCertificate {
    identity: Identity,
    topic: String,
}

/// Why a push certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadPushCertificateError {
    /// The certificate is broken.
    #[error("push certificate could not be read")]
    Certificate(#[from] DecodeCertificateError),
    /// The key is broken.
    #[error("private key of the push certificate could not be read")]
    Key(#[from] LoadKeyError),
    /// They do not belong together.
    #[error("the private key is not the one the push certificate was requested with")]
    Mismatch(#[from] KeyMismatch),
    /// A certificate for something else.
    #[error("the certificate has no push topic; it is not a push certificate")]
    NoTopic,
    /// A push certificate for an app.
    #[error("{topic:?} is not a device-management push topic")]
    OtherTopic {
        /// The user id of the subject.
        topic: String,
    },
}

/// Writes the request (PEM) that a vendor of device management signs and Apple certifies.
///
/// Apple chooses the subject of the certificate; `common_name` only tells requests apart.
pub fn push_signing_request(
    key: &PrivateKey,
    common_name: &str,
) -> Result<String, IssueCertificateError> {
    let request = certificate_request(key, common_name, None)?;
    let pem = der::pem::encode_string("CERTIFICATE REQUEST", LineEnding::LF, &request);
    Ok(pem.expect("a request of a few kilobytes has a PEM form"))
}

impl PushCertificate {
    /// Reads certificate and private key; both may come from one PEM text given twice.
    ///
    /// Whether the certificate has expired is not judged: see [`Self::expires_at`].
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, ReadPushCertificateError> {
        let certificate = Certificate::from_pem(certificate)?;
        let topic = Self::topic_of(&certificate).ok_or(ReadPushCertificateError::NoTopic)?;
        if !topic.starts_with(TOPIC_PREFIX) || topic.len() == TOPIC_PREFIX.len() {
            return Err(ReadPushCertificateError::OtherTopic { topic });
        }
        let key = PrivateKey::from_pem(key)?;
        Ok(Self { identity: Identity::new(certificate, key)?, topic })
    }

    /// Returns the topic that a certificate can push to: the user id of its subject.
    #[must_use]
    pub fn topic_of(certificate: &Certificate) -> Option<String> {
        certificate.subject_attribute(const_oid::db::rfc4519::UID)
    }

    /// Returns the topic devices listen on. It must never change: a renewal keeps it.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// Returns the last second it can push.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.identity.certificate().validity().not_after
    }

    /// Returns certificate and key.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the chain and key as a TLS client takes them.
    #[must_use]
    pub fn to_tls(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let certificate = CertificateDer::from(self.identity.certificate().der().to_vec());
        let key = PrivatePkcs8KeyDer::from(self.identity.key().to_pkcs8_der().to_vec());
        (vec![certificate], PrivateKeyDer::Pkcs8(key))
    }
}
