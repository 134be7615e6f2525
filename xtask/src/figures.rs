//! `cargo xtask figures`: measures the server on this machine and prints the rows of
//! `docs/performance.md`.
//!
//! Load, server and database share the machine. After the runs the server is killed, and asked
//! whether it still knows everything that it acknowledged.

mod postgres;
mod rig;

use anyhow::{Context, bail};

use self::postgres::Postgres;
use self::rig::Rig;
use crate::step::{cargo, step};

/// Scenario, connections.
const RUNS: [(&str, u32); 7] = [
    ("idle", 8),
    ("idle", 32),
    ("token-update", 8),
    ("token-update", 32),
    ("command", 8),
    ("ddm-tokens", 8),
    ("ddm-items", 8),
];
const DEVICES: u32 = 500;
const SECONDS: &str = "5";

/// Which databases to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Measures on both databases, or on the one that is named.
pub(crate) fn figures(words: &[&str]) -> anyhow::Result<()> {
    let engines: &[Engine] = match words {
        [] => &[Engine::Sqlite, Engine::Postgres],
        ["sqlite"] => &[Engine::Sqlite],
        ["postgres"] => &[Engine::Postgres],
        _ => bail!("usage: cargo xtask figures [sqlite|postgres]"),
    };
    crate::prerequisites::check_test()?;
    let packages = ["build", "--profile", "bench", "--package", "macadam", "--package"];
    step("build with optimization", || cargo(&[&packages[..], &["macadam-sim"]].concat()))?;
    println!(
        "| database | scenario | connections | requests/s | p50 ms | p99 ms | CPU ms/request |"
    );
    println!("|---|---|---|---|---|---|---|");
    for engine in engines {
        measure(*engine).with_context(|| format!("measuring on {engine:?}"))?;
    }
    Ok(())
}

fn measure(engine: Engine) -> anyhow::Result<()> {
    let directory = crate::root().join("target/figures").join(format!("{engine:?}"));
    if directory.exists() {
        std::fs::remove_dir_all(&directory).context("removing earlier figures")?;
    }
    std::fs::create_dir_all(&directory).context("making a place for the figures")?;
    // Declared before the server that uses it, so that it ends after it.
    let postgres = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Postgres::start()?),
    };
    let mut rig = Rig::set_up(&directory, postgres.as_ref(), DEVICES)?;
    // What enrolling queued is fetched first, so that idle polls find nothing.
    rig.run("idle", 8, SECONDS)?;
    for (scenario, connections) in RUNS {
        let report = rig.run(scenario, connections, SECONDS)?;
        print_row(engine, &report);
    }
    rig.kill_and_restart()?;
    rig.verify_ledgers()
}

fn print_row(engine: Engine, report: &serde_json::Value) {
    let number = |name: &str| report[name].as_f64().unwrap_or_default();
    let costs: Vec<String> = report["costs"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|cost| {
            let name = cost["name"].as_str().unwrap_or_default();
            format!("{name} {:.2}", cost["cpu_ms_per_request"].as_f64().unwrap_or_default())
        })
        .collect();
    println!(
        "| {engine:?} | {} | {} | {:.0} | {:.2} | {:.2} | {} |",
        report["scenario"].as_str().unwrap_or_default(),
        report["connections"],
        number("per_second"),
        number("p50_ms"),
        number("p99_ms"),
        costs.join(", "),
    );
}
