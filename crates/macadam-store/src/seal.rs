//! Sealing of secrets with a key that is not in the database.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use secrecy::SecretSlice;
use thiserror::Error;

const NONCE_LENGTH: usize = 12;

/// A secret cannot be opened: another key, another place, or changed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the seal does not match this key and place")]
pub struct UnsealError;

/// Seals and unseals secrets with AES-256-GCM-SIV.
///
/// A sealed value names its place (column and row), so that it cannot be moved to another one.
pub struct Sealer(RandomizedNonceKey);

impl Sealer {
    /// A sealer with this key.
    pub fn new(key: &[u8; 32]) -> Self {
        let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, key);
        Self(key.expect("the algorithm takes 32 bytes"))
    }

    /// Seals `secret` for `place`.
    pub fn seal(&self, place: &str, secret: &[u8]) -> Vec<u8> {
        let mut sealed = secret.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(place), &mut sealed)
            .expect("sealing fails only for messages of gigabytes");
        sealed.splice(..0, nonce.as_ref().iter().copied());
        sealed
    }

    /// Opens what [`Sealer::seal`] made for the same `place`.
    pub fn unseal(&self, place: &str, sealed: &[u8]) -> Result<SecretSlice<u8>, UnsealError> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LENGTH).ok_or(UnsealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| UnsealError)?;
        let mut body = body.to_vec();
        let length = self
            .0
            .open_in_place(nonce, Aad::from(place), &mut body)
            .map_err(|_| UnsealError)?
            .len();
        body.truncate(length);
        Ok(SecretSlice::from(body))
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_seal_opens_only_with_its_key_and_at_its_place() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal("unlock_token/1", b"secret");
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let open = |sealer: &Sealer, place, sealed: &[u8]| {
            sealer.unseal(place, sealed).map(|secret| secret.expose_secret().to_vec())
        };
        assert_eq!(open(&sealer, "unlock_token/1", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(open(&sealer, "unlock_token/2", &sealed), Err(UnsealError));
        assert_eq!(open(&Sealer::new(&[8; 32]), "unlock_token/1", &sealed), Err(UnsealError));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(open(&sealer, "unlock_token/1", &changed), Err(UnsealError));
        assert_eq!(open(&sealer, "unlock_token/1", &sealed[..8]), Err(UnsealError));
    }
}
