//! One connection type over both engines: parameters, cells, rows and statements.
//!
//! SQL is written once; `$1` works on both engines. A statement carries two texts only where the
//! engines differ. Rows are read by column name and checked, so no struct depends on an order.

use std::sync::OnceLock;

use uuid::Uuid;

mod bind;
mod column;
mod conn;
pub(crate) mod job;
pub(crate) mod postgres;
pub(crate) mod sqlite;

pub(crate) use bind::{Bind, Param};
pub(crate) use column::{Cell, Column, FromRow, Row};
pub(crate) use conn::Conn;

/// A statement, as each engine wants it.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) name: &'static str,
    sqlite: &'static str,
    pub(crate) postgres: &'static str,
    numbered: OnceLock<String>,
}

impl Statement {
    pub(crate) const fn new(
        name: &'static str,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> Self {
        Self { name, sqlite, postgres, numbered: OnceLock::new() }
    }

    /// The text for SQLite, to which `$1` would be a name and `?1` is the first parameter.
    pub(crate) fn sqlite(&self) -> &str {
        self.numbered.get_or_init(|| self.sqlite.replace('$', "?"))
    }
}

/// Declares a module's statements and lists them in `STATEMENTS`, which a test prepares.
macro_rules! queries {
    (@sql $name:ident { $sql:expr }) => {
        $crate::db::Statement::new(stringify!($name), $sql, $sql)
    };
    (@sql $name:ident { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? }) => {
        $crate::db::Statement::new(stringify!($name), $sqlite, $postgres)
    };
    ($( $name:ident = { $($body:tt)+ } )+) => {
        $( static $name: $crate::db::Statement = $crate::db::queries!(@sql $name { $($body)+ }); )+

        #[cfg(test)]
        pub(crate) static STATEMENTS: &[&$crate::db::Statement] = &[ $( &$name ),+ ];
    };
}

/// Declares a struct that is read from the columns of the same names.
macro_rules! row {
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident {
            $( $(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $vis struct $name { $( $(#[$field_meta])* $field_vis $field: $type ),+ }

        impl $crate::db::FromRow for $name {
            fn from_row(row: &$crate::db::Row<'_>) -> Result<Self, $crate::StoreError> {
                Ok(Self { $( $field: row.get(stringify!($field))? ),+ })
            }
        }
    };
}

/// Builds the parameters of a statement, in the order of `$1`, `$2`, ….
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[ $( $crate::db::Bind::bind(&$value) ),* ] };
}

pub(crate) use {params, queries, row};

/// Rows for a bulk statement, as its one JSON parameter.
pub(crate) fn json(rows: &impl serde::Serialize) -> String {
    serde_json::to_string(rows).expect("tuples of text and numbers are JSON")
}

/// Ids for a bulk statement: rows of one column.
pub(crate) fn json_ids(ids: impl IntoIterator<Item = Uuid>) -> String {
    json(&ids.into_iter().map(|id| (id,)).collect::<Vec<_>>())
}
