//! All automation of the repository: `cargo xtask <command>`. Not part of the product.
//!
//! Depends on next to nothing, so that what is missing on a machine is named before anything large
//! is compiled.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks")]
#![allow(clippy::indexing_slicing, reason = "JSON that lacks a field gives null")]

mod ci;
mod demo;
mod figures;
mod fuzz;
mod journeys;
mod layers;
mod licenses;
mod local;
mod mutants;
mod outage;
mod prerequisites;
mod replay;
#[cfg(feature = "seed")]
mod seed;
mod setup;
mod step;
mod test;
mod tidy;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

#[cfg(feature = "seed")]
use anyhow::Context as _;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo       run a server with a simulated fleet over real release history
  test       run every test (needs no root and installs nothing)
  ci         everything that must hold: format, lints, tidy, tests, documentation, licenses
  setup      install the Debian packages that the tests need (needs root)
  web        build the admin web app
  journeys   try the web app in a browser against a server with a simulated fleet
  screenshots  the same server; writes a picture of every page into web/screenshots
  figures    measure the server on this machine: the rows of docs/performance.md
  tidy       only the repository's own checks
  mutants    plant faults in the decision, one at a time, and expect the tests to catch each
  fuzz       feed every decoder with hostile messages: fuzz [TARGET] [SECONDS]
  replay     replay a year of releases against a thousand devices: the long form of the tests
  outage     kill the demo's server in the middle of a rollout, and expect the fleet to end the same
  seed       derive the seed history from MACADAM_RELEASE_DATA; with --check, only compare it
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo", rest @ ..] => demo::demo(rest),
        ["figures", rest @ ..] => figures::figures(rest),
        ["test", rest @ ..] => test::test(rest),
        ["ci", rest @ ..] => ci::ci(rest),
        ["setup"] => setup::setup(),
        ["web"] => web::web(),
        ["journeys", rest @ ..] => journeys::journeys(rest),
        ["screenshots"] => journeys::screenshots(),
        ["tidy"] => tidy::tidy(),
        ["fuzz", rest @ ..] => fuzz::fuzz(rest),
        ["mutants"] => mutants::mutants(),
        ["outage", rest @ ..] => outage::outage(rest),
        ["replay", rest @ ..] => replay::replay(rest),
        ["seed", rest @ ..] => seed(rest),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(feature = "seed")]
fn seed(words: &[&str]) -> anyhow::Result<()> {
    let data = std::env::var_os("MACADAM_RELEASE_DATA");
    let data = data.context("MACADAM_RELEASE_DATA is not set")?;
    match words {
        [] => seed::seed(data.as_ref(), seed::Mode::Write),
        ["--check"] => seed::seed(data.as_ref(), seed::Mode::Check),
        _ => anyhow::bail!("usage: cargo xtask seed [--check]"),
    }
}

/// Starts an xtask that has the generator compiled in.
#[cfg(not(feature = "seed"))]
fn seed(words: &[&str]) -> anyhow::Result<()> {
    let run = ["run", "--quiet", "--package", "xtask", "--features", "seed", "--", "seed"];
    step::cargo(&[run.as_slice(), words].concat())
}

/// Where Cargo puts what it builds.
pub(crate) fn target_directory() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The repository's root directory.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), PathBuf::from)
}
