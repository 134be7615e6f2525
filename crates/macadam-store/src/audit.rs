//! The audit log: append-only, and each entry carries the hash of the one before.

use jiff::Timestamp;
use thiserror::Error;

use crate::db::row;
use crate::{Sha256, Store, StoreError};

/// What is to be recorded before it takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// Who: a person's login, an API token's name, or the server.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// What, as a stable code such as `item.save`.
    pub action: String,
    /// On what, such as `item/0190…`.
    pub target: String,
    /// The rest, as JSON; never a secret.
    pub detail: String,
}

row! {
    /// A recorded entry.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AuditRecord {
        pub seq: i64,
        pub at: Timestamp,
        pub actor: String,
        pub origin: String,
        pub action: String,
        pub target: String,
        pub detail: String,
        pub hash: Sha256,
    }
}

/// The chain holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCheck {
    pub entries: i64,
    /// The hash of the last entry, to be kept somewhere else.
    pub head: Sha256,
}

/// Where the chain breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditBroken {
    /// An entry is missing at this number.
    Missing(i64),
    /// The entry of this number is not what was recorded.
    Changed(i64),
    /// Entries are missing at the end.
    Cut { entries: i64, recorded: i64 },
}

/// The chain could not be verified.
#[derive(Debug, Error)]
pub enum VerifyAuditError {
    #[error("the audit log was tampered with: {0:?}")]
    Broken(AuditBroken),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Records an entry durably; to be called before the effect. Returns its number.
    pub async fn append_audit(&self, entry: AuditEntry) -> Result<i64, StoreError> {
        todo!()
    }

    /// A page of entries, newest first, below the cursor `before`.
    pub async fn audit(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        todo!()
    }

    /// Recomputes the whole chain.
    pub async fn verify_audit_chain(&self) -> Result<AuditCheck, VerifyAuditError> {
        todo!()
    }
}
