//! `cargo xtask replay`: the long form of the proofs with whole fleets, optimized.

use anyhow::{Context, ensure};

use crate::prerequisites;
use crate::step::cargo_command;

/// Makes the tests replay the whole recorded year, and poll a thousand times.
const LONG: &str = "MACADAM_REPLAY";

/// Replays a year of releases against a thousand devices, twice; and a thousand polls split
/// between two servers.
pub(crate) fn replay() -> anyhow::Result<()> {
    prerequisites::check_test()?;
    println!("the first build takes about ten minutes on two cores, and the replays half an hour");
    let build = ["test", "--profile", "bench", "--package", "macadam-server", "--lib"];
    let tests = ["--", "--nocapture", "tests::year::", "tests::two_servers::"];
    let mut command = cargo_command(&[build.as_slice(), &tests].concat());
    let status = command.env(LONG, "1").status().context("starting cargo test")?;
    ensure!(status.success(), "cargo test ended with {status}");
    Ok(())
}
