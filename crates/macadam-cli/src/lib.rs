//! The commands that are clients of the admin API, and offline decide.
