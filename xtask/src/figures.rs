//! `cargo xtask figures`: measures the server on this machine and prints the rows of
//! `docs/performance.md`.
//!
//! Load, server and database share the machine. After the runs the server is killed, and asked
//! whether it still knows everything that it acknowledged.

mod api;
mod browser;
mod kept;
mod postgres;
mod release;
mod rig;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use self::kept::Reuse;
use self::postgres::Postgres;
use self::rig::{Plan, Rig};
use crate::step::{cargo, step};

/// Scenario, connections, seconds. Commands enroll devices anew, with other push tokens: what was
/// acknowledged of tokens can be asked for only if they come later. The last run is long enough to
/// show that contact is stored within a minute: the server is killed right after it.
const RUNS: [(&str, u32, u32); 8] = [
    ("idle", 8, 10),
    ("idle", 32, 10),
    ("ddm-tokens", 8, 10),
    ("ddm-items", 8, 10),
    ("command", 8, 10),
    ("token-update", 8, 10),
    ("token-update", 32, 10),
    ("idle", 4, 90),
];
const DEVICES: u32 = 500;

/// Which databases to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    /// What devices ask.
    Requests,
    /// What a release costs a large fleet.
    Release,
    /// What people's pages ask about a large fleet.
    Api,
    /// How soon those pages answer in a browser.
    Browser,
}

const USAGE: &str = "usage: cargo xtask figures [sqlite | postgres]
       cargo xtask figures release|api|browser [sqlite | postgres] [DEVICES] [--fresh]";

/// How many devices a large fleet has.
const LARGE: u32 = 100_000;

/// Measures requests on both databases, or on the one that is named; or a large fleet.
pub(crate) fn figures(words: &[&str]) -> anyhow::Result<()> {
    let (subject, words) = match words {
        ["release", rest @ ..] => (Subject::Release, rest),
        ["api", rest @ ..] => (Subject::Api, rest),
        ["browser", rest @ ..] => (Subject::Browser, rest),
        words => (Subject::Requests, words),
    };
    let (engines, words): (&[Engine], _) = match words {
        ["sqlite", rest @ ..] => (&[Engine::Sqlite], rest),
        ["postgres", rest @ ..] => (&[Engine::Postgres], rest),
        words => (&[Engine::Sqlite, Engine::Postgres], words),
    };
    let (reuse, words) = match words {
        [rest @ .., "--fresh"] => (Reuse::Never, rest),
        words => (Reuse::IfItFits, words),
    };
    let devices = match words {
        [] => LARGE,
        [devices] => devices.parse().context(USAGE)?,
        _ => bail!(USAGE),
    };
    match subject {
        Subject::Requests if words.is_empty() && reuse == Reuse::IfItFits => requests(engines),
        Subject::Requests => bail!(USAGE),
        Subject::Release => release::release(engines, devices, reuse),
        Subject::Api => api::api(engines, devices, reuse),
        Subject::Browser => browser::browser(engines, devices, reuse),
    }
}

fn requests(engines: &[Engine]) -> anyhow::Result<()> {
    build()?;
    println!(
        "| database | scenario | connections | requests/s | p50 ms | p99 ms | CPU ms/request \
         | fdatasync µs |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for engine in engines {
        measure(*engine).with_context(|| format!("measuring on {engine:?}"))?;
    }
    Ok(())
}

fn build() -> anyhow::Result<()> {
    crate::prerequisites::check_test()?;
    let packages = ["build", "--profile", "bench", "--package", "macadam", "--package"];
    step("build with optimization", || cargo(&[&packages[..], &["macadam-sim"]].concat()))
}

/// Where the figures of a database are.
fn place_of(name: &str) -> PathBuf {
    crate::target_directory().join("figures").join(name)
}

/// An empty place for the figures of a database.
fn place(name: &str) -> anyhow::Result<PathBuf> {
    let directory = place_of(name);
    if directory.exists() {
        std::fs::remove_dir_all(&directory).context("removing earlier figures")?;
    }
    std::fs::create_dir_all(&directory).context("making a place for the figures")?;
    Ok(directory)
}

impl Engine {
    /// Starts its server, if it has one; with a copy of these data.
    fn start(self, data: Option<&Path>) -> anyhow::Result<Option<Postgres>> {
        match self {
            Self::Sqlite => Ok(None),
            Self::Postgres => Postgres::start(data).map(Some),
        }
    }
}

fn measure(engine: Engine) -> anyhow::Result<()> {
    let directory = place(&format!("{engine:?}"))?;
    // Declared before the server that uses it, so that it ends after it.
    let postgres = engine.start(None)?;
    let mut rig = Rig::set_up(&Plan {
        directory: &directory,
        postgres: postgres.as_ref(),
        devices: DEVICES,
        proof: "signature",
        start: None,
    })?;
    for (scenario, connections, seconds) in RUNS {
        let report = rig.run(scenario, connections, seconds)?;
        print_row(engine, &report);
    }
    rig.kill_and_restart()?;
    rig.verify_ledgers()?;
    println!("{engine:?}: after kill -9, everything that was acknowledged is there");
    Ok(())
}

fn print_row(engine: Engine, report: &serde_json::Value) {
    let number = |name: &str| report[name].as_f64().unwrap_or_default();
    // PostgreSQL has a process for each connection; together they are one row.
    let mut costs: BTreeMap<&str, f64> = BTreeMap::new();
    for cost in report["costs"].as_array().into_iter().flatten() {
        let name = cost["name"].as_str().unwrap_or_default();
        *costs.entry(name).or_default() += cost["cpu_ms_per_request"].as_f64().unwrap_or_default();
    }
    let costs: Vec<String> =
        costs.into_iter().map(|(name, cost)| format!("{name} {cost:.2}")).collect();
    println!(
        "| {engine:?} | {} | {} | {:.0} | {:.2} | {:.2} | {} | {:.0} |",
        report["scenario"].as_str().unwrap_or_default(),
        report["connections"],
        number("per_second"),
        number("p50_ms"),
        number("p99_ms"),
        costs.join(", "),
        number("data_sync_us"),
    );
}
