//! What a release costs a server with a large fleet: from the moment somebody asks Apple's feed to
//! the moment every device is decided for, and its push is queued.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::kept::{Fleet, Reuse};
use super::rig::Rig;
use super::{Engine, build};

/// After the release, in the fleet's time.
const AFTER: &str = "2026-02-11T21:00:00Z";

const PATIENCE: Duration = Duration::from_secs(300);

pub(super) fn release(engines: &[Engine], devices: u32, reuse: Reuse) -> anyhow::Result<()> {
    build()?;
    println!("| database | devices | changed | seconds | peak memory MB | before it MB |");
    println!("|---|---|---|---|---|---|");
    for engine in engines {
        measure(*engine, devices, reuse).with_context(|| format!("measuring on {engine:?}"))?;
    }
    Ok(())
}

fn measure(engine: Engine, devices: u32, reuse: Reuse) -> anyhow::Result<()> {
    let mut fleet = Fleet::start(engine, devices, reuse)?;
    let rig = &mut fleet.rig;
    rig.start_doubles(AFTER)?;
    // The second reading is of the quiet server alone.
    rig.take_peak_memory()?;
    let before = rig.take_peak_memory()?;
    let known = reconciled(&rig.log()?).len();
    let (seconds, changed) = appear(rig, known)?;
    let peak = rig.take_peak_memory()?;
    ensure!(changed > 0, "the release changed nothing");
    let megabytes = |bytes: u64| bytes / 1_000_000;
    println!(
        "| {engine:?} | {devices} | {changed} | {seconds:.1} | {} | {} |",
        megabytes(peak),
        megabytes(before)
    );
    Ok(())
}

/// Asks the feed, and waits until the server says that the fleet is decided for.
#[allow(clippy::disallowed_methods, reason = "figures are taken of real programs")]
fn appear(rig: &Rig, known: usize) -> anyhow::Result<(f64, u64)> {
    let began = Instant::now();
    rig.run_cli(&["catalog", "refresh"])?;
    loop {
        if let Some(changed) = reconciled(&rig.log()?).get(known) {
            return Ok((began.elapsed().as_secs_f64(), *changed));
        }
        ensure!(began.elapsed() < PATIENCE, "the fleet was not decided for");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// For how many devices each run over the whole fleet changed something, oldest first.
fn reconciled(log: &str) -> Vec<u64> {
    log.lines()
        .filter(|line| line.contains("the fleet was reconciled"))
        .filter_map(|line| line.split("changed=").nth(1)?.split_whitespace().next()?.parse().ok())
        .collect()
}
