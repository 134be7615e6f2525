//! Enveloped messages: encrypted to the key of a certificate.

use std::borrow::Cow;

use aws_lc_rs::cipher::{
    self, DecryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5911, rfc5912};
use der::asn1::{AnyRef, OctetStringRef};
use der::{Decode, ErrorKind, Tag, TagNumber};
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::signed::MAX_CMS_BYTES;
use super::structures::{
    ContentInfo, EncryptedContent, EnvelopedData, KeyTransport, SetRef, content_info, encoded,
    issuer_and_serial_number, names, octets,
};
use crate::algorithm::rsa_encryption;
use crate::ber;
use crate::certificate::Certificate;
use crate::identity::Identity;

/// We read messages that were made for one authority.
const MAX_RECIPIENTS: usize = 8;

/// `[0] IMPLICIT OCTET STRING`
const CONTENT_TAG: Tag = Tag::ContextSpecific { constructed: false, number: TagNumber(0) };
const CONTENT_IN_PIECES_TAG: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };

/// How the content is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCipher {
    /// AES with a 128-bit key, as some SCEP clients choose.
    Aes128Cbc,
    /// AES with a 256-bit key, what we choose ourselves.
    Aes256Cbc,
    /// Triple DES, for old SCEP clients.
    TripleDesCbc,
}

/// Why nothing could be encrypted.
#[derive(Debug, thiserror::Error)]
pub enum EncryptEnvelopedError {
    /// Keys are transported with RSA.
    #[error("the recipient's certificate has no RSA key")]
    NotRsa,
}

/// Why an enveloped message was refused.
#[derive(Debug, thiserror::Error)]
pub enum DecryptEnvelopedError {
    /// Refused before parsing.
    #[error("enveloped message is larger than {MAX_CMS_BYTES} bytes")]
    TooLarge,
    /// No CMS enveloped data.
    #[error("enveloped message is not well-formed")]
    Malformed(#[source] der::Error),
    /// Another kind of CMS message.
    #[error("message is not enveloped data")]
    NotEnveloped,
    /// Encrypted to somebody else.
    #[error("enveloped message is for another recipient")]
    OtherRecipient,
    /// A cipher that we do not support.
    #[error("enveloped message uses an unsupported algorithm")]
    UnsupportedAlgorithm,
    /// The key or the padding is wrong; which one is nobody's business.
    #[error("enveloped message could not be decrypted")]
    Decrypt,
}

/// Encrypts `content` to the key of `recipient`.
///
/// The content key, the initialization vector and the RSA padding come from the random number
/// generator of aws-lc.
pub fn encrypt_enveloped(
    content: &[u8],
    recipient: &Certificate,
    cipher: ContentCipher,
) -> Result<Vec<u8>, EncryptEnvelopedError> {
    let key = random_key(cipher);
    let encrypted_key =
        recipient.public_key().encrypt(&key).ok_or(EncryptEnvelopedError::NotRsa)?;
    let (encrypted, iv) = cipher.encrypt(&key, content);

    let name = issuer_and_serial_number(recipient);
    let key_transport = encoded(&KeyTransport {
        version: 0,
        recipient: AnyRef::from_der(&name).expect("it was just encoded"),
        algorithm: rsa_encryption(),
        encrypted_key: octets(&encrypted_key),
    });
    let iv = encoded(&octets(&iv));
    let parameters = AnyRef::from_der(&iv).expect("it was just encoded");
    let encrypted = AnyRef::new(CONTENT_TAG, &encrypted).expect("what we send is below 256 MB");
    Ok(content_info(
        rfc5911::ID_ENVELOPED_DATA,
        &EnvelopedData {
            version: 0,
            originator: None,
            recipients: SetRef(&key_transport),
            encrypted: EncryptedContent {
                content_type: rfc5911::ID_DATA,
                algorithm: AlgorithmIdentifierRef {
                    oid: cipher.oid(),
                    parameters: Some(parameters),
                },
                content: Some(encrypted),
            },
            unprotected_attributes: None,
        },
    ))
}

/// Decrypts a message that was encrypted to `recipient`.
pub fn decrypt_enveloped(
    message: &[u8],
    recipient: &Identity,
) -> Result<Zeroizing<Vec<u8>>, DecryptEnvelopedError> {
    let der = to_bounded_der(message)?;
    let message = decode_enveloped_data(&der)?;
    let algorithm = message.encrypted.algorithm;
    let cipher = ContentCipher::from_oid(algorithm.oid)?;
    let iv = algorithm.parameters.and_then(|iv| iv.decode_as::<&OctetStringRef>().ok());
    let iv = iv.ok_or(DecryptEnvelopedError::UnsupportedAlgorithm)?;
    let encrypted =
        joined_content(message.encrypted.content).map_err(DecryptEnvelopedError::Malformed)?;
    let encrypted_key = encrypted_key(message.recipients, recipient.certificate())?;

    // A wrong RSA padding must look like a wrong content key (RFC 3218, section 2.3.2): whoever
    // can tell them apart can decrypt, one question at a time. So a random key takes its place.
    let key = recipient.key().decrypt(encrypted_key).filter(|key| key.len() == cipher.key_len());
    let key = key.unwrap_or_else(|| random_key(cipher));
    cipher.decrypt(&key, iv.as_bytes(), encrypted).ok_or(DecryptEnvelopedError::Decrypt)
}

/// Tells how a message was encrypted, so that the answer can be encrypted the same way.
pub(crate) fn content_cipher(message: &[u8]) -> Result<ContentCipher, DecryptEnvelopedError> {
    let der = to_bounded_der(message)?;
    ContentCipher::from_oid(decode_enveloped_data(&der)?.encrypted.algorithm.oid)
}

impl ContentCipher {
    const ALL: [Self; 3] = [Self::Aes128Cbc, Self::Aes256Cbc, Self::TripleDesCbc];

