//! Certificates, CMS and SCEP: parse, issue, sign, verify.
//!
//! This crate knows no clock, socket or file: the time is an argument, and so is every value that
//! a protocol shows to the other side (serial numbers, nonces, transaction ids). The one exception
//! is secret randomness. Key generation, signing and encryption take it from the random number
//! generator of aws-lc, because a caller who could choose it could also leak the key;
//! each such function says so.

mod algorithm;
mod apple_roots;
mod ber;
mod ca;
mod certificate;
pub mod cms;
mod identity;
mod key;
mod push_certificate;
pub mod scep;
#[cfg(test)]
mod testing;
mod trust;

pub use apple_roots::{APPLE_ROOT_CA, ReadAppleRootError, read_apple_root};
pub use ca::{CertificateAuthority, Issuance, IssueCertificateError, LoadAuthorityError};
pub use certificate::{
    Certificate, DecodeCertificateError, DecodeClientCertError, Fingerprint, ParseFingerprintError,
    SerialNumber, Validity, decode_client_cert, decode_client_cert_chain,
};
pub use identity::{Identity, KeyMismatch};
pub use key::{KeyKind, LoadKeyError, PrivateKey, PublicKey};
pub use push_certificate::{PushCertificate, ReadPushCertificateError, push_signing_request};
pub use trust::{ChainError, Expiry, LoadAnchorsError, TrustAnchors};
