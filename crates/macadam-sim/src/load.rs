//! Load: many devices at once over plain loopback HTTP, as fast as the server answers.
//!
//! Bodies and RSA signatures are made beforehand, each connection is one thread with one keep-alive
//! socket and its own devices, so the client costs little and no device is in two requests at once.
//! One request in a hundred is wrong on purpose and must be refused.

mod api;
mod enroll;
mod fixtures;
mod ledger;
mod measure;
mod requests;
mod scenario;
mod wire;

pub use api::{Call, CallError, Timing, measure_calls};
pub use enroll::{EnrollFleetError, Enrolled, enroll_fleet};
pub use fixtures::{Fixture, Fixtures, FixturesError};
pub use ledger::{Acknowledged, Ledger, ReadLedgerError};
pub use measure::{Processes, Report, data_sync_time};
pub use requests::Target;
pub use scenario::{Run, RunError, Scenario, run};
pub use wire::Wire;

use std::time::{Duration, Instant};

/// The moment on the machine's steady clock.
#[expect(clippy::disallowed_methods, reason = "load is measured in real time")]
fn steady_now() -> Instant {
    Instant::now()
}

/// Waits while threads measure.
#[expect(clippy::disallowed_methods, reason = "load is measured in real time")]
fn wait(duration: Duration) {
    std::thread::sleep(duration);
}

#[cfg(test)]
mod tests;
