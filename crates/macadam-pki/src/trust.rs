//! Whether a device certificate comes from an authority that may issue identities.

use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{
    EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, KeyUsage,
    RequiredEkuNotFoundContext,
};

use crate::certificate::{Certificate, DecodeCertificateError};

/// Longer chains exist nowhere in device management, and each link costs a signature check.
pub(crate) const MAX_INTERMEDIATES: usize = 8;

/// The authorities whose certificates are device identities.
#[derive(Clone, Debug)]
pub struct TrustAnchors {
    anchors: Vec<TrustAnchor<'static>>,
}

/// What an expired certificate is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// An expired certificate is refused.
    Enforced,
    /// The chain is judged as of the certificate's last second, so that a device which was off for
    /// a year can still renew.
    Ignored,
}

/// Why a certificate bundle holds no usable authorities.
#[derive(Debug, thiserror::Error)]
pub enum LoadAnchorsError {
    /// The text is broken.
    #[error("certificate authorities could not be read")]
    Decode(#[from] DecodeCertificateError),
    /// The text holds no certificate at all.
    #[error("no certificate authority was found in the PEM text")]
    Missing,
    /// One certificate is no authority.
    #[error("certificate {common_name:?} cannot be a certificate authority")]
    Unusable {
        /// Its subject's common name.
        common_name: String,
        /// What the validator says.
        #[source]
        source: webpki::Error,
    },
}

/// Why a certificate was not accepted as an identity.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// It is from one of our authorities but has expired.
    #[error("certificate has expired")]
    Expired,
    /// Its validity begins later; usually a clock is wrong.
    #[error("certificate is not valid yet")]
    NotYetValid,
    /// No configured authority issued it.
    #[error("certificate was not issued by a known authority")]
    UnknownIssuer,
    /// More intermediates than a chain can have.
    #[error("more than {MAX_INTERMEDIATES} intermediate certificates")]
    TooManyIntermediates,
    /// It is broken, weak, or made for another purpose.
    #[error("certificate is not acceptable as a device identity")]
    Unacceptable(#[source] webpki::Error),
}

impl TrustAnchors {
    /// Reads the authorities of a PEM bundle.
    pub fn from_pem(pem: &str) -> Result<Self, LoadAnchorsError> {
        let certificates = Certificate::all_from_pem(pem)?;
        if certificates.is_empty() {
            return Err(LoadAnchorsError::Missing);
        }
        Self::from_certificates(&certificates)
    }

    /// Trusts exactly these authorities.
    pub fn from_certificates<'a>(
        certificates: impl IntoIterator<Item = &'a Certificate>,
    ) -> Result<Self, LoadAnchorsError> {
        let anchor = |certificate: &Certificate| {
            webpki::anchor_from_trusted_cert(&CertificateDer::from(certificate.der()))
                .map(|anchor| anchor.to_owned())
                .map_err(|source| LoadAnchorsError::Unusable {
                    common_name: certificate.subject_common_name().unwrap_or_default(),
                    source,
                })
        };
        let anchors = certificates.into_iter().map(anchor).collect::<Result<_, _>>()?;
        Ok(Self { anchors })
    }
}

impl Certificate {
    /// Checks that one of `anchors` issued this certificate, directly or through `intermediates`,
    /// for a client, and that it is valid at `now`.
    pub fn chains_to(
        &self,
        anchors: &TrustAnchors,
        intermediates: &[Certificate],
        now: Timestamp,
        expiry: Expiry,
    ) -> Result<(), ChainError> {
        if intermediates.len() > MAX_INTERMEDIATES {
            return Err(ChainError::TooManyIntermediates);
        }
        let time = match expiry {
            Expiry::Enforced => now,
            Expiry::Ignored => now.min(self.validity().not_after),
        };
        let der = CertificateDer::from(self.der());
        let intermediates: Vec<_> =
            intermediates.iter().map(|certificate| certificate.der().into()).collect();
        let certificate = EndEntityCert::try_from(&der).map_err(chain_error)?;
        certificate
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &anchors.anchors,
                &intermediates,
                unix_time(time),
                ClientUsage,
                None,
                None,
            )
            .map(|_| ())
            .map_err(chain_error)
    }
}

/// Accepts certificates for TLS clients, for anything, and those that do not say what for.
struct ClientUsage;

impl ExtendedKeyUsageValidator for ClientUsage {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        const CLIENT_AUTH: KeyPurposeId<'_> =
            KeyPurposeId::new(const_oid::db::rfc5280::ID_KP_CLIENT_AUTH.as_bytes());
        const ANY: KeyPurposeId<'_> =
            KeyPurposeId::new(const_oid::db::rfc5280::ANY_EXTENDED_KEY_USAGE.as_bytes());
        let mut present = Vec::new();
        for purpose in purposes {
            let purpose = purpose?;
            if purpose == CLIENT_AUTH || purpose == ANY {
                return Ok(());
            }
            present.push(purpose.to_decoded_oid());
        }
        match present.is_empty() {
            true => Ok(()),
            false => Err(webpki::Error::RequiredEkuNotFoundContext(RequiredEkuNotFoundContext {
                required: KeyUsage::client_auth(),
                present,
            })),
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "webpki has fifty errors and may add more")]
fn chain_error(error: webpki::Error) -> ChainError {
    match error {
        webpki::Error::CertExpired { .. } => ChainError::Expired,
        webpki::Error::CertNotValidYet { .. } => ChainError::NotYetValid,
        webpki::Error::UnknownIssuer => ChainError::UnknownIssuer,
        other => ChainError::Unacceptable(other),
    }
}

fn unix_time(time: Timestamp) -> UnixTime {
    let seconds = u64::try_from(time.as_second()).unwrap_or_default();
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
