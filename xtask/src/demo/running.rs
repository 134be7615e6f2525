//! A server with its fleet, from its first start to its end.

use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::children::{Attended, Children};
use super::home::Home;
use super::interrupt::Interrupt;
use super::programs::Programs;
use super::{BLUEPRINT, OWNER, Wish};
use crate::local::wait_until;

/// How long a part may take to come up.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long all devices together may take to enroll.
const ENROLLING: Duration = Duration::from_secs(1800);
/// How long devices may take to tell what they are, in seconds of the fleet's time.
const SETTLING: f64 = 36.0 * 3600.0;
/// How long the server may take to say whether it is ready.
const ANSWER: Duration = Duration::from_secs(5);
/// How often a server that ended by itself is started again.
const RESTARTS: u32 = 5;
const LOOK_EVERY: Duration = Duration::from_millis(200);
const POLICY: &str = "examples/policy.yaml";

/// A server with its fleet; whatever drops it ends every child.
pub(crate) struct Running {
    pub(crate) home: Home,
    wish: Wish,
    programs: Programs,
    children: Children,
    restarts: u32,
    interrupt: Interrupt,
}

impl Running {
    /// Starts both, sets the server up where nobody has, and applies the policy once devices are
    /// there.
    pub(crate) fn start(
        mut home: Home,
        mut wish: Wish,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Self> {
        // Looked for again, because a build may have taken minutes since.
        home.choose_ports()?;
        home.keep_devices(&mut wish)?;
        home.forget_doubles()?;
        let (programs, children) = (Programs::built()?, Children::default());
        let interrupt = interrupt.clone();
        let mut running = Self { home, wish, programs, children, restarts: 0, interrupt };
        running.start_fleet()?;
        running.start_server()?;
        running.programs.write_wrapper(&running.home)?;
        if running.home.token_file().is_file() {
            running.sign_in()?;
        } else {
            set_up(&running.home, &running.programs)?;
        }
        if !running.home.policy_mark().is_file() {
            running.wait_for_devices()?;
            running.apply_policy()?;
        }
        Ok(running)
    }

    /// Ends both, and starts them again at another pace of the fleet's clock.
    pub(crate) fn at_pace(self, factor: f64) -> anyhow::Result<Self> {
        let Self { home, children, wish, interrupt, .. } = self;
        drop(children);
        Self::start(home, Wish { factor, ..wish }, &interrupt)
    }

    /// The program that the server runs.
    pub(crate) fn program(&self) -> PathBuf {
        self.programs.macadam()
    }

    /// Ends both, so that what they left can be looked at.
    pub(crate) fn stop(self) -> Home {
        drop(self.children);
        self.home
    }

    /// Ends the server as a power failure would, and starts it again.
    pub(crate) fn kill_server(&mut self) -> anyhow::Result<()> {
        self.children.kill("server")?;
        self.start_server()
    }

    /// What a command of the command line prints with `--json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
        self.programs.json(&self.home, arguments)
    }

