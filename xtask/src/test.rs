//! `cargo xtask test`: every test, and a summary of what ran and what could not.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, ensure};

use crate::prerequisites;
use crate::step::{cargo_command, step};
use crate::web;

/// Where tests that replay real feeds find them.
pub(crate) const RELEASE_DATA: &str = "MACADAM_RELEASE_DATA";
/// The module that such tests are in.
const REAL_FEEDS: &str = "real_feeds::";

#[derive(Default)]
struct Counts {
    passed: u64,
    failed: u64,
    without_data: u64,
}

/// Builds and runs all tests; words after the command go to cargo as they are.
pub(crate) fn test(extra: &[&str]) -> anyhow::Result<()> {
    prerequisites::check_test()?;
    println!(
        "building and running every test; the first build takes about ten minutes on two cores"
    );
    step("web app", web::web)?;
    let mut arguments = vec!["test", "--workspace", "--no-fail-fast"];
    arguments.extend(extra);
    let mut child =
        cargo_command(&arguments).stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let output = child.stdout.take().context("reading the tests' output")?;
    let counts = follow(BufReader::new(output))?;
    let status = child.wait().context("waiting for cargo test")?;
    if counts.without_data > 0 {
        println!(
            "{} tests that replay real feeds did not run: {RELEASE_DATA} is not set",
            counts.without_data
        );
    }
    let passed = counts.passed.saturating_sub(counts.without_data);
    println!("{passed} passed, {} failed, {} skipped", counts.failed, counts.without_data);
    ensure!(status.success(), "cargo test ended with {status}");
    ensure!(passed > 0, "no test ran");
    Ok(())
}

fn follow(output: impl BufRead) -> anyhow::Result<Counts> {
    let has_data = std::env::var_os(RELEASE_DATA).is_some();
    let mut counts = Counts::default();
    for line in output.lines() {
        let line = line.context("reading the tests' output")?;
        println!("{line}");
        count(&line, has_data, &mut counts);
    }
    Ok(counts)
}

fn count(line: &str, has_data: bool, counts: &mut Counts) {
    if let Some(result) = line.strip_prefix("test result: ") {
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            if let (Some(number), Some(word)) = (words.next(), words.next()) {
                let number = number.parse().unwrap_or(0);
                match word {
                    "passed" => counts.passed += number,
                    "failed" => counts.failed += number,
                    _ => {}
                }
            }
        }
    } else if !has_data && line.starts_with("test ") && line.contains(REAL_FEEDS) {
        counts.without_data += 1;
    }
}
