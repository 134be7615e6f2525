//! Enveloped messages: encrypted to the key of a certificate.

use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::identity::Identity;

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
    #[error("enveloped message is larger than {} bytes", super::MAX_CMS_BYTES)]
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
    let _ = (content, recipient, cipher);
    todo!()
}

/// Decrypts a message that was encrypted to `recipient`, and tells how.
pub fn decrypt_enveloped(
    message: &[u8],
    recipient: &Identity,
) -> Result<(Zeroizing<Vec<u8>>, ContentCipher), DecryptEnvelopedError> {
    let _ = (message, recipient);
    todo!()
}
