//! When each device was last heard of: kept in memory, written in bulk.
//!
//! A write for every poll would cost more than the polls. What a crash loses is at most the time
//! between two calls of [`Store::flush_seen`].

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::db::{params, queries};
use crate::store::BULK_LIMIT;
use crate::{EnrollmentId, Store, StoreError};

macro_rules! seen {
    ($seen:literal) => {
        concat!(
            "update enrollment set last_seen_at = v.at from (",
            $seen,
            ") as v where enrollment.id = v.id
                and (enrollment.last_seen_at is null or enrollment.last_seen_at < v.at)"
        )
    };
}

queries! {
    SEEN = {
        sqlite: seen!("select as_uuid(value ->> 0) as id,
            cast(value ->> 1 as bigint) as at from json_each($1)"),
        // Locked in the order in which other writes lock them.
        postgres: seen!("select e.id, cast(j.value ->> 1 as bigint) as at
            from json_each($1) j join enrollment e on e.id = as_uuid(j.value ->> 0)
            order by e.id for no key update of e"),
    }
}

/// Times that are not written yet.
#[derive(Default)]
pub(crate) struct LastSeen(Mutex<BTreeMap<EnrollmentId, Timestamp>>);

impl Store {
    /// Notes that an enrollment was heard of; cheap, and durable only after `flush_seen`.
    pub fn note_seen(&self, enrollment: EnrollmentId, at: Timestamp) {
        let mut seen = self.inner.last_seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.entry(enrollment).or_insert(at);
        *known = at.max(*known);
    }

    /// Writes what was noted since the last call; to be called at least every 60 seconds and
    /// before the process ends.
    pub async fn flush_seen(&self) -> Result<(), StoreError> {
        let seen = {
            let mut seen = self.inner.last_seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *seen)
        };
        let rows: Vec<_> = seen.iter().collect();
        for chunk in rows.chunks(BULK_LIMIT) {
            let rows: Vec<_> = chunk.iter().map(|(id, at)| (id.0, at.as_microsecond())).collect();
            if let Err(error) = self.write_seen(crate::db::json(&rows)).await {
                // They stay noted: a later flush writes them.
                seen.iter().for_each(|(enrollment, at)| self.note_seen(*enrollment, *at));
                return Err(error);
            }
        }
        Ok(())
    }

    async fn write_seen(&self, rows: String) -> Result<(), StoreError> {
        self.write(rows, |conn, rows| {
            Box::pin(async move { conn.run(&SEEN, params![rows]).await.map(drop) })
        })
        .await
    }
}
