//! Where the demo keeps its server, its fleet and its logs.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use super::Wish;
use super::lock::Lock;
use crate::local::free_address;

/// The directory of one demo, which a later run can go on with.
pub(crate) struct Home {
    directory: PathBuf,
    lock: Lock,
    /// Where devices reach the server, by HTTPS.
    port: u16,
    /// Where a browser on this machine does, by plain HTTP.
    web_port: u16,
}

impl Home {
    /// Goes on with an earlier demo or begins anew, as asked; asks where nobody said.
    pub(crate) fn choose(directory: PathBuf, begins_anew: Option<bool>) -> anyhow::Result<Self> {
        let lock = Lock::take(&directory)?;
        let mut home = Self { directory, lock, port: 0, web_port: 0 };
        if home.begins_anew(begins_anew)? {
            if home.directory.exists() {
                fs::remove_dir_all(&home.directory).context("removing the earlier demo")?;
            }
            fs::create_dir_all(&home.directory).context("making a place for the demo")?;
        }
        home.choose_ports()?;
        Ok(home)
    }

    /// The token is the last thing that setting a server up makes: without it, nothing is there
    /// to go on with.
    fn begins_anew(&self, asked: Option<bool>) -> anyhow::Result<bool> {
        let is_there = self.token_file().is_file();
        match asked {
            Some(true) => Ok(true),
            Some(false) if !self.directory.exists() => {
                bail!("there is no earlier demo to resume")
            }
            Some(false) | None if !is_there => {
                if self.directory.exists() {
                    println!(
                        "the earlier demo was interrupted before it was set up; beginning anew"
                    );
                }
                Ok(true)
            }
            Some(false) => Ok(false),
            None => ask_whether_anew(),
        }
    }

    /// Takes the ports of the earlier run again, and others where those are taken.
    pub(crate) fn choose_ports(&mut self) -> anyhow::Result<()> {
        self.port = kept_port(&self.directory.join("port"))?;
        self.web_port = kept_port(&self.directory.join("web-port"))?;
        Ok(())
    }

