//! The programs of the demo: started together, ended together.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::home::Home;

/// How long a child may take to end by itself.
const GOODBYE: Duration = Duration::from_secs(10);

/// Running programs, ended when this goes.
#[derive(Default)]
pub(super) struct Children(Vec<(&'static str, Child)>);

impl Children {
    /// Starts a program in a group of its own: a terminal's Ctrl-C reaches this program alone,
    /// which ends its children once.
    pub(super) fn start(
        &mut self,
        home: &Home,
        name: &'static str,
        command: &mut Command,
    ) -> anyhow::Result<()> {
        let child = command.stdin(home.lock().share()?).process_group(0).spawn();
        let child = child.with_context(|| format!("starting the {name}"))?;
        home.lock().note(name, child.id())?;
        self.0.push((name, child));
        Ok(())
    }

    /// Looks for one that has ended, which none should by itself, and forgets it.
    pub(super) fn ended(&mut self) -> anyhow::Result<Option<(&'static str, ExitStatus)>> {
        for index in 0..self.0.len() {
            let Some((name, child)) = self.0.get_mut(index) else { continue };
            if let Some(status) = child.try_wait().context("looking after the programs")? {
                let name = *name;
                drop(self.0.remove(index));
                return Ok(Some((name, status)));
            }
        }
        Ok(None)
    }

    /// Ends a program as a power failure would, and waits until it is gone.
    pub(super) fn kill(&mut self, name: &str) -> anyhow::Result<()> {
        let index = self.0.iter().position(|(known, _)| *known == name);
        let index = index.with_context(|| format!("there is no {name}"))?;
        let (_, mut child) = self.0.remove(index);
        child.kill().with_context(|| format!("killing the {name}"))?;
        child.wait().map(drop).with_context(|| format!("waiting for the {name} to be gone"))
    }
}

impl Drop for Children {
    /// The last one first: the simulator still takes what the server says while it stops.
    fn drop(&mut self) {
        for (_, child) in self.0.iter_mut().rev() {
            end(child);
        }
    }
}

/// A command line that is looked after while it runs, and ended if it still does when this goes.
pub(super) struct Attended(Child);

impl Attended {
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        Ok(Self(command.spawn().context("starting macadam")?))
    }

    pub(super) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.0.try_wait().context("waiting for macadam")
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// A polite end first: programs save their state, and give the terminal back.
#[allow(clippy::disallowed_methods, reason = "a demo waits for real programs")]
fn end(child: &mut Child) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let began = Instant::now();
    while began.elapsed() < GOODBYE && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
}
