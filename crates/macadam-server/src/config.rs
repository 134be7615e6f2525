//! Settings: what somebody wrote ([`raw`]), checked into what the server can rely on ([`Config`]).
//!
//! Every problem is found before the first one is reported, and the server does not start on any.

mod network;
mod raw;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use macadam_pki::Certificate;
use secrecy::{ExposeSecret, SecretString};

pub use network::Network;
pub use raw::ServeArgs;
use raw::{RawConfig, RawDeviceCa, RawFeed, RawFleetClock, RawLimits, RawPush, RawTls};

/// Settings that have been checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// What devices and administrators are told; no path, no slash at the end.
    pub public_url: String,
    /// Where HTTPS is served.
    pub listen: Vec<SocketAddr>,
    /// Where plain HTTP is served: loopback, or for the proxies in `trusted_proxies`.
    pub listen_http: Vec<SocketAddr>,
    pub data_dir: PathBuf,
    pub database: Database,
    pub sealing_key_file: PathBuf,
    /// Proxies whose `Client-Cert` and `Forwarded` headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// Shown to people when they enroll.
    pub organization: String,
    pub tls: Tls,
    /// Whether HTTPS asks clients for a certificate, which devices may show as their identity.
    pub asks_for_certificates: bool,
    pub device_ca: DeviceCa,
    pub feed: FeedSettings,
    pub push: PushSettings,
    pub fleet_clock: FleetClockSettings,
    pub limits: ServerLimits,
}

/// Where durable state lives.
#[derive(Clone, Debug)]
pub enum Database {
    Sqlite(PathBuf),
    Postgres(SecretString),
}

/// Authorities besides our own whose certificates are device identities.
#[derive(Clone, Debug)]
pub struct DeviceCa {
    pub roots: Vec<Certificate>,
    /// The blueprint, by name, for their devices that are in none.
    pub blueprint: Option<String>,
}

/// The certificate HTTPS is served with.
#[derive(Clone, Debug)]
pub enum Tls {
    /// Issued by our own authority for the public URL's host, and renewed by itself.
    SelfIssued,
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
}

/// Apple's release feed.
#[derive(Clone, Debug)]
pub struct FeedSettings {
    pub is_enabled: bool,
    pub url: String,
    /// Authorities of the feed's certificate; `None` is Apple's root.
    pub roots: Option<Vec<Certificate>>,
    pub every: Duration,
    /// Between 16:30 and 19:30 UTC on weekdays, when Apple releases.
    pub busy_every: Duration,
    /// Where the community's feed about vulnerabilities is; `None` to do without.
    pub community_url: Option<String>,
    /// Authorities of its certificate; `None` for those of the public web.
    pub community_roots: Option<Vec<Certificate>>,
}

/// Apple's push service.
#[derive(Clone, Debug)]
pub struct PushSettings {
    pub url: String,
    /// Authorities of the push service's certificate; `None` is the public web's.
    pub roots: Option<Vec<Certificate>>,
}

/// The time that deadlines, the catalog and workers live in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FleetClockSettings {
    Real,
    /// Begins at `start` when the server first starts, and runs `factor` times as fast.
    Accelerated {
        start: Timestamp,
        factor: f64,
    },
}

/// How much the server takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Requests in the works at once; those beyond are answered 503.
    pub concurrent_requests: usize,
    pub connections: usize,
    pub pushes_per_second: u32,
    /// How long timelines and finished commands are kept.
    pub history: Duration,
}

/// The settings cannot be used; every reason is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub problems: Vec<Problem>,
}

/// One setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its name in the settings file.
    pub setting: String,
    pub message: String,
}

impl Config {
    /// Reads the file, the variables and the flags, and checks them.
    pub fn load(args: &ServeArgs) -> Result<Self, ConfigError> {
        Self::check(RawConfig::load(args)?)
    }

    /// Checks a settings file's text.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let raw = toml::from_str(text).map_err(|error| ConfigError {
            problems: vec![Problem { setting: "settings".into(), message: error.to_string() }],
        })?;
        Self::check(raw)
    }

    fn check(raw: RawConfig) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let data_dir = raw.data_dir.unwrap_or_else(|| "/var/lib/macadam".into());
        let trusted_proxies = problems.networks(&raw.trusted_proxies);
        let config = Self {
            public_url: problems.public_url(raw.public_url.as_deref()),
            database: problems.database(raw.database_url, &data_dir),
            sealing_key_file: raw.sealing_key_file.unwrap_or_else(|| data_dir.join("sealing.key")),
            listen_http: problems.plain_listeners(raw.listen_http, &trusted_proxies),
            listen: raw.listen,
            trusted_proxies,
            organization: raw.organization.unwrap_or_else(|| "Macadam".into()),
            asks_for_certificates: raw.tls.asks_for_certificates.unwrap_or(true),
            tls: problems.tls(raw.tls),
            device_ca: problems.device_ca(raw.device_ca),
            feed: problems.feed(&raw.feed),
            push: problems.push(&raw.push),
            fleet_clock: problems.fleet_clock(&raw.fleet_clock),
            limits: problems.limits(&raw.limits),
            data_dir,
        };
        problems.none_or(config.with_default_listener())
    }

    /// Told nothing, the server serves HTTPS on the usual port of device management.
    fn with_default_listener(mut self) -> Self {
        if self.listen.is_empty() && self.listen_http.is_empty() {
            self.listen.push(SocketAddr::from(([0, 0, 0, 0], 8443)));
        }
        self
    }

    /// The host of the public URL, for the server's own certificate.
    pub fn public_host(&self) -> &str {
        let authority = self.public_url.split_once("://").map_or("", |(_, rest)| rest);
        match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => authority.split_once(':').map_or(authority, |(host, _)| host),
        }
    }
}

