//! Parameters of statements, with the type PostgreSQL must be told even for NULL.

use jiff::Timestamp;
use macadam_policy::Platform;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use uuid::Uuid;

/// One parameter; `None` is a NULL of that type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Param<'a> {
    Int(Option<i64>),
    Bool(Option<bool>),
    Text(Option<&'a str>),
    Blob(Option<&'a [u8]>),
    Uuid(Option<Uuid>),
}

/// A value that can be a parameter.
pub(crate) trait Bind {
    fn bind(&self) -> Param<'_>;
    fn null() -> Param<'static>;
}

macro_rules! bind {
    ($($type:ty => $variant:ident, |$value:ident| $expr:expr;)+) => { $(
        impl Bind for $type {
            fn bind(&self) -> Param<'_> {
                let $value = self;
                Param::$variant(Some($expr))
            }
            fn null() -> Param<'static> {
                Param::$variant(None)
            }
        }
    )+ };
}

bind! {
    i64 => Int, |value| *value;
    u32 => Int, |value| i64::from(*value);
    i32 => Int, |value| i64::from(*value);
    u16 => Int, |value| i64::from(*value);
    bool => Bool, |value| *value;
    String => Text, |value| value;
    str => Text, |value| value;
    Vec<u8> => Blob, |value| value;
    [u8] => Blob, |value| value;
    Uuid => Uuid, |value| *value;
    Platform => Text, |value| value.code();
    Timestamp => Int, |value| value.as_microsecond();
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> Param<'_> {
        match self {
            Some(value) => value.bind(),
            None => T::null(),
        }
    }
    fn null() -> Param<'static> {
        T::null()
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn bind(&self) -> Param<'_> {
        (**self).bind()
    }
    fn null() -> Param<'static> {
        T::null()
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(Some(value)) => ValueRef::Integer(*value),
            Self::Bool(Some(value)) => ValueRef::Integer(i64::from(*value)),
            Self::Text(Some(value)) => ValueRef::Text(value.as_bytes()),
            Self::Blob(Some(value)) => ValueRef::Blob(value),
            Self::Uuid(Some(value)) => ValueRef::Blob(value.as_bytes()),
            Self::Int(None)
            | Self::Bool(None)
            | Self::Text(None)
            | Self::Blob(None)
            | Self::Uuid(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// Binds `params` to a PostgreSQL query, in order.
pub(crate) fn bind_all<'q>(
    sql: &'static str,
    params: &'q [Param<'q>],
) -> Query<'q, Postgres, PgArguments> {
    params.iter().fold(sqlx::query(sql), |query, param| match *param {
        Param::Int(value) => query.bind(value),
        Param::Bool(value) => query.bind(value),
        Param::Text(value) => query.bind(value),
        Param::Blob(value) => query.bind(value),
        Param::Uuid(value) => query.bind(value),
    })
}
