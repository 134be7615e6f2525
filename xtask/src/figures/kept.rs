//! Fleets that were enrolled once and are kept: enrolling a hundred thousand devices takes a
//! quarter of an hour, and what is measured on them works on a copy.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::postgres::Postgres;
use super::rig::{Plan, Rig};
use super::{Engine, place, place_of};

/// Shortly before a release for Macs, iPhones and iPads, in the fleet's time.
const BEFORE: &str = "2026-02-11T12:00:00Z";
/// Later the same day, when every device of any fleet has enrolled.
const LATER: &str = "2026-02-11T18:00:00Z";

/// Whether a fleet that was kept may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reuse {
    IfItFits,
    Never,
}

/// A server with a copy of a kept fleet.
pub(super) struct Fleet {
    pub(super) rig: Rig,
    /// Ends after the server that uses it.
    _postgres: Option<Postgres>,
}

impl Fleet {
    /// Starts a server with so many devices; enrolls them first if no kept fleet fits.
    pub(super) fn start(engine: Engine, devices: u32, reuse: Reuse) -> anyhow::Result<Self> {
        let name = format!("release-{engine:?}");
        let kept = Kept { directory: place_of(&name) };
        if reuse == Reuse::Never || !kept.fits(devices)? {
            let directory = place(&name)?;
            enroll(engine, devices, &directory, &kept).context("enrolling the fleet")?;
        }
        let data = kept.directory.join("data");
        if data.exists() {
            fs::remove_dir_all(&data).context("removing what was measured on before")?;
        }
        copy(&kept.data(), &data)?;
        let log = kept.directory.join("server.log");
        if log.exists() {
            fs::remove_file(&log).context("removing the log of an earlier server")?;
        }
        let postgres = engine.start(Some(&kept.postgres()))?;
        let rig = Rig::resume(&Plan {
            directory: &kept.directory,
            postgres: postgres.as_ref(),
            devices,
            proof: "proxy-header",
            start: Some(LATER),
        })?;
        Ok(Self { rig, _postgres: postgres })
    }
}

fn enroll(engine: Engine, devices: u32, directory: &Path, kept: &Kept) -> anyhow::Result<()> {
    let postgres = engine.start(None)?;
    let mut rig = Rig::set_up(&Plan {
        directory,
        postgres: postgres.as_ref(),
        devices,
        proof: "proxy-header",
        start: Some(BEFORE),
    })?;
    rig.stop_server()?;
    drop(rig);
    // Keys of all devices, which nothing asks for any more.
    fs::remove_file(directory.join("load/devices.json")).context("removing the load's devices")?;
    fs::create_dir(kept.enrolled()).context("keeping the fleet")?;
    fs::rename(directory.join("data"), kept.data()).context("keeping the fleet")?;
    if let Some(postgres) = postgres {
        postgres.keep(&kept.postgres())?;
    }
    let description = json!({ "devices": devices, "migrations": migrations()? });
    // Written last: what was broken off is not used again.
    fs::write(kept.description(), description.to_string()).context("describing the kept fleet")
}

/// Where a fleet is kept.
struct Kept {
    directory: PathBuf,
}

impl Kept {
    fn enrolled(&self) -> PathBuf {
        self.directory.join("enrolled")
    }

    fn data(&self) -> PathBuf {
        self.enrolled().join("data")
    }

    fn postgres(&self) -> PathBuf {
        self.enrolled().join("postgres")
    }

    fn description(&self) -> PathBuf {
        self.enrolled().join("fleet.json")
    }

    /// Whether it has so many devices, in a schema that today's server can bring up to date.
    fn fits(&self, devices: u32) -> anyhow::Result<bool> {
        let Ok(bytes) = fs::read(self.description()) else { return Ok(false) };
        let kept: Value = serde_json::from_slice(&bytes).context("reading fleet.json")?;
        let today = migrations()?;
        let were = kept["migrations"].as_object();
        let are_same = were.is_some_and(|were| {
            were.iter().all(|(name, text)| today.get(name).map(String::as_str) == text.as_str())
        });
        Ok(kept["devices"].as_u64() == Some(devices.into()) && are_same)
    }
}

/// The steps of the schema, by their files.
fn migrations() -> anyhow::Result<BTreeMap<String, String>> {
    let directory = crate::root().join("crates/macadam-store/migrations");
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(directory).context("reading the migrations")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Others are run at each start.
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            texts.insert(name, fs::read_to_string(path).context("reading a migration")?);
        }
    }
    Ok(texts)
}

/// Copies a directory with its owners.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let status = Command::new("cp")
        .args(["--archive", "--reflink=auto"])
        .args([from, to])
        .status()
        .context("starting cp")?;
    ensure!(status.success(), "{} could not be copied", from.display());
    // Or the disk goes on writing the copy while what works on it is measured.
    let status = Command::new("sync").status().context("starting sync")?;
    ensure!(status.success(), "sync ended with {status}");
    Ok(())
}
