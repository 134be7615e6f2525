//! Where the demo keeps its server, its fleet and its logs.

use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use super::Wish;

/// The directory of one demo, which a later run can go on with.
pub(super) struct Home {
    directory: PathBuf,
    port: u16,
}

impl Home {
    /// Goes on with an earlier demo or begins anew, as asked; asks where nobody said.
    pub(super) fn choose(begins_anew: Option<bool>) -> anyhow::Result<Self> {
        let directory = crate::root().join(".macadam/demo");
        let port_file = directory.join("port");
        let is_there = port_file.is_file();
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
            fs::write(&port_file, free_port()?.to_string()).context("noting the port")?;
        } else if !is_there {
            bail!("there is no earlier demo to resume");
        }
        let port = fs::read_to_string(&port_file)?.trim().parse().context("reading the port")?;
        Ok(Self { directory, port })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn simulator_directory(&self) -> PathBuf {
        self.directory.join("simulator")
    }

    pub(super) fn doubles_file(&self) -> PathBuf {
        self.simulator_directory().join("doubles.json")
    }

    pub(super) fn settings_file(&self) -> PathBuf {
        self.directory.join("macadam.toml")
    }

    pub(super) fn data_directory(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The authority of the certificate that the server issued to itself.
    pub(super) fn roots_file(&self) -> PathBuf {
        self.data_directory().join("ca.pem")
    }

    pub(super) fn setup_code_file(&self) -> PathBuf {
        self.data_directory().join("setup-code")
    }

    pub(super) fn token_file(&self) -> PathBuf {
        self.directory.join("token")
    }

    pub(super) fn password_file(&self) -> PathBuf {
        self.directory.join("password")
    }

    pub(super) fn client_settings_file(&self) -> PathBuf {
        self.directory.join("client.toml")
    }

    /// A script that runs the command line against this server.
    pub(super) fn cli_wrapper(&self) -> PathBuf {
        self.directory.join("macadam")
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.log"))
    }

    pub(super) fn public_url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The same settings any server has; those of an earlier run stay.
    pub(super) fn write_server_settings(&self, wish: &Wish) -> anyhow::Result<()> {
        if self.settings_file().is_file() {
            return Ok(());
        }
        let doubles = self.doubles()?;
        let text = |name: &str| doubles[name].as_str().unwrap_or_default().to_owned();
        let settings = format!(
            "public_url = \"{}\"\nlisten = [\"127.0.0.1:{}\"]\ndata_dir = \"{}\"\n\
             organization = \"Example Organization\"\n\n\
             [feed]\nurl = \"{}\"\nroots_file = \"{}\"\n\n\
             [push]\nurl = \"{}\"\nroots_file = \"{}\"\n\n\
             [fleet_clock]\nmode = \"accelerated\"\nstart = \"{}\"\nfactor = {}\n",
            self.public_url(),
            self.port,
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

    pub(super) fn push_certificate_files(&self) -> anyhow::Result<(String, String)> {
        let doubles = self.doubles()?;
        let path = |name: &str| doubles[name].as_str().map(str::to_owned).context("doubles.json");
        Ok((path("push_certificate_file")?, path("push_key_file")?))
    }

    fn doubles(&self) -> anyhow::Result<Value> {
        let text = fs::read_to_string(self.doubles_file()).context("reading doubles.json")?;
        serde_json::from_str(&text).context("reading doubles.json")
    }

    /// A random password, kept in a file for the person who looks at the demo.
    pub(super) fn new_password(&self) -> anyhow::Result<String> {
        let mut bytes = [0_u8; 12];
        let mut random = fs::File::open("/dev/urandom").context("opening the random source")?;
        random.read_exact(&mut bytes).context("reading random bytes")?;
        let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write_private(&self.password_file(), &password)?;
        Ok(password)
    }

    pub(super) fn write_private(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let written = options.open(path).and_then(|mut file| writeln!(file, "{text}"));
        written.with_context(|| format!("writing {}", path.display()))
    }

    /// Waits until somebody has written a file.
    #[allow(clippy::disallowed_methods, reason = "a demo waits for real programs")]
    pub(super) fn wait_for(&self, path: &Path, patience: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        while !path.is_file() {
            if began.elapsed() > patience {
                bail!(
                    "{} did not appear; see the logs in {}",
                    path.display(),
                    self.directory.display()
                );
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
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

fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a free port")?;
    Ok(listener.local_addr()?.port())
}
