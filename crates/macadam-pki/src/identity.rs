//! A certificate together with its private key.

use crate::ca::{Issuance, IssueCertificateError};
use crate::certificate::Certificate;
use crate::key::PrivateKey;

/// A certificate and the private key that belongs to it.
#[derive(Debug)]
pub struct Identity {
    certificate: Certificate,
    key: PrivateKey,
}

/// A certificate was given with the private key of another.
#[derive(Debug, thiserror::Error)]
#[error("the private key does not belong to the certificate")]
pub struct KeyMismatch;

impl Identity {
    /// Joins the two, if they belong to each other.
    pub fn new(certificate: Certificate, key: PrivateKey) -> Result<Self, KeyMismatch> {
        if certificate.public_key() != key.public_key() {
            return Err(KeyMismatch);
        }
        Ok(Self { certificate, key })
    }

    /// Makes the certificate that a SCEP client signs its first request with.
    ///
    /// Signing uses the random number generator of aws-lc.
    pub fn self_signed(
        key: PrivateKey,
        common_name: &str,
        issuance: &Issuance,
    ) -> Result<Self, IssueCertificateError> {
        let certificate = crate::ca::self_signed_requester(&key, common_name, issuance)?;
        Ok(Self { certificate, key })
    }

    /// Returns the certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Returns the private key.
    #[must_use]
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Takes the two apart.
    #[must_use]
    pub fn into_parts(self) -> (Certificate, PrivateKey) {
        (self.certificate, self.key)
    }
}
