//! API tokens of machines; only their hashes are stored.

use jiff::Timestamp;

use crate::db::row;
use crate::{ApiTokenId, Sha256, Store, StoreError};

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
        todo!()
    }

    /// The API token with this hash, if it is neither expired nor revoked. Its use is noted at
    /// most once a minute.
    pub async fn api_token(
        &self,
        now: Timestamp,
        token: Sha256,
    ) -> Result<Option<ApiToken>, StoreError> {
        todo!()
    }

    /// All API tokens, newest first.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        todo!()
    }

    /// Revokes an API token. Says whether it was valid until now.
    pub async fn revoke_api_token(
        &self,
        at: Timestamp,
        token: ApiTokenId,
    ) -> Result<bool, StoreError> {
        todo!()
    }
}
