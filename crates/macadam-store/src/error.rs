//! What can go wrong in the store itself; what an operation refuses is in its own enum.

use thiserror::Error;

/// The database could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("SQLite refused a statement")]
    Sqlite(#[from] rusqlite::Error),
    #[error("PostgreSQL refused a statement")]
    Postgres(#[from] sqlx::Error),
    #[error("the stored {column} is not what this release expects")]
    Corrupt { column: &'static str },
    #[error("a stored secret could not be unsealed")]
    Unseal(#[from] crate::UnsealError),
    #[error("one call may change at most {limit} rows")]
    TooMany { limit: usize },
    #[error("the store has been closed")]
    Closed,
}

/// Saving a versioned document (library item, blueprint, setting) did not happen.
#[derive(Debug, Error)]
pub enum SaveError {
    #[error("it does not exist")]
    Unknown,
    #[error("it was changed by somebody else; its version is now {current}")]
    Stale { current: i64 },
    #[error("it is still in use")]
    InUse,
    #[error("the name is already taken")]
    Taken,
    #[error(transparent)]
    Store(#[from] StoreError),
}