impl Database {
    /// The URL that `macadam-store` opens.
    pub fn url(&self) -> SecretString {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()).into(),
            Self::Postgres(url) => url.clone(),
        }
    }
}

/// Collects what is wrong while the good values are kept.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn none_or(self, config: Config) -> Result<Config, ConfigError> {
        if self.0.is_empty() { Ok(config) } else { Err(ConfigError { problems: self.0 }) }
    }

    fn add(&mut self, setting: &str, message: impl Into<String>) {
        self.0.push(Problem { setting: setting.into(), message: message.into() });
    }

    fn public_url(&mut self, url: Option<&str>) -> String {
        let Some(url) = url else {
            self.add("public_url", "is missing: give the https:// address that devices will use");
            return String::new();
        };
        self.origin("public_url", url, &["https://"])
    }

    /// A scheme and authority without a path.
    fn origin(&mut self, setting: &str, url: &str, schemes: &[&str]) -> String {
        let url = url.trim_end_matches('/');
        let has_scheme = schemes.iter().any(|scheme| url.starts_with(scheme));
        match url.parse::<http::Uri>() {
            Ok(uri) if has_scheme && uri.authority().is_some() && uri.path() == "/" => {}
            Ok(_) | Err(_) => {
                let schemes = schemes.join(" or ");
                self.add(setting, format!("'{url}' is not {schemes} with a host and no path"));
            }
        }
        url.to_owned()
    }

    fn url(&mut self, setting: &str, url: &str) -> String {
        let is_url = url.parse::<http::Uri>().is_ok_and(|uri| uri.authority().is_some());
        if !is_url || !url.starts_with("https://") {
            self.add(setting, format!("'{url}' is not an https:// URL"));
        }
        url.to_owned()
    }

    fn networks(&mut self, texts: &[String]) -> Vec<Network> {
        let mut networks = Vec::new();
        for text in texts {
            match text.parse() {
                Ok(network) => networks.push(network),
                Err(error) => self.add("trusted_proxies", format!("'{text}': {error}")),
            }
        }
        networks
    }

    fn plain_listeners(
        &mut self,
        addresses: Vec<SocketAddr>,
        proxies: &[Network],
    ) -> Vec<SocketAddr> {
        for address in &addresses {
            if !address.ip().is_loopback() && proxies.is_empty() {
                self.add(
                    "listen_http",
                    format!(
                        "{address} is reachable from outside: plain HTTP needs a loopback address, \
                         or the proxy in front of it named in trusted_proxies"
                    ),
                );
            }
        }
        addresses
    }

    fn database(&mut self, url: Option<String>, data_dir: &Path) -> Database {
        match url {
            None => Database::Sqlite(data_dir.join("macadam.db")),
            Some(url) => match url.strip_prefix("sqlite://") {
                Some(path) => Database::Sqlite(path.into()),
                None if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                    Database::Postgres(url.into())
                }
                None => {
                    // The URL may hold a password, so it is not repeated.
                    self.add("database_url", "must start with postgres:// or sqlite://");
                    Database::Sqlite(data_dir.join("macadam.db"))
                }
            },
        }
    }

    fn tls(&mut self, raw: RawTls) -> Tls {
        match (raw.certificate_file, raw.key_file) {
            (None, None) => Tls::SelfIssued,
            (Some(certificate), Some(key)) => {
                for (setting, path) in
                    [("tls.certificate_file", &certificate), ("tls.key_file", &key)]
                {
                    if let Err(error) = std::fs::File::open(path) {
                        self.add(setting, format!("{} cannot be read: {error}", path.display()));
                    }
                }
                Tls::Files { certificate, key }
            }
            (Some(_), None) | (None, Some(_)) => {
                self.add("tls", "needs both certificate_file and key_file, or neither");
                Tls::SelfIssued
            }
        }
    }

    fn roots(&mut self, setting: &str, path: &Path) -> Vec<Certificate> {
        let pem = match std::fs::read_to_string(path) {
            Ok(pem) => pem,
            Err(error) => {
                self.add(setting, format!("{} cannot be read: {error}", path.display()));
                return Vec::new();
            }
        };
        match Certificate::all_from_pem(&pem) {
            Ok(roots) if roots.is_empty() => {
                self.add(setting, format!("{} holds no PEM certificate", path.display()));
                roots
            }
            Ok(roots) => roots,
            Err(error) => {
                self.add(setting, format!("{}: {error}", path.display()));
                Vec::new()
            }
        }
    }

    fn device_ca(&mut self, raw: RawDeviceCa) -> DeviceCa {
        let files = raw.roots_files.iter();
        let roots = files.flat_map(|path| self.roots("device_ca.roots_files", path)).collect();
        if raw.blueprint.is_some() && raw.roots_files.is_empty() {
            let problem = "it is for devices of an authority, and roots_files names none";
            self.add("device_ca.blueprint", problem.to_owned());
        }
        DeviceCa { roots, blueprint: raw.blueprint }
    }

    fn feed(&mut self, raw: &RawFeed) -> FeedSettings {
        let url = raw.url.as_deref().unwrap_or("https://gdmf.apple.com/v2/pmv");
        FeedSettings {
            is_enabled: raw.is_enabled.unwrap_or(true),
            url: self.url("feed.url", url),
            roots: raw.roots_file.as_deref().map(|path| self.roots("feed.roots_file", path)),
            every: self.minutes("feed.every_minutes", raw.every_minutes.unwrap_or(30)),
            busy_every: self
                .minutes("feed.busy_every_minutes", raw.busy_every_minutes.unwrap_or(5)),
            community_url: self.community_url(raw),
            community_roots: raw
                .community_roots_file
                .as_deref()
                .map(|path| self.roots("feed.community_roots_file", path)),
        }
    }

    /// An empty URL turns it off, and so does turning Apple's own feed off or pointing elsewhere:
    /// who rehearses does not bother somebody else's server.
    fn community_url(&mut self, raw: &RawFeed) -> Option<String> {
        let is_default = raw.url.is_none() && raw.is_enabled.unwrap_or(true);
        let url = match &raw.community_url {
            Some(url) => Some(url.trim_end_matches('/')).filter(|url| !url.is_empty()),
            None => is_default.then_some("https://sofafeed.macadmins.io/v2"),
        };
        url.map(|url| self.url("feed.community_url", url))
    }

    fn minutes(&mut self, setting: &str, minutes: u32) -> Duration {
        if !(1..=24 * 60).contains(&minutes) {
            self.add(setting, "must be between 1 and 1440");
        }
        Duration::from_mins(minutes.into())
    }

    fn push(&mut self, raw: &RawPush) -> PushSettings {
        let url = raw.url.as_deref().unwrap_or("https://api.push.apple.com");
        PushSettings {
            url: self.origin("push.url", url, &["https://"]),
            roots: raw.roots_file.as_deref().map(|path| self.roots("push.roots_file", path)),
        }
    }

    fn fleet_clock(&mut self, raw: &RawFleetClock) -> FleetClockSettings {
        match raw.mode.as_deref().unwrap_or("real") {
            "real" => {
                if raw.start.is_some() || raw.factor.is_some() {
                    self.add("fleet_clock", "start and factor are for mode = \"accelerated\"");
                }
                FleetClockSettings::Real
            }
            "accelerated" => self.accelerated(raw),
            other => {
                self.add("fleet_clock.mode", format!("'{other}' is neither real nor accelerated"));
                FleetClockSettings::Real
            }
        }
    }

    fn accelerated(&mut self, raw: &RawFleetClock) -> FleetClockSettings {
        let start = raw.start.as_deref().unwrap_or_default().parse().unwrap_or_else(|_| {
            self.add("fleet_clock.start", "must be a moment such as 2026-03-01T06:00:00Z");
            Timestamp::UNIX_EPOCH
        });
        let factor = raw.factor.unwrap_or(1.0);
        if !(0.001..=1_000_000.0).contains(&factor) {
            self.add("fleet_clock.factor", "must be between 0.001 and 1000000");
        }
        FleetClockSettings::Accelerated { start, factor }
    }

    fn limits(&mut self, raw: &RawLimits) -> ServerLimits {
        let mut positive = |setting: &str, value: u64| {
            if value == 0 {
                self.add(setting, "must be at least 1");
            }
        };
        let limits = ServerLimits {
            concurrent_requests: raw.concurrent_requests.unwrap_or(1024),
            connections: raw.connections.unwrap_or(20_000),
            pushes_per_second: raw.pushes_per_second.unwrap_or(1000),
            history: Duration::from_hours(24 * u64::from(raw.history_days.unwrap_or(400))),
        };
        positive("limits.concurrent_requests", limits.concurrent_requests as u64);
        positive("limits.connections", limits.connections as u64);
        positive("limits.pushes_per_second", limits.pushes_per_second.into());
        positive("limits.history_days", limits.history.as_secs());
        limits
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used:")?;
        self.problems.iter().try_for_each(|problem| {
            write!(f, "\n  {}: {}", problem.setting, problem.message.trim_end())
        })
    }
}

/// Whether two settings are for the same database.
impl PartialEq for Database {
    fn eq(&self, other: &Self) -> bool {
        self.url().expose_secret() == other.url().expose_secret()
    }
}

#[cfg(test)]
mod tests;
