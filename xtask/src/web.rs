//! `cargo xtask web`: builds the admin web app into `web/dist`, from where the server has it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::prerequisites;

/// A copy of the lock that the installed packages are of.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// Installs what the lock names, where it changed, and builds.
pub(crate) fn web() -> anyhow::Result<()> {
    prerequisites::check_web()?;
    install()?;
    // A hundred files are of no interest to whoever starts the demo; what is wrong with them is.
    npm(&["run", "build", "--silent", "--", "--logLevel", "warn"])
}

/// Formats, types, functions' tests, and that the typed client is the API's.
pub(crate) fn check() -> anyhow::Result<()> {
    install()?;
    npm(&["run", "lint", "--silent"])?;
    npm(&["run", "types", "--silent"])?;
    npm(&["run", "api:check", "--silent"])?;
    npm(&["run", "test", "--silent"])
}

pub(crate) fn directory() -> PathBuf {
    crate::root().join("web")
}

fn install() -> anyhow::Result<()> {
    let lock = fs::read(directory().join("package-lock.json")).context("reading the lock")?;
    let installed = directory().join(INSTALLED);
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("installing the web app's packages");
    npm(&["ci", "--no-progress"])?;
    fs::write(&installed, lock).context("noting what is installed")
}

fn npm(arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("npm");
    // Debian's browser is used, and none is downloaded.
    command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let status =
        command.current_dir(directory()).args(arguments).status().context("starting npm")?;
    ensure!(status.success(), "npm {} ended with {status}", arguments.join(" "));
    Ok(())
}
