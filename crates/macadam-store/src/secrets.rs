//! Named secrets of the server, sealed: CA key, push certificate and key.

use jiff::Timestamp;
use secrecy::SecretSlice;

use crate::{Store, StoreError};

impl Store {
    /// Saves a secret under a name.
    pub async fn save_secret(
        &self,
        at: Timestamp,
        name: &str,
        secret: SecretSlice<u8>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Saves a secret if there is none of this name, and returns the one that counts: with two
    /// servers starting at once, both get the first one's.
    pub async fn secret_or_insert(
        &self,
        at: Timestamp,
        name: &str,
        secret: SecretSlice<u8>,
    ) -> Result<SecretSlice<u8>, StoreError> {
        todo!()
    }

    /// The secret of this name.
    pub async fn secret(&self, name: &str) -> Result<Option<SecretSlice<u8>>, StoreError> {
        todo!()
    }
}
