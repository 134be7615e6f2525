//! An ephemeral PostgreSQL server for tests.
