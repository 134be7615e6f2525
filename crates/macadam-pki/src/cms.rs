//! Cryptographic Message Syntax (RFC 5652): signed and enveloped messages.
//!
//! Devices sign each request with a detached message in the `Mdm-Signature` header; enrollment
//! profiles are signed; SCEP signs and encrypts. Input may be BER, because Apple's encoders stream.

mod enveloped;
mod signed;
pub(crate) mod structures;

pub(crate) use enveloped::content_cipher;
pub use enveloped::{
    ContentCipher, DecryptEnvelopedError, EncryptEnvelopedError, decrypt_enveloped,
    encrypt_enveloped,
};
pub use signed::{
    DecodeSignatureHeaderError, MAX_CMS_BYTES, VerifiedMessage, VerifiedSigner, VerifyCmsError,
    decode_signature_header, sign_attached, sign_detached, verify_attached, verify_detached,
};
pub(crate) use signed::{decode_certificates, sign_with_attributes, verify_attached_or_empty};

#[cfg(test)]
mod tests;
