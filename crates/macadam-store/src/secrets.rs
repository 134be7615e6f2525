//! Named secrets of the server, sealed: CA key, push certificate and key.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretSlice};

use crate::db::{params, queries};
use crate::{Store, StoreError};

queries! {
    SAVE = { "insert into secret (name, sealed, saved_at) values ($1, $2, $3)
        on conflict (name) do update set sealed = excluded.sealed,
            saved_at = excluded.saved_at" }
    INSERT = { "insert into secret (name, sealed, saved_at) values ($1, $2, $3)
        on conflict (name) do nothing" }
    SECRET = { "select sealed as value from secret where name = $1" }
}

impl Store {
    /// Saves a secret under a name.
    pub async fn save_secret(
        &self,
        at: Timestamp,
        name: &str,
        secret: SecretSlice<u8>,
    ) -> Result<(), StoreError> {
        let sealed = self.inner.sealer.seal(&place(name), secret.expose_secret());
        self.write((at, name.to_owned(), sealed), |conn, (at, name, sealed)| {
            Box::pin(async move { conn.run(&SAVE, params![name, sealed, at]).await.map(drop) })
        })
        .await
    }

    /// Saves a secret if there is none of this name, and returns the one that counts: with two
    /// servers starting at once, both get the first one's.
    pub async fn secret_or_insert(
        &self,
        at: Timestamp,
        name: &str,
        secret: SecretSlice<u8>,
    ) -> Result<SecretSlice<u8>, StoreError> {
        let sealed = self.inner.sealer.seal(&place(name), secret.expose_secret());
        let (sealed,): (Vec<u8>,) = self
            .write((at, name.to_owned(), sealed), |conn, (at, name, sealed)| {
                Box::pin(async move {
                    conn.run(&INSERT, params![name, sealed, at]).await?;
                    conn.one(&SECRET, params![name]).await
                })
            })
            .await?;
        Ok(self.inner.sealer.unseal(&place(name), &sealed)?)
    }

    /// The secret of this name.
    pub async fn secret(&self, name: &str) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let mut reader = self.reader().await?;
        let sealed: Option<(Vec<u8>,)> = reader.conn().optional(&SECRET, params![name]).await?;
        let unseal = |(sealed,): (Vec<u8>,)| self.inner.sealer.unseal(&place(name), &sealed);
        Ok(sealed.map(unseal).transpose()?)
    }
}

fn place(name: &str) -> String {
    format!("secret/{name}")
}
