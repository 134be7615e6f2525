//! A server with enrolled devices, ready to be measured.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::postgres::Postgres;
use crate::local::{free_address, wait_for_file, wait_until};

const PATIENCE: Duration = Duration::from_secs(60);
const OWNER: &str = "owner@example.com";
const PASSWORD: &str = "figures are measured, not guessed";

/// What to measure.
pub(super) struct Plan<'a> {
    pub(super) directory: &'a Path,
    pub(super) postgres: Option<&'a Postgres>,
    pub(super) devices: u32,
    /// How devices show their certificates while they enroll.
    pub(super) proof: &'static str,
    /// The fleet's time when server and doubles start; the machine's, and no feed, if none.
    pub(super) start: Option<&'static str>,
}

/// One server and what is needed to load it.
pub(super) struct Rig {
    directory: PathBuf,
    programs: PathBuf,
    address: SocketAddr,
    server: Child,
    doubles: Doubles,
    token: String,
    postgres: Vec<u32>,
    ledgers: Vec<PathBuf>,
}

impl Rig {
    pub(super) fn set_up(plan: &Plan<'_>) -> anyhow::Result<Self> {
        let directory = plan.directory;
        let programs = crate::root().join("target/release");
        let simulator = programs.join("macadam-sim");
        let load = directory.join("load");
        run(Command::new(&simulator).args(["load", "prepare", "--directory"]).arg(&load))?;
        let doubles = Doubles::prepare(simulator, directory.join("doubles"))?;
        let address = free_address()?;
        write_settings(plan, address, &doubles.description)?;
        let server = start_server(directory, &programs, address)?;
        let mut rig = Self {
            directory: directory.to_owned(),
            programs,
            address,
            server,
            doubles,
            token: String::new(),
            postgres: Vec::new(),
            ledgers: Vec::new(),
        };
        rig.set_up_server()?;
        rig.enroll(plan)?;
        rig.postgres = plan.postgres.map_or(Ok(Vec::new()), Postgres::processes)?;
        Ok(rig)
    }

    fn enroll(&self, plan: &Plan<'_>) -> anyhow::Result<()> {
        let (address, devices) = (self.address.to_string(), plan.devices.to_string());
        let topic = text(&self.doubles.description, "topic")?;
        let mut command = Command::new(self.programs.join("macadam-sim"));
        command.args(["load", "enroll", "--server", &address, "--topic", &topic]);
        command.args(["--proof", plan.proof, "--devices", &devices, "--connections", "64"]);
        command.arg("--directory").arg(self.directory.join("load"));
        if let Some(start) = plan.start {
            command.args(["--start", start]);
        }
        let status = command.status().context("starting a program")?;
        ensure!(status.success(), "{command:?} ended with {status}");
        Ok(())
    }

    fn set_up_server(&mut self) -> anyhow::Result<()> {
        let code = self.directory.join("data/setup-code").display().to_string();
        wait_for_file(Path::new(&code), PATIENCE)?;
        let set_up = ["set-up", "--code-file", &code, "--email", OWNER, "--name", "Owner"];
        let mut child = self
            .cli(&[&set_up[..], &["--password-stdin"]].concat())
            .stdin(Stdio::piped())
            .spawn()
            .context("starting macadam")?;
        let mut stdin = child.stdin.take().context("writing to macadam")?;
        writeln!(stdin, "{PASSWORD}")?;
        drop(stdin);
        ensure!(child.wait()?.success(), "the first owner could not be made");
        let certificate = text(&self.doubles.description, "push_certificate_file")?;
        let key = text(&self.doubles.description, "push_key_file")?;
        let upload = ["push-certificate", "upload", "--certificate", &certificate, "--key", &key];
        run(&mut self.cli(&upload))?;
        let create = ["tokens", "create", "load", "--role", "admin", "--json"];
        let created = self.cli(&create).output().context("starting macadam")?;
        ensure!(created.status.success(), "a token could not be made");
        let token: Value = serde_json::from_slice(&created.stdout).context("reading the token")?;
        self.token = text(&token, "secret")?;
        let policy = crate::root().join("examples/policy.yaml").display().to_string();
        run(&mut self.cli(&["apply", "-f", &policy, "--yes"]))
    }

