//! The crates' layers: each crate uses only the crates that its row allows.

use anyhow::{Context, ensure};

use crate::licenses::metadata;

/// Crate, and what it may use (ARCHITECTURE.md, "The map").
const ROWS: [(&str, &[&str]); 10] = [
    ("macadam-protocol", &[]),
    ("macadam-pki", &[]),
    ("macadam-policy", &[]),
    ("macadam-api", &["policy"]),
    ("macadam-declare", &["policy", "protocol"]),
    ("macadam-store", &["policy"]),
    ("macadam-server", &["protocol", "pki", "policy", "api", "declare", "store"]),
    ("macadam-cli", &["api", "policy", "protocol"]),
    ("macadam", &["server", "cli"]),
    ("macadam-sim", &["api", "pki", "protocol"]),
];

/// Tests may use these beside what their crate may use.
const TESTS: [(&str, &str); 6] = [
    ("macadam", "protocol"),
    ("macadam-server", "sim"),
    ("macadam-server", "cli"),
    ("macadam-policy", "protocol"),
    ("macadam-declare", "protocol"),
    ("macadam-store", "store"),
];

/// Fails on an edge between crates that is not in the table, and on a crate without a row.
pub(crate) fn layers() -> anyhow::Result<()> {
    let metadata = metadata(&["metadata", "--format-version", "1", "--no-deps", "--locked"])?;
    let packages = metadata["packages"].as_array().context("reading the packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if name == "xtask" {
            continue;
        }
        let Some((_, row)) = ROWS.iter().find(|(row, _)| *row == name) else {
            wrong.push(format!("crate {name} has no row"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let target = dependency["name"].as_str().unwrap_or_default();
            let Some(short) = target.strip_prefix("macadam-") else { continue };
            let for_tests =
                dependency["kind"].as_str() == Some("dev") && TESTS.contains(&(name, short));
            if !row.contains(&short) && !for_tests {
                wrong.push(format!("{name} must not use {target}"));
            }
        }
    }
    ensure!(wrong.is_empty(), "layers:\n{}", wrong.join("\n"));
    Ok(())
}
