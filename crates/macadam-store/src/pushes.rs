//! The push queue: one row per enrollment, however many reasons there are to wake it.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::{EnrollmentId, Store, StoreError};

/// A push that this caller alone may send until its lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedPush {
    pub enrollment: EnrollmentId,
    pub topic: String,
    pub push_token: Vec<u8>,
    pub push_magic: SecretString,
    /// How often it was tried before.
    pub attempts: u32,
    /// Which request it answers; one made meanwhile keeps the row.
    pub(crate) request: i64,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    Sent,
    /// Apple does not know the token any more; no push until the next TokenUpdate.
    Unregistered,
    /// To be tried again, not before this moment.
    RetryAt(Timestamp),
}

impl Store {
    /// Queues a push for each enrollment, to be sent at `at` or later.
    pub async fn queue_pushes(
        &self,
        at: Timestamp,
        enrollments: Vec<EnrollmentId>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Claims up to `limit` due pushes for `lease`; a claim that is not finished by then is free
    /// again.
    pub async fn claim_pushes(
        &self,
        now: Timestamp,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<ClaimedPush>, StoreError> {
        todo!()
    }

    /// Settles claimed pushes.
    pub async fn finish_pushes(
        &self,
        now: Timestamp,
        finished: Vec<(ClaimedPush, PushOutcome)>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// When the next push is due, and how many wait.
    pub async fn waiting_pushes(&self) -> Result<(Option<Timestamp>, i64), StoreError> {
        todo!()
    }
}
