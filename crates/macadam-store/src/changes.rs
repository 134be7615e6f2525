//! What changed, for whoever watches, whichever server changed it: a log in the order in which
//! changes became visible, of which the newest part is kept.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{json, params, queries, row};
use crate::store::check_bulk;
use crate::{Store, StoreError};

queries! {
    ADVANCE = { "update change_end set seq = seq + $1 where id = 1 returning seq as value" }
    APPEND = { "insert into change (seq, at, noun, ids)
        select cast(value ->> 0 as bigint) + $1, $2, value ->> 1, value ->> 2
        from json_each($3)" }
    FORGET = { "delete from change where seq <= $1" }
    END = { "select seq as value from change_end where id = 1" }
    OLDEST = { "select coalesce(min(seq), 0) as value from change" }
    AFTER = { "select seq, noun, ids from change where seq > $1 order by seq limit $2" }
}

/// Changes that are kept; whoever missed more looks at everything again.
const KEPT: i64 = 10_000;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChange {
    /// The word of the API for what changed.
    pub noun: String,
    /// What exactly, where it is few.
    pub ids: Option<Vec<Uuid>>,
}

/// A change at its place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub seq: i64,
    pub noun: String,
    pub ids: Option<Vec<Uuid>>,
}

/// What changed after a place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangesAfter {
    Known(Vec<Change>),
    /// Some of it is forgotten, or the place is none of this log: everything may have changed.
    Forgotten {
        /// The place from which on changes are known again.
        end: i64,
    },
}

impl Store {
    /// Appends changes and forgets the oldest ones.
    pub async fn append_changes(
        &self,
        at: Timestamp,
        changes: Vec<NewChange>,
    ) -> Result<(), StoreError> {
        check_bulk(changes.len())?;
        let rows: Vec<_> = (1_i64..)
            .zip(&changes)
            .map(|(place, change)| (place, &change.noun, change.ids.as_ref().map(json)))
            .collect();
        let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
        self.write((at, json(&rows), count), |conn, (at, rows, count)| {
            Box::pin(async move {
                let (end,): (i64,) = conn.one(&ADVANCE, params![count]).await?;
                conn.run(&APPEND, params![end - count, at, rows]).await?;
                conn.run(&FORGET, params![end - KEPT]).await.map(drop)
            })
        })
        .await
    }

    /// The place of the last change.
    pub async fn change_end(&self) -> Result<i64, StoreError> {
        Ok(self.reader().await?.conn().one::<(i64,)>(&END, &[]).await?.0)
    }

    /// What changed after a place, `limit` changes at most.
    pub async fn changes_after(&self, seq: i64, limit: u32) -> Result<ChangesAfter, StoreError> {
        let mut reader = self.reader().await?;
        let rows: Vec<ChangeRow> = reader.conn().all(&AFTER, params![seq, limit]).await?;
        let is_next = rows.first().map(|row| row.seq == seq + 1);
        if is_next == Some(true) {
            return rows
                .into_iter()
                .map(ChangeRow::read)
                .collect::<Result<_, _>>()
                .map(ChangesAfter::Known);
        }
        let (end,) = reader.conn().one::<(i64,)>(&END, &[]).await?;
        let (oldest,) = reader.conn().one::<(i64,)>(&OLDEST, &[]).await?;
        // Nothing was appended since, or what was appended came between the two statements.
        if seq == end || (is_next.is_none() && seq < end && oldest <= seq + 1) {
            return Ok(ChangesAfter::Known(Vec::new()));
        }
        Ok(ChangesAfter::Forgotten { end })
    }
}

row! {
    struct ChangeRow {
        seq: i64,
        noun: String,
        ids: Option<String>,
    }
}

impl ChangeRow {
    fn read(self) -> Result<Change, StoreError> {
        let ids = self.ids.map(|ids| serde_json::from_str(&ids)).transpose();
        let ids = ids.map_err(|_| StoreError::Corrupt { column: "ids" })?;
        Ok(Change { seq: self.seq, noun: self.noun, ids })
    }
}
