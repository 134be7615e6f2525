//! X.509 certificates: what we need to know of one, and how it travels in the `Client-Cert` header.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef};
use der::pem::LineEnding;
use der::{DateTime, Decode, Encode, Sequence};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::ext::pkix::name::DirectoryString;
use x509_cert::name::Name;

use crate::key::PublicKey;
use crate::trust::MAX_INTERMEDIATES;

/// Certificates are a few kilobytes; what is larger is an attack.
const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;
/// A bundle of an organization's roots and intermediates.
const MAX_PEM_CERTIFICATES: usize = 64;

/// A parsed certificate.
///
/// Nothing about it has been judged: see [`Certificate::chains_to`].
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    serial_number: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    validity: Validity,
    public_key: PublicKey,
}

/// The SHA-256 digest of a certificate: the identity of a device that shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// From when until when a certificate is valid, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first valid second.
    pub not_before: Timestamp,
    /// The last valid second.
    pub not_after: Timestamp,
}

/// The serial number that a certificate is issued with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialNumber([u8; 16]);

/// Why bytes or text are not a certificate.
#[derive(Debug, thiserror::Error)]
pub enum DecodeCertificateError {
    /// Refused before parsing.
    #[error("certificate is larger than {MAX_CERTIFICATE_BYTES} bytes")]
    TooLarge,
    /// More sections than any organization has authorities.
    #[error("more than {MAX_PEM_CERTIFICATES} certificates in one PEM text")]
    TooMany,
    /// The PEM text is broken.
    #[error("text is not PEM")]
    NotPem(#[source] rustls_pki_types::pem::Error),
    /// The PEM text holds something else.
    #[error("no certificate was found in the PEM text")]
    Missing,
    /// The bytes are no certificate.
    #[error("certificate is not well-formed")]
    Malformed(#[source] der::Error),
}

/// Why a `Client-Cert` header was refused.
#[derive(Debug, thiserror::Error)]
pub enum DecodeClientCertError {
    /// Refused before decoding.
    #[error("Client-Cert header is larger than a certificate, or a chain, can be")]
    TooLarge,
    /// RFC 9440 wants base64 between colons.
    #[error("Client-Cert header is not an RFC 9440 byte sequence")]
    NotByteSequence,
    /// The bytes are no certificate.
    #[error("Client-Cert header holds no certificate")]
    Certificate(#[source] DecodeCertificateError),
}

/// Why a text is not a fingerprint.
#[derive(Debug, thiserror::Error)]
#[error("fingerprint is not 64 hexadecimal digits")]
pub struct ParseFingerprintError;

impl Certificate {
    /// Decodes a DER certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, DecodeCertificateError> {
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(DecodeCertificateError::TooLarge);
        }
        Self::parse(der).map_err(DecodeCertificateError::Malformed)
    }

    /// Decodes the first certificate of a PEM text.
    pub fn from_pem(pem: &str) -> Result<Self, DecodeCertificateError> {
        Self::all_from_pem(pem)?.into_iter().next().ok_or(DecodeCertificateError::Missing)
    }

    /// Decodes every certificate of a PEM text, in order; other sections are skipped.
    pub fn all_from_pem(pem: &str) -> Result<Vec<Self>, DecodeCertificateError> {
        let mut certificates = Vec::new();
        for der in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            if certificates.len() == MAX_PEM_CERTIFICATES {
                return Err(DecodeCertificateError::TooMany);
            }
            certificates.push(Self::from_der(&der.map_err(DecodeCertificateError::NotPem)?)?);
        }
        Ok(certificates)
    }

    /// Writes the certificate as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        der::pem::encode_string("CERTIFICATE", LineEnding::LF, &self.der)
            .expect("a certificate of a few kilobytes has a PEM form")
    }

    /// Returns the bytes that were decoded.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Computes the SHA-256 digest of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    /// Returns the first common name of the subject.
    #[must_use]
    pub fn subject_common_name(&self) -> Option<String> {
        self.subject_attribute(const_oid::db::rfc4519::COMMON_NAME)
    }

    /// Returns when the certificate is valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Returns the serial number, most significant byte first.
    #[must_use]
    pub fn serial_number(&self) -> &[u8] {
        &self.serial_number
    }

    /// Returns the certified key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Returns the first text of the subject with this attribute type.
    pub(crate) fn subject_attribute(&self, oid: ObjectIdentifier) -> Option<String> {
        name_attribute(&Name::from_der(&self.subject).ok()?, oid)
    }

    /// Returns the DER form of the issuer's name.
    pub(crate) fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    /// Returns the subject key identifier, if the certificate has one.
    pub(crate) fn subject_key_identifier(&self) -> Option<Vec<u8>> {
        let certificate = x509_cert::Certificate::from_der(&self.der).ok()?;
        let (_, id) =
            certificate.tbs_certificate().get_extension::<SubjectKeyIdentifier>().ok()??;
        Some(id.0.into_bytes().into_vec())
    }

    fn parse(bytes: &[u8]) -> der::Result<Self> {
        let certificate = Outline::from_der(bytes)?.tbs_certificate;
        let validity = certificate.validity;
        Ok(Self {
            der: bytes.to_vec(),
            serial_number: certificate.serial_number.value().to_vec(),
            issuer: certificate.issuer.to_der()?,
            subject: certificate.subject.to_der()?,
            validity: Validity {
                not_before: timestamp(validity.not_before),
                not_after: timestamp(validity.not_after),
            },
            public_key: PublicKey::from_der(&certificate.public_key.to_der()?)?,
        })
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.subject_common_name().unwrap_or_default();
        write!(f, "Certificate({name:?}, {})", self.fingerprint())
    }
}

