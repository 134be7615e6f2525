//! Signed messages.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5911, rfc5912};
use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode, Encode};
use jiff::Timestamp;

use super::structures::{
    ContentInfo, EncapsulatedContent, SetRef, SignedData, SignerInfo, attribute, content_info,
    encoded, issuer_and_serial_number, names, octets, set_of,
};
use crate::algorithm::{DigestAlgorithm, KeyAlgorithm};
use crate::ber;
use crate::certificate::{Certificate, DecodeCertificateError, asn1_time};
use crate::identity::Identity;
use crate::key::PublicKey;

/// The largest message that is looked at. An `Mdm-Signature` has about 2 kB, a SCEP message less
/// than 10 kB.
pub const MAX_CMS_BYTES: usize = 64 * 1024;

/// The signer, its authorities, and room for clutter.
const MAX_CERTIFICATES: usize = 16;

/// Who signed a message. Nothing about the certificate has been judged.
#[derive(Clone, Debug)]
pub struct VerifiedSigner {
    /// The certificate that the signature was checked with.
    pub certificate: Certificate,
    /// The other certificates of the message, among them perhaps intermediates of the chain.
    pub other_certificates: Vec<Certificate>,
}

/// A signed message that carries its content.
#[derive(Clone, Debug)]
pub struct VerifiedMessage {
    /// Who signed it.
    pub signer: VerifiedSigner,
    /// What was signed.
    pub content: Vec<u8>,
    /// The signed attributes, one encoded after the other.
    pub(crate) attributes: Vec<u8>,
}

/// Why an `Mdm-Signature` header holds no message.
#[derive(Debug, thiserror::Error)]
pub enum DecodeSignatureHeaderError {
    /// Refused before decoding.
    #[error("Mdm-Signature header is too large")]
    TooLarge,
    /// The text is broken.
    #[error("Mdm-Signature header is not base64")]
    NotBase64,
}

/// Why a signed message was refused.
#[derive(Debug, thiserror::Error)]
pub enum VerifyCmsError {
    /// Refused before parsing.
    #[error("signed message is larger than {MAX_CMS_BYTES} bytes")]
    TooLarge,
    /// No CMS signed data.
    #[error("signed message is not well-formed")]
    Malformed(#[source] der::Error),
    /// Another kind of CMS message.
    #[error("message is not signed data")]
    NotSigned,
    /// None, or several; we could not say who sent it.
    #[error("signed message does not have exactly one signer")]
    NotOneSigner,
    /// The signer's certificate must come with the message.
    #[error("signed message does not include the certificate of its signer")]
    CertificateMissing,
    /// A certificate in the message is broken.
    #[error("certificate in the signed message is not well-formed")]
    Certificate(#[source] DecodeCertificateError),
    /// A digest or signature algorithm that we do not support.
    #[error("signed message uses an unsupported algorithm")]
    UnsupportedAlgorithm,
    /// The signed attributes do not say what was signed.
    #[error("signed attributes lack a single content type or message digest")]
    AttributeMissing,
    /// The content was sent separately, but nobody knows where.
    #[error("signed message does not carry its content")]
    ContentMissing,
    /// The message is about another content.
    #[error("signed message does not belong to this content")]
    WrongContent,
    /// The signature is wrong.
    #[error("signature is not valid")]
    WrongSignature,
}

/// Decodes the base64 of an `Mdm-Signature` header, within a size limit.
pub fn decode_signature_header(header: &[u8]) -> Result<Vec<u8>, DecodeSignatureHeaderError> {
    if header.len() > MAX_CMS_BYTES / 3 * 4 {
        return Err(DecodeSignatureHeaderError::TooLarge);
    }
    STANDARD.decode(header.trim_ascii()).map_err(|_| DecodeSignatureHeaderError::NotBase64)
}

/// Checks that `signature` is a detached signature of exactly `content`, and tells by whom.
///
/// A message that carries its content is accepted if the content is the same.
pub fn verify_detached(signature: &[u8], content: &[u8]) -> Result<VerifiedSigner, VerifyCmsError> {
    let der = to_bounded_der(signature)?;
    let message = decode_signed_data(&der)?;
    if message.encapsulated.content.is_some_and(|attached| attached.as_bytes() != content) {
        return Err(VerifyCmsError::WrongContent);
    }
    verify(&message, content).map(|(signer, _)| signer)
}

/// Checks a signed message that carries its content.
pub fn verify_attached(message: &[u8]) -> Result<VerifiedMessage, VerifyCmsError> {
    let der = to_bounded_der(message)?;
    let message = decode_signed_data(&der)?;
    let content = message.encapsulated.content.ok_or(VerifyCmsError::ContentMissing)?;
    verify_message(&message, content.as_bytes())
}

/// Checks a signed message; one without content signs nothing but its attributes.
///
/// SCEP refuses requests with such messages.
pub(crate) fn verify_attached_or_empty(message: &[u8]) -> Result<VerifiedMessage, VerifyCmsError> {
    let der = to_bounded_der(message)?;
    let message = decode_signed_data(&der)?;
    verify_message(&message, message.encapsulated.content.map_or(&[], OctetStringRef::as_bytes))
}

/// Signs `content` without including it.
///
/// ECDSA nonces come from the random number generator of aws-lc.
#[must_use]
pub fn sign_detached(content: &[u8], signer: &Identity, signing_time: Timestamp) -> Vec<u8> {
    let signing = Signing { chain: &[], signer, signing_time, attributes: Vec::new() };
    sign(signing, content, None)
}

/// Signs and includes `content`, and the certificates that lead from the signer to its root.
///
/// ECDSA nonces come from the random number generator of aws-lc.
#[must_use]
pub fn sign_attached(
    content: &[u8],
    signer: &Identity,
    chain: &[Certificate],
    signing_time: Timestamp,
) -> Vec<u8> {
    let signing = Signing { chain, signer, signing_time, attributes: Vec::new() };
    sign(signing, content, Some(content))
}

/// Signs and includes `content`, if there is any, with further signed attributes, as SCEP does.
pub(crate) fn sign_with_attributes(
    content: Option<&[u8]>,
    signer: &Identity,
    attributes: Vec<Vec<u8>>,
    signing_time: Timestamp,
) -> Vec<u8> {
    let signing = Signing { chain: &[], signer, signing_time, attributes };
    sign(signing, content.unwrap_or_default(), content)
}

/// Returns the certificates of a message without signers, as SCEP answers hold them.
pub(crate) fn decode_certificates(message: &[u8]) -> Result<Vec<Certificate>, VerifyCmsError> {
    let der = to_bounded_der(message)?;
    all_certificates(&decode_signed_data(&der)?)
}

struct Signing<'a> {
    chain: &'a [Certificate],
    signer: &'a Identity,
    signing_time: Timestamp,
    attributes: Vec<Vec<u8>>,
}

fn to_bounded_der(message: &[u8]) -> Result<Cow<'_, [u8]>, VerifyCmsError> {
    if message.len() > MAX_CMS_BYTES {
        return Err(VerifyCmsError::TooLarge);
    }
    ber::to_der(message).map_err(VerifyCmsError::Malformed)
}

