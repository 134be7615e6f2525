//! Clients of other people's servers.

pub(crate) mod apns;
pub(crate) mod apple_feed;
pub(crate) mod community_feed;
pub(crate) mod fetch;
