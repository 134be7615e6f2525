//! `cargo xtask journeys` and `screenshots`: the web app in a browser, on a server as the demo runs
//! it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::demo::home::Home;
use crate::demo::interrupt::Interrupt;
use crate::demo::{OWNER, Running, Wish};
use crate::step::{cargo, step};
use crate::{prerequisites, web};

/// Enough for every status, and few enough for two cores.
const DEVICES: u64 = 60;
/// By then, deadlines of the demo's policy have passed and others have not.
const SCENE: &str = "2026-02-25T06:00:00Z";

/// Runs every journey; words after the command go to Playwright as they are.
pub(crate) fn journeys(words: &[&str]) -> anyhow::Result<()> {
    // One device is hostile, in all journeys; no picture shows it.
    in_browser("journeys", words, Some(web::directory().join("journeys/hostile.json")))
}

/// Writes a picture of every page into `web/screenshots`.
pub(crate) fn screenshots() -> anyhow::Result<()> {
    in_browser("screenshots", &[], None)
}

fn in_browser(project: &str, words: &[&str], facts: Option<PathBuf>) -> anyhow::Result<()> {
    prerequisites::check_journeys()?;
    step("web app", web::web)?;
    // As the tests build it, so that continuous integration links what it has already compiled.
    let programs = ["build", "--workspace", "--bin", "macadam", "--bin", "macadam-sim"];
    step("build", || cargo(&programs))?;
    step(project, || look(project, words, facts))
}

fn look(project: &str, words: &[&str], facts: Option<PathBuf>) -> anyhow::Result<()> {
    let directory = crate::root().join(".macadam").join(project);
    let home = Home::choose(directory, Some(true))?;
    // A day passes in four seconds until the scene is there, and then in 24 minutes, so that the
    // last journey still finds what the first one found.
    let wish = Wish { devices: DEVICES, factor: 21_600.0, facts, ..Wish::default() };
    let mut running = Running::start(home, wish, &Interrupt::listen()?)?;
    running.watch(Some(SCENE))?;
    let running = running.at_pace(60.0)?;
    let home = &running.home;
    let person = Person {
        url: home.web_url(),
        email: OWNER,
        password_file: home.password_file(),
        cli: Some(home.cli_wrapper()),
    };
    let status = playwright(project, &person)
        .args(words)
        .env("MACADAM_PROGRAM", running.program())
        .status()
        .context("starting Playwright")?;
    ensure!(status.success(), "the {project} ended with {status}");
    Ok(())
}

/// Whoever sits at the browser.
pub(crate) struct Person {
    pub(crate) url: String,
    pub(crate) email: &'static str,
    pub(crate) password_file: PathBuf,
    /// The command line with the same server and person.
    pub(crate) cli: Option<PathBuf>,
}

/// Playwright with one of its projects.
pub(crate) fn playwright(project: &str, person: &Person) -> Command {
    let mut command = Command::new("npx");
    command
        .current_dir(web::directory())
        .args(["--no-install", "playwright", "test", &format!("--project={project}")])
        .env("MACADAM_URL", &person.url)
        .env("MACADAM_EMAIL", person.email)
        .env("MACADAM_PASSWORD_FILE", &person.password_file);
    if let Some(cli) = &person.cli {
        command.env("MACADAM_CLI", cli);
    }
    if let Some(chromium) = prerequisites::chromium() {
        command.env("MACADAM_CHROMIUM", chromium);
    }
    command
}
