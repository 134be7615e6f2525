//! Both doubles of Apple's services, with the files that a server needs to use them.
//!
//! Everything is written to one directory and used again from there, so that a server that was
//! configured for the doubles can go on with them after they were restarted.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use macadam_pki::{
    CertificateAuthority, Identity, Issuance, IssueCertificateError, KeyKind, LoadAuthorityError,
    PrivateKey, PublicKey, SerialNumber, Validity,
};
use macadam_protocol::feed::Seed;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::apns::{ApnsDouble, StartApnsError, Wakes};
use crate::apple_feed::{AppleFeedDouble, Clock, StartFeedError};
use crate::identity::{LoadIdentityError, load_identity};
use crate::random::Random;

const TOPIC: &str = "com.apple.mgmt.External.5f0c9d4e-simulated";
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 366 * 5);

/// Where the doubles listen; a port of zero is chosen once and kept.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// Apple's release feed.
    pub feed: SocketAddr,
    /// Apple's push service.
    pub push: SocketAddr,
}

impl Default for Addresses {
    fn default() -> Self {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { feed: anywhere, push: anywhere }
    }
}

/// What a server's configuration needs to know, as `doubles.json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The address of the feed, with its path.
    pub feed_url: String,
    /// The address of the push service.
    pub push_url: String,
    /// The authority of both TLS certificates.
    pub roots_file: PathBuf,
    /// The push certificate to upload.
    pub push_certificate_file: PathBuf,
    /// Its key.
    pub push_key_file: PathBuf,
    /// Its topic.
    pub topic: String,
}

/// The running doubles.
pub struct Doubles {
    /// Apple's release feed.
    pub feed: AppleFeedDouble,
    /// Apple's push service.
    pub apns: ApnsDouble,
    /// The devices' end of it.
    pub wakes: Wakes,
    /// How to use them.
    pub description: Description,
}

