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
    what: "PostgreSQL's server programs (initdb, pg_ctl, postgres), version 15 or later",
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
    let help = "`cargo xtask setup` installs on Debian what Debian has";
    bail!("this machine lacks\n{}\n{help}", missing.join("\n"))
}

/// Where PostgreSQL's server programs are: the tests look in the same places, in this order.
pub(crate) fn postgres_bin() -> Option<PathBuf> {
    let named = std::env::var_os("MACADAM_POSTGRES_BIN").map(PathBuf::from);
    let configured = || output_of("pg_config", &["--bindir"]).map(PathBuf::from);
    named
        .or_else(|| configured().filter(|bin| has_postgres(bin)))
        .or_else(|| newest_under(Path::new("/usr/lib/postgresql")))
        .filter(|bin| has_postgres(bin))
}

/// Whether all of a new enough server is in this directory.
fn has_postgres(bin: &Path) -> bool {
    let is_there = |program: &&str| bin.join(program).is_file();
    let version = || output_of(bin.join("postgres").to_str()?, &["--version"]);
    ["initdb", "pg_ctl", "postgres"].iter().all(is_there)
        && version().as_deref().and_then(postgres_major).is_some_and(|major| major >= 15)
}

/// Of a line such as `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn postgres_major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    number.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_say_of_themselves() {
        let debian = "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)";
        assert_eq!(postgres_major(debian), Some(15));
        assert_eq!(postgres_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(postgres_major("postgres"), None);
        assert!(is_new_enough("v20.19.0") && is_new_enough("v22.1.0"));
        assert!(!is_new_enough("v20.18.9") && !is_new_enough("none"));
    }
}
