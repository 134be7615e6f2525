//! The schema and its versions. Forward only; the previous release keeps working on the new one.
//!
//! Migrations are written once, in PostgreSQL's words; SQLite gets its own names for the types.

use crate::StoreError;
use crate::db::{Conn, params, queries};

queries! {
    VERSION = { "select coalesce(max(version), 0) as value from migration" }
    RECORD = { "insert into migration (version, name) values ($1, $2)" }
}

/// Names the lock that two starting servers take turns with.
const LOCK: &str = "select pg_advisory_xact_lock(7301842290175)";

const TABLE: &str = "create table if not exists migration (
    version bigint primary key, name text not null)";

/// Functions that SQLite has built in or that its connections add.
const POSTGRES_FUNCTIONS: &str = include_str!("../migrations/postgres_functions.sql");

/// What a migration runs.
enum Script {
    /// In PostgreSQL's words, of which SQLite gets its own names for the types.
    Same(&'static str),
    /// What the engines have no common words for, such as triggers.
    Each { sqlite: &'static str, postgres: &'static str },
}

const MIGRATIONS: &[(i64, &str, Script)] = &[
    (1, "first", Script::Same(include_str!("../migrations/0001_first.sql"))),
    (2, "inventory", Script::Same(include_str!("../migrations/0002_inventory.sql"))),
    (3, "decision_digest", Script::Same(include_str!("../migrations/0003_decision_digest.sql"))),
    (4, "summary", Script::Same(include_str!("../migrations/0004_summary.sql"))),
    (5, "changes", Script::Same(include_str!("../migrations/0005_changes.sql"))),
    (6, "identity_expiry", Script::Same(include_str!("../migrations/0006_identity_expiry.sql"))),
    (7, "rings", Script::Same(include_str!("../migrations/0007_rings.sql"))),
    (8, "views", Script::Same(include_str!("../migrations/0008_views.sql"))),
    (9, "sign_in", Script::Same(include_str!("../migrations/0009_sign_in.sql"))),
    (
        10,
        "device_changes",
        Script::Each {
            sqlite: include_str!("../migrations/0010_device_changes.sqlite.sql"),
            postgres: include_str!("../migrations/0010_device_changes.postgres.sql"),
        },
    ),
    (11, "wording", Script::Same(include_str!("../migrations/0011_wording.sql"))),
    (12, "passkeys", Script::Same(include_str!("../migrations/0012_passkeys.sql"))),
    (13, "request_local", Script::Same(include_str!("../migrations/0013_request_local.sql"))),
    (14, "issued", Script::Same(include_str!("../migrations/0014_issued.sql"))),
    (
        15,
        "decision_changes",
        Script::Each {
            sqlite: include_str!("../migrations/0015_decision_changes.sqlite.sql"),
            postgres: include_str!("../migrations/0015_decision_changes.postgres.sql"),
        },
    ),
    (16, "bulk_actions", Script::Same(include_str!("../migrations/0016_bulk_actions.sql"))),
];

/// What SQLite calls the types of strict tables.
const SQLITE_WORDS: &[(&str, &str)] = &[
    ("bigint generated always as identity primary key", "integer primary key autoincrement"),
    (" collate \"C\"", ""),
    ("bigint", "integer"),
    ("boolean", "integer"),
    ("bytea", "blob"),
    ("uuid", "blob"),
    ("\n);", "\n) strict;"),
];

/// Brings the schema up to date, in one transaction that PostgreSQL's caller began.
pub(crate) async fn run(conn: &mut Conn) -> Result<(), StoreError> {
    if conn.is_sqlite() {
        conn.script("begin immediate".into()).await?;
        let outcome = apply(conn).await;
        conn.script(if outcome.is_ok() { "commit" } else { "rollback" }.into()).await?;
        outcome
    } else {
        conn.script(LOCK.into()).await?;
        conn.script(POSTGRES_FUNCTIONS.into()).await?;
        apply(conn).await
    }
}

async fn apply(conn: &mut Conn) -> Result<(), StoreError> {
    conn.script(TABLE.into()).await?;
    let (version,) = conn.one::<(i64,)>(&VERSION, &[]).await?;
    let is_sqlite = conn.is_sqlite();
    for (number, name, script) in MIGRATIONS.iter().filter(|(number, ..)| *number > version) {
        let sql = match script {
            Script::Same(sql) if is_sqlite => for_sqlite(sql),
            Script::Same(sql) => (*sql).to_owned(),
            Script::Each { sqlite, .. } if is_sqlite => (*sqlite).to_owned(),
            Script::Each { postgres, .. } => (*postgres).to_owned(),
        };
        conn.script(sql).await?;
        conn.run(&RECORD, params![number, name]).await?;
    }
    Ok(())
}

fn for_sqlite(sql: &str) -> String {
    SQLITE_WORDS.iter().fold(sql.into(), |sql: String, (from, to)| sql.replace(from, to))
}