    pub(super) fn lock(&self) -> &Lock {
        &self.lock
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn simulator_directory(&self) -> PathBuf {
        self.directory.join("simulator")
    }

    pub(crate) fn doubles_file(&self) -> PathBuf {
        self.simulator_directory().join("doubles.json")
    }

    pub(crate) fn settings_file(&self) -> PathBuf {
        self.directory.join("macadam.toml")
    }

    pub(crate) fn data_directory(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The authority of the certificate that the server issued to itself.
    pub(crate) fn roots_file(&self) -> PathBuf {
        self.data_directory().join("ca.pem")
    }

    pub(crate) fn setup_code_file(&self) -> PathBuf {
        self.data_directory().join("setup-code")
    }

    pub(crate) fn token_file(&self) -> PathBuf {
        self.directory.join("token")
    }

    pub(crate) fn password_file(&self) -> PathBuf {
        self.directory.join("password")
    }

    pub(crate) fn client_settings_file(&self) -> PathBuf {
        self.directory.join("client.toml")
    }

    /// Says that the policy was applied.
    pub(crate) fn policy_mark(&self) -> PathBuf {
        self.directory.join("policy-applied")
    }

    /// The blueprint that devices enroll into, before it has anything for them.
    pub(crate) fn blueprint_file(&self) -> PathBuf {
        self.directory.join("blueprint.yaml")
    }

    /// A script that runs the command line against this server.
    pub(crate) fn cli_wrapper(&self) -> PathBuf {
        self.directory.join("macadam")
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.log"))
    }

    pub(crate) fn public_url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The web app, which a browser takes for secure on this machine only.
    pub(crate) fn web_url(&self) -> String {
        format!("http://localhost:{}", self.web_port)
    }

    /// Where the web app's server says whether it is ready.
    pub(crate) fn web_address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.web_port))
    }

    /// Forgets where the doubles were: only those of this start write it again.
    pub(crate) fn forget_doubles(&self) -> anyhow::Result<()> {
        match fs::remove_file(self.doubles_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).context("removing the earlier doubles.json")
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// How many devices the fleet was begun with, which a later run does not change.
    pub(crate) fn keep_devices(&self, wish: &mut Wish) -> anyhow::Result<()> {
        let file = self.directory.join("devices");
        match fs::read_to_string(&file) {
            Ok(text) => wish.devices = text.trim().parse().context("reading the fleet's size")?,
            Err(_) => fs::write(file, wish.devices.to_string()).context("noting its size")?,
        }
        Ok(())
    }

    /// The same settings any server has, written at each start: ports and pace may be others.
    pub(crate) fn write_server_settings(&self, wish: &Wish) -> anyhow::Result<()> {
        let doubles = self.doubles()?;
        let text = |name: &str| toml_text(doubles[name].as_str().unwrap_or_default());
        let settings = format!(
            "public_url = \"{}\"\nlisten = [\"127.0.0.1:{}\"]\n\
             listen_http = [\"127.0.0.1:{}\"]\ndata_dir = {}\n\
             organization = \"Example Organization\"\n\n\
             [feed]\nurl = {}\nroots_file = {}\n\n\
             [push]\nurl = {}\nroots_file = {}\n\n\
             [fleet_clock]\nmode = \"accelerated\"\nstart = {}\nfactor = {}\n",
            self.public_url(),
            self.port,
            self.web_port,
            toml_text(&self.data_directory().display().to_string()),
            text("feed_url"),
            text("roots_file"),
            text("push_url"),
            text("roots_file"),
            toml_text(&wish.start),
            wish.factor,
        );
        fs::write(self.settings_file(), settings).context("writing the server's settings")
    }

    pub(crate) fn push_certificate_files(&self) -> anyhow::Result<(String, String)> {
        let doubles = self.doubles()?;
        let path = |name: &str| doubles[name].as_str().map(str::to_owned).context("doubles.json");
        Ok((path("push_certificate_file")?, path("push_key_file")?))
    }

    fn doubles(&self) -> anyhow::Result<Value> {
        let text = fs::read_to_string(self.doubles_file()).context("reading doubles.json")?;
        serde_json::from_str(&text).context("reading doubles.json")
    }

    /// A random password, kept in a file for the person who looks at the demo.
    pub(crate) fn new_password(&self) -> anyhow::Result<String> {
        let mut bytes = [0_u8; 12];
        let mut random = fs::File::open("/dev/urandom").context("opening the random source")?;
        random.read_exact(&mut bytes).context("reading random bytes")?;
        let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write_private(&self.password_file(), &password)?;
        Ok(password)
    }

    pub(crate) fn write_private(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let written = options.open(path).and_then(|mut file| writeln!(file, "{text}"));
        written.with_context(|| format!("writing {}", path.display()))
    }

    pub(crate) fn password(&self) -> anyhow::Result<String> {
        let text = fs::read_to_string(self.password_file()).context("reading the password")?;
        Ok(text.trim().to_owned())
    }
}

/// A text as TOML quotes it, which is as JSON does.
fn toml_text(text: &str) -> String {
    Value::from(text).to_string()
}

/// The port that a file notes, or another one if that is taken by now.
fn kept_port(file: &Path) -> anyhow::Result<u16> {
    let noted = fs::read_to_string(file).ok().and_then(|text| text.trim().parse::<u16>().ok());
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    if let Some(port) = noted.filter(is_free) {
        return Ok(port);
    }
    let port = free_address()?.port();
    if let Some(noted) = noted {
        println!("port {noted} is taken by now; this demo moves to port {port}");
    }
    fs::write(file, port.to_string()).context("noting a port")?;
    Ok(port)
}

fn ask_whether_anew() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        println!("going on with the earlier demo; --fresh begins anew");
        return Ok(false);
    }
    print!("there is an earlier demo: [r]esume it, or begin [f]resh? ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("reading the answer")?;
    Ok(answer.trim().eq_ignore_ascii_case("f"))
}
