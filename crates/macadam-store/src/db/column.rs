//! Cells of a result, the same from both engines, and the types they are read as.

use jiff::Timestamp;
use macadam_policy::Platform;
use rusqlite::types::ValueRef;
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::{Decode, Postgres, Row as _, TypeInfo as _, ValueRef as _};
use uuid::Uuid;

use crate::StoreError;

/// One cell; a UUID is its 16 bytes and a boolean is 0 or 1, whatever the engine calls them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// A type that a cell can be read as; `None` when the cell holds something else.
pub(crate) trait Column: Sized {
    fn from_cell(cell: Cell) -> Option<Self>;
}

/// A type that a whole row can be read as.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError>;
}

/// A row of either engine.
pub(crate) enum Row<'r> {
    /// With the column that is likely to be read next: structs follow their statements, and
    /// looking at that one first spares a search through all names.
    Sqlite(&'r rusqlite::Row<'r>, std::cell::Cell<usize>),
    Postgres(&'r PgRow),
}

impl<'r> Row<'r> {
    pub(crate) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self::Sqlite(row, std::cell::Cell::new(0))
    }

    /// Reads the column called `name`.
    pub(crate) fn get<T: Column>(&self, name: &'static str) -> Result<T, StoreError> {
        let cell = match self {
            Self::Sqlite(row, next) => {
                let statement = row.as_ref();
                let index = match statement.column_name(next.get()) {
                    Ok(likely) if likely == name => next.get(),
                    Ok(_) | Err(_) => statement.column_index(name)?,
                };
                next.set(index + 1);
                sqlite_cell(row.get_ref(index)?)
            }
            Self::Postgres(row) => postgres_cell(row.try_get_raw(name)?)?,
        };
        cell.and_then(T::from_cell).ok_or(StoreError::Corrupt { column: name })
    }

    /// Reads the first column, of a row that has no struct.
    fn first<T: Column>(&self) -> Result<T, StoreError> {
        let cell = match self {
            Self::Sqlite(row, _) => sqlite_cell(row.get_ref(0)?),
            Self::Postgres(row) => postgres_cell(row.try_get_raw(0)?)?,
        };
        cell.and_then(T::from_cell).ok_or(StoreError::Corrupt { column: "value" })
    }
}

/// A row of one column.
impl<T: Column> FromRow for (T,) {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok((row.first()?,))
    }
}

fn sqlite_cell(value: ValueRef<'_>) -> Option<Cell> {
    match value {
        ValueRef::Null => Some(Cell::Null),
        ValueRef::Integer(value) => Some(Cell::Int(value)),
        ValueRef::Text(value) => str::from_utf8(value).ok().map(|text| Cell::Text(text.into())),
        ValueRef::Blob(value) => Some(Cell::Blob(value.into())),
        ValueRef::Real(_) => None,
    }
}

fn postgres_cell(value: PgValueRef<'_>) -> Result<Option<Cell>, StoreError> {
    if value.is_null() {
        return Ok(Some(Cell::Null));
    }
    let kind = value.type_info().into_owned();
    Ok(match kind.name() {
        "INT8" => Some(Cell::Int(decode(value)?)),
        "INT4" => Some(Cell::Int(decode::<i32>(value)?.into())),
        "BOOL" => Some(Cell::Int(decode::<bool>(value)?.into())),
        "TEXT" => Some(Cell::Text(decode(value)?)),
        "BYTEA" => Some(Cell::Blob(decode(value)?)),
        "UUID" => Some(Cell::Blob(decode::<Uuid>(value)?.as_bytes().to_vec())),
        _ => None,
    })
}

fn decode<'r, T: Decode<'r, Postgres>>(value: PgValueRef<'r>) -> Result<T, StoreError> {
    T::decode(value).map_err(|error| StoreError::Postgres(sqlx::Error::Decode(error)))
}

impl Column for i64 {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Int(value) => Some(value),
            Cell::Null | Cell::Text(_) | Cell::Blob(_) => None,
        }
    }
}

impl Column for u32 {
    fn from_cell(cell: Cell) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl Column for i32 {
    fn from_cell(cell: Cell) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl Column for u16 {
    fn from_cell(cell: Cell) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl Column for bool {
    fn from_cell(cell: Cell) -> Option<Self> {
        i64::from_cell(cell).map(|value| value != 0)
    }
}

impl Column for String {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Text(value) => Some(value),
            Cell::Null | Cell::Int(_) | Cell::Blob(_) => None,
        }
    }
}

impl Column for Vec<u8> {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Blob(value) => Some(value),
            Cell::Null | Cell::Int(_) | Cell::Text(_) => None,
        }
    }
}

impl Column for Uuid {
    fn from_cell(cell: Cell) -> Option<Self> {
        Self::from_slice(&Vec::from_cell(cell)?).ok()
    }
}

impl Column for Timestamp {
    fn from_cell(cell: Cell) -> Option<Self> {
        let microseconds = i64::from_cell(cell)?;
        if microseconds == Self::MAX.as_microsecond() {
            // `from_microsecond` refuses the last fraction of a second there is.
            return Some(Self::MAX);
        }
        Self::from_microsecond(microseconds).ok()
    }
}

impl Column for Platform {
    fn from_cell(cell: Cell) -> Option<Self> {
        String::from_cell(cell)?.parse().ok()
    }
}

impl<T: Column> Column for Option<T> {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            Cell::Int(_) | Cell::Text(_) | Cell::Blob(_) => T::from_cell(cell).map(Some),
        }
    }
}