fn decode_signed_data(der: &[u8]) -> Result<SignedData<'_>, VerifyCmsError> {
    let info = ContentInfo::from_der(der).map_err(VerifyCmsError::Malformed)?;
    if info.content_type != rfc5911::ID_SIGNED_DATA {
        return Err(VerifyCmsError::NotSigned);
    }
    info.content.decode_as().map_err(VerifyCmsError::Malformed)
}

fn all_certificates(message: &SignedData<'_>) -> Result<Vec<Certificate>, VerifyCmsError> {
    let Some(certificates) = message.certificates else { return Ok(Vec::new()) };
    let certificates =
        certificates.elements(MAX_CERTIFICATES).map_err(VerifyCmsError::Malformed)?;
    certificates
        .into_iter()
        .map(|der| Certificate::from_der(der).map_err(VerifyCmsError::Certificate))
        .collect()
}

fn verify_message(
    message: &SignedData<'_>,
    content: &[u8],
) -> Result<VerifiedMessage, VerifyCmsError> {
    let (signer, attributes) = verify(message, content)?;
    Ok(VerifiedMessage { signer, content: content.to_vec(), attributes: attributes.to_vec() })
}

/// Checks the one signature of `message` and returns who made it and what attributes it covers.
fn verify<'a>(
    message: &SignedData<'a>,
    content: &[u8],
) -> Result<(VerifiedSigner, &'a [u8]), VerifyCmsError> {
    let signers = message.signers.elements(1).map_err(|_| VerifyCmsError::NotOneSigner)?;
    let signer = signers.first().ok_or(VerifyCmsError::NotOneSigner)?;
    let signer = SignerInfo::from_der(signer).map_err(VerifyCmsError::Malformed)?;

    let mut certificates = all_certificates(message)?;
    let index = certificates
        .iter()
        .position(|certificate| names(signer.signer, certificate))
        .ok_or(VerifyCmsError::CertificateMissing)?;
    let certificate = certificates.swap_remove(index);

    let digest = DigestAlgorithm::from_oid(signer.digest_algorithm.oid)
        .filter(|digest| is_consistent(&signer, *digest, certificate.public_key()))
        .ok_or(VerifyCmsError::UnsupportedAlgorithm)?;
    let attributes = signer.signed_attributes;
    let signed = match attributes {
        Some(attributes) => {
            check_attributes(attributes, message.encapsulated.content_type, digest, content)?;
            // RFC 5652, section 5.4: the signature covers them with the tag of a SET.
            Cow::Owned(attributes.to_der().map_err(VerifyCmsError::Malformed)?)
        }
        // Without attributes, nothing would say that the content is anything but plain data.
        None if message.encapsulated.content_type == rfc5911::ID_DATA => Cow::Borrowed(content),
        None => return Err(VerifyCmsError::AttributeMissing),
    };
    if !certificate.public_key().verifies(digest, &signed, signer.signature.as_bytes()) {
        return Err(VerifyCmsError::WrongSignature);
    }
    let attributes = attributes.map_or(&[][..], |attributes| attributes.0);
    Ok((VerifiedSigner { certificate, other_certificates: certificates }, attributes))
}