    /// Runs a command of a person at this server.
    pub(super) fn run_cli(&self, arguments: &[&str]) -> anyhow::Result<()> {
        run(&mut self.cli(arguments))
    }

    /// Lets the doubles of Apple's services work, as they were at a moment.
    pub(super) fn start_doubles(&mut self, time: &str) -> anyhow::Result<()> {
        self.doubles.start(time)
    }

    /// What the server has logged so far.
    pub(super) fn log(&self) -> anyhow::Result<String> {
        fs::read_to_string(self.directory.join("server.log")).context("reading the server's log")
    }

    /// The most memory that the server had since this was asked last, in bytes.
    pub(super) fn take_peak_memory(&self) -> anyhow::Result<u64> {
        let process = PathBuf::from(format!("/proc/{}", self.server.id()));
        let status = fs::read_to_string(process.join("status")).context("reading its memory")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak.and_then(|peak| peak.trim().strip_suffix("kB"));
        fs::write(process.join("clear_refs"), "5").context("beginning its peak anew")?;
        let kibibytes = kibibytes.context("the kernel does not tell the peak")?;
        Ok(kibibytes.trim().parse::<u64>().context("reading its memory")? * 1024)
    }

    fn cli(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join("macadam"));
        command
            .args(arguments)
            .env("MACADAM_URL", format!("http://{}", self.address))
            .env("MACADAM_CLIENT_CONFIG", self.directory.join("client.toml"));
        command
    }

    /// Measures one scenario; what the server acknowledged goes to a ledger.
    pub(super) fn run(
        &mut self,
        scenario: &str,
        connections: u32,
        seconds: &str,
    ) -> anyhow::Result<Value> {
        let ledger = self.directory.join(format!("{scenario}-{connections}.ledger"));
        let mut command = Command::new(self.programs.join("macadam-sim"));
        command
            .args(["load", "run", "--json", "--scenario", scenario])
            .args(["--server", &self.address.to_string(), "--seconds", seconds])
            .args(["--connections", &connections.to_string()])
            .args(["--process", &format!("server={}", self.server.id())])
            .env("MACADAM_TOKEN", &self.token);
        for id in &self.postgres {
            command.args(["--process", &format!("postgres={id}")]);
        }
        command.arg("--directory").arg(self.directory.join("load"));
        command.arg("--ledger").arg(&ledger);
        let output = command.stderr(Stdio::inherit()).output().context("starting the load")?;
        ensure!(output.status.success(), "the load of {scenario} ended with {}", output.status);
        self.ledgers.push(ledger);
        serde_json::from_slice(&output.stdout).context("reading the load's report")
    }

    /// Ends the server as a power failure of its process would.
    pub(super) fn kill_and_restart(&mut self) -> anyhow::Result<()> {
        self.server.kill().context("killing the server")?;
        self.server.wait().context("waiting for the server")?;
        self.server = start_server(&self.directory, &self.programs, self.address)?;
        Ok(())
    }

    /// Asks for everything that was acknowledged; the last ledger of each kind has the newest.
    pub(super) fn verify_ledgers(&self) -> anyhow::Result<()> {
        for ledger in &self.ledgers {
            let is_superseded = ledger.ends_with("token-update-8.ledger");
            let is_read_only = !ledger.to_string_lossy().contains("token-update")
                && !ledger.to_string_lossy().contains("command");
            if is_superseded || is_read_only {
                continue;
            }
            let mut command = Command::new(self.programs.join("macadam-sim"));
            command.args(["load", "verify-ledger", "--ledger"]).arg(ledger);
            command.args(["--server", &format!("http://{}", self.address)]);
            command.arg("--doubles").arg(self.directory.join("doubles"));
            let status = command.env("MACADAM_TOKEN", &self.token).stdout(Stdio::null()).status();
            let status = status.context("starting the verification")?;
            ensure!(status.success(), "{} holds what the server lost", ledger.display());
        }
        Ok(())
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Doubles of Apple's services, in a process of their own.
struct Doubles {
    simulator: PathBuf,
    state: PathBuf,
    description: Value,
    process: Child,
}

impl Doubles {
    /// Lets them make their files, and ends them: they know none of the load's devices, and would
    /// say so to the server.
    fn prepare(simulator: PathBuf, state: PathBuf) -> anyhow::Result<Self> {
        let process = Self::spawn(&simulator, &state, &[])?;
        let mut doubles = Self { simulator, state, description: Value::Null, process };
        let file = doubles.state.join("doubles.json");
        wait_for_file(&file, PATIENCE)?;
        let bytes = fs::read(&file).context("reading doubles.json")?;
        doubles.description = serde_json::from_slice(&bytes).context("reading doubles.json")?;
        doubles.end();
        Ok(doubles)
    }

    /// Lets them work from a moment on; they listen where they did before.
    fn start(&mut self, time: &str) -> anyhow::Result<()> {
        self.process = Self::spawn(&self.simulator, &self.state, &["--start", time])?;
        let url = text(&self.description, "push_url")?;
        let address = url.split('/').nth(2).context("push_url has no host")?;
        wait_until(
            PATIENCE,
            "the doubles do not answer",
            || Ok(TcpStream::connect(address).is_ok()),
        )
    }

    fn spawn(simulator: &Path, state: &Path, words: &[&str]) -> anyhow::Result<Child> {
        let mut command = Command::new(simulator);
        command.arg("doubles").args(words).arg("--state").arg(state).stdout(Stdio::null());
        command.spawn().context("starting the doubles")
    }

    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Doubles {
    fn drop(&mut self) {
        self.end();
    }
}

fn write_settings(plan: &Plan<'_>, address: SocketAddr, doubles: &Value) -> anyhow::Result<()> {
    let directory = plan.directory;
    let database = plan
        .postgres
        .map(|postgres| format!("database_url = \"{}\"\n", postgres.url()))
        .unwrap_or_default();
    let roots = text(doubles, "roots_file")?;
    let feed = match plan.start {
        None => "is_enabled = false".to_owned(),
        Some(start) => format!(
            "url = \"{}\"\nroots_file = \"{roots}\"\n\n\
             [fleet_clock]\nmode = \"accelerated\"\nstart = \"{start}\"",
            text(doubles, "feed_url")?
        ),
    };
    let settings = format!(
        "public_url = \"https://figures.invalid\"\nlisten_http = [\"{address}\"]\n\
         trusted_proxies = [\"127.0.0.1\"]\n\
         data_dir = \"{data}\"\n{database}\n\
         [device_ca]\nroots_files = [\"{device_ca}\"]\nblueprint = \"Everybody\"\n\n\
         [feed]\n{feed}\n\n[push]\nurl = \"{push}\"\nroots_file = \"{roots}\"\n",
        data = directory.join("data").display(),
        device_ca = directory.join("load/device-ca.pem").display(),
        push = text(doubles, "push_url")?,
    );
    fs::write(directory.join("macadam.toml"), settings).context("writing the settings")
}

fn start_server(directory: &Path, programs: &Path, address: SocketAddr) -> anyhow::Result<Child> {
    let log = fs::File::options().create(true).append(true).open(directory.join("server.log"))?;
    let mut child = Command::new(programs.join("macadam"))
        .arg("serve")
        .arg("--config")
        .arg(directory.join("macadam.toml"))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("starting the server")?;
    wait_until(PATIENCE, "the server does not answer", || {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended with {status}; see {}/server.log", directory.display());
        }
        Ok(TcpStream::connect(address).is_ok())
    })?;
    Ok(child)
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing"))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdout(Stdio::null()).status().context("starting a program")?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
