//! The audit log: append-only, and each entry carries the hash of the one before.

use jiff::Timestamp;
use thiserror::Error;

use crate::db::{Conn, params, queries, row};
use crate::{Sha256, Store, StoreError};

queries! {
    // Moving the head first makes every other appender wait for this transaction.
    NEXT = { "update audit_head set seq = seq + 1 returning seq, hash" }
    MOVE_HEAD = { "update audit_head set hash = $1" }
    HEAD = { "select seq, hash from audit_head" }
    APPEND = { "insert into audit (seq, at, actor, origin, action, target, detail, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8)" }
    PAGE = { "select seq, at, actor, origin, action, target, detail, hash from audit
        where seq < $1 and (cast($3 as text) is null
                or instr(lower(substr(actor, instr(actor, ':') + 1)), lower($3)) > 0)
            and (cast($4 as text) is null or action = $4)
            and (cast($5 as text) is null or target = $5
                or substr(target, 1, cast(length($5) as integer) + 1) = $5 || '/')
            and (cast($6 as bigint) is null or at >= $6) and (cast($7 as bigint) is null or at < $7)
        order by seq desc limit $2" }
    AFTER = { "select seq, at, actor, origin, action, target, detail, hash from audit
        where seq > $1 order by seq limit $2" }
}

const VERIFY_PAGE: u32 = 1000;

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

/// Which entries to list; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// A part of the actor without its kind, in any case: of what follows the first colon.
    pub actor_name: Option<String>,
    pub action: Option<String>,
    /// A target, or the kind of targets before the slash.
    pub target: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
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
        self.write(entry, |conn, entry| Box::pin(append(conn, entry))).await
    }

    /// A page of entries, newest first, below the cursor `before`.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let before = before.unwrap_or(i64::MAX);
        let AuditFilter { actor_name, action, target, since, until } = filter;
        let values = params![before, limit, actor_name, action, target, since, until];
        self.reader().await?.conn().all(&PAGE, values).await
    }

    /// Recomputes the whole chain.
    pub async fn verify_audit_chain(&self) -> Result<AuditCheck, VerifyAuditError> {
        let mut reader = self.reader().await?;
        // Read first: what is appended meanwhile is beyond it.
        let head: Head = reader.conn().one(&HEAD, &[]).await?;
        let mut last = Link { seq: 0, hash: Sha256([0; 32]) };
        loop {
            let values = params![last.seq, VERIFY_PAGE];
            let page: Vec<AuditRecord> = reader.conn().all(&AFTER, values).await?;
            let is_last = page.len() < VERIFY_PAGE as usize;
            for record in page {
                last = last.follow(record).map_err(VerifyAuditError::Broken)?;
                if last.seq == head.seq && head.hash != Some(last.hash) {
                    return Err(VerifyAuditError::Broken(AuditBroken::Changed(last.seq)));
                }
            }
            if is_last {
                break;
            }
        }
        if last.seq < head.seq {
            let cut = AuditBroken::Cut { entries: last.seq, recorded: head.seq };
            return Err(VerifyAuditError::Broken(cut));
        }
        Ok(AuditCheck { entries: last.seq, head: last.hash })
    }
}

row! {
    struct Head {
        seq: i64,
        /// Of the last entry; none before the first.
        hash: Option<Sha256>,
    }
}

async fn append(conn: &mut Conn, entry: &AuditEntry) -> Result<i64, StoreError> {
    let Head { seq, hash } = conn.one(&NEXT, &[]).await?;
    let hash = hash_of(hash.unwrap_or(Sha256([0; 32])), seq, entry);
    let AuditEntry { at, actor, origin, action, target, detail } = entry;
    conn.run(&APPEND, params![seq, at, actor, origin, action, target, detail, hash]).await?;
    conn.run(&MOVE_HEAD, params![hash]).await?;
    Ok(seq)
}

/// The hash of an entry and everything before it; each field is led by its length, so that no
/// two entries have the same bytes.
fn hash_of(previous: Sha256, seq: i64, entry: &AuditEntry) -> Sha256 {
    let AuditEntry { at, actor, origin, action, target, detail } = entry;
    let mut bytes = previous.0.to_vec();
    bytes.extend(seq.to_be_bytes());
    bytes.extend(at.as_microsecond().to_be_bytes());
    for field in [actor, origin, action, target, detail] {
        bytes.extend((field.len() as u64).to_be_bytes());
        bytes.extend(field.as_bytes());
    }
    Sha256::of(&bytes)
}

/// How far the chain has been verified.
struct Link {
    seq: i64,
    hash: Sha256,
}

impl Link {
    fn follow(self, record: AuditRecord) -> Result<Self, AuditBroken> {
        let AuditRecord { seq, at, actor, origin, action, target, detail, hash } = record;
        if seq != self.seq + 1 {
            return Err(AuditBroken::Missing(self.seq + 1));
        }
        let entry = AuditEntry { at, actor, origin, action, target, detail };
        if hash_of(self.hash, seq, &entry) != hash {
            return Err(AuditBroken::Changed(seq));
        }
        Ok(Self { seq, hash })
    }
}
