//! Settings as somebody wrote them: a TOML file, `MACADAM_…` variables, flags; the last one wins.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ConfigError, Problem};

/// What `macadam serve` can be told on the command line; the file can say more.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ServeArgs {
    /// Settings file (TOML)
    #[arg(long, short, env = "MACADAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// HTTPS address that devices and administrators use
    #[arg(long, env = "MACADAM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Address and port to serve HTTPS on; repeatable
    #[arg(long, env = "MACADAM_LISTEN", value_name = "ADDRESS", value_delimiter = ',')]
    pub listen: Vec<SocketAddr>,
    /// Address and port to serve plain HTTP on, for a proxy; repeatable
    #[arg(long, env = "MACADAM_LISTEN_HTTP", value_name = "ADDRESS", value_delimiter = ',')]
    pub listen_http: Vec<SocketAddr>,
    /// Directory for the database, keys and certificates
    #[arg(long, env = "MACADAM_DATA_DIR", value_name = "DIRECTORY")]
    pub data_dir: Option<PathBuf>,
    /// `postgres://…`; without it, SQLite in the data directory
    #[arg(long, env = "MACADAM_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// File of the key that seals secrets at rest
    #[arg(long, env = "MACADAM_SEALING_KEY_FILE", value_name = "FILE")]
    pub sealing_key_file: Option<PathBuf>,
}

/// The settings file. Every name here is documented in `docs/configuration.md`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawConfig {
    pub(crate) public_url: Option<String>,
    pub(crate) listen: Vec<SocketAddr>,
    pub(crate) listen_http: Vec<SocketAddr>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) database_url: Option<String>,
    pub(crate) sealing_key_file: Option<PathBuf>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) organization: Option<String>,
    pub(crate) tls: RawTls,
    pub(crate) device_ca: RawDeviceCa,
    pub(crate) feed: RawFeed,
    pub(crate) push: RawPush,
    pub(crate) fleet_clock: RawFleetClock,
    pub(crate) limits: RawLimits,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawTls {
    pub(crate) certificate_file: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) asks_for_certificates: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawDeviceCa {
    pub(crate) roots_files: Vec<PathBuf>,
    pub(crate) blueprint: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawFeed {
    pub(crate) url: Option<String>,
    pub(crate) roots_file: Option<PathBuf>,
    pub(crate) every_minutes: Option<u32>,
    pub(crate) busy_every_minutes: Option<u32>,
    pub(crate) is_enabled: Option<bool>,
    pub(crate) community_url: Option<String>,
    pub(crate) community_roots_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawPush {
    pub(crate) url: Option<String>,
    pub(crate) roots_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawFleetClock {
    pub(crate) mode: Option<String>,
    pub(crate) start: Option<String>,
    pub(crate) factor: Option<f64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawLimits {
    pub(crate) concurrent_requests: Option<usize>,
    pub(crate) connections: Option<usize>,
    pub(crate) pushes_per_second: Option<u32>,
    pub(crate) history_days: Option<u32>,
}

impl RawConfig {
    /// Reads the settings file, if there is one, and lays variables and flags over it.
    pub(crate) fn load(args: &ServeArgs) -> Result<Self, ConfigError> {
        let mut raw = match &args.config {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        raw.overlay(args.clone());
        Ok(raw)
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let problem = |message: String| ConfigError {
            problems: vec![Problem { setting: path.display().to_string(), message }],
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| problem(format!("cannot be read: {error}")))?;
        toml::from_str(&text).map_err(|error| problem(error.to_string()))
    }

    fn overlay(&mut self, args: ServeArgs) {
        fn put<T>(setting: &mut Option<T>, given: Option<T>) {
            if given.is_some() {
                *setting = given;
            }
        }
        put(&mut self.public_url, args.public_url);
        put(&mut self.data_dir, args.data_dir);
        put(&mut self.database_url, args.database_url);
        put(&mut self.sealing_key_file, args.sealing_key_file);
        if !args.listen.is_empty() || !args.listen_http.is_empty() {
            // Told where to listen, the server listens there and nowhere else.
            self.listen = args.listen;
            self.listen_http = args.listen_http;
        }
    }
}
