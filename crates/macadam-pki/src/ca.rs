//! Our own certificate authority: it issues device identities and the certificate of a demo server.

use zeroize::Zeroizing;

use crate::certificate::{Certificate, DecodeCertificateError, SerialNumber, Validity};
use crate::identity::{Identity, KeyMismatch};
use crate::key::{LoadKeyError, PrivateKey, PublicKey};

/// A certificate authority: its certificate and its key.
#[derive(Debug)]
pub struct CertificateAuthority {
    identity: Identity,
}

/// What the caller decides about a new certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuance {
    /// The serial number; must be unique for the authority, so draw it at random.
    pub serial_number: SerialNumber,
    /// When the certificate is valid.
    pub validity: Validity,
}

/// Why a certificate could not be issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueCertificateError {
    /// A host name that no certificate can hold.
    #[error("{name:?} is neither a host name nor an IP address")]
    HostName {
        /// The name.
        name: String,
    },
    /// The dates lie outside of what certificates can express.
    #[error("validity cannot be written in a certificate")]
    Validity,
    /// A key that is neither RSA nor P-256 or P-384.
    #[error("the public key is of an unsupported kind")]
    UnsupportedKey,
    /// Anything else.
    #[error("certificate could not be made")]
    Make(#[source] rcgen::Error),
}

/// Why a stored authority could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadAuthorityError {
    /// The certificate is broken.
    #[error("certificate of the authority could not be read")]
    Certificate(#[from] DecodeCertificateError),
    /// The key is broken.
    #[error("private key of the authority could not be read")]
    Key(#[from] LoadKeyError),
    /// They do not belong together.
    #[error("certificate and private key of the authority do not match")]
    Mismatch(#[from] KeyMismatch),
}

impl CertificateAuthority {
    /// Creates an authority with a certificate that it signs itself.
    ///
    /// An authority that answers SCEP needs an RSA key. Signing uses the random number generator
    /// of aws-lc.
    pub fn create(
        common_name: &str,
        key: PrivateKey,
        issuance: &Issuance,
    ) -> Result<Self, IssueCertificateError> {
        let _ = (common_name, key, issuance);
        todo!()
    }

    /// Loads an authority that was stored.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, LoadAuthorityError> {
        let (certificate, key) = (Certificate::from_pem(certificate)?, PrivateKey::from_pem(key)?);
        Ok(Self { identity: Identity::new(certificate, key)? })
    }

    /// Returns certificate and key for the store, which must seal the key.
    #[must_use]
    pub fn to_pem(&self) -> (String, Zeroizing<String>) {
        (self.identity.certificate().to_pem(), self.identity.key().to_pem())
    }

    /// Returns the authority's certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        self.identity.certificate()
    }

    /// Returns certificate and key, to sign with.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Issues the identity of a device. The subject is ours, whatever the device asked for.
    ///
    /// Signing uses the random number generator of aws-lc.
    pub fn issue_device_identity(
        &self,
        key: &PublicKey,
        common_name: &str,
        issuance: &Issuance,
    ) -> Result<Certificate, IssueCertificateError> {
        let _ = (key, common_name, issuance);
        todo!()
    }

    /// Issues a TLS server certificate for host names and IP addresses, for demos and tests.
    ///
    /// Signing uses the random number generator of aws-lc.
    pub fn issue_tls_server(
        &self,
        key: &PublicKey,
        names: &[String],
        issuance: &Issuance,
    ) -> Result<Certificate, IssueCertificateError> {
        let _ = (key, names, issuance);
        todo!()
    }
}

/// Makes the certificate a SCEP client signs its first request with.
pub(crate) fn self_signed_requester(
    key: &PrivateKey,
    common_name: &str,
    issuance: &Issuance,
) -> Result<Certificate, IssueCertificateError> {
    let _ = (key, common_name, issuance);
    todo!()
}
