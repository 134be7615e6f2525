//! `cargo xtask ci`: everything that must hold on the main branch.

use crate::step::{cargo, cargo_command, output_of, step};
use crate::{journeys, licenses, prerequisites, test, tidy, web};

use anyhow::{Context, bail, ensure};

/// Runs all checks; `--without-test` leaves out the tests, for a script that has just run them.
pub(crate) fn ci(words: &[&str]) -> anyhow::Result<()> {
    let with_test = match words {
        [] => true,
        ["--without-test"] => false,
        _ => bail!("usage: cargo xtask ci [--without-test]"),
    };
    prerequisites::check_test()?;
    step("format", || cargo(&["fmt", "--all", "--check"]))?;
    step("tidy", tidy::tidy)?;
    step("licenses", licenses::licenses)?;
    step("lints", || {
        let scope = ["clippy", "--workspace", "--features", "xtask/seed", "--all-targets"];
        cargo(&[scope.as_slice(), &["--", "--deny", "warnings"]].concat())
    })?;
    step("web app", web::check)?;
    step("documentation", documentation)?;
    if with_test {
        step("tests", || test::test(&[]))?;
    }
    // One that fails and then passes is named as flaky, and is to be mended all the same.
    journeys::journeys(&["--retries=1"])?;
    step("dependencies", deny)
}

fn documentation() -> anyhow::Result<()> {
    let status = cargo_command(&["doc", "--workspace", "--no-deps", "--quiet"])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .status()
        .context("starting cargo doc")?;
    ensure!(status.success(), "cargo doc ended with {status}");
    Ok(())
}

/// cargo-deny where it is installed; its advisories need a network and are an outside step.
fn deny() -> anyhow::Result<()> {
    if output_of("cargo-deny", &["--version"]).is_none() {
        println!("cargo-deny is not installed here; the license check above always runs");
        return Ok(());
    }
    cargo(&["deny", "--offline", "check", "bans", "sources"])
}
