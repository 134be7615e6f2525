//! The release catalog's log of facts, fetches, and what people decided about releases.

use jiff::Timestamp;
use macadam_policy::ItemId;
use thiserror::Error;
use uuid::Uuid;

use crate::codes::codes;
use crate::db::row;
use crate::{Sha256, Store, StoreError};

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
        todo!()
    }

    /// A page of events after `seq`, oldest first.
    pub async fn catalog_events_after(
        &self,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<StoredCatalogEvent>, StoreError> {
        todo!()
    }

    /// The end of the catalog's log; 0 when it is empty.
    pub async fn catalog_end(&self) -> Result<i64, StoreError> {
        todo!()
    }

    /// Records that a source was fetched and accepted.
    pub async fn record_fetch(
        &self,
        at: Timestamp,
        source: &str,
        hash: Sha256,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Records that fetching a source failed or was refused; the accepted one stays.
    pub async fn record_fetch_problem(
        &self,
        at: Timestamp,
        source: &str,
        problem: &str,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// What is known about each source.
    pub async fn fetches(&self) -> Result<Vec<Fetch>, StoreError> {
        todo!()
    }

    /// Records a person's decision about a release.
    pub async fn review_release(&self, review: NewReview) -> Result<(), StoreError> {
        todo!()
    }

    /// All decisions about releases, oldest first.
    pub async fn reviews(&self) -> Result<Vec<ReviewEntry>, StoreError> {
        todo!()
    }

    /// Saves what SOFA tells, release by release.
    pub async fn save_release_facts(&self, facts: Vec<ReleaseFacts>) -> Result<(), StoreError> {
        todo!()
    }

    /// What SOFA told, for all releases.
    pub async fn release_facts(&self) -> Result<Vec<ReleaseFacts>, StoreError> {
        todo!()
    }
}
