//! The store: opening it, and how its steps reach the database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::PgPool;
use thiserror::Error;
use uuid::Uuid;

use crate::db::job::{BoxFuture, job};
use crate::db::{Conn, postgres, queries, sqlite};
use crate::last_seen::LastSeen;
use crate::roster::Keeper;
use crate::{Sealer, StoreError, migrate};

queries! {
    PING = { "select cast(1 as bigint) as value" }
    QUICK_CHECK = { sqlite: "select quick_check as value from pragma_quick_check limit 1",
        postgres: "select 'ok' as value" }
}

/// The most rows that one bulk call may change; callers with more call again.
///
/// A bulk call holds the only writer of SQLite, and everybody else waits for it.
pub const BULK_LIMIT: usize = 10_000;

/// How to open a store.
#[derive(Debug)]
pub struct StoreOptions {
    /// `sqlite:/path/to/file.db`, or a `postgres://` URL.
    pub url: String,
    /// Seals the secrets that are stored; its key must not be in the database.
    pub sealer: Sealer,
    /// The most connections to PostgreSQL, or the most concurrent reads of SQLite.
    pub connections: u32,
}

/// The store could not be opened.
#[derive(Debug, Error)]
pub enum OpenStoreError {
    #[error("the database URL starts neither with sqlite: nor with postgres:")]
    UnknownEngine,
    #[error("cannot connect to PostgreSQL")]
    Connect(#[source] sqlx::Error),
    #[error("cannot open the SQLite database {path}")]
    OpenFile { path: PathBuf, source: StoreError },
    #[error("cannot start the thread that writes to SQLite")]
    StartWriter(#[source] std::io::Error),
    #[error("the SQLite database is damaged: {finding}")]
    Damaged { finding: String },
    #[error("cannot bring the database to this release's schema")]
    Migrate(#[source] StoreError),
}

/// Durable state; cloning gives another handle to the same one.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    engine: Engine,
    pub(crate) sealer: Sealer,
    pub(crate) last_seen: LastSeen,
    pub(crate) roster: Keeper,
}

enum Engine {
    Sqlite { path: PathBuf, writer: sqlite::Writer, readers: sqlite::Readers },
    Postgres { pool: PgPool, lanes: postgres::Lanes },
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(options: StoreOptions) -> Result<Self, OpenStoreError> {
        let engine = if let Some(path) = options.url.strip_prefix("sqlite:") {
            open_sqlite(Path::new(path.trim_start_matches("//")), options.connections).await?
        } else if options.url.starts_with("postgres:") || options.url.starts_with("postgresql:") {
            open_postgres(&options.url, options.connections).await?
        } else {
            return Err(OpenStoreError::UnknownEngine);
        };
        let inner = Inner {
            engine,
            sealer: options.sealer,
            last_seen: LastSeen::default(),
            roster: Keeper::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Answers when the database answers; for readiness checks.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.reader().await?.conn().one::<(i64,)>(&PING, &[]).await.map(drop)
    }

    /// Looks for damage in a SQLite file; `None` when there is none. PostgreSQL checks itself.
    pub async fn find_damage(&self) -> Result<Option<String>, StoreError> {
        find_damage(self.reader().await?.conn()).await
    }

    /// Moves SQLite's log into the database file, for an idle moment; nothing on PostgreSQL.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite { path, .. } => {
                sqlite::open_writer(path)?.script("pragma wal_checkpoint(truncate)".into()).await
            }
            Engine::Postgres { .. } => Ok(()),
        }
    }

