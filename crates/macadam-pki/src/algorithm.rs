//! The algorithms of keys, digests and signatures, and their names in ASN.1.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::{self, VerificationAlgorithm};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912;
use der::asn1::AnyRef;
use x509_cert::spki::AlgorithmIdentifierRef;

/// What kind of key a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyAlgorithm {
    Rsa,
    P256,
    P384,
    /// Certificates may hold any key; one that we cannot verify with is refused when it is used.
    Unsupported,
}

/// The digest below a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DigestAlgorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// `ecdsa-with-SHA1`, which the object identifier database leaves out.
const ECDSA_WITH_SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.1");

impl KeyAlgorithm {
    pub(crate) fn from_identifier(identifier: &AlgorithmIdentifierRef<'_>) -> Self {
        let curve = identifier.parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        match (identifier.oid, curve) {
            (rfc5912::RSA_ENCRYPTION, _) => Self::Rsa,
            (rfc5912::ID_EC_PUBLIC_KEY, Some(rfc5912::SECP_256_R_1)) => Self::P256,
            (rfc5912::ID_EC_PUBLIC_KEY, Some(rfc5912::SECP_384_R_1)) => Self::P384,
            _ => Self::Unsupported,
        }
    }
}

impl DigestAlgorithm {
    const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    pub(crate) fn of(self, content: &[u8]) -> Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, content)
    }

    /// Recognizes the name of a digest.
    pub(crate) fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|digest| digest.oid() == oid)
    }

    /// Recognizes the name of a signature algorithm made for this kind of key.
    pub(crate) fn from_signature_oid(key: KeyAlgorithm, oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|digest| digest.signature_oid(key) == Some(oid))
    }

    /// Names the digest.
    pub(crate) fn identifier(self) -> AlgorithmIdentifierRef<'static> {
        AlgorithmIdentifierRef { oid: self.oid(), parameters: None }
    }

    /// Names the signature over this digest, in CMS.
    pub(crate) fn signature_identifier(self, key: KeyAlgorithm) -> AlgorithmIdentifierRef<'static> {
        match (key, self.signature_oid(key)) {
            (KeyAlgorithm::P256 | KeyAlgorithm::P384, Some(oid)) => {
                AlgorithmIdentifierRef { oid, parameters: None }
            }
            (KeyAlgorithm::Rsa | KeyAlgorithm::Unsupported, _) | (_, None) => rsa_encryption(),
        }
    }

    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha1 => rfc5912::ID_SHA_1,
            Self::Sha256 => rfc5912::ID_SHA_256,
            Self::Sha384 => rfc5912::ID_SHA_384,
            Self::Sha512 => rfc5912::ID_SHA_512,
        }
    }

    fn signature_oid(self, key: KeyAlgorithm) -> Option<ObjectIdentifier> {
        match (key, self) {
            (KeyAlgorithm::Rsa, Self::Sha1) => Some(rfc5912::SHA_1_WITH_RSA_ENCRYPTION),
            (KeyAlgorithm::Rsa, Self::Sha256) => Some(rfc5912::SHA_256_WITH_RSA_ENCRYPTION),
            (KeyAlgorithm::Rsa, Self::Sha384) => Some(rfc5912::SHA_384_WITH_RSA_ENCRYPTION),
            (KeyAlgorithm::Rsa, Self::Sha512) => Some(rfc5912::SHA_512_WITH_RSA_ENCRYPTION),
            (KeyAlgorithm::P256 | KeyAlgorithm::P384, Self::Sha1) => Some(ECDSA_WITH_SHA_1),
            (KeyAlgorithm::P256 | KeyAlgorithm::P384, Self::Sha256) => {
                Some(rfc5912::ECDSA_WITH_SHA_256)
            }
            (KeyAlgorithm::P256 | KeyAlgorithm::P384, Self::Sha384) => {
                Some(rfc5912::ECDSA_WITH_SHA_384)
            }
            (KeyAlgorithm::P256 | KeyAlgorithm::P384, Self::Sha512) => {
                Some(rfc5912::ECDSA_WITH_SHA_512)
            }
            (KeyAlgorithm::Unsupported, _) => None,
        }
    }
}

/// Names RSA, as a key, as a signature over a digest named elsewhere, and as key transport.
pub(crate) fn rsa_encryption() -> AlgorithmIdentifierRef<'static> {
    AlgorithmIdentifierRef { oid: rfc5912::RSA_ENCRYPTION, parameters: Some(AnyRef::NULL) }
}

/// Finds the implementation that checks signatures of this kind.
///
/// SHA-1 is here because devices still sign `Mdm-Signature` with it; what is signed is chosen by
/// the device, so the attack that SHA-1 allows (two messages with one digest) wins nothing. P-384
/// with SHA-1 is made by nobody.
pub(crate) fn verification(
    key: KeyAlgorithm,
    digest: DigestAlgorithm,
) -> Option<&'static dyn VerificationAlgorithm> {
    use DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    Some(match (key, digest) {
        (KeyAlgorithm::Rsa, Sha1) => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (KeyAlgorithm::Rsa, Sha256) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (KeyAlgorithm::Rsa, Sha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (KeyAlgorithm::Rsa, Sha512) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (KeyAlgorithm::P256, Sha1) => &signature::ECDSA_P256_SHA1_ASN1,
        (KeyAlgorithm::P256, Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
        (KeyAlgorithm::P256, Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
        (KeyAlgorithm::P256, Sha512) => &signature::ECDSA_P256_SHA512_ASN1,
        (KeyAlgorithm::P384, Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
        (KeyAlgorithm::P384, Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
        (KeyAlgorithm::P384, Sha512) => &signature::ECDSA_P384_SHA512_ASN1,
        (KeyAlgorithm::P384, Sha1) | (KeyAlgorithm::Unsupported, _) => return None,
    })
}
