//! `cargo xtask outage`: a rollout whose server is killed again and again ends as one that nothing
//! happens to; and what the live view says is what the device list says.
//!
//! Both runs begin with copies of one set-up server and fleet, so that nothing but the kills is
//! different.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::demo::home::Home;
use crate::demo::interrupt::Interrupt;
use crate::demo::{self, Running, Wish};
use crate::prerequisites;
use crate::step::step;

const DEVICES: u64 = 24;
/// A day passes in eight seconds.
const FACTOR: f64 = 10_800.0;
/// macOS 26.3, iOS 26.3 and iPadOS 26.3 appear on February 11. At each of these moments, some
/// devices are on their way to them.
const KILLS: [&str; 3] = ["2026-02-13T12:00:00Z", "2026-02-17T19:00:00Z", "2026-02-18T14:00:00Z"];
/// By then every deadline has passed.
const END: &str = "2026-03-02T12:00:00Z";
/// As good as standing: a second of the fleet's time takes a quarter of an hour.
const STANDING: f64 = 0.001;
const USAGE: &str = "usage: cargo xtask outage [--devices N]";

/// What a fleet came to: for each serial number, what the device runs and what was decided.
type Outcome = BTreeMap<String, Value>;

/// Runs the same rollout undisturbed and with kills, and compares.
pub(crate) fn outage(words: &[&str]) -> anyhow::Result<()> {
    let devices = match words {
        [] => DEVICES,
        ["--devices", devices] => devices.parse().context(USAGE)?,
        _ => bail!(USAGE),
    };
    let interrupt = Interrupt::listen()?;
    let directory = crate::root().join(".macadam/outage");
    let saved = directory.with_extension("saved");
    let home = Home::choose(directory.clone(), Some(true))?;
    prerequisites::check_build()?;
    demo::build()?;
    let wish = Wish { devices, factor: FACTOR, ..Wish::default() };
    let home = Running::start(home, wish.clone(), &interrupt)?.stop();
    replace(&saved, &directory)?;

    println!("==> undisturbed until {END}");
    let mut running = Running::start(home, wish.clone(), &interrupt)?;
    running.watch(Some(END))?;
    let undisturbed = outcome(&running)?;
    let home = running.stop();

    replace(&directory, &saved)?;
    println!("==> the same with a server that is killed");
    let mut running = Running::start(home, wish, &interrupt)?;
    for moment in KILLS {
        running.watch(Some(moment))?;
        let open = open(&outcome(&running)?);
        ensure!(open > 0, "at {moment} nothing was on its way; the kill proves nothing");
        println!("==> kill -9 at {moment}, with {open} of {devices} devices on their way");
        running.kill_server()?;
    }
    running.watch(Some(END))?;
    compare(&undisturbed, &outcome(&running)?)?;

    let running = running.at_pace(STANDING)?;
    step("the live view against `macadam devices list --json`", || compare_screen(&running))
}

fn replace(directory: &Path, by: &Path) -> anyhow::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory).context("removing an earlier copy")?;
    }
    copy(by, directory).with_context(|| format!("copying {}", by.display()))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn devices(running: &Running) -> anyhow::Result<Vec<Value>> {
    let mut devices = Vec::new();
    for page in running.json(&["devices", "list"])? {
        devices.extend(page["items"].as_array().context("a page has no items")?.iter().cloned());
    }
    Ok(devices)
}

fn outcome(running: &Running) -> anyhow::Result<Outcome> {
    let devices = devices(running)?.into_iter().map(|device| {
        let serial = device["serial_number"].as_str().context("a device has no serial number")?;
        let known = serde_json::json!({
            "os_version": device["os_version"],
            "build": device["build"],
            "decision": device["decision"],
        });
        Ok((serial.to_owned(), known))
    });
    devices.collect()
}

fn open(outcome: &Outcome) -> usize {
    outcome.values().filter(|known| is_open(&known["decision"]["status"])).count()
}

fn is_open(status: &Value) -> bool {
    matches!(status.as_str(), Some("pending" | "downloading" | "cached" | "installing"))
}

fn compare(undisturbed: &Outcome, disturbed: &Outcome) -> anyhow::Result<()> {
    let mut differences = Vec::new();
    for serial in undisturbed.keys().chain(disturbed.keys()) {
        let (one, other) = (undisturbed.get(serial), disturbed.get(serial));
        if one != other {
            differences.push(format!("{serial}\n  undisturbed {one:?}\n  killed      {other:?}"));
        }
    }
    differences.dedup();
    ensure!(differences.is_empty(), "the fleets differ:\n{}", differences.join("\n"));
    println!("<== all {} devices ended the same", undisturbed.len());
    Ok(())
}

/// The sentence of the live view, counted again from the device list.
fn compare_screen(running: &Running) -> anyhow::Result<()> {
    let line = running.plain_line()?;
    let devices = devices(running)?;
    let count = |is: &dyn Fn(&Value) -> bool| {
        devices.iter().filter(|device| is(&device["decision"])).count()
    };
    let sentence = format!(
        "{} of {} devices are where they should be, {} on the way, {} overdue, {} with an error",
        count(&|decision| decision["status"] == "pass"),
        devices.len(),
        count(&|decision| is_open(&decision["status"])),
        count(&|decision| decision["is_overdue"] == true),
        count(&|decision| decision["status"] == "error"),
    );
    ensure!(line.ends_with(&sentence), "the live view says\n  {line}\nand the list\n  {sentence}");
    println!("{line}");
    Ok(())
}