    /// Copies a SQLite database to a new file while it is in use; `false` on PostgreSQL, whose
    /// own tools do that.
    pub async fn copy_to(&self, target: &Path) -> Result<bool, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite { path, .. } => sqlite::copy(path, target).map(|()| true),
            Engine::Postgres { .. } => Ok(false),
        }
    }

    /// Writes what is only in memory and closes the connections; later calls fail.
    pub async fn close(&self) {
        if let Err(error) = self.flush_seen().await {
            tracing::warn!(%error, "the times devices were last seen could not be written");
        }
        match &self.inner.engine {
            Engine::Sqlite { readers, .. } => readers.close(),
            Engine::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// A connection for reading.
    pub(crate) async fn reader(&self) -> Result<Reader, StoreError> {
        Ok(match &self.inner.engine {
            Engine::Sqlite { readers, .. } => Reader::Sqlite(readers.lend().await?),
            Engine::Postgres { pool, .. } => Reader::Postgres(pool.acquire().await?.into()),
        })
    }

    /// Runs a write step in a transaction and returns when it is durable.
    ///
    /// The step may run more than once, each time on a database without its effects.
    pub(crate) async fn write<I, T, E, F>(&self, input: I, step: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> Fn(&'a mut Conn, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    {
        let (job, outcome) = job(input, step);
        match &self.inner.engine {
            Engine::Sqlite { writer, .. } => writer.submit(job).await?,
            Engine::Postgres { pool, .. } => postgres::run_alone(pool, job),
        }
        outcome.await.map_err(|_| StoreError::Closed)?
    }

    /// Like [`Store::write`], for small steps that many devices make at once: they share
    /// transactions. All steps with one `key` run in their order.
    pub(crate) async fn write_hot<I, T, E, F>(
        &self,
        key: impl Into<Uuid>,
        input: I,
        step: F,
    ) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'a> Fn(&'a mut Conn, &'a I) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    {
        let (job, outcome) = job(input, step);
        match &self.inner.engine {
            Engine::Sqlite { writer, .. } => writer.submit(job).await?,
            Engine::Postgres { lanes, .. } => lanes.submit(key.into(), job).await?,
        }
        outcome.await.map_err(|_| StoreError::Closed)?
    }
}

/// A connection for reading, on loan.
pub(crate) enum Reader {
    Sqlite(sqlite::Lent),
    Postgres(Conn),
}

impl Reader {
    pub(crate) fn conn(&mut self) -> &mut Conn {
        match self {
            Self::Sqlite(lent) => lent.conn(),
            Self::Postgres(conn) => conn,
        }
    }
}

async fn open_sqlite(path: &Path, connections: u32) -> Result<Engine, OpenStoreError> {
    let failed = |source| OpenStoreError::OpenFile { path: path.to_owned(), source };
    // A log that was not emptied means that the last process did not end in order.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_unclean = Path::new(&log).exists();
    let mut connection = sqlite::open_writer(path).map_err(failed)?;
    if is_unclean && let Some(finding) = find_damage(&mut connection).await.map_err(failed)? {
        return Err(OpenStoreError::Damaged { finding });
    }
    migrate::run(&mut connection).await.map_err(OpenStoreError::Migrate)?;
    let writer = sqlite::Writer::start(connection).map_err(OpenStoreError::StartWriter)?;
    let readers = sqlite::Readers::new(path, connections.max(1) as usize);
    Ok(Engine::Sqlite { path: path.to_owned(), writer, readers })
}

async fn open_postgres(url: &str, connections: u32) -> Result<Engine, OpenStoreError> {
    let connections = connections.max(postgres::LEAST_CONNECTIONS);
    let pool = postgres::connect(url, connections).await.map_err(OpenStoreError::Connect)?;
    let mut conn = pool.begin().await.map_err(OpenStoreError::Connect)?.into();
    migrate::run(&mut conn).await.map_err(OpenStoreError::Migrate)?;
    postgres::commit(conn).await.map_err(OpenStoreError::Migrate)?;
    let lanes = postgres::Lanes::start(&pool);
    Ok(Engine::Postgres { pool, lanes })
}

async fn find_damage(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    let (finding,) = conn.one::<(String,)>(&QUICK_CHECK, &[]).await?;
    Ok((finding != "ok").then_some(finding))
}

/// Refuses bulk calls that would hold everybody else up.
pub(crate) fn check_bulk(rows: usize) -> Result<(), StoreError> {
    if rows > BULK_LIMIT { Err(StoreError::TooMany { limit: BULK_LIMIT }) } else { Ok(()) }
}
