//! Leases: which of several servers does a job that one must do.

use jiff::Timestamp;

use crate::db::{params, queries};
use crate::{Store, StoreError};

queries! {
    TAKE = { "insert into lease (name, holder, until) values ($1, $2, $3)
        on conflict (name) do update set holder = excluded.holder, until = excluded.until
        where lease.holder = excluded.holder or lease.until <= $4" }
    RELEASE = { "delete from lease where name = $1 and holder = $2" }
}

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
        self.write((now, lease), |conn, (now, lease)| {
            Box::pin(async move {
                let Lease { name, holder, until } = lease;
                Ok(conn.run(&TAKE, params![name, holder, until, now]).await? == 1)
            })
        })
        .await
    }

    /// Gives a lease back before it ends.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.write((name.to_owned(), holder.to_owned()), |conn, (name, holder)| {
            Box::pin(async move { conn.run(&RELEASE, params![name, holder]).await.map(drop) })
        })
        .await
    }
}
