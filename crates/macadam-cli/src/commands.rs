//! One file per noun; each holds the arguments, what they do and how it is shown.

pub(crate) mod account;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod blueprints;
pub(crate) mod catalog;
pub(crate) mod completions;
pub(crate) mod decide;
pub(crate) mod devices;
pub(crate) mod enrollments;
pub(crate) mod events;
pub(crate) mod exceptions;
mod find;
pub(crate) mod items;
pub(crate) mod people;
pub(crate) mod policy;
pub(crate) mod preview;
pub(crate) mod push_certificate;
pub(crate) mod releases;
pub(crate) mod self_service;
pub(crate) mod server;
pub(crate) mod rings;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod summary;
pub(crate) mod tokens;
pub(crate) mod watch;
pub(crate) mod views;
