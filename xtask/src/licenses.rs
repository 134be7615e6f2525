//! Every dependency's license is one that this project accepts.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::step::cargo_command;

const ACCEPTED: [&str; 15] = [
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
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Fails on a dependency none of whose license choices is accepted.
pub(crate) fn licenses() -> anyhow::Result<()> {
    let metadata = metadata(&["metadata", "--format-version", "1", "--locked"])?;
    let packages = metadata["packages"].as_array().context("reading the packages")?;
    let refused: BTreeSet<String> = packages
        .iter()
        .filter(|package| !is_accepted(package["license"].as_str().unwrap_or("")))
        .map(|package| {
            format!("{} {}: {}", package["name"], package["version"], package["license"])
        })
        .collect();
    ensure!(refused.is_empty(), "licenses that are not accepted:\n{}", join(&refused));
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

fn join(lines: &BTreeSet<String>) -> String {
    lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// What cargo knows about the workspace.
pub(crate) fn metadata(arguments: &[&str]) -> anyhow::Result<Value> {
    let output = cargo_command(arguments).output().context("starting cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("reading cargo metadata")
}
