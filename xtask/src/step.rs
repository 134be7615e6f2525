//! Running one step of a longer job, and saying how long it took.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};

/// Runs a named step and prints its minutes.
#[allow(clippy::disallowed_methods, reason = "automation reports real minutes")]
pub(crate) fn step(name: &str, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    println!("==> {name}");
    let start = Instant::now();
    let outcome = work().with_context(|| name.to_owned());
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    match &outcome {
        Ok(()) => println!("<== {name}: {minutes:.1} min"),
        Err(_) => println!("<== {name}: failed after {minutes:.1} min"),
    }
    outcome
}

/// Runs cargo in the repository and fails when it fails.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: &[S]) -> anyhow::Result<()> {
    let status = cargo_command(arguments).status().context("starting cargo")?;
    ensure!(status.success(), "cargo ended with {status}");
    Ok(())
}

/// Cargo in the repository, without the variables of the cargo that runs xtask itself.
pub(crate) fn cargo_command<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(crate::root()).args(arguments);
    for (name, _) in std::env::vars_os() {
        let inherited = name.to_string_lossy().starts_with("CARGO_PKG_");
        if inherited || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
    command
}

/// The standard output of a program, or `None` when it is missing or fails.
pub(crate) fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
