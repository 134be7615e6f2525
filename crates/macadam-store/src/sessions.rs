//! Sign-in sessions; only hashes of their tokens are stored.

use std::time::Duration;

use jiff::Timestamp;

use crate::db::row;
use crate::{PersonId, Sha256, Store, StoreError};

/// A session to be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSession {
    pub token: Sha256,
    pub person: PersonId,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

row! {
    /// A valid session of a person who is not disabled.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Session {
        pub person_id: PersonId,
        pub login: String,
        pub name: String,
        pub role: String,
        pub started_at: Timestamp,
        pub used_at: Timestamp,
        pub expires_at: Timestamp,
    }
}

impl Store {
    /// Starts a session.
    pub async fn start_session(&self, session: NewSession) -> Result<(), StoreError> {
        todo!()
    }

    /// The session of a token, if it has neither expired nor been idle for longer than `idle`.
    ///
    /// Its use is noted at most once a minute, so that reading pages stays a read.
    pub async fn session(
        &self,
        now: Timestamp,
        token: Sha256,
        idle: Duration,
    ) -> Result<Option<Session>, StoreError> {
        todo!()
    }

    /// Ends a session. Says whether there was one.
    pub async fn end_session(&self, token: Sha256) -> Result<bool, StoreError> {
        todo!()
    }

    /// Forgets expired sessions, used tokens, links and challenges, and remembered requests.
    pub async fn forget_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        todo!()
    }
}
