//! The admin API's wire formats and their conversion to and from policy types.
//!
//! One module per noun, named as in the API's paths. Names are `snake_case`, instants RFC 3339 in
//! UTC; a date-time whose name ends in `_local` is the device's own and has no zone. Fields that
//! have no value are `null` in answers and may be left out of requests.

pub mod account;
pub mod audit;
pub mod backtests;
pub mod blueprints;
pub mod bulk_actions;
#[cfg(feature = "client")]
pub mod client;
pub mod decisions;
pub mod devices;
pub mod enrollments;
pub mod events;
pub mod exceptions;
pub mod facts;
pub mod feeds;
pub mod library_items;
pub mod notes;
mod page;
pub mod passkeys;
pub mod people;
pub mod policy_file;
pub mod previews;
mod problem;
pub mod push_certificates;
pub mod releases;
pub mod rings;
pub mod self_service;
pub mod server;
pub mod sessions;
pub mod summary;
mod text;
pub mod tokens;
pub mod views;

pub use page::{MAX_PAGE, Page, PageQuery};
pub use problem::{Detail, ErrorCode, Problem};
pub use text::{Named, Os};
