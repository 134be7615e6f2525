//! A server with enrolled devices, ready to be measured.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::postgres::Postgres;

const PATIENCE: Duration = Duration::from_secs(60);
const OWNER: &str = "owner@example.com";
const PASSWORD: &str = "figures are measured, not guessed";

/// One server and what is needed to load it.
pub(super) struct Rig {
    directory: PathBuf,
    programs: PathBuf,
    address: SocketAddr,
    server: Child,
    token: String,
    postgres: Vec<u32>,
    ledgers: Vec<PathBuf>,
}

impl Rig {
    pub(super) fn set_up(
        directory: &Path,
        postgres: Option<&Postgres>,
        devices: u32,
    ) -> anyhow::Result<Self> {
        let programs = crate::root().join("target/release");
        let simulator = programs.join("macadam-sim");
        let load = directory.join("load");
        run(Command::new(&simulator).args(["load", "prepare", "--directory"]).arg(&load))?;
        let doubles = make_doubles(&simulator, &directory.join("doubles"))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a port")?;
        let address = listener.local_addr()?;
        drop(listener);
        write_settings(directory, address, &doubles, postgres)?;
        let server = start_server(directory, &programs, address)?;
        let mut rig = Self {
            directory: directory.to_owned(),
            programs,
            address,
            server,
            token: String::new(),
            postgres: Vec::new(),
            ledgers: Vec::new(),
        };
        rig.set_up_server(&doubles)?;
        let topic = text(&doubles, "topic")?;
        let count = devices.to_string();
        let address = address.to_string();
        let enroll = ["load", "enroll", "--server", &address, "--topic", &topic];
        let mut command = Command::new(&simulator);
        command.args(enroll).args(["--devices", &count, "--directory"]).arg(&load);
        run(&mut command)?;
        rig.postgres = postgres.map_or(Ok(Vec::new()), Postgres::processes)?;
        Ok(rig)
    }

    fn set_up_server(&mut self, doubles: &Value) -> anyhow::Result<()> {
        let code = self.directory.join("data/setup-code").display().to_string();
        wait_for_file(Path::new(&code))?;
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
        let certificate = text(doubles, "push_certificate_file")?;
        let key = text(doubles, "push_key_file")?;
        let upload = ["push-certificate", "upload", "--certificate", &certificate, "--key", &key];
        run(&mut self.cli(&upload))?;
        let create = ["tokens", "create", "load", "--role", "admin", "--json"];
        let created = self.cli(&create).output().context("starting macadam")?;
        ensure!(created.status.success(), "a token could not be made");
        let token: Value = serde_json::from_slice(&created.stdout).context("reading the token")?;
        self.token = text(&token, "secret")?;
        Ok(())
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
            run(command.env("MACADAM_TOKEN", &self.token))?;
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

/// Lets the doubles make their files; they are not needed while the server is measured.
fn make_doubles(simulator: &Path, state: &Path) -> anyhow::Result<Value> {
    let mut command = Command::new(simulator);
    command.args(["doubles", "--state"]).arg(state).stdout(Stdio::null());
    let mut child = command.spawn().context("starting the doubles")?;
    let file = state.join("doubles.json");
    let appeared = wait_for_file(&file);
    let _ = child.kill();
    let _ = child.wait();
    appeared?;
    let bytes = fs::read(&file).context("reading doubles.json")?;
    serde_json::from_slice(&bytes).context("reading doubles.json")
}

fn write_settings(
    directory: &Path,
    address: SocketAddr,
    doubles: &Value,
    postgres: Option<&Postgres>,
) -> anyhow::Result<()> {
    let database = postgres
        .map(|postgres| format!("database_url = \"{}\"\n", postgres.url()))
        .unwrap_or_default();
    let settings = format!(
        "public_url = \"https://figures.invalid\"\nlisten_http = [\"{address}\"]\n\
         data_dir = \"{data}\"\n{database}\n[device_ca]\nroots_files = [\"{roots}\"]\n\n\
         [feed]\nis_enabled = false\n\n[push]\nurl = \"{push}\"\nroots_file = \"{push_roots}\"\n",
        data = directory.join("data").display(),
        roots = directory.join("load/device-ca.pem").display(),
        push = text(doubles, "push_url")?,
        push_roots = text(doubles, "roots_file")?,
    );
    fs::write(directory.join("macadam.toml"), settings).context("writing the settings")
}

#[allow(clippy::disallowed_methods, reason = "figures are taken of real programs")]
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
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended with {status}; see {}/server.log", directory.display());
        }
        ensure!(began.elapsed() < PATIENCE, "the server does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(child)
}

#[allow(clippy::disallowed_methods, reason = "figures are taken of real programs")]
fn wait_for_file(path: &Path) -> anyhow::Result<()> {
    let began = Instant::now();
    while !path.is_file() {
        ensure!(began.elapsed() < PATIENCE, "{} did not appear", path.display());
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("{name} is missing"))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdout(Stdio::null()).status().context("starting a program")?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