/// The doubles did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartDoublesError {
    /// A file cannot be read or written.
    #[error("{path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// An address is taken.
    #[error("{address} cannot be listened on")]
    Listen {
        /// Which.
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    /// A certificate could not be made.
    #[error("certificate of a double cannot be made")]
    Issue(#[from] IssueCertificateError),
    /// A saved authority is broken.
    #[error("saved authority of the doubles cannot be read")]
    Authority(#[from] LoadAuthorityError),
    /// A saved certificate is broken.
    #[error(transparent)]
    Identity(#[from] LoadIdentityError),
    /// The feed did not start.
    #[error(transparent)]
    Feed(#[from] StartFeedError),
    /// The push service did not start.
    #[error(transparent)]
    Push(#[from] StartApnsError),
}

impl Doubles {
    /// Starts both, with the files of `directory`, which are made when they are missing.
    pub async fn start(
        directory: &Path,
        addresses: Addresses,
        history: Arc<Seed>,
        clock: Clock,
        now: Timestamp,
    ) -> Result<Self, StartDoublesError> {
        std::fs::create_dir_all(directory)
            .map_err(|source| StartDoublesError::File { path: directory.to_owned(), source })?;
        let files = Files { directory, now };
        let authority = files.authority()?;
        let localhost = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let tls = files.identity("tls", &authority, |key, issuance| {
            authority.issue_tls_server(key, &localhost, issuance)
        })?;
        files.identity("push-certificate", &authority, |key, issuance| {
            authority.issue_push_certificate(key, TOPIC, issuance)
        })?;
        let before = files.description();
        let feed = listen(addresses.feed, before.as_ref().map(|before| &before.feed_url)).await?;
        let push = listen(addresses.push, before.as_ref().map(|before| &before.push_url)).await?;
        let feed = AppleFeedDouble::start(feed, &tls, history, clock, 1)?;
        let (apns, wakes) = ApnsDouble::start(push, &tls, authority.certificate())?;
        let description = Description {
            feed_url: format!("https://{}/v2/pmv", feed.address()),
            push_url: format!("https://{}", apns.address()),
            roots_file: files.path("authority.pem"),
            push_certificate_file: files.path("push-certificate.pem"),
            push_key_file: files.path("push-certificate.key"),
            topic: TOPIC.to_owned(),
        };
        let json = serde_json::to_string_pretty(&description)
            .expect("paths that were joined from text are text");
        files.write("doubles.json", &json)?;
        Ok(Self { feed, apns, wakes, description })
    }
}

/// Listens where it listened before, if nothing else is asked for and it is still free.
async fn listen(
    address: SocketAddr,
    before: Option<&String>,
) -> Result<TcpListener, StartDoublesError> {
    if address.port() == 0
        && let Some(before) = before.and_then(|url| url.split('/').nth(2)?.parse().ok())
        && let Ok(listener) = TcpListener::bind::<SocketAddr>(before).await
    {
        return Ok(listener);
    }
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| StartDoublesError::Listen { address, source })
}

/// The files of the doubles.
struct Files<'a> {
    directory: &'a Path,
    now: Timestamp,
}

impl Files<'_> {
    fn authority(&self) -> Result<CertificateAuthority, StartDoublesError> {
        if let (Some(certificate), Some(key)) =
            (self.read("authority.pem"), self.read("authority.key"))
        {
            return Ok(CertificateAuthority::from_pem(&certificate, &key)?);
        }
        let key = PrivateKey::generate(KeyKind::P256);
        let issuance = self.issuance("authority", key.public_key());
        let authority =
            CertificateAuthority::create("Doubles of Apple's services", key, &issuance)?;
        let (certificate, key) = authority.to_pem();
        self.write("authority.key", &key)?;
        self.write("authority.pem", &certificate)?;
        Ok(authority)
    }

    fn identity(
        &self,
        name: &str,
        authority: &CertificateAuthority,
        issue: impl FnOnce(
            &PublicKey,
            &Issuance,
        ) -> Result<macadam_pki::Certificate, IssueCertificateError>,
    ) -> Result<Identity, StartDoublesError> {
        let (pem, key_pem) = (format!("{name}.pem"), format!("{name}.key"));
        if let (Some(certificate), Some(key)) = (self.read(&pem), self.read(&key_pem)) {
            return Ok(load_identity(&certificate, &key)?);
        }
        let key = PrivateKey::generate(KeyKind::P256);
        let issuance = self.issuance(name, key.public_key());
        let certificate = issue(key.public_key(), &issuance)?;
        self.write(&key_pem, &key.to_pem())?;
        self.write(&pem, &format!("{}{}", certificate.to_pem(), authority.certificate().to_pem()))?;
        Ok(Identity::new(certificate, key).expect("it was issued for the key"))
    }

    /// A serial number that is new because the key is.
    fn issuance(&self, name: &str, key: &PublicKey) -> Issuance {
        let seed = key
            .der()
            .iter()
            .fold(0_u64, |sum, octet| sum.wrapping_mul(31).wrapping_add(u64::from(*octet)));
        let serial_number = SerialNumber::from_random(Random::new(seed, name).octets());
        let not_before = self.now - SignedDuration::from_hours(24);
        Issuance { serial_number, validity: Validity { not_before, not_after: self.now + LIFE } }
    }

    fn description(&self) -> Option<Description> {
        serde_json::from_str(&self.read("doubles.json")?).ok()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.path(name)).ok()
    }

    /// Writes a file in one step, so that whoever waits for it never reads a part of it.
    fn write(&self, name: &str, text: &str) -> Result<(), StartDoublesError> {
        let (path, new) = (self.path(name), self.path(&format!("{name}.new")));
        std::fs::write(&new, text)
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(|source| StartDoublesError::File { path, source })
    }
}

#[cfg(test)]
mod tests {
    use macadam_protocol::feed;

    use super::*;

    #[tokio::test]
    async fn doubles_come_back_as_they_were() {
        let directory = tempfile::tempdir().unwrap();
        let start = "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap();
        let history = Arc::new(feed::seed());
        let mut seen = Vec::new();
        for _ in 0..2 {
            let clock: Clock = Arc::new(move || Some(start));
            let history = Arc::clone(&history);
            let doubles =
                Doubles::start(directory.path(), Addresses::default(), history, clock, start);
            let description = doubles.await.unwrap().description;
            let certificate = std::fs::read(&description.push_certificate_file).unwrap();
            seen.push((description.topic, description.roots_file, certificate));
        }
        assert_eq!(seen[0], seen[1]);
    }
}
