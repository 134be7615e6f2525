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

/// Crates that know no socket, file, database or async runtime (ARCHITECTURE.md, "Invariants"), and
/// all that they may use: what is not here is looked at by whoever adds it.
const PURE: [(&str, &[&str]); 4] = [
    ("macadam-policy", &["jiff", "thiserror", "uuid"]),
    ("macadam-protocol", &["base64", "jiff", "plist", "serde", "serde_json", "thiserror"]),
    ("macadam-declare", &["aws-lc-rs", "jiff", "serde_json", "thiserror"]),
    (
        "macadam-pki",
        &[
            "aws-lc-rs",
            "base64",
            "const-oid",
            "der",
            "jiff",
            "rcgen",
            "rustls-pki-types",
            "rustls-webpki",
            "thiserror",
            "x509-cert",
            "zeroize",
        ],
    ),
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
            let pure = PURE.iter().find(|(pure, _)| *pure == name);
            let is_for_tests = dependency["kind"].as_str() == Some("dev");
            if let Some((_, known)) = pure
                && !is_for_tests
                && !target.starts_with("macadam-")
                && !known.contains(&target)
            {
                wrong.push(format!("{name} is pure; may it use {target}? (xtask/src/layers.rs)"));
            }
            let Some(short) = target.strip_prefix("macadam-") else { continue };
            let is_allowed_in_tests = is_for_tests && TESTS.contains(&(name, short));
            if !row.contains(&short) && !is_allowed_in_tests {
                wrong.push(format!("{name} must not use {target}"));
            }
        }
    }
    ensure!(wrong.is_empty(), "layers:\n{}", wrong.join("\n"));
    Ok(())
}
