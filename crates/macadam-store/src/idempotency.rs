//! Requests that must not take effect twice: their answers are remembered under the caller's key.

use jiff::Timestamp;

use crate::{Sha256, Store, StoreError};

/// A request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub at: Timestamp,
    pub actor: String,
    pub key: String,
    /// What was asked; the same key for something else is a mistake.
    pub content: Sha256,
    pub expires_at: Timestamp,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// Nothing: the key is now taken, and the caller must do the work.
    New,
    /// The answer that was given.
    Answered(String),
    /// The work is being done, or its doer died.
    InProgress,
    /// The key was used for another request.
    OtherRequest,
}

impl Store {
    /// Takes a key, or says what came of it before.
    pub async fn begin_request(&self, request: Request) -> Result<Remembered, StoreError> {
        todo!()
    }

    /// Remembers the answer (`None`: the work failed, and the key is free again).
    pub async fn finish_request(
        &self,
        actor: &str,
        key: &str,
        answer: Option<String>,
    ) -> Result<(), StoreError> {
        todo!()
    }
}
