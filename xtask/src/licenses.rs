//! Every dependency's license is one that this project accepts.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::step::cargo_command;

/// All permissive, but for MPL-2.0: it asks for the source of changes to its own files, and we
/// change none (docs/decisions/0011-passkeys.md).
const ACCEPTED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Fails on a dependency none of whose license choices is accepted.
///
/// Only what some target really builds counts: the lock file also names optional dependencies of
/// dependencies that no feature of ours switches on.
pub(crate) fn licenses() -> anyhow::Result<()> {
    let arguments = ["tree", "--workspace", "--all-features", "--target", "all", "--locked"];
    let format = ["--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"];
    let output = cargo_command(&[arguments.as_slice(), format.as_slice()].concat())
        .output()
        .context("starting cargo tree")?;
    ensure!(output.status.success(), "cargo tree ended with {}", output.status);
    let listing = String::from_utf8(output.stdout).context("reading cargo tree")?;
    // A package that its own tests depend on is listed once more, with this mark.
    let packages: BTreeSet<(&str, &str)> =
        listing.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('\t')).collect();
    ensure!(packages.len() > 100, "cargo tree lists only {} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|(_, license)| !is_accepted(license))
        .map(|(package, license)| format!("{package}: {license:?}"))
        .collect();
    ensure!(refused.is_empty(), "licenses that are not accepted:\n{}", refused.join("\n"));
    println!("{} packages have accepted licenses", packages.len());
    Ok(())
}

/// An SPDX expression, read for what Cargo packages write: alternatives of conjunctions.
fn is_accepted(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], "");
    let accepted = |term: &str| ACCEPTED.contains(&term.trim());
    if expression.contains(" AND ") {
        expression.split(" AND ").all(|part| part.split(" OR ").any(accepted))
    } else {
        expression.split(" OR ").any(accepted)
    }
}

/// What cargo knows about the workspace.
pub(crate) fn metadata(arguments: &[&str]) -> anyhow::Result<Value> {
    let output = cargo_command(arguments).output().context("starting cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("reading cargo metadata")
}
