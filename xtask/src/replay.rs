//! `cargo xtask replay`: the long form of the proofs with whole fleets, optimized.

use std::fs;

use anyhow::{Context, bail, ensure};

use crate::prerequisites;
use crate::step::{cargo_command, output_of};

/// Makes the tests replay the whole recorded year, and poll a thousand times.
const LONG: &str = "MACADAM_REPLAY";

/// Replays a year of releases against a thousand devices, twice; and a thousand polls split
/// between two servers.
///
/// What an earlier run of the same commit has replayed is not replayed again, unless asked.
pub(crate) fn replay(words: &[&str]) -> anyhow::Result<()> {
    let begins_anew = match words {
        [] => false,
        ["--fresh"] => true,
        _ => bail!("usage: cargo xtask replay [--fresh]"),
    };
    prerequisites::check_test()?;
    let commit = output_of("git", &["rev-parse", "HEAD"]).context("asking for the commit")?;
    let directory = crate::target_directory().join("replay").join(commit);
    // With changes on top, the commit does not say what an earlier run replayed.
    let is_changed = output_of("git", &["status", "--porcelain"]).is_none_or(|it| !it.is_empty());
    if (begins_anew || is_changed) && directory.exists() {
        fs::remove_dir_all(&directory).context("removing earlier replays")?;
    }
    fs::create_dir_all(&directory).context("making a place for the replays")?;
    println!("the first build takes ten minutes on two cores, and the replays most of an hour");
    let build = ["test", "--profile", "bench", "--package", "macadam-server", "--lib"];
    let tests = ["--", "--nocapture", "tests::year::", "tests::two_servers::"];
    let mut command = cargo_command(&[build.as_slice(), &tests].concat());
    let status = command.env(LONG, &directory).status().context("starting cargo test")?;
    ensure!(status.success(), "cargo test ended with {status}");
    Ok(())
}
