//! One connection of either engine, and running statements on it.

use rusqlite::params_from_iter;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction};

use super::Statement;
use super::bind::{Param, bind_all};
use super::column::{FromRow, Row};
use crate::StoreError;

/// A connection, in a transaction when a write step got it.
pub(crate) struct Conn {
    engine: Engine,
    /// PostgreSQL asked for the transaction to be tried again (deadlock, serialization).
    pub(super) conflict: bool,
}

enum Engine {
    Sqlite(rusqlite::Connection),
    PostgresRead(PoolConnection<Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

impl From<rusqlite::Connection> for Conn {
    fn from(connection: rusqlite::Connection) -> Self {
        Self { engine: Engine::Sqlite(connection), conflict: false }
    }
}

impl From<PoolConnection<Postgres>> for Conn {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self { engine: Engine::PostgresRead(connection), conflict: false }
    }
}

impl From<Transaction<'static, Postgres>> for Conn {
    fn from(transaction: Transaction<'static, Postgres>) -> Self {
        Self { engine: Engine::PostgresWrite(transaction), conflict: false }
    }
}

impl Conn {
    /// Runs a statement without a result and says how many rows it changed.
    pub(crate) async fn run(
        &mut self,
        statement: &'static Statement,
        params: &[Param<'_>],
    ) -> Result<u64, StoreError> {
        let outcome = match &mut self.engine {
            Engine::Sqlite(connection) => {
                let mut prepared = connection.prepare_cached(statement.sqlite())?;
                let changed = prepared.execute(params_from_iter(params))?;
                return Ok(changed as u64);
            }
            Engine::PostgresRead(connection) => execute(connection, statement, params).await,
            Engine::PostgresWrite(transaction) => execute(transaction, statement, params).await,
        };
        outcome.map_err(|error| self.postgres_error(error))
    }

    /// Reads every row of a statement.
    pub(crate) async fn all<T: FromRow>(
        &mut self,
        statement: &'static Statement,
        params: &[Param<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let rows = match &mut self.engine {
            Engine::Sqlite(connection) => {
                let mut prepared = connection.prepare_cached(statement.sqlite())?;
                let mut rows = prepared.query(params_from_iter(params))?;
                let mut records = Vec::new();
                while let Some(row) = rows.next()? {
                    records.push(T::from_row(&Row::sqlite(row))?);
                }
                return Ok(records);
            }
            Engine::PostgresRead(connection) => fetch(connection, statement, params).await,
            Engine::PostgresWrite(transaction) => fetch(transaction, statement, params).await,
        };
        let rows = rows.map_err(|error| self.postgres_error(error))?;
        rows.iter().map(|row| T::from_row(&Row::Postgres(row))).collect()
    }

    /// Reads the first row of a statement, if there is one.
    pub(crate) async fn optional<T: FromRow>(
        &mut self,
        statement: &'static Statement,
        params: &[Param<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(statement, params).await?.into_iter().next())
    }

    /// Reads the one row that a statement always has.
    pub(crate) async fn one<T: FromRow>(
        &mut self,
        statement: &'static Statement,
        params: &[Param<'_>],
    ) -> Result<T, StoreError> {
        self.optional(statement, params)
            .await?
            .ok_or(StoreError::Corrupt { column: statement.name })
    }

    /// Runs a statement that only steers the transaction, on SQLite.
    pub(super) fn steer(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::PostgresRead(_) | Engine::PostgresWrite(_) => Ok(()),
        }
    }

    /// The transaction of a PostgreSQL connection for writing, to be committed.
    pub(super) fn into_transaction(self) -> Option<Transaction<'static, Postgres>> {
        match self.engine {
            Engine::PostgresWrite(transaction) => Some(transaction),
            Engine::Sqlite(_) | Engine::PostgresRead(_) => None,
        }
    }

    /// Runs a script of several statements without parameters: a migration.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), StoreError> {
        match &mut self.engine {
            Engine::Sqlite(connection) => connection.execute_batch(&sql)?,
            Engine::PostgresRead(connection) => script(connection, sql).await?,
            Engine::PostgresWrite(transaction) => script(transaction, sql).await?,
        }
        Ok(())
    }

    /// Whether the engine is SQLite.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    fn postgres_error(&mut self, error: sqlx::Error) -> StoreError {
        self.conflict |= is_conflict(&error);
        error.into()
    }
}

/// Deadlock or serialization failure: PostgreSQL undid the transaction and wants it again.
pub(super) fn is_conflict(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["40001", "40P01"].contains(&code.as_ref()))
}

async fn execute(
    connection: &mut PgConnection,
    statement: &'static Statement,
    params: &[Param<'_>],
) -> Result<u64, sqlx::Error> {
    let done = bind_all(statement.postgres, params).execute(connection).await?;
    Ok(done.rows_affected())
}

async fn fetch(
    connection: &mut PgConnection,
    statement: &'static Statement,
    params: &[Param<'_>],
) -> Result<Vec<PgRow>, sqlx::Error> {
    bind_all(statement.postgres, params).fetch_all(connection).await
}

async fn script(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}
