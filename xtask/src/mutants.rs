//! `cargo xtask mutants`: plants faults in the decision, one at a time, and expects tests to fail.
//!
//! Each file in `xtask/mutants/` is one fault: what it is, the file it is in, the text to replace
//! (`-`) and the text to put there (`+`). They are planted in a copy of the sources, never here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail, ensure};

use crate::step::{cargo_command, step};

/// What is copied: the workspace's members and what describes them.
const COPIED: [&str; 4] = ["Cargo.toml", "Cargo.lock", "crates", "xtask"];
/// Folders of built or fetched files, which the tests do not need.
const NOT_COPIED: [&str; 2] = ["target", "node_modules"];

struct Fault {
    name: String,
    what: String,
    file: PathBuf,
    before: String,
    after: String,
}

/// Plants every fault and fails when one is not noticed.
pub(crate) fn mutants() -> anyhow::Result<()> {
    let faults = read_faults(&crate::root().join("xtask/mutants"))?;
    let copy = crate::target_directory().join("mutants");
    if copy.exists() {
        fs::remove_dir_all(&copy).context("removing the last copy of the sources")?;
    }
    fs::create_dir_all(&copy).context("creating the copy of the sources")?;
    for name in COPIED {
        copy_tree(&crate::root().join(name), &copy.join(name))?;
    }
    step("tests without a fault", || {
        ensure!(run_tests(&copy)?, "the tests fail without a fault");
        Ok(())
    })?;
    let mut unnoticed = Vec::new();
    for fault in &faults {
        step(&fault.name, || {
            println!("    {}", fault.what);
            if is_noticed(&copy, fault)? {
                println!("    caught");
            } else {
                unnoticed.push(fault.name.clone());
            }
            Ok(())
        })?;
    }
    ensure!(unnoticed.is_empty(), "faults that no test caught: {}", unnoticed.join(", "));
    println!("{} faults planted, each caught", faults.len());
    Ok(())
}

fn read_faults(directory: &Path) -> anyhow::Result<Vec<Fault>> {
    let entries = fs::read_dir(directory).context("listing the faults")?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    paths.sort();
    paths.iter().map(|path| read_fault(path)).collect()
}

fn read_fault(path: &Path) -> anyhow::Result<Fault> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let starting_with = |prefix: &str| -> String {
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(prefix)).collect();
        lines.join("\n")
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let fault = Fault {
        what: starting_with("# "),
        file: starting_with("file ").into(),
        before: starting_with("- "),
        after: starting_with("+ "),
        name,
    };
    ensure!(!fault.before.is_empty() && !fault.after.is_empty(), "{} is not a fault", fault.name);
    Ok(fault)
}

/// Plants the fault, runs the tests, and takes it out again.
fn is_noticed(copy: &Path, fault: &Fault) -> anyhow::Result<bool> {
    let file = copy.join(&fault.file);
    let original = fs::read_to_string(&file).context("reading the file of the fault")?;
    let places = original.matches(&fault.before).count();
    ensure!(places == 1, "{}: its text is in {places} places of the file", fault.name);
    fs::write(&file, original.replace(&fault.before, &fault.after)).context("planting a fault")?;
    let passed = run_tests(copy);
    fs::write(&file, original).context("taking the fault out")?;
    passed.map(|passed| !passed)
}

/// Whether the crate's tests pass; a copy that does not compile is an error, not a caught fault.
fn run_tests(copy: &Path) -> anyhow::Result<bool> {
    let run = |arguments: &[&str]| -> anyhow::Result<bool> {
        let mut command = cargo_command(arguments);
        // What the copies depend on is compiled there already.
        command.current_dir(copy).env("CARGO_TARGET_DIR", crate::target_directory());
        command.env("INSTA_UPDATE", "no").stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command.status().context("starting cargo")?.success())
    };
    let test = ["test", "--locked", "--package", "macadam-policy", "--lib"];
    if !run(&[test.as_slice(), &["--no-run"]].concat())? {
        bail!("the copy in {} does not compile", copy.display());
    }
    run(&test)
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
        for entry in fs::read_dir(from).with_context(|| format!("listing {}", from.display()))? {
            let name = entry?.file_name();
            if !NOT_COPIED.iter().any(|skipped| name == *skipped) {
                copy_tree(&from.join(&name), &to.join(&name))?;
            }
        }
    } else {
        let copied = fs::copy(from, to).map(drop);
        copied.with_context(|| format!("copying {}", from.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_can_be_planted() {
        let faults = read_faults(&crate::root().join("xtask/mutants")).unwrap();
        assert!(faults.len() >= 10);
        for fault in faults {
            let text = fs::read_to_string(crate::root().join(&fault.file)).unwrap();
            assert_eq!(text.matches(&fault.before).count(), 1, "{}", fault.name);
        }
    }
}
