//! SQLite: one thread writes with group commit, a few connections read.
//!
//! SQLite allows one writer at a time and pays for durability per transaction, so waiting steps
//! share transactions. Reads run on the caller's thread: a point read takes less time than
//! handing it to another one.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use uuid::Uuid;

use super::Conn;
use super::job::{BATCH_LIMIT, BoxJob, Transactions, run_jobs};
use crate::StoreError;

/// Steps that may wait for the writer; beyond that, callers wait to hand theirs over.
const QUEUE_LIMIT: usize = 4096;
const STATEMENTS_CACHED: usize = 512;

/// Opens a connection for writing and creates the file when it is not there.
pub(crate) fn open_writer(path: &Path) -> Result<Conn, StoreError> {
    let connection = Connection::open(path)?;
    connection.execute_batch("pragma journal_mode = wal; pragma synchronous = full;")?;
    prepare_connection(&connection)?;
    Ok(connection.into())
}

pub(crate) fn prepare_connection(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "pragma foreign_keys = on; pragma busy_timeout = 5000; pragma cache_size = -8192;
         pragma temp_store = memory;",
    )?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // Bulk parameters are JSON, which has ids as text; PostgreSQL has the same function.
    connection.create_scalar_function(
        "as_uuid",
        1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |context| {
            let text: Option<String> = context.get(0)?;
            let id = text.map(|text| text.parse::<Uuid>()).transpose();
            id.map(|id| id.map(|id| id.as_bytes().to_vec()))
                .map_err(|error| rusqlite::Error::UserFunctionError(Box::new(error)))
        },
    )?;
    Ok(())
}

/// The queue of the writing thread, which ends when the last handle is gone.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<BoxJob>,
}

impl Writer {
    /// Starts the thread that owns `connection` from now on.
    pub(crate) fn start(connection: Conn) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE_LIMIT);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_until_closed(OnlyConnection(Some(connection)), queue))?;
        Ok(Self { jobs })
    }

    pub(crate) async fn submit(&self, job: BoxJob) -> Result<(), StoreError> {
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)
    }
}

fn write_until_closed(mut source: OnlyConnection, mut queue: mpsc::Receiver<BoxJob>) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_LIMIT
            && let Ok(job) = queue.try_recv()
        {
            batch.push(job);
        }
        ready(run_jobs(&mut source, batch));
    }
}

/// The one connection for writing; it is lent to a transaction and comes back at its end.
struct OnlyConnection(Option<Conn>);

impl Transactions for OnlyConnection {
    async fn begin(&mut self) -> Result<Conn, StoreError> {
        let mut conn = self.0.take().ok_or(StoreError::Closed)?;
        match conn.steer("begin immediate") {
            Ok(()) => Ok(conn),
            Err(error) => {
                self.0 = Some(conn);
                Err(error)
            }
        }
    }

    async fn commit(&mut self, mut conn: Conn) -> Result<(), StoreError> {
        let outcome = conn.steer("commit");
        if outcome.is_err() {
            self.rollback(conn).await;
            return outcome;
        }
        self.0 = Some(conn);
        outcome
    }

    async fn rollback(&mut self, mut conn: Conn) {
        // SQLite itself rolls back after an I/O error; then there is nothing to undo.
        if let Err(error) = conn.steer("rollback") {
            tracing::debug!(%error, "there was no transaction to roll back");
        }
        self.0 = Some(conn);
    }
}

/// Runs a future that never waits, because SQLite answers at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a write step awaits nothing but its connection"),
    }
}

/// Connections for reading, lent one at a time.
#[derive(Clone)]
pub(crate) struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Conn>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// At most `count` connections, each opened when first needed.
    pub(crate) fn new(path: &Path, count: usize) -> Self {
        Self {
            path: Arc::new(path.to_owned()),
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(count)),
        }
    }

    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) async fn lend(&self) -> Result<Lent, StoreError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = idle.map_or_else(|| open_reader(&self.path), Ok)?;
        Ok(Lent { conn: Some(conn), home: self.idle.clone(), _permit: permit })
    }
}

fn open_reader(path: &Path) -> Result<Conn, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare_connection(&connection)?;
    Ok(connection.into())
}

/// A connection that goes back to the others when it is dropped.
pub(crate) struct Lent {
    conn: Option<Conn>,
    home: Arc<Mutex<Vec<Conn>>>,
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    pub(crate) fn conn(&mut self) -> &mut Conn {
        self.conn.as_mut().expect("the connection is taken only by drop")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.home.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

/// Copies the database to a new file, while it is in use.
pub(crate) fn copy(path: &Path, target: &Path) -> Result<(), StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute("vacuum into ?1", [target.to_string_lossy()])?;
    Ok(())
}
