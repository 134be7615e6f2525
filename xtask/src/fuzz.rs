//! `cargo xtask fuzz`: feeds every decoder with what libFuzzer makes of good messages.
//!
//! The stable compiler instruments too, so neither cargo-fuzz nor a nightly is needed. What one run
//! found interesting stays in `fuzz/corpus/`, and the next one goes on from there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};

use crate::step::{cargo_command, output_of, step};

const SECONDS: u32 = 60;

/// Counts every edge and shows the fuzzer what is compared with what.
const INSTRUMENTATION: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1";

/// A document of the largest message would be tried too seldom; most faults need far less.
const LONGEST: &str = "-max_len=65536";
/// Far above what a decoder may take, and far below what hurts the machine.
const MEMORY: &str = "-rss_limit_mb=1024";
/// Seconds for one input; a decoder needs milliseconds.
const PATIENCE: &str = "-timeout=5";

/// Runs each target, or the one that is named, for so many seconds.
pub(crate) fn fuzz(words: &[&str]) -> anyhow::Result<()> {
    let (only, seconds) = match words {
        [] => (None, SECONDS),
        [word] => word.parse().map_or((Some(*word), SECONDS), |seconds| (None, seconds)),
        [target, seconds] => (Some(*target), seconds.parse().context("reading the seconds")?),
        _ => bail!("usage: cargo xtask fuzz [TARGET] [SECONDS]"),
    };
    let fuzz = crate::root().join("fuzz");
    let targets = targets(&fuzz.join("fuzz_targets"), only)?;
    let host = host()?;
    step("build the targets", || build(&fuzz, &host))?;
    let programs = fuzz.join("target").join(&host).join("release");
    for target in &targets {
        step(target, || run(&fuzz, &programs.join(target), target, seconds))?;
    }
    println!("{} decoders took everything for {seconds} seconds each", targets.len());
    Ok(())
}

fn targets(directory: &Path, only: Option<&str>) -> anyhow::Result<Vec<String>> {
    let entries = fs::read_dir(directory).context("listing the targets")?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if only.is_none_or(|only| only == name) {
            names.push(name);
        }
    }
    names.sort();
    ensure!(!names.is_empty(), "there is no target {}", only.unwrap_or_default());
    Ok(names)
}

fn host() -> anyhow::Result<String> {
    let version = output_of("rustc", &["-vV"]).context("asking the compiler for its host")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("the compiler does not say its host")
}

/// With a target named, build scripts and macros are not instrumented.
fn build(fuzz: &Path, host: &str) -> anyhow::Result<()> {
    let status = cargo_command(&["build", "--release", "--bins", "--target", host])
        .current_dir(fuzz)
        .env("RUSTFLAGS", INSTRUMENTATION)
        .env("CARGO_TARGET_DIR", fuzz.join("target"))
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "cargo build ended with {status}");
    Ok(())
}

fn run(fuzz: &Path, program: &Path, target: &str, seconds: u32) -> anyhow::Result<()> {
    let corpus = fuzz.join("corpus").join(target);
    let artifacts = fuzz.join("artifacts").join(target);
    for directory in [&corpus, &artifacts] {
        fs::create_dir_all(directory).context("making a place for what is found")?;
    }
    let output = Command::new(program)
        .arg(&corpus)
        .args(good_messages())
        .args([LONGEST, MEMORY, PATIENCE, "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .stdout(Stdio::null())
        .output()
        .context("starting the target")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let tail: Vec<&str> = said.lines().rev().take(40).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        bail!("{target} failed; its input is in {}\n{}", artifacts.display(), tail.join("\n"));
    }
    let number = |name: &str| {
        let found = said.lines().find_map(|line| line.strip_prefix(name));
        found.map_or("?", str::trim).to_owned()
    };
    println!(
        "    {} inputs, slowest {} s, at most {} MB",
        number("stat::number_of_executed_units:"),
        number("stat::slowest_unit_time_sec:"),
        number("stat::peak_rss_mb:")
    );
    Ok(())
}

/// Directories of messages that decoders accept, to begin from.
fn good_messages() -> [PathBuf; 2] {
    ["macadam-pki", "macadam-protocol"]
        .map(|name| crate::root().join("crates").join(name).join("testdata"))
}
