//! Which server a command asks, and with whose right.
//!
//! Flags come before variables, and variables before what `sign-in` wrote.

use std::path::PathBuf;
use std::{fs, io};

use clap::Args;
use macadam_api::client::{Client, ClientSettings};
use serde::{Deserialize, Serialize};

use crate::error::CliError;
use crate::file;
use crate::shell::Shell;

/// Options of every command that asks a server.
#[derive(Debug, Args)]
pub(crate) struct Connection {
    /// Address of the server [env: MACADAM_URL]
    #[arg(long, global = true, value_name = "URL", help_heading = "Connection")]
    pub(crate) url: Option<String>,
    /// File with an API token [env: MACADAM_TOKEN holds the token itself]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Connection")]
    pub(crate) token_file: Option<PathBuf>,
    /// Certificates to trust beside the machine's own, in PEM [env: MACADAM_CA_FILE]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Connection")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Print the API's answer as it is
    #[arg(long, global = true, help_heading = "Connection")]
    pub(crate) json: bool,
}

/// What `sign-in` remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Saved {
    pub(crate) url: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) ca_file: Option<PathBuf>,
}

impl Connection {
    /// A client that has a token.
    pub(crate) fn client(&self, shell: &Shell) -> Result<Client, CliError> {
        let saved = Saved::load(shell)?;
        let client = self.anonymous(shell, &saved)?;
        let url = self.address(shell, &saved)?;
        match self.token(shell, &saved, &url)? {
            Some(token) => Ok(client.with_token(&token)),
            None => Err(CliError::NoToken(url)),
        }
    }

    /// A client without a token, for signing in.
    pub(crate) fn anonymous(&self, shell: &Shell, saved: &Saved) -> Result<Client, CliError> {
        let url = self.address(shell, saved)?;
        let roots = self.ca_file(shell, saved).map(|path| file::read(&path)).transpose()?;
        let extra_roots_pem = roots.as_deref();
        Ok(Client::new(ClientSettings { url: &url, token: None, extra_roots_pem })?)
    }

    pub(crate) fn address(&self, shell: &Shell, saved: &Saved) -> Result<String, CliError> {
        let url = self.url.as_deref().or_else(|| shell.variable("MACADAM_URL"));
        url.or(saved.url.as_deref()).map(str::to_owned).ok_or(CliError::NoServer)
    }

    pub(crate) fn ca_file(&self, shell: &Shell, saved: &Saved) -> Option<PathBuf> {
        let variable = || shell.variable("MACADAM_CA_FILE").map(PathBuf::from);
        self.ca_file.clone().or_else(variable).or_else(|| saved.ca_file.clone())
    }

    fn token(&self, shell: &Shell, saved: &Saved, url: &str) -> Result<Option<String>, CliError> {
        if let Some(path) = &self.token_file {
            let bytes = file::read(path)?;
            return Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()));
        }
        if let Some(token) = shell.variable("MACADAM_TOKEN") {
            return Ok(Some(token.to_owned()));
        }
        // The token of one server is nothing for another.
        Ok(saved.token.clone().filter(|_| saved.url.as_deref() == Some(url)))
    }
}

impl Saved {
    pub(crate) fn load(shell: &Shell) -> Result<Self, CliError> {
        let Ok(path) = path(shell) else { return Ok(Self::default()) };
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|error| CliError::Parse { path, source: error.into() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(CliError::Read { path, source }),
        }
    }

    /// Writes the file, for its owner only.
    pub(crate) fn store(&self, shell: &Shell) -> Result<PathBuf, CliError> {
        let path = path(shell)?;
        let text = toml::to_string(self).expect("three texts are always TOML");
        let directory = path.parent().map_or(Ok(()), fs::create_dir_all);
        match directory.and_then(|()| file::write_private(&path, text.as_bytes())) {
            Ok(()) => Ok(path),
            Err(source) => Err(CliError::WriteFile { path, source }),
        }
    }
}

/// Where the per-user settings are.
fn path(shell: &Shell) -> Result<PathBuf, CliError> {
    if let Some(path) = shell.variable("MACADAM_CLIENT_CONFIG") {
        return Ok(path.into());
    }
    let directory = match (shell.variable("XDG_CONFIG_HOME"), shell.variable("HOME")) {
        (Some(config), _) => PathBuf::from(config),
        (None, Some(home)) => PathBuf::from(home).join(".config"),
        (None, None) => return Err(CliError::NoHome),
    };
    Ok(directory.join("macadam").join("client.toml"))
}
