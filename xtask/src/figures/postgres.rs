//! A PostgreSQL server of its own for the figures; unlike the tests', it makes data durable.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, ensure};

use super::kept::copy;
use crate::prerequisites;

/// The user that PostgreSQL runs as when this runs as root, which it refuses.
const NOBODY: u32 = 65534;

/// Its data stay if it is told so before its standard input ends.
const SCRIPT: &str = r#"
{ [ -d data ] || "$1/initdb" -D data -U macadam -A trust -E UTF8 --locale=C.UTF-8 >log 2>&1; } &&
"$1/pg_ctl" -D data -l log -w -o "-k '$PWD' -h '' -c max_connections=100 -c shared_buffers=1GB" \
    start >>log 2>&1 || { cat log; exit 1; }
head -1 data/postmaster.pid
read -r word
"$1/pg_ctl" -D data -m fast stop >>log 2>&1
[ "$word" = keep ] || rm -rf "$PWD"
"#;

/// A running cluster; ended when this goes, or when this process does.
pub(super) struct Postgres {
    directory: PathBuf,
    pid: u32,
    script: Child,
    lifeline: Option<ChildStdin>,
}

impl Postgres {
    /// Starts one that is empty, or has a copy of the data that an earlier one left.
    pub(super) fn start(data: Option<&Path>) -> anyhow::Result<Self> {
        let binaries = prerequisites::postgres_bin().context("finding PostgreSQL")?;
        let name = format!("macadam-figures-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir(&directory).context("making a place for PostgreSQL")?;
        if let Some(data) = data {
            copy(data, &directory.join("data"))?;
        }
        let mut command = Command::new("sh");
        if std::fs::metadata(&directory)?.uid() == 0 {
            chown(&directory, Some(NOBODY), Some(NOBODY)).context("giving the place away")?;
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut script = command
            .args(["-c", SCRIPT, "sh"])
            .arg(binaries)
            .current_dir(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("starting PostgreSQL")?;
        let lifeline = script.stdin.take();
        let output = script.stdout.take().context("reading what PostgreSQL says")?;
        let mut said = String::new();
        BufReader::new(output).read_line(&mut said).context("reading what PostgreSQL says")?;
        let pid = said.trim().parse().context(said)?;
        Ok(Self { directory, pid, script, lifeline })
    }

    /// Ends it and keeps its data at a place.
    pub(super) fn keep(mut self, place: &Path) -> anyhow::Result<()> {
        let mut lifeline = self.lifeline.take().context("PostgreSQL has ended")?;
        writeln!(lifeline, "keep").context("telling PostgreSQL to end")?;
        drop(lifeline);
        self.script.wait().context("waiting for PostgreSQL")?;
        copy(&self.directory.join("data"), place)?;
        std::fs::remove_dir_all(&self.directory).context("removing PostgreSQL's place")
    }

    pub(super) fn url(&self) -> String {
        let host = self.directory.display().to_string().replace('/', "%2F");
        format!("postgres://macadam@{host}/postgres")
    }

    /// The processes that serve connections, and the one that started them.
    pub(super) fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let parent = self.pid.to_string();
        let listed = crate::step::output_of("pgrep", &["-P", &parent]).unwrap_or_default();
        let mut ids: Vec<u32> = listed.lines().filter_map(|line| line.parse().ok()).collect();
        ids.push(self.pid);
        ensure!(ids.len() > 1, "PostgreSQL has no processes");
        Ok(ids)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.lifeline = None;
        let _ = self.script.wait();
    }
}
