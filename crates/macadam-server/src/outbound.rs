//! Clients of other people's servers.

pub(crate) mod apns;
