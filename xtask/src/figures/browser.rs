//! How soon the web app answers a person at a large fleet: acts in a browser, timed by the browser.

use anyhow::{Context, ensure};

use super::kept::{Fleet, Reuse};
use super::{Engine, build};
use crate::journeys::playwright;
use crate::step::step;
use crate::{prerequisites, web};

pub(super) fn browser(engines: &[Engine], devices: u32, reuse: Reuse) -> anyhow::Result<()> {
    prerequisites::check_journeys()?;
    step("web app", web::web)?;
    build()?;
    println!(
        "| database | devices | act | painted p50 ms | p95 | max | shown p50 ms | p95 | max |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for engine in engines {
        measure(*engine, devices, reuse).with_context(|| format!("measuring on {engine:?}"))?;
    }
    Ok(())
}

fn measure(engine: Engine, devices: u32, reuse: Reuse) -> anyhow::Result<()> {
    let fleet = Fleet::start(engine, devices, reuse)?;
    let status = playwright("interaction", &fleet.rig.browser()?)
        .args(["--reporter", "line"])
        .env("MACADAM_FLEET", format!("{engine:?} | {devices}"))
        .status()
        .context("starting Playwright")?;
    ensure!(status.success(), "the acts ended with {status}");
    Ok(())
}
