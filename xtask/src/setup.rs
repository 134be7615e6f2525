//! `cargo xtask setup`: installs the Debian packages that the tests need.

use std::process::Command;

use anyhow::{Context, ensure};

const PACKAGES: [&str; 4] = ["build-essential", "chromium", "openssl", "postgresql"];

/// Installs what is missing; does nothing where everything is there.
pub(crate) fn setup() -> anyhow::Result<()> {
    let missing: Vec<&str> =
        PACKAGES.into_iter().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        println!("every package is there: {}", PACKAGES.join(", "));
        return Ok(());
    }
    println!("installing {}", missing.join(", "));
    apt_get(&["update"])?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(missing);
    apt_get(&arguments)
}

fn is_installed(package: &str) -> bool {
    let query = ["--show", "--showformat=${db:Status-Status}", package];
    crate::step::output_of("dpkg-query", &query).is_some_and(|status| status == "installed")
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("starting apt-get; on other systems install the packages by hand")?;
    ensure!(status.success(), "apt-get ended with {status}; root is needed");
    Ok(())
}
