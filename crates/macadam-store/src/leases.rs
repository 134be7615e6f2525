//! Leases: which of several servers does a job that one must do.

use jiff::Timestamp;

use crate::{Store, StoreError};

/// Who wants a job, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub name: String,
    pub holder: String,
    pub until: Timestamp,
}

impl Store {
    /// Takes a lease, or prolongs it; `false` while somebody else holds it.
    pub async fn take_lease(&self, now: Timestamp, lease: Lease) -> Result<bool, StoreError> {
        todo!()
    }

    /// Gives a lease back before it ends.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        todo!()
    }
}