/// Checks that the signed attributes speak of this content.
fn check_attributes(
    attributes: SetRef<'_>,
    content_type: ObjectIdentifier,
    digest: DigestAlgorithm,
    content: &[u8],
) -> Result<(), VerifyCmsError> {
    let signed_type = attributes
        .attribute(rfc5911::ID_CONTENT_TYPE)
        .and_then(|value| value.decode_as::<ObjectIdentifier>().ok())
        .ok_or(VerifyCmsError::AttributeMissing)?;
    let signed_digest = attributes
        .attribute(rfc5911::ID_MESSAGE_DIGEST)
        .and_then(|value| value.decode_as::<&OctetStringRef>().ok())
        .ok_or(VerifyCmsError::AttributeMissing)?;
    if signed_type != content_type || signed_digest.as_bytes() != digest.of(content).as_ref() {
        return Err(VerifyCmsError::WrongContent);
    }
    Ok(())
}

/// Tells whether the signature algorithm fits the digest and the key.
///
/// Some encoders name only the kind of key, others the digest as well.
fn is_consistent(signer: &SignerInfo<'_>, digest: DigestAlgorithm, key: &PublicKey) -> bool {
    let oid = signer.signature_algorithm.oid;
    let names_key = match key.algorithm() {
        KeyAlgorithm::Rsa => oid == rfc5912::RSA_ENCRYPTION,
        KeyAlgorithm::P256 | KeyAlgorithm::P384 => oid == rfc5912::ID_EC_PUBLIC_KEY,
        KeyAlgorithm::Unsupported => false,
    };
    names_key || DigestAlgorithm::from_signature_oid(key.algorithm(), oid) == Some(digest)
}

/// `content` is what is signed, `attached` what the message carries of it.
fn sign(signing: Signing<'_>, content: &[u8], attached: Option<&[u8]>) -> Vec<u8> {
    let Signing { chain, signer, signing_time, mut attributes } = signing;
    let digest = signer.key().digest_algorithm().of(content);
    attributes.push(attribute(rfc5911::ID_CONTENT_TYPE, &rfc5911::ID_DATA));
    attributes.push(attribute(rfc5911::ID_SIGNING_TIME, &asn1_time(signing_time)));
    attributes.push(attribute(rfc5911::ID_MESSAGE_DIGEST, &octets(digest.as_ref())));
    seal(signer, chain, SetRef(&set_of(attributes)), attached)
}

/// Signs the attributes and puts everything together.
pub(super) fn seal(
    signer: &Identity,
    chain: &[Certificate],
    attributes: SetRef<'_>,
    attached: Option<&[u8]>,
) -> Vec<u8> {
    let key = signer.key();
    let digest = key.digest_algorithm();
    let name = issuer_and_serial_number(signer.certificate());
    let signature = key.sign(&encoded(&attributes));
    let signer_info = encoded(&SignerInfo {
        version: 1,
        signer: AnyRef::from_der(&name).expect("it was just encoded"),
        digest_algorithm: digest.identifier(),
        signed_attributes: Some(attributes),
        signature_algorithm: digest.signature_identifier(key.public_key().algorithm()),
        signature: octets(&signature),
        unsigned_attributes: None,
    });
    let certificates = std::iter::once(signer.certificate()).chain(chain);
    let certificates = set_of(certificates.map(|one| one.der().to_vec()).collect());
    content_info(
        rfc5911::ID_SIGNED_DATA,
        &SignedData {
            version: 1,
            digest_algorithms: SetRef(&encoded(&digest.identifier())),
            encapsulated: EncapsulatedContent {
                content_type: rfc5911::ID_DATA,
                content: attached.map(octets),
            },
            certificates: Some(SetRef(&certificates)),
            revocations: None,
            signers: SetRef(&signer_info),
        },
    )
}