    /// What the live view prints where there is no terminal, at one look.
    pub(crate) fn plain_line(&self) -> anyhow::Result<String> {
        let mut watch = self.programs.watch(&self.home);
        let output = watch.args(["--plain", "--until", "1970-01-01T00:00:00Z"]).output();
        let output = output.context("starting the live view")?;
        ensure!(output.status.success(), "the live view ended with {}", output.status);
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Shows the fleet until a moment of its time, or until Ctrl-C.
    pub(crate) fn watch(&mut self, until: Option<&str>) -> anyhow::Result<()> {
        let mut watch = self.programs.watch(&self.home);
        if let Some(until) = until {
            watch.args(["--until", until]);
        }
        let mut watch = Attended::start(&mut watch)?;
        loop {
            if let Some(status) = watch.ended()? {
                self.interrupt.check()?;
                ensure!(status.success(), "the live view ended with {status}");
                return Ok(());
            }
            self.pause()?;
        }
    }

    /// Waits for Ctrl-C.
    pub(crate) fn wait(&mut self) -> anyhow::Result<()> {
        loop {
            self.pause()?;
        }
    }

    /// Waits a moment, and looks after the programs. A server that was killed is started again, as
    /// whatever looks after servers would.
    #[allow(clippy::disallowed_methods, reason = "a demo waits for real programs")]
    fn pause(&mut self) -> anyhow::Result<()> {
        std::thread::sleep(LOOK_EVERY);
        self.interrupt.check()?;
        match self.children.ended()? {
            None => Ok(()),
            Some(("server", _)) if self.restarts < RESTARTS => {
                self.restarts += 1;
                self.start_server()
            }
            Some((name, status)) => bail!("the {name} ended with {status}; {}", self.see_log(name)),
        }
    }

    fn start_fleet(&mut self) -> anyhow::Result<()> {
        let mut command = self.programs.fleet(&self.home, &self.wish);
        self.children.start(&self.home, "simulator", &mut command)?;
        self.wait_until("simulator", |home| Ok(home.doubles_file().is_file()))?;
        self.home.write_server_settings(&self.wish)
    }

    fn start_server(&mut self) -> anyhow::Result<()> {
        let mut command = self.programs.server(&self.home);
        self.children.start(&self.home, "server", &mut command)?;
        self.wait_until("server", |home| Ok(home.roots_file().is_file() && is_ready(home)))
    }

    /// Waits until something is so, as long as nothing ends that should not.
    fn wait_until(
        &mut self,
        name: &str,
        is_so: impl Fn(&Home) -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let otherwise = format!("the {name} does not come up; {}", self.see_log(name));
        let Self { home, children, interrupt, .. } = self;
        wait_until(PATIENCE, &otherwise, || {
            interrupt.check()?;
            if let Some((name, status)) = children.ended()? {
                bail!("the {name} ended with {status}; see {}", home.log(name).display());
            }
            is_so(home)
        })
    }

    fn see_log(&self, name: &str) -> String {
        format!("see {}", self.home.log(name).display())
    }

    /// A session ends when nobody used it for days, and is bound to an address that may be another
    /// one now.
    fn sign_in(&self) -> anyhow::Result<()> {
        if self.programs.succeeds(&self.home, &["whoami"])? {
            return Ok(());
        }
        println!("\n$ macadam sign-in --email {OWNER} …");
        let sign_in = ["sign-in", "--email", OWNER, "--password-stdin"];
        self.programs.run_with_input(&self.home, &sign_in, &self.home.password()?)
    }

    /// A preview says something of devices that have told what they are. A few are off for days,
    /// and are not waited for.
    fn wait_for_devices(&mut self) -> anyhow::Result<()> {
        let devices = self.wish.devices;
        println!("\nthe simulator enrolls {devices} devices");
        let mut progress = Progress { devices, told: 0 };
        let otherwise = format!("the devices do not enroll; {}", self.see_log("simulator"));
        wait_until(ENROLLING, &otherwise, || {
            self.pause()?;
            let enrolled = self.count_enrolled()?;
            progress.tell(enrolled, "are enrolled")?;
            Ok(enrolled >= devices)
        })?;
        let patience = Duration::from_secs_f64(SETTLING / self.wish.factor);
        let patience = patience.clamp(Duration::from_secs(5), Duration::from_secs(60));
        let mut progress = Progress { devices, told: 0 };
        let settled = wait_until(patience, "some devices are off", || {
            self.pause()?;
            let known = devices.saturating_sub(self.count_unresolved()?);
            progress.tell(known, "have told what they are")?;
            Ok(known * 100 >= devices * 95)
        });
        self.interrupt.check()?;
        println!();
        if let Err(error) = settled {
            println!("{error:#}; what they need is decided when they are heard of");
        }
        Ok(())
    }

    fn count_enrolled(&self) -> anyhow::Result<u64> {
        let status = self.json(&["status"])?;
        let devices = status.first().map(|status| &status["devices"]);
        let count = |name: &str| devices.and_then(|devices| devices[name].as_u64());
        let total = count("total").context("the status has no devices")?;
        Ok(total.saturating_sub(count("undecided").unwrap_or_default()))
    }

    /// For how many devices the policy could not be decided yet.
    fn count_unresolved(&self) -> anyhow::Result<u64> {
        let preview = self.json(&["plan", "-f", &policy_file()])?;
        let groups = preview.first().and_then(|preview| preview["groups"].as_array());
        let groups = groups.context("the preview has no groups")?;
        let unresolved = groups.iter().filter(|group| group["after"]["status"] == "error");
        Ok(unresolved.filter_map(|group| group["device_count"].as_u64()).sum())
    }

    fn apply_policy(&self) -> anyhow::Result<()> {
        println!("\n$ macadam apply -f {POLICY}");
        self.programs.run(&self.home, &["apply", "-f", &policy_file(), "--yes"])?;
        fs::write(self.home.policy_mark(), "").context("noting that the policy was applied")
    }
}

/// How far the fleet is, in one line of a terminal and a few lines anywhere else.
struct Progress {
    devices: u64,
    told: u64,
}

impl Progress {
    fn tell(&mut self, done: u64, what: &str) -> anyhow::Result<()> {
        let devices = self.devices;
        if std::io::stdout().is_terminal() {
            print!("\r  {done} of {devices} {what} ");
            std::io::stdout().flush()?;
            if done >= devices {
                println!();
            }
        } else if done >= self.told + devices.div_ceil(4) || (done >= devices && self.told < done) {
            self.told = done;
            println!("  {done} of {devices} {what}");
        }
        Ok(())
    }
}

fn policy_file() -> String {
    crate::root().join(POLICY).display().to_string()
}

/// What a person does with a new server: the first owner, the push certificate, a blueprint and a
/// token for the machine that enrolls devices.
fn set_up(home: &Home, programs: &Programs) -> anyhow::Result<()> {
    let password = home.new_password()?;
    let code = home.setup_code_file().display().to_string();
    println!("\n$ macadam set-up --email {OWNER} …");
    let set_up =
        ["set-up", "--code-file", &code, "--email", OWNER, "--name", "Owner", "--password-stdin"];
    programs.run_with_input(home, &set_up, &password)?;
    let (certificate, key) = home.push_certificate_files()?;
    println!("\n$ macadam push-certificate upload …");
    let upload = ["push-certificate", "upload", "--certificate", &certificate, "--key", &key];
    programs.run(home, &upload)?;
    let file = home.blueprint_file();
    let blueprint = format!("name: {BLUEPRINT}\nassignment: {{ classic: [] }}\n");
    fs::write(&file, blueprint).context("writing the blueprint")?;
    println!("\n$ macadam blueprints create …");
    programs.run(home, &["blueprints", "create", "--file", &file.display().to_string()])?;
    println!("\n$ macadam tokens create …");
    let create = ["tokens", "create", "simulator", "--role", "admin", "--valid-days", "366"];
    let tokens = programs.json(home, &create)?;
    let secret = tokens.first().and_then(|token| token["secret"].as_str());
    let secret = secret.context("the new token has no secret")?;
    home.write_private(&home.token_file(), secret)
}

/// Asks the server as a load balancer would. Another program on its port says something else, and
/// the server that could not have it has ended.
fn is_ready(home: &Home) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&home.web_address(), ANSWER)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200") && answer.ends_with("ready\n"))
}
