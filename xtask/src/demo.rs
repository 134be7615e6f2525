//! `cargo xtask demo`: a server as any user would run it, with simulated devices on a clock that
//! runs fast, Apple's real release history, and a policy file.

mod children;
pub(crate) mod home;

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use self::children::{Children, Programs};
use self::home::Home;
use crate::step::{cargo, step};
use crate::{prerequisites, web};

/// How long a part may take to come up.
const PATIENCE: Duration = Duration::from_secs(180);
pub(crate) const OWNER: &str = "owner@example.com";
const BLUEPRINT: &str = "Everybody";

/// What the demo can be told.
pub(crate) struct Wish {
    pub(crate) devices: u32,
    /// Fleet seconds in one second.
    pub(crate) factor: u32,
    pub(crate) start: String,
    /// Stop at this moment of the fleet's time, for a demo that nobody looks at.
    pub(crate) until: Option<String>,
    pub(crate) begins_anew: Option<bool>,
}

/// Runs the demo until Ctrl-C, or until the moment that was asked for.
pub(crate) fn demo(words: &[&str]) -> anyhow::Result<()> {
    let wish = Wish::read(words)?;
    prerequisites::check_build()?;
    build()?;
    let home = Home::choose(crate::root().join(".macadam/demo"), wish.begins_anew)?;
    let mut running = Running::start(home, &wish)?;
    tell_where(&running.home);
    running.watch(wish.until.as_deref())?;
    if wish.until.is_some() {
        return Ok(());
    }
    println!("the fleet goes on; Ctrl-C ends the server and the simulator");
    running.children.wait()
}

/// Builds everything a demo runs.
pub(crate) fn build() -> anyhow::Result<()> {
    step("web app", web::web)?;
    println!("building the server and the simulator; the first time takes about ten minutes");
    step("build", || cargo(&["build", "--package", "macadam", "--package", "macadam-sim"]))
}

/// A server with its fleet; whatever drops it ends every child.
pub(crate) struct Running {
    pub(crate) home: Home,
    programs: Programs,
    children: Children,
}

impl Running {
    /// Starts both, and sets the server up where nobody has.
    pub(crate) fn start(home: Home, wish: &Wish) -> anyhow::Result<Self> {
        let programs = Programs::built()?;
        let mut running = Self { home, programs, children: Children::default() };
        let Self { home, programs, children } = &mut running;
        children.start("simulator", &mut programs.fleet(home, wish))?;
        home.wait_for(&home.doubles_file(), PATIENCE)?;
        home.write_server_settings(wish)?;
        children.start("server", &mut programs.server(home))?;
        programs.wait_until_ready(home, PATIENCE)?;
        if !home.token_file().is_file() {
            set_up(home, programs)?;
        }
        Ok(running)
    }

    /// Ends both, and starts them again at another pace of the fleet's clock.
    pub(crate) fn at_pace(self, wish: &Wish) -> anyhow::Result<Self> {
        let Self { home, children, .. } = self;
        drop(children);
        home.forget_server_settings()?;
        Self::start(home, wish)
    }

    /// Shows the fleet until a moment of its time, or until Ctrl-C.
    pub(crate) fn watch(&self, until: Option<&str>) -> anyhow::Result<()> {
        let mut watch = self.programs.cli(&self.home, &["watch"]);
        if let Some(until) = until {
            watch.args(["--until", until]);
        }
        let status = watch.status().context("starting the live view")?;
        ensure!(status.success(), "the live view ended with {status}");
        Ok(())
    }
}

/// What a person does with a new server: the first owner, the push certificate, a token for the
/// machine that enrolls devices, and a policy.
fn set_up(home: &Home, programs: &Programs) -> anyhow::Result<()> {
    let password = home.new_password()?;
    let code = home.setup_code_file();
    home.wait_for(&code, PATIENCE)?;
    let code = code.display().to_string();
    println!("\n$ macadam set-up --email {OWNER} …");
    let set_up =
        ["set-up", "--code-file", &code, "--email", OWNER, "--name", "Owner", "--password-stdin"];
    programs.run_with_input(home, &set_up, &password)?;
    let (certificate, key) = home.push_certificate_files()?;
    println!("\n$ macadam push-certificate upload …");
    let upload = ["push-certificate", "upload", "--certificate", &certificate, "--key", &key];
    programs.run(home, &upload)?;
    let policy = crate::root().join("examples/policy.yaml").display().to_string();
    println!("\n$ macadam apply -f examples/policy.yaml");
    programs.run(home, &["apply", "-f", &policy, "--yes"])?;
    println!("\n$ macadam tokens create …");
    let create = ["tokens", "create", "simulator", "--role", "admin", "--json"];
    let created = programs.output(home, &create)?;
    let token: serde_json::Value =
        serde_json::from_slice(&created).context("reading the new token")?;
    let secret = token["secret"].as_str().context("the new token has no secret")?;
    home.write_private(&home.token_file(), secret)
}

fn tell_where(home: &Home) {
    println!("\n  {}", home.web_url());
    println!("  sign in with {OWNER} and the password in {}", home.password_file().display());
    println!("  {} speaks to this server", home.cli_wrapper().display());
    println!("  logs and data are in {}\n", home.directory().display());
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            devices: 300,
            factor: 3600,
            start: "2026-02-09T06:00:00Z".to_owned(),
            until: None,
            begins_anew: None,
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
                other => bail!(
                    "'{other}' is not known; possible are --devices N, --factor N, --start TIME, \
                     --until TIME, --fresh and --resume"
                ),
            }
        }
        Ok(wish)
    }
}

/// Passes a file to a child as its output.
fn log_file(path: &Path) -> anyhow::Result<Stdio> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    Ok(file.with_context(|| format!("opening {}", path.display()))?.into())
}
