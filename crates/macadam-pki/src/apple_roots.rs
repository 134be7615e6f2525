//! Apple's root certificate, known by its fingerprint.
//!
//! The certificate itself is not part of this program: an administrator gives a copy, and only the
//! right one is accepted.

use crate::certificate::{Certificate, DecodeCertificateError, Fingerprint};

/// The SHA-256 fingerprint of "Apple Root CA", as Apple publishes it.
pub const APPLE_ROOT_CA: Fingerprint = Fingerprint::from_bytes([
    0xb0, 0xb1, 0x73, 0x0e, 0xcb, 0xc7, 0xff, 0x45, 0x05, 0x14, 0x2c, 0x49, 0xf1, 0x29, 0x5e, 0x6e,
    0xda, 0x6b, 0xca, 0xed, 0x7e, 0x2c, 0x68, 0xc5, 0xbe, 0x91, 0xb5, 0xa1, 0x10, 0x01, 0xf0, 0x24,
]);

/// Why a certificate is not Apple's root.
#[derive(Debug, thiserror::Error)]
pub enum ReadAppleRootError {
    /// No certificate.
    #[error("Apple's root certificate could not be read")]
    Decode(#[from] DecodeCertificateError),
    /// A certificate, but another one.
    #[error("certificate {found} is not Apple Root CA ({APPLE_ROOT_CA})")]
    Other {
        /// The fingerprint of what was given.
        found: Fingerprint,
    },
}

/// Reads a PEM certificate that must be Apple Root CA.
pub fn read_apple_root(pem: &str) -> Result<Certificate, ReadAppleRootError> {
    let certificate = Certificate::from_pem(pem)?;
    let found = certificate.fingerprint();
    if found != APPLE_ROOT_CA {
        return Err(ReadAppleRootError::Other { found });
    }
    Ok(certificate)
}
