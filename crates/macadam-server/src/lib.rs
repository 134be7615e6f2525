//! The server: HTTP surfaces, use cases, workers and outbound clients.
//!
//! Surfaces and workers use `app`; `app` uses `outbound` and the other crates; nothing points
//! back. Only `serve` knows every part.

mod admin_api;
mod app;
mod clock;
mod config;
mod device_api;
mod health;
mod listen;
mod origin;
mod outbound;
mod serve;
mod tls;
mod web;
mod workers;

#[cfg(test)]
mod tests;

pub use clock::{Acceleration, ClockHand, FleetClock, Ids, WallClock};
pub use config::{
    Config, ConfigError, Database, FeedSettings, FleetClockSettings, Network, Problem,
    PushSettings, ServeArgs, ServerLimits, Tls,
};
pub use serve::{
    CertificateError, Clocks, FleetClockError, PrepareSetUpError, Server, SetUpError, StartError,
    serve_command,
};
