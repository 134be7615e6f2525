//! `cargo xtask demo`: a server as any user would run it, with simulated devices on a clock that
//! runs fast, Apple's real release history, and a policy file.

mod children;
pub(crate) mod home;
pub(crate) mod interrupt;
mod lock;
mod programs;
mod running;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

use self::home::Home;
use self::interrupt::Interrupt;
pub(crate) use self::running::Running;
use crate::step::{cargo, step};
use crate::{prerequisites, web};

pub(crate) const OWNER: &str = "owner@example.com";
const BLUEPRINT: &str = "Everybody";
/// How long the preview and the credentials stay before the live view covers them.
const READING_SECONDS: u32 = 10;

const USAGE: &str = "\
usage: cargo xtask demo [options]

  --devices N    how many simulated devices (300); a resumed demo keeps its own
  --factor N     fleet seconds in one second (3600: a day passes in 24 seconds)
  --start TIME   the fleet's time at the very beginning (2026-02-05T06:00:00Z)
  --until TIME   end when the fleet's time is there, for a demo that nobody looks at
  --resume       go on with the earlier demo, without being asked
  --fresh        remove the earlier demo and begin anew
";

/// What the demo can be told.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) devices: u64,
    /// Fleet seconds in one second.
    pub(crate) factor: f64,
    pub(crate) start: String,
    /// Stop at this moment of the fleet's time, for a demo that nobody looks at.
    pub(crate) until: Option<String>,
    pub(crate) begins_anew: Option<bool>,
    /// What some devices tell about themselves instead of what chance gave them.
    pub(crate) facts: Option<PathBuf>,
}

/// Runs the demo until Ctrl-C, or until the moment that was asked for.
pub(crate) fn demo(words: &[&str]) -> anyhow::Result<()> {
    if words.iter().any(|word| matches!(*word, "--help" | "-h")) {
        print!("{USAGE}");
        return Ok(());
    }
    let wish = Wish::read(words)?;
    let interrupt = Interrupt::listen()?;
    match run(wish, &interrupt) {
        Err(_) if interrupt.is_there() => {
            println!("\nended; `cargo xtask demo --resume` goes on from here");
            Ok(())
        }
        outcome => outcome,
    }
}

fn run(wish: Wish, interrupt: &Interrupt) -> anyhow::Result<()> {
    let home = Home::choose(crate::root().join(".macadam/demo"), wish.begins_anew)?;
    prerequisites::check_build()?;
    build()?;
    let until = wish.until.clone();
    let mut running = Running::start(home, wish, interrupt)?;
    tell_where(&running.home)?;
    if until.is_none() {
        give_time_to_read(interrupt)?;
    }
    running.watch(until.as_deref())?;
    if until.is_some() {
        return Ok(());
    }
    tell_where(&running.home)?;
    println!("the fleet goes on; Ctrl-C ends the server and the simulator");
    running.wait()
}

/// Builds everything a demo runs.
pub(crate) fn build() -> anyhow::Result<()> {
    step("web app", web::web)?;
    println!("building the server and the simulator; the first time takes about ten minutes");
    // As the tests build it, so that either finds what the other has compiled.
    let programs = ["build", "--workspace", "--bin", "macadam", "--bin", "macadam-sim"];
    step("build", || cargo(&programs))
}

fn tell_where(home: &Home) -> anyhow::Result<()> {
    println!("\n  {}", home.web_url());
    println!("  sign in as {OWNER} with the password {}", home.password()?);
    println!("  {} speaks to this server", home.cli_wrapper().display());
    println!("  logs and data are in {}\n", home.directory().display());
    Ok(())
}

/// The live view covers what was said. (A key cannot end the pause: whoever reads the terminal here
/// would take keys from the view.)
#[allow(clippy::disallowed_methods, reason = "a demo waits for a person")]
fn give_time_to_read(interrupt: &Interrupt) -> anyhow::Result<()> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(());
    }
    println!("the live view opens in {READING_SECONDS} s; what is above comes back after it");
    for _ in 0..READING_SECONDS * 10 {
        interrupt.check()?;
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            devices: 300,
            factor: 3600.0,
            // Devices enroll before macOS and iOS 26.3 appear on February 11.
            start: "2026-02-05T06:00:00Z".to_owned(),
            until: None,
            begins_anew: None,
            facts: None,
        }
    }
}

impl Wish {
    fn read(words: &[&str]) -> anyhow::Result<Self> {
        let mut wish = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match *word {
                "--devices" => wish.devices = value()?.parse().context("--devices")?,
                "--factor" => wish.factor = value()?.parse().context("--factor")?,
                "--start" => wish.start = (*value()?).to_owned(),
                "--until" => wish.until = Some((*value()?).to_owned()),
                "--fresh" => wish.begins_anew = Some(true),
                "--resume" => wish.begins_anew = Some(false),
                other => bail!("'{other}' is not known\n{USAGE}"),
            }
        }
        Ok(wish)
    }
}
