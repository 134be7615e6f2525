//! API tokens of machines; only their hashes are stored.

use jiff::Timestamp;

use crate::db::{json, params, queries, row};
use crate::sessions::USE_NOTED_EVERY;
use crate::{ApiTokenId, Sha256, Store, StoreError};

macro_rules! select_api_token {
    () => {
        "select id, name, role, scopes, created_by, created_at, expires_at, used_at, revoked_at
        from api_token"
    };
}

queries! {
    CREATE = { "insert into api_token
            (id, token, name, role, scopes, created_by, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)" }
    VALID = { concat!(select_api_token!(),
        " where token = $1 and expires_at > $2 and revoked_at is null") }
    USED = { "update api_token set used_at = $2
        where id = $1 and (used_at is null or used_at < $2)" }
    ALL = { concat!(select_api_token!(), " order by created_at desc, id") }
    REVOKE = { "update api_token set revoked_at = $2
        where id = $1 and revoked_at is null and expires_at > $2" }
}

row! {
    /// An API token, without the token.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ApiToken {
        pub id: ApiTokenId,
        pub name: String,
        pub role: String,
        /// JSON array of what it may do within its role.
        pub scopes: String,
        pub created_by: String,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
        pub revoked_at: Option<Timestamp>,
    }
}

/// An API token to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiToken {
    pub id: ApiTokenId,
    pub token: Sha256,
    pub name: String,
    pub role: String,
    pub scopes: Vec<String>,
    pub created_by: String,
    pub expires_at: Timestamp,
}

impl Store {
    /// Creates an API token.
    pub async fn create_api_token(
        &self,
        at: Timestamp,
        token: NewApiToken,
    ) -> Result<(), StoreError> {
        self.write((at, token), |conn, (at, new)| {
            Box::pin(async move {
                let NewApiToken { id, token, name, role, scopes, created_by, expires_at } = new;
                let scopes = json(scopes);
                let values = params![id, token, name, role, scopes, created_by, at, expires_at];
                conn.run(&CREATE, values).await.map(drop)
            })
        })
        .await
    }

    /// The API token with this hash, if it is neither expired nor revoked. Its use is noted at
    /// most once a minute.
    pub async fn api_token(
        &self,
        now: Timestamp,
        token: Sha256,
    ) -> Result<Option<ApiToken>, StoreError> {
        let mut reader = self.reader().await?;
        let found: Option<ApiToken> = reader.conn().optional(&VALID, params![token, now]).await?;
        drop(reader);
        if let Some(found) = &found
            && found.used_at.is_none_or(|used_at| now.duration_since(used_at) >= USE_NOTED_EVERY)
        {
            self.write((found.id, now), |conn, (id, now)| {
                Box::pin(async move { conn.run(&USED, params![id, now]).await.map(drop) })
            })
            .await?;
        }
        Ok(found)
    }

    /// All API tokens, newest first.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.reader().await?.conn().all(&ALL, &[]).await
    }

    /// Revokes an API token. Says whether it was valid until now.
    pub async fn revoke_api_token(
        &self,
        at: Timestamp,
        token: ApiTokenId,
    ) -> Result<bool, StoreError> {
        self.write((at, token), |conn, (at, token)| {
            Box::pin(async move { Ok(conn.run(&REVOKE, params![token, at]).await? == 1) })
        })
        .await
    }
}
