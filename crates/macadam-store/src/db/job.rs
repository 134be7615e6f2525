//! Write steps as jobs: many of them share one transaction, and each learns its own outcome.
//!
//! A step that fails must leave nothing behind, and one bad step must not fail its neighbors.
//! Savepoints would double the work of every batch for the rare failure; so a batch with a
//! failure is rolled back as a whole and its steps run again one by one.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;

use super::Conn;
use crate::StoreError;

/// Steps that may share one transaction.
pub(crate) const BATCH_LIMIT: usize = 256;
/// How often a transaction is tried when PostgreSQL finds a deadlock.
const ATTEMPTS: usize = 5;

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where transactions come from; SQLite has one connection for writing, PostgreSQL a pool.
pub(crate) trait Transactions: Send {
    fn begin(&mut self) -> impl Future<Output = Result<Conn, StoreError>> + Send;
    fn commit(&mut self, conn: Conn) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn rollback(&mut self, conn: Conn) -> impl Future<Output = ()> + Send;
}

/// A write step whose input, outcome and caller are hidden, so that a queue can hold any.
pub(crate) trait Job: Send {
    /// Runs the step; says whether it succeeded.
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> BoxFuture<'a, bool>;
    /// Tells the caller: the outcome, or why the transaction never became durable.
    fn finish(self: Box<Self>, transaction: Result<(), StoreError>);
}

pub(crate) type BoxJob = Box<dyn Job>;

/// Makes a job of a step and its input, and the receiver of its outcome.
pub(crate) fn job<I, T, E, F>(input: I, step: F) -> (BoxJob, oneshot::Receiver<Result<T, E>>)
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'a> Fn(&'a mut Conn, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
{
    let (reply, outcome) = oneshot::channel();
    (Box::new(StepJob { input, step, outcome: None, reply }), outcome)
}

struct StepJob<I, T, E, F> {
    input: I,
    step: F,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<I, T, E, F> Job for StepJob<I, T, E, F>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'a> Fn(&'a mut Conn, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
{
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let outcome = (self.step)(conn, &self.input).await;
            let succeeded = outcome.is_ok();
            self.outcome = Some(outcome);
            succeeded
        })
    }

    fn finish(self: Box<Self>, transaction: Result<(), StoreError>) {
        let outcome = match (transaction, self.outcome) {
            (Ok(()), Some(outcome)) | (Err(_), Some(outcome @ Err(_))) => outcome,
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(StoreError::Closed.into()),
        };
        // The caller may have gone away; its step is done all the same.
        drop(self.reply.send(outcome));
    }
}

/// Runs `jobs` in one transaction, or one by one when one of them fails.
pub(crate) async fn run_jobs(source: &mut impl Transactions, mut jobs: Vec<BoxJob>) {
    if jobs.len() > 1 && run_together(source, &mut jobs).await {
        return;
    }
    for job in jobs {
        run_alone(source, job).await;
    }
}

/// Says whether the whole batch is durable and answered; if not, nothing of it is stored.
async fn run_together(source: &mut impl Transactions, jobs: &mut Vec<BoxJob>) -> bool {
    let Ok(mut conn) = source.begin().await else { return false };
    for job in jobs.iter_mut() {
        if !job.run(&mut conn).await {
            source.rollback(conn).await;
            return false;
        }
    }
    if source.commit(conn).await.is_err() {
        return false;
    }
    for job in jobs.drain(..) {
        job.finish(Ok(()));
    }
    true
}

async fn run_alone(source: &mut impl Transactions, mut job: BoxJob) {
    for attempt in 1..=ATTEMPTS {
        let mut conn = match source.begin().await {
            Ok(conn) => conn,
            Err(error) => return job.finish(Err(error)),
        };
        if job.run(&mut conn).await {
            return job.finish(source.commit(conn).await);
        }
        let again = conn.conflict && attempt < ATTEMPTS;
        source.rollback(conn).await;
        if !again {
            break;
        }
    }
    job.finish(Ok(()));
}
