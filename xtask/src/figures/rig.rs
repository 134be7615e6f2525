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
use crate::journeys::Person;
use crate::local::{free_address, wait_for_file, wait_until};

const PATIENCE: Duration = Duration::from_secs(60);
/// Seconds in which a server may come to rest; when it counts as quiet, and for how long.
const QUIET_PATIENCE: u32 = 600;
/// In hundredths of a second of CPU time.
const QUIET_TICKS: u64 = 10;
const QUIET_SECONDS: u32 = 3;
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
    /// A server of its own, with devices that are enrolled now.
    pub(super) fn set_up(plan: &Plan<'_>) -> anyhow::Result<Self> {
        let simulator = simulator();
        let load = plan.directory.join("load");
        run(Command::new(&simulator).args(["load", "prepare", "--directory"]).arg(&load))?;
        let doubles = Doubles::prepare(simulator, plan.directory.join("doubles"))?;
        let mut rig = Self::start(plan, doubles)?;
        rig.set_up_server()?;
        rig.enroll(plan)?;
        rig.postgres = plan.postgres.map_or(Ok(Vec::new()), Postgres::processes)?;
        Ok(rig)
    }

    /// A server with the devices that its data already know.
    pub(super) fn resume(plan: &Plan<'_>) -> anyhow::Result<Self> {
        let doubles = Doubles::of_earlier(simulator(), plan.directory.join("doubles"))?;
        let rig = Self::start(plan, doubles)?;
        rig.with_password(&["sign-in", "--email", OWNER, "--password-stdin"])?;
        rig.wait_until_quiet()?;
        Ok(rig)
    }

    fn start(plan: &Plan<'_>, doubles: Doubles) -> anyhow::Result<Self> {
        let directory = plan.directory;
        let programs = programs();
        let address = free_address()?;
        write_settings(plan, address, &doubles.description)?;
        let server = start_server(directory, &programs, address)?;
        Ok(Self {
            directory: directory.to_owned(),
            programs,
            address,
            server,
            doubles,
            token: String::new(),
            postgres: Vec::new(),
            ledgers: Vec::new(),
        })
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
        self.with_password(&[&set_up[..], &["--password-stdin"]].concat())?;
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

    /// Runs a command that reads the owner's password.
    fn with_password(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let mut child =
            self.cli(arguments).stdin(Stdio::piped()).spawn().context("starting macadam")?;
        let mut stdin = child.stdin.take().context("writing to macadam")?;
        writeln!(stdin, "{PASSWORD}")?;
        drop(stdin);
        let status = child.wait()?;
        ensure!(status.success(), "macadam {} ended with {status}", arguments.join(" "));
        Ok(())
    }

    /// Waits until the server has done what it does by itself after its start.
    #[allow(clippy::disallowed_methods, reason = "figures are taken of real programs")]
    fn wait_until_quiet(&self) -> anyhow::Result<()> {
        let mut quiet = 0;
        for _ in 0..QUIET_PATIENCE {
            let before = cpu_ticks(self.server.id())?;
            std::thread::sleep(Duration::from_secs(1));
            let used = cpu_ticks(self.server.id())?.saturating_sub(before);
            quiet = if used <= QUIET_TICKS { quiet + 1 } else { 0 };
            if quiet == QUIET_SECONDS {
                return Ok(());
            }
        }
        bail!("the server does not come to rest; see {}/server.log", self.directory.display())
    }

    /// Ends the server in order.
    pub(super) fn stop_server(&mut self) -> anyhow::Result<()> {
        run(Command::new("kill").args(["-TERM", &self.server.id().to_string()]))?;
        let status = self.server.wait().context("waiting for the server")?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    /// Makes calls of a JSON array as the owner, each so often, and gives what the load tells of
    /// each.
    pub(super) fn measure_calls(&self, calls: &Value, times: usize) -> anyhow::Result<Vec<Value>> {
        let file = self.directory.join("calls.json");
        fs::write(&file, calls.to_string()).context("writing the calls")?;
        let saved = fs::read_to_string(self.directory.join("client.toml"))?;
        let session =
            saved.lines().find_map(|line| line.strip_prefix("token = \"")?.split('"').next());
        let output = Command::new(self.programs.join("macadam-sim"))
            .args(["load", "api", "--server", &self.address.to_string()])
            .args(["--times", &times.to_string(), "--calls"])
            .arg(&file)
            .env("MACADAM_TOKEN", session.context("nobody is signed in")?)
            .stderr(Stdio::inherit())
            .output()
            .context("starting the load")?;
        ensure!(output.status.success(), "the calls ended with {}", output.status);
        let lines = String::from_utf8(output.stdout).context("reading what the calls took")?;
        lines.lines().map(|line| serde_json::from_str(line).context("reading a call")).collect()
    }

    /// The owner at a browser.
    pub(super) fn browser(&self) -> anyhow::Result<Person> {
        let password_file = self.directory.join("password");
        fs::write(&password_file, PASSWORD).context("writing the password")?;
        let url = format!("http://localhost:{}", self.address.port());
        Ok(Person { url, email: OWNER, password_file, cli: None })
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
        seconds: u32,
    ) -> anyhow::Result<Value> {
        let ledger = self.directory.join(format!("{scenario}-{connections}.ledger"));
        let mut command = Command::new(self.programs.join("macadam-sim"));
        command
            .args(["load", "run", "--json", "--scenario", scenario])
            .args(["--server", &self.address.to_string(), "--seconds", &seconds.to_string()])
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

    /// Asks for everything that was acknowledged; the last ledger of each kind has the newest, and
    /// the very last one tells whom the server had heard from when it was killed.
    pub(super) fn verify_ledgers(&self) -> anyhow::Result<()> {
        for ledger in &self.ledgers {
            let is_superseded = ledger.ends_with("token-update-8.ledger");
            let writes = ledger.to_string_lossy().contains("token-update")
                || ledger.to_string_lossy().contains("command");
            if is_superseded || !(writes || self.ledgers.last() == Some(ledger)) {
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
    process: Option<Child>,
}

impl Doubles {
    /// Lets them make their files, and ends them: they know none of the load's devices, and would
    /// say so to the server.
    fn prepare(simulator: PathBuf, state: PathBuf) -> anyhow::Result<Self> {
        let process = Some(Self::spawn(&simulator, &state, &[])?);
        let mut doubles = Self { simulator, state, description: Value::Null, process };
        let file = doubles.state.join("doubles.json");
        wait_until(PATIENCE, "the doubles do not describe themselves", || {
            // It may be there and not yet be written.
            let bytes = fs::read(&file).unwrap_or_default();
            doubles.description = serde_json::from_slice(&bytes).unwrap_or_default();
            Ok(doubles.description.is_object())
        })?;
        doubles.end();
        Ok(doubles)
    }

    /// Those that an earlier rig prepared.
    fn of_earlier(simulator: PathBuf, state: PathBuf) -> anyhow::Result<Self> {
        let bytes = fs::read(state.join("doubles.json")).context("reading doubles.json")?;
        let description = serde_json::from_slice(&bytes).context("reading doubles.json")?;
        Ok(Self { simulator, state, description, process: None })
    }

    /// Lets them work from a moment on; they listen where they did before.
    fn start(&mut self, time: &str) -> anyhow::Result<()> {
        self.process = Some(Self::spawn(&self.simulator, &self.state, &["--start", time])?);
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
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
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

fn programs() -> PathBuf {
    crate::target_directory().join("release")
}

fn simulator() -> PathBuf {
    programs().join("macadam-sim")
}

/// The CPU time that a process has used, in hundredths of a second.
fn cpu_ticks(id: u32) -> anyhow::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).context("reading its CPU time")?;
    // The name in parentheses may hold anything; what follows it is numbers.
    let numbers = stat.rsplit_once(')').map_or("", |(_, numbers)| numbers);
    let ticks = numbers.split_whitespace().skip(11).take(2);
    Ok(ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum())
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing"))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdout(Stdio::null()).status().context("starting a program")?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
