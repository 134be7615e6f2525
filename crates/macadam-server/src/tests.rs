//! A whole server in the test's process, on a temporary database and manual clocks, spoken to with
//! handmade protocol messages over HTTP.

mod admin;
mod authenticator;
mod command_line;
mod commands;
mod declarations;
mod enrollment;
mod legacy_updates;
mod limits;
mod offline;
mod openapi;
mod release_notes;
mod rig;
mod senders;
mod terminal;
mod two_servers;
mod web;
mod workers;
mod world;
mod year;
