//! What a machine must have, looked for before anything is compiled.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::step::output_of;

/// One thing a command needs, and the Debian package that brings it.
struct Prerequisite {
    what: &'static str,
    package: &'static str,
    is_there: fn() -> bool,
}

const C_COMPILER: Prerequisite = Prerequisite {
    what: "a C compiler (cc)",
    package: "build-essential",
    is_there: || output_of("cc", &["--version"]).is_some(),
};

const POSTGRES: Prerequisite = Prerequisite {
    what: "PostgreSQL's server programs (initdb, postgres), version 15 or later",
    package: "postgresql",
    is_there: || postgres_bin().is_some(),
};

const NODE: Prerequisite = Prerequisite {
    what: "Node 20.19 or later, with npm",
    package: "nodejs (20.19 or later, which may come from another source than Debian)",
    is_there: || {
        let version = output_of("node", &["--version"]);
        version.is_some_and(|version| is_new_enough(&version))
            && output_of("npm", &["--version"]).is_some()
    },
};

const CHROMIUM: Prerequisite = Prerequisite {
    what: "the Chromium browser (or its path in MACADAM_CHROMIUM)",
    package: "chromium",
    is_there: || chromium().is_some(),
};

/// Checks what the web app needs.
pub(crate) fn check_web() -> anyhow::Result<()> {
    check(&[NODE])
}

/// Checks what trying the web app in a browser needs.
pub(crate) fn check_journeys() -> anyhow::Result<()> {
    check(&[C_COMPILER, NODE, CHROMIUM])
}

/// Where the browser is.
pub(crate) fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("MACADAM_CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    named.into_iter().chain(usual.map(PathBuf::from)).find(|path| path.is_file())
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else { return false };
    (major, minor) >= (20, 19)
}

/// Checks what building needs.
pub(crate) fn check_build() -> anyhow::Result<()> {
    check(&[C_COMPILER, NODE])
}

/// Checks what building and testing need.
pub(crate) fn check_test() -> anyhow::Result<()> {
    check(&[C_COMPILER, NODE, POSTGRES])
}

fn check(all: &[Prerequisite]) -> anyhow::Result<()> {
    let missing: Vec<String> = all
        .iter()
        .filter(|one| !(one.is_there)())
        .map(|one| format!("  {}: install the package {}", one.what, one.package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    bail!("this machine lacks\n{}\n`cargo xtask setup` installs them on Debian", missing.join("\n"))
}

/// Where PostgreSQL's server programs are: the tests look in the same places, in this order.
pub(crate) fn postgres_bin() -> Option<PathBuf> {
    let named = std::env::var_os("MACADAM_POSTGRES_BIN").map(PathBuf::from);
    let configured = || output_of("pg_config", &["--bindir"]).map(PathBuf::from);
    let complete = |bin: &PathBuf| bin.join("initdb").is_file() && bin.join("postgres").is_file();
    named
        .or_else(|| configured().filter(complete))
        .or_else(|| newest_under(Path::new("/usr/lib/postgresql")))
        .filter(complete)
}

fn newest_under(directory: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(directory).ok()?;
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .filter(|(version, _)| *version >= 15)
        .max_by_key(|(version, _)| *version)
        .map(|(_, path)| path.join("bin"))
}
