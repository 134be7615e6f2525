//! Our own certificate authority: it issues device identities and the certificate of a demo server.

use der::asn1::Utf8StringRef;
use rcgen::{
    Attribute, BasicConstraints, CertificateParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyUsagePurpose, PublicKeyData, SanType,
    SignatureAlgorithm, SigningKey,
};
use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::algorithm::KeyAlgorithm;
use crate::certificate::{Certificate, DecodeCertificateError, SerialNumber, Validity, asn1_time};
use crate::cms::structures::{SetRef, encoded};
use crate::identity::{Identity, KeyMismatch};
use crate::key::{LoadKeyError, PrivateKey, PublicKey};

/// The subject attribute that holds the topic of a push certificate.
const USER_ID: [u64; 7] = [0, 9, 2342, 19_200_300, 100, 1, 1];

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
    /// A server certificate without a single name.
    #[error("a server certificate needs at least one host name")]
    NoHostName,
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
        let mut params = params(common_name, issuance);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::CrlSign,
        ];
        let certificate = finished(params.self_signed(&Signer(&key)))?;
        Ok(Self { identity: Identity::new(certificate, key).expect("it was made for the key") })
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
        let mut params = params(common_name, issuance);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(params, key)
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
        let first = names.first().ok_or(IssueCertificateError::NoHostName)?;
        let mut params = params(first, issuance);
        params.subject_alt_names =
            names.iter().map(|name| alternative_name(name)).collect::<Result<_, _>>()?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(params, key)
    }

    /// Issues a push certificate as Apple does, for doubles of Apple's push service.
    ///
    /// Signing uses the random number generator of aws-lc.
    pub fn issue_push_certificate(
        &self,
        key: &PublicKey,
        topic: &str,
        issuance: &Issuance,
    ) -> Result<Certificate, IssueCertificateError> {
        let mut params = params(topic, issuance);
        params.distinguished_name.push(DnType::CustomDnType(USER_ID.to_vec()), topic);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(params, key)
    }

    fn issue(
        &self,
        mut params: CertificateParams,
        key: &PublicKey,
    ) -> Result<Certificate, IssueCertificateError> {
        params.use_authority_key_identifier_extension = true;
        let own = CertificateDer::from(self.certificate().der());
        let issuer = Issuer::from_ca_cert_der(&own, Signer(self.identity.key()))
            .map_err(IssueCertificateError::Make)?;
        let algorithm = rcgen_algorithm(key).ok_or(IssueCertificateError::UnsupportedKey)?;
        finished(params.signed_by(&Certified { key, algorithm }, &issuer))
    }
}

/// Makes the certificate a SCEP client signs its first request with.
pub(crate) fn self_signed_requester(
    key: &PrivateKey,
    common_name: &str,
    issuance: &Issuance,
) -> Result<Certificate, IssueCertificateError> {
    let mut params = params(common_name, issuance);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    finished(params.self_signed(&Signer(key)))
}

/// Writes a certificate request, with a challenge as a SCEP client sends it.
pub(crate) fn certificate_request(
    key: &PrivateKey,
    common_name: &str,
    challenge: Option<&str>,
) -> Result<Vec<u8>, IssueCertificateError> {
    const CHALLENGE_PASSWORD: &[u64] = &[1, 2, 840, 113_549, 1, 9, 7];
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(common_name);
    let attributes = challenge.map(|challenge| {
        let text = Utf8StringRef::new(challenge).expect("a challenge is below 256 MB");
        let values = encoded(&SetRef(&encoded(&text)));
        Attribute { oid: CHALLENGE_PASSWORD, values }
    });
    params
        .serialize_request_with_attributes(&Signer(key), attributes.into_iter().collect())
        .map(|request| request.der().to_vec())
        .map_err(IssueCertificateError::Make)
}

/// Lets rcgen sign with our key.
struct Signer<'a>(&'a PrivateKey);

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().bits()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        rcgen_algorithm(self.0.public_key()).expect("private keys are of a supported kind")
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign(message))
    }
}

/// Lets rcgen certify a public key.
struct Certified<'a> {
    key: &'a PublicKey,
    algorithm: &'static SignatureAlgorithm,
}

impl PublicKeyData for Certified<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.key.bits()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

fn rcgen_algorithm(key: &PublicKey) -> Option<&'static SignatureAlgorithm> {
    match key.algorithm() {
        KeyAlgorithm::Rsa => Some(&rcgen::PKCS_RSA_SHA256),
        KeyAlgorithm::P256 => Some(&rcgen::PKCS_ECDSA_P256_SHA256),
        KeyAlgorithm::P384 => Some(&rcgen::PKCS_ECDSA_P384_SHA384),
        KeyAlgorithm::Unsupported => None,
    }
}

fn params(common_name: &str, issuance: &Issuance) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(common_name);
    params.serial_number = Some(rcgen::SerialNumber::from_slice(issuance.serial_number.as_bytes()));
    params.not_before = asn1_time(issuance.validity.not_before).to_system_time().into();
    params.not_after = asn1_time(issuance.validity.not_after).to_system_time().into();
    params
}

fn subject(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn alternative_name(name: &str) -> Result<SanType, IssueCertificateError> {
    if let Ok(address) = name.parse() {
        return Ok(SanType::IpAddress(address));
    }
    name.try_into()
        .map(SanType::DnsName)
        .map_err(|_| IssueCertificateError::HostName { name: name.to_owned() })
}

fn finished(
    made: Result<rcgen::Certificate, rcgen::Error>,
) -> Result<Certificate, IssueCertificateError> {
    let made = made.map_err(IssueCertificateError::Make)?;
    Ok(Certificate::from_der(made.der()).expect("what rcgen makes is a certificate"))
}
