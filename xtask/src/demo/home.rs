//! Where the demo keeps its server, its fleet and its logs.

use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

use super::Wish;
use crate::local::{free_address, wait_for_file};

/// The directory of one demo, which a later run can go on with.
pub(crate) struct Home {
    directory: PathBuf,
    /// Where devices reach the server, by HTTPS.
    port: u16,
    /// Where a browser on this machine does, by plain HTTP.
    web_port: u16,
}

impl Home {
    /// Goes on with an earlier demo or begins anew, as asked; asks where nobody said.
    pub(crate) fn choose(directory: PathBuf, begins_anew: Option<bool>) -> anyhow::Result<Self> {
        let (port_file, web_port_file) = (directory.join("port"), directory.join("web-port"));
        let is_there = port_file.is_file() && web_port_file.is_file();
        let anew = match begins_anew {
            Some(anew) => anew,
            None if !is_there => true,
            None => ask_whether_anew()?,
        };
        if anew {
            if directory.exists() {
                fs::remove_dir_all(&directory).context("removing the earlier demo")?;
            }
            fs::create_dir_all(&directory).context("making a place for the demo")?;
            for file in [&port_file, &web_port_file] {
                fs::write(file, free_address()?.port().to_string()).context("noting a port")?;
            }
        } else if !is_there {
            bail!("there is no earlier demo to resume");
        }
        let read = |file: &Path| -> anyhow::Result<u16> {
            fs::read_to_string(file)?.trim().parse().context("reading a port")
        };
        let (port, web_port) = (read(&port_file)?, read(&web_port_file)?);
        Ok(Self { directory, port, web_port })
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

    /// The same settings any server has; those of an earlier run stay.
    pub(crate) fn write_server_settings(&self, wish: &Wish) -> anyhow::Result<()> {
        if self.settings_file().is_file() {
            return Ok(());
        }
        let doubles = self.doubles()?;
        let text = |name: &str| doubles[name].as_str().unwrap_or_default().to_owned();
        let settings = format!(
            "public_url = \"{}\"\nlisten = [\"127.0.0.1:{}\"]\n\
             listen_http = [\"127.0.0.1:{}\"]\ndata_dir = \"{}\"\n\
             organization = \"Example Organization\"\n\n\
             [feed]\nurl = \"{}\"\nroots_file = \"{}\"\n\n\
             [push]\nurl = \"{}\"\nroots_file = \"{}\"\n\n\
             [fleet_clock]\nmode = \"accelerated\"\nstart = \"{}\"\nfactor = {}\n",
            self.public_url(),
            self.port,
            self.web_port,
            self.data_directory().display(),
            text("feed_url"),
            text("roots_file"),
            text("push_url"),
            text("roots_file"),
            wish.start,
            wish.factor,
        );
        fs::write(self.settings_file(), settings).context("writing the server's settings")
    }

    /// The next start writes them anew.
    pub(crate) fn forget_server_settings(&self) -> anyhow::Result<()> {
        fs::remove_file(self.settings_file()).context("removing the server's settings")
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

    /// Waits until somebody has written a file.
    pub(crate) fn wait_for(&self, path: &Path, patience: Duration) -> anyhow::Result<()> {
        wait_for_file(path, patience)
            .with_context(|| format!("see the logs in {}", self.directory.display()))
    }
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
