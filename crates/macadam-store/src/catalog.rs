//! The release catalog's log of facts, fetches, and what people decided about releases.

use jiff::Timestamp;
use macadam_policy::ItemId;
use thiserror::Error;
use uuid::Uuid;

use crate::codes::codes;
use crate::db::{Conn, json, params, queries, row};
use crate::store::check_bulk;
use crate::{Sha256, Store, StoreError};

queries! {
    MOVE_END = { "update catalog_end set seq = $2 where seq = $1" }
    END = { "select seq as value from catalog_end" }
    APPEND = { "insert into catalog_event (seq, at, document)
        select cast(value ->> 0 as bigint), $2, value ->> 1 from json_each($1)" }
    EVENTS = { "select seq, at, document from catalog_event where seq > $1
        order by seq limit $2" }
    ACCEPTED = { "insert into catalog_fetch
            (source, accepted_at, accepted_hash, changed_at, tried_at, problem)
        values ($1, $2, $3, $2, $2, null)
        on conflict (source) do update set changed_at = case
                when catalog_fetch.accepted_hash is distinct from excluded.accepted_hash
                then excluded.accepted_at else catalog_fetch.changed_at end,
            accepted_at = excluded.accepted_at,
            accepted_hash = excluded.accepted_hash, tried_at = excluded.tried_at,
            problem = null" }
    PROBLEM = { "insert into catalog_fetch (source, tried_at, problem) values ($1, $2, $3)
        on conflict (source) do update set tried_at = excluded.tried_at,
            problem = excluded.problem" }
    FETCHES = { "select source, accepted_at, accepted_hash, changed_at, tried_at, problem
        from catalog_fetch order by source" }
    REVIEW = { "insert into release_review (id, at, release, item_id, action, reviewer, reason)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing" }
    REVIEWS = { "select seq, id, at, release, item_id, action, reviewer, reason
        from release_review order by seq" }
    SAVE_FACTS = { "insert into release_facts (list, version, document)
        select value ->> 0, value ->> 1, value ->> 2 from json_each($1)
        where true on conflict (list, version) do update set document = excluded.document" }
    FACTS = { "select list, version, document from release_facts order by list, version" }
}

row! {
    /// One event of the catalog; the document is the server's.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct StoredCatalogEvent {
        pub seq: i64,
        pub at: Timestamp,
        pub document: String,
    }
}

/// Events could not be appended.
#[derive(Debug, Error)]
pub enum AppendCatalogError {
    #[error("the catalog has events up to {current} by now")]
    Moved { current: i64 },
    #[error(transparent)]
    Store(#[from] StoreError),
}

row! {
    /// What is known about the fetches of one source.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Fetch {
        pub source: String,
        /// The last one that was accepted.
        pub accepted_at: Option<Timestamp>,
        pub accepted_hash: Option<Sha256>,
        /// The last accepted one that differed from the one before.
        pub changed_at: Option<Timestamp>,
        /// The last one that was tried.
        pub tried_at: Timestamp,
        /// Why the last one was not accepted; `None` when it was.
        pub problem: Option<String>,
    }
}

codes! {
    /// What a person decided about a release.
    pub enum ReviewAction {
        Approve = "approve",
        Hold = "hold",
        Resume = "resume",
    }
}

/// A person's decision about a release, everywhere or for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReview {
    pub id: Uuid,
    pub at: Timestamp,
    /// The release, in the server's stable notation.
    pub release: String,
    pub item: Option<ItemId>,
    pub action: ReviewAction,
    pub by: String,
    pub reason: String,
}

row! {
    /// A recorded decision about a release.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ReviewEntry {
        pub seq: i64,
        pub id: Uuid,
        pub at: Timestamp,
        pub release: String,
        pub item_id: Option<ItemId>,
        pub action: ReviewAction,
        pub reviewer: String,
        pub reason: String,
    }
}

row! {
    /// What SOFA tells about a release: CVEs, exploited marks, links.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ReleaseFacts {
        pub list: String,
        pub version: String,
        pub document: String,
    }
}

impl Store {
    /// Appends events, if the catalog still ends at `after` (0 when empty). Returns its new end.
    pub async fn append_catalog_events(
        &self,
        at: Timestamp,
        after: i64,
        documents: Vec<String>,
    ) -> Result<i64, AppendCatalogError> {
        let documents: Vec<_> =
            documents.into_iter().zip(after + 1..).map(|(document, seq)| (seq, document)).collect();
        check_bulk(documents.len())?;
        self.write((at, after, documents), |conn, (at, after, documents)| {
            Box::pin(append(conn, *at, *after, documents))
        })
        .await
    }

    /// A page of events after `seq`, oldest first.
    pub async fn catalog_events_after(
        &self,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<StoredCatalogEvent>, StoreError> {
        self.reader().await?.conn().all(&EVENTS, params![seq, limit]).await
    }

    /// The end of the catalog's log; 0 when it is empty.
    pub async fn catalog_end(&self) -> Result<i64, StoreError> {
        let (seq,) = self.reader().await?.conn().one(&END, &[]).await?;
        Ok(seq)
    }

    /// Records that a source was fetched and accepted.
    pub async fn record_fetch(
        &self,
        at: Timestamp,
        source: &str,
        hash: Sha256,
    ) -> Result<(), StoreError> {
        self.write((at, source.to_owned(), hash), |conn, (at, source, hash)| {
            Box::pin(async move { conn.run(&ACCEPTED, params![source, at, hash]).await.map(drop) })
        })
        .await
    }

    /// Records that fetching a source failed or was refused; the accepted one stays.
    pub async fn record_fetch_problem(
        &self,
        at: Timestamp,
        source: &str,
        problem: &str,
    ) -> Result<(), StoreError> {
        self.write((at, source.to_owned(), problem.to_owned()), |conn, (at, source, problem)| {
            Box::pin(
                async move { conn.run(&PROBLEM, params![source, at, problem]).await.map(drop) },
            )
        })
        .await
    }

    /// What is known about each source.
    pub async fn fetches(&self) -> Result<Vec<Fetch>, StoreError> {
        self.reader().await?.conn().all(&FETCHES, &[]).await
    }

    /// Records a person's decision about a release.
    pub async fn review_release(&self, review: NewReview) -> Result<(), StoreError> {
        self.write(review, |conn, review| {
            Box::pin(async move {
                let NewReview { id, at, release, item, action, by, reason } = review;
                let values = params![id, at, release, item, action, by, reason];
                conn.run(&REVIEW, values).await.map(drop)
            })
        })
        .await
    }

    /// All decisions about releases, oldest first.
    pub async fn reviews(&self) -> Result<Vec<ReviewEntry>, StoreError> {
        self.reader().await?.conn().all(&REVIEWS, &[]).await
    }

    /// Saves what SOFA tells, release by release.
    pub async fn save_release_facts(&self, facts: Vec<ReleaseFacts>) -> Result<(), StoreError> {
        check_bulk(facts.len())?;
        let rows: Vec<_> =
            facts.iter().map(|facts| (&facts.list, &facts.version, &facts.document)).collect();
        self.write(json(&rows), |conn, rows| {
            Box::pin(async move { conn.run(&SAVE_FACTS, params![rows]).await.map(drop) })
        })
        .await
    }

    /// What SOFA told, for all releases.
    pub async fn release_facts(&self) -> Result<Vec<ReleaseFacts>, StoreError> {
        self.reader().await?.conn().all(&FACTS, &[]).await
    }
}

async fn append(
    conn: &mut Conn,
    at: Timestamp,
    after: i64,
    documents: &[(i64, String)],
) -> Result<i64, AppendCatalogError> {
    let end = documents.last().map_or(after, |(seq, _)| *seq);
    // Whoever moves the end first has appended; the other one reads the new events first.
    if conn.run(&MOVE_END, params![after, end]).await? == 0 {
        let (current,) = conn.one(&END, &[]).await?;
        return Err(AppendCatalogError::Moved { current });
    }
    conn.run(&APPEND, params![json(&documents), at]).await?;
    Ok(end)
}
