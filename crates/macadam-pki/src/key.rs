//! Private and public keys, and the signatures made and checked with them.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use der::asn1::BitStringRef;
use der::pem::LineEnding;
use der::{Decode, Sequence};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use crate::algorithm::{DigestAlgorithm, KeyAlgorithm, verification};

/// The kinds of keys that this crate generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// What SCEP needs, because its answers are encrypted to the key.
    Rsa2048,
    /// Signs fifteen times faster than RSA.
    P256,
}

/// A private key that can sign, and if it is an RSA key, decrypt.
///
/// It is wiped from memory when dropped and never shown by `Debug`.
pub struct PrivateKey {
    pair: KeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

enum KeyPair {
    Rsa(rsa::KeyPair),
    Ecdsa(EcdsaKeyPair),
}

/// A public key in the form certificates hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    info: Vec<u8>,
    algorithm: KeyAlgorithm,
    bits: Vec<u8>,
}

/// Why a private key could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadKeyError {
    /// The text holds no `PRIVATE KEY` section.
    #[error("no private key was found in the PEM text")]
    Missing,
    /// The key is protected by a passphrase.
    #[error("the private key is encrypted; remove its passphrase first")]
    Encrypted,
    /// Another kind of key, a damaged one, or an RSA key below 2048 bits.
    #[error("the private key is not an RSA key of at least 2048 bits or a P-256 or P-384 key")]
    Unsupported,
}

impl PrivateKey {
    /// Generates a key with the random number generator of aws-lc.
    #[must_use]
    pub fn generate(kind: KeyKind) -> Self {
        let pair = match kind {
            KeyKind::Rsa2048 => rsa::KeyPair::generate(KeySize::Rsa2048).map(KeyPair::Rsa),
            KeyKind::P256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map(KeyPair::Ecdsa)
            }
        };
        pair.and_then(Self::from_pair).expect("aws-lc generates these kinds of keys")
    }

    /// Reads the first private key of a PEM text: PKCS#8, PKCS#1 or SEC1.
    pub fn from_pem(pem: &str) -> Result<Self, LoadKeyError> {
        if pem.contains("ENCRYPTED") {
            return Err(LoadKeyError::Encrypted);
        }
        let key =
            PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| LoadKeyError::Missing)?;
        let pair = match &key {
            PrivateKeyDer::Pkcs1(der) => {
                rsa::KeyPair::from_der(der.secret_pkcs1_der()).map(KeyPair::Rsa)
            }
            PrivateKeyDer::Sec1(der) => ecdsa_pair(der.secret_sec1_der()).map(KeyPair::Ecdsa),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                rsa::KeyPair::from_pkcs8(der)
                    .map(KeyPair::Rsa)
                    .or_else(|_| ecdsa_pair(der).map(KeyPair::Ecdsa))
            }
            // The type is open for kinds of keys that are invented later.
            _ => return Err(LoadKeyError::Unsupported),
        };
        pair.map_err(|_| LoadKeyError::Unsupported)
            .and_then(|pair| Self::from_pair(pair).map_err(|_| LoadKeyError::Unsupported))
    }

    /// Writes the key as PKCS#8 PEM, for a store that seals it.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        let pem = der::pem::encode_string("PRIVATE KEY", LineEnding::LF, &self.pkcs8);
        Zeroizing::new(pem.expect("a key of a few kilobytes has a PEM form"))
    }

    /// Returns the key as PKCS#8 DER, as TLS libraries take it.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// Returns the public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs `message` with SHA-256, or SHA-384 for a P-384 key.
    ///
    /// ECDSA nonces come from the random number generator of aws-lc.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            KeyPair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .expect("a key of at least 2048 bits can sign a SHA-256 digest");
                signature
            }
            KeyPair::Ecdsa(pair) => pair
                .sign(&random, message)
                .expect("the key was checked when loaded")
                .as_ref()
                .into(),
        }
    }

    /// Names the digest that [`Self::sign`] uses.
    pub(crate) fn digest_algorithm(&self) -> DigestAlgorithm {
        match self.public.algorithm {
            KeyAlgorithm::P384 => DigestAlgorithm::Sha384,
            KeyAlgorithm::Rsa | KeyAlgorithm::P256 | KeyAlgorithm::Unsupported => {
                DigestAlgorithm::Sha256
            }
        }
    }

    /// Decrypts a PKCS#1 v1.5 message, such as the key of an enveloped message.
    ///
    /// Returns `None` when the key is no RSA key or the padding is wrong.
    pub(crate) fn decrypt(&self, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = rsa::PrivateDecryptingKey::from_pkcs8(&self.pkcs8).ok()?;
        let key = rsa::Pkcs1PrivateDecryptingKey::new(key).ok()?;
        let mut plain = Zeroizing::new(vec![0; key.min_output_size()]);
        let length = key.decrypt(encrypted, &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }

    fn from_pair(pair: KeyPair) -> Result<Self, Unspecified> {
        let (pkcs8, info) = match &pair {
            KeyPair::Rsa(pair) => {
                let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(pair)?.as_ref().to_vec();
                (pkcs8, AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key())?)
            }
            KeyPair::Ecdsa(pair) => {
                (pair.to_pkcs8v1()?.as_ref().to_vec(), pair.public_key().as_der()?)
            }
        };
        let public = PublicKey::from_der(info.as_ref()).map_err(|_| Unspecified)?;
        Ok(Self { pair, pkcs8: Zeroizing::new(pkcs8), public })
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey([redacted])")
    }
}