    fn from_oid(oid: ObjectIdentifier) -> Result<Self, DecryptEnvelopedError> {
        let mut all = Self::ALL.into_iter();
        all.find(|cipher| cipher.oid() == oid).ok_or(DecryptEnvelopedError::UnsupportedAlgorithm)
    }

    fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Aes128Cbc => rfc5911::ID_AES_128_CBC,
            Self::Aes256Cbc => rfc5911::ID_AES_256_CBC,
            Self::TripleDesCbc => rfc5911::DES_EDE_3_CBC,
        }
    }

    fn key_len(self) -> usize {
        match self {
            Self::Aes128Cbc => cipher::AES_128_KEY_LEN,
            Self::Aes256Cbc => cipher::AES_256_KEY_LEN,
            Self::TripleDesCbc => cipher::DES_EDE3_KEY_LEN,
        }
    }

    #[allow(deprecated, reason = "old SCEP clients know nothing better than 3DES")]
    fn key(self, key: &[u8]) -> UnboundCipherKey {
        let algorithm = match self {
            Self::Aes128Cbc => &cipher::AES_128,
            Self::Aes256Cbc => &cipher::AES_256,
            Self::TripleDesCbc => &cipher::DES_EDE3_FOR_LEGACY_USE_ONLY,
        };
        UnboundCipherKey::new(algorithm, key).expect("the key has the length of the cipher")
    }

    /// Returns the encrypted content and the initialization vector drawn for it.
    fn encrypt(self, key: &[u8], content: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let key = PaddedBlockEncryptingKey::cbc_pkcs7(self.key(key));
        let mut encrypted = content.to_vec();
        let context = key
            .and_then(|key| key.encrypt(&mut encrypted))
            .expect("aws-lc encrypts with these ciphers");
        let iv = <&[u8]>::try_from(&context).expect("CBC has an initialization vector").to_vec();
        (encrypted, iv)
    }

    fn decrypt(
        self,
        key: &[u8],
        iv: &[u8],
        mut encrypted: Zeroizing<Vec<u8>>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let context = match self {
            Self::Aes128Cbc | Self::Aes256Cbc => DecryptionContext::Iv128(iv.try_into().ok()?),
            Self::TripleDesCbc => DecryptionContext::Iv64(iv.try_into().ok()?),
        };
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(self.key(key)).ok()?;
        let length = key.decrypt(&mut encrypted, context).ok()?.len();
        encrypted.truncate(length);
        Some(encrypted)
    }
}

fn to_bounded_der(message: &[u8]) -> Result<Cow<'_, [u8]>, DecryptEnvelopedError> {
    if message.len() > MAX_CMS_BYTES {
        return Err(DecryptEnvelopedError::TooLarge);
    }
    ber::to_der(message).map_err(DecryptEnvelopedError::Malformed)
}

fn decode_enveloped_data(der: &[u8]) -> Result<EnvelopedData<'_>, DecryptEnvelopedError> {
    let info = ContentInfo::from_der(der).map_err(DecryptEnvelopedError::Malformed)?;
    if info.content_type != rfc5911::ID_ENVELOPED_DATA {
        return Err(DecryptEnvelopedError::NotEnveloped);
    }
    info.content.decode_as().map_err(DecryptEnvelopedError::Malformed)
}

/// Returns the encrypted content key that is meant for this recipient.
fn encrypted_key<'a>(
    recipients: SetRef<'a>,
    certificate: &Certificate,
) -> Result<&'a [u8], DecryptEnvelopedError> {
    let recipients =
        recipients.elements(MAX_RECIPIENTS).map_err(DecryptEnvelopedError::Malformed)?;
    let recipient = recipients
        .into_iter()
        .filter_map(|recipient| KeyTransport::from_der(recipient).ok())
        .find(|recipient| names(recipient.recipient, certificate))
        .ok_or(DecryptEnvelopedError::OtherRecipient)?;
    if recipient.algorithm.oid != rfc5912::RSA_ENCRYPTION {
        return Err(DecryptEnvelopedError::UnsupportedAlgorithm);
    }
    Ok(recipient.encrypted_key.as_bytes())
}

/// Returns the encrypted content; an implicit tag hides from [`ber`] that it may be in pieces.
fn joined_content(content: Option<AnyRef<'_>>) -> der::Result<Zeroizing<Vec<u8>>> {
    let content = content.ok_or(ErrorKind::Failed)?;
    let tag = content.header().tag();
    if tag == CONTENT_TAG {
        return Ok(Zeroizing::new(content.value().to_vec()));
    }
    if tag != CONTENT_IN_PIECES_TAG {
        return Err(tag.value_error().into());
    }
    let pieces = SetRef(content.value()).elements(MAX_CMS_BYTES)?;
    let pieces = pieces.into_iter().map(<&OctetStringRef>::from_der);
    let pieces = pieces.collect::<der::Result<Vec<_>>>()?;
    Ok(Zeroizing::new(pieces.iter().flat_map(|piece| piece.as_bytes()).copied().collect()))
}

fn random_key(cipher: ContentCipher) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; cipher.key_len()]);
    aws_lc_rs::rand::fill(&mut key).expect("the system has randomness");
    key
}
