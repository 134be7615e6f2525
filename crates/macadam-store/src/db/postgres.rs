//! PostgreSQL: a pool, and a few lanes in which hot small writes share transactions.
//!
//! All steps of one enrollment go through the same lane, so that lanes never wait for each other.
//! A transaction locks enrollments in the order of their ids, like bulk writes do: otherwise they
//! would wait for each other in circles, which PostgreSQL only notices after a second.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Conn;
use super::job::{BATCH_LIMIT, BoxJob, Transactions, run_jobs};
use crate::StoreError;

const LANES: usize = 4;
/// Enough for every lane and a few others, so that lanes cannot starve the reads.
pub(crate) const LEAST_CONNECTIONS: u32 = LANES as u32 + 4;
const QUEUE_LIMIT: usize = 4096;
const STATEMENTS_CACHED: usize = 512;
/// No statement of ours takes longer; one that does must not hold its locks forever.
const STATEMENT_TIMEOUT: &str = "60s";
/// What is needed is in memory or on a solid-state disk. PostgreSQL's own guess, made for spinning
/// ones, lets it read whole tables where a thousand rows are looked up by key.
const RANDOM_PAGE_COST: &str = "1.1";

/// Opens the pool; connections are made when needed, the first one at once.
pub(crate) async fn connect(url: &str, connections: u32) -> Result<PgPool, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("macadam")
        .options([
            ("statement_timeout", STATEMENT_TIMEOUT),
            ("random_page_cost", RANDOM_PAGE_COST),
            // What was promised is on disk, whatever the server's own configuration says.
            ("synchronous_commit", "on"),
        ])
        .statement_cache_capacity(STATEMENTS_CACHED)
        .disable_statement_logging();
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // A broken connection is found by its first statement; asking before each one would
        // double the round trips of every read.
        .test_before_acquire(false)
        .connect_with(options)
        .await
}

/// The lanes of hot writes; they end when the last handle is gone.
#[derive(Clone)]
pub(crate) struct Lanes {
    lanes: Vec<mpsc::Sender<(Uuid, BoxJob)>>,
}

impl Lanes {
    pub(crate) fn start(pool: &PgPool) -> Self {
        let lanes = (0..LANES).map(|_| {
            let (jobs, queue) = mpsc::channel(QUEUE_LIMIT);
            tokio::spawn(write_until_closed(FromPool(pool.clone()), queue));
            jobs
        });
        Self { lanes: lanes.collect() }
    }

    /// Hands a step over to the lane of `key`.
    pub(crate) async fn submit(&self, key: Uuid, job: BoxJob) -> Result<(), StoreError> {
        let lane = (key.as_u128() % self.lanes.len().max(1) as u128) as usize;
        let lane = self.lanes.get(lane).ok_or(StoreError::Closed)?;
        lane.send((key, job)).await.map_err(|_| StoreError::Closed)
    }
}

async fn write_until_closed(mut source: FromPool, mut queue: mpsc::Receiver<(Uuid, BoxJob)>) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, BATCH_LIMIT).await > 0 {
        // The sort is stable: what is done for one enrollment stays in its order.
        batch.sort_by_key(|(key, _)| *key);
        run_jobs(&mut source, batch.drain(..).map(|(_, job)| job).collect()).await;
    }
}

/// Runs one step in a transaction of its own, to its end even if the caller goes away.
pub(crate) fn run_alone(pool: &PgPool, job: BoxJob) {
    let mut source = FromPool(pool.clone());
    tokio::spawn(async move { run_jobs(&mut source, vec![job]).await });
}

/// Makes the transaction of a connection for writing durable.
pub(crate) async fn commit(conn: Conn) -> Result<(), StoreError> {
    let transaction = conn.into_transaction().ok_or(StoreError::Closed)?;
    Ok(transaction.commit().await?)
}

struct FromPool(PgPool);

impl Transactions for FromPool {
    async fn begin(&mut self) -> Result<Conn, StoreError> {
        Ok(self.0.begin().await?.into())
    }

    async fn commit(&mut self, conn: Conn) -> Result<(), StoreError> {
        commit(conn).await
    }

    async fn rollback(&mut self, conn: Conn) {
        if let Some(transaction) = conn.into_transaction()
            && let Err(error) = transaction.rollback().await
        {
            tracing::debug!(%error, "the connection broke before it could roll back");
        }
    }
}