impl PublicKey {
    /// Decodes a `SubjectPublicKeyInfo`.
    pub(crate) fn from_der(info: &[u8]) -> der::Result<Self> {
        let parsed = KeyInfo::from_der(info)?;
        let bits = parsed.key.as_bytes().ok_or(der::ErrorKind::Failed)?;
        let algorithm = KeyAlgorithm::from_identifier(&parsed.algorithm);
        Ok(Self { info: info.to_vec(), algorithm, bits: bits.to_vec() })
    }

    /// Returns the DER form of the `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.info
    }

    /// Tells whether messages can be encrypted to the key, which SCEP needs.
    #[must_use]
    pub fn is_rsa(&self) -> bool {
        self.algorithm == KeyAlgorithm::Rsa
    }

    /// Checks a signature; `false` also for combinations that we do not support.
    pub(crate) fn verifies(
        &self,
        digest: DigestAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        verification(self.algorithm, digest).is_some_and(|algorithm| {
            UnparsedPublicKey::new(algorithm, &self.bits).verify(message, signature).is_ok()
        })
    }

    /// Encrypts a short message with PKCS#1 v1.5; `None` when the key is not RSA.
    ///
    /// The padding comes from the random number generator of aws-lc.
    pub(crate) fn encrypt(&self, message: &[u8]) -> Option<Vec<u8>> {
        let key = rsa::PublicEncryptingKey::from_der(&self.info).ok()?;
        let key = rsa::Pkcs1PublicEncryptingKey::new(key).ok()?;
        let mut encrypted = vec![0; key.ciphertext_size()];
        key.encrypt(message, &mut encrypted).ok()?;
        Some(encrypted)
    }

    pub(crate) fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Returns the key itself: an `RSAPublicKey` or an uncompressed point.
    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }
}

#[derive(Sequence)]
struct KeyInfo<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    key: BitStringRef<'a>,
}

fn ecdsa_pair(der: &[u8]) -> Result<EcdsaKeyPair, KeyRejected> {
    let load = |algorithm: &'static EcdsaSigningAlgorithm| {
        EcdsaKeyPair::from_private_key_der(algorithm, der)
    };
    load(&ECDSA_P256_SHA256_ASN1_SIGNING).or_else(|_| load(&ECDSA_P384_SHA384_ASN1_SIGNING))
}
