//! PKCS#10 certificate requests (RFC 2986).

use const_oid::db::{rfc2985, rfc4519};
use der::{Decode, Encode};
use x509_cert::ext::pkix::name::DirectoryString;
use x509_cert::request::CertReq;

use super::message::Requested;
use crate::algorithm::DigestAlgorithm;
use crate::certificate::name_attribute;
use crate::key::PublicKey;

/// Why a certificate request was refused.
#[derive(Debug, thiserror::Error)]
pub enum DecodeCertificateRequestError {
    /// No PKCS#10 request.
    #[error("certificate request is not well-formed")]
    Malformed(#[source] der::Error),
    /// The requester does not have the key it wants certified, or it is of an unsupported kind.
    #[error("certificate request is not signed with its own key")]
    WrongSignature,
}

/// Decodes a request and checks that it is signed with the key to certify.
pub fn decode_certificate_request(der: &[u8]) -> Result<Requested, DecodeCertificateRequestError> {
    let malformed = DecodeCertificateRequestError::Malformed;
    let request = CertReq::from_der(der).map_err(malformed)?;
    let info = request.info.public_key.to_der().map_err(malformed)?;
    let key = PublicKey::from_der(&info).map_err(malformed)?;
    let signed = request.info.to_der().map_err(malformed)?;
    let signature = request.signature.as_bytes().unwrap_or_default();
    DigestAlgorithm::from_signature_oid(key.algorithm(), request.algorithm.oid)
        .filter(|digest| key.verifies(*digest, &signed, signature))
        .ok_or(DecodeCertificateRequestError::WrongSignature)?;

    let common_name = name_attribute(&request.info.subject, rfc4519::COMMON_NAME);
    Ok(Requested { key, common_name, challenge: challenge(&request) })
}

fn challenge(request: &CertReq) -> Option<String> {
    let mut attributes = request.info.attributes.iter();
    let attribute =
        attributes.find(|attribute| attribute.oid == rfc2985::PKCS_9_AT_CHALLENGE_PASSWORD)?;
    let text = DirectoryString::try_from(attribute.values.get(0)?).ok()?;
    Some(text.value().into_owned())
}
