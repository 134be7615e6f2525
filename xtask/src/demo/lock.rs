//! One demo at a time in a directory.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};

/// Held as long as this program or any of its children lives.
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of a directory; it lies beside it, so that it outlives the directory.
    pub(super) fn take(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.with_extension("lock");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).context("making a place for the demo")?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(&path);
        let file = file.with_context(|| format!("opening {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holders = fs::read_to_string(&path).unwrap_or_default();
                let holders: Vec<&str> = holders.lines().collect();
                bail!("one already runs here: {}; end it first", holders.join(", "));
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("locking {}", path.display()));
            }
        }
        file.set_len(0).context("emptying the lock")?;
        let lock = Self { file, path };
        lock.note("xtask", std::process::id())?;
        Ok(lock)
    }

    /// Lets a child hold the lock as well, so that one that outlives this program keeps others
    /// out. An open file is shared with a child in one safe way only: as its input, which neither
    /// reads.
    pub(super) fn share(&self) -> anyhow::Result<Stdio> {
        Ok(self.file.try_clone().context("sharing the lock")?.into())
    }

    /// Tells who is refused which processes there are.
    pub(super) fn note(&self, name: &str, id: u32) -> anyhow::Result<()> {
        let written = writeln!(&self.file, "{name} {id}");
        written.with_context(|| format!("writing {}", self.path.display()))
    }
}