impl Fingerprint {
    /// Computes the fingerprint of a DER certificate, parsed or not.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
        Self(digest.as_ref().try_into().expect("a SHA-256 digest has 32 bytes"))
    }

    /// Wraps a digest that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    /// Reads what `Display` writes, and the same with colons, as OpenSSL prints it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut digits = text
            .bytes()
            .filter(|byte| *byte != b':')
            .map(|byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
        let mut digit = || digits.next().flatten().ok_or(ParseFingerprintError);
        let mut bytes = [0; 32];
        for byte in &mut bytes {
            *byte = digit()? << 4 | digit()?;
        }
        match digits.next() {
            None => Ok(Self(bytes)),
            Some(_) => Err(ParseFingerprintError),
        }
    }
}

impl Validity {
    /// Tells whether `now` lies within.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

impl SerialNumber {
    /// Makes a serial number of random bytes that the caller drew.
    ///
    /// The two highest bits are set to `01`, so that the number is positive and of constant length.
    #[must_use]
    pub const fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[0] = (bytes[0] & 0x3f) | 0x40;
        Self(bytes)
    }

    /// Returns the number, most significant byte first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Decodes the client certificate that a proxy saw, as it forwards it by RFC 9440.
///
/// Only the header of a named proxy may reach this function: anybody can write one.
pub fn decode_client_cert(header: &[u8]) -> Result<Certificate, DecodeClientCertError> {
    if header.len() > MAX_CERTIFICATE_BYTES / 3 * 4 + 8 {
        return Err(DecodeClientCertError::TooLarge);
    }
    let header = header.trim_ascii();
    let encoded = header
        .strip_prefix(b":")
        .and_then(|rest| rest.strip_suffix(b":"))
        .ok_or(DecodeClientCertError::NotByteSequence)?;
    let der = STANDARD.decode(encoded).map_err(|_| DecodeClientCertError::NotByteSequence)?;
    Certificate::from_der(&der).map_err(DecodeClientCertError::Certificate)
}

/// Decodes the certificates between the client's and its authority, as a proxy forwards them by
/// RFC 9440; an empty header holds none.
///
/// Only the header of a named proxy may reach this function: anybody can write one.
pub fn decode_client_cert_chain(header: &[u8]) -> Result<Vec<Certificate>, DecodeClientCertError> {
    let header = header.trim_ascii();
    if header.is_empty() {
        return Ok(Vec::new());
    }
    let count = header.iter().filter(|byte| **byte == b',').count() + 1;
    if count > MAX_INTERMEDIATES {
        return Err(DecodeClientCertError::TooLarge);
    }
    header.split(|byte| *byte == b',').map(decode_client_cert).collect()
}

/// Returns the first text of a name with this attribute type.
pub(crate) fn name_attribute(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    name.by_oid::<DirectoryString>(oid).ok().flatten().map(|text| text.value().into_owned())
}

/// The parts of a certificate, unparsed where nothing needs them parsed.
///
/// `x509_cert::Certificate` would own every name and extension; this is on the path of each
/// request, where the difference is a tenth of the whole verification.
#[derive(Sequence)]
struct Outline<'a> {
    tbs_certificate: OutlineTbs<'a>,
    signature_algorithm: AnyRef<'a>,
    signature: BitStringRef<'a>,
}

#[derive(Sequence)]
struct OutlineTbs<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    version: Option<u8>,
    serial_number: AnyRef<'a>,
    signature: AnyRef<'a>,
    issuer: AnyRef<'a>,
    validity: x509_cert::time::Validity,
    subject: AnyRef<'a>,
    public_key: AnyRef<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    issuer_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    subject_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<AnyRef<'a>>,
}

/// "No expiry" is written as the last second of the year 9999, which is after `Timestamp::MAX`.
fn timestamp(time: x509_cert::time::Time) -> Timestamp {
    i64::try_from(time.to_unix_duration().as_secs())
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or(Timestamp::MAX)
}

/// Writes a time as certificates and signatures do; before 1970 there is none.
pub(crate) fn asn1_time(time: Timestamp) -> x509_cert::time::Time {
    let seconds = u64::try_from(time.as_second()).unwrap_or_default();
    DateTime::from_unix_duration(Duration::from_secs(seconds)).unwrap_or(DateTime::INFINITY).into()
}

#[cfg(test)]
mod tests;
