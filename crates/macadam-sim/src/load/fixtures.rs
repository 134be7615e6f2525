//! The devices of a load, with identities from an authority outside of the server.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use macadam_pki::{
    Certificate, Identity, IssueCertificateError, KeyKind, LoadAuthorityError, PrivateKey,
};
use serde::{Deserialize, Serialize};

use crate::device::Device;
use crate::fleet::Fleet;
use crate::identity::{DeviceAuthority, KeyPool, LoadIdentityError};

/// The most keys that are made; devices share them, since RSA keys are slow to make.
const KEY_LIMIT: usize = 16;

/// The devices of a load, as a directory keeps them.
pub struct Fixtures {
    directory: PathBuf,
    saved: Saved,
}

/// One device of a load.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fixture {
    /// The UDID.
    pub udid: String,
    /// The serial number.
    pub serial: String,
    /// Its own certificate, as PEM.
    certificate: String,
    /// Which of the shared keys it has.
    key: usize,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    topic: String,
    keys: Vec<String>,
    fleet: Fleet,
    devices: Vec<Fixture>,
}

/// The devices of a load cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum FixturesError {
    /// A file cannot be read or written.
    #[error("{path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The saved devices are broken.
    #[error("saved devices cannot be read")]
    Decode(#[source] serde_json::Error),
    /// A certificate could not be made.
    #[error("identity of a device cannot be issued")]
    Issue(#[from] IssueCertificateError),
    /// The saved authority is broken.
    #[error("saved device authority cannot be read")]
    Authority(#[from] LoadAuthorityError),
    /// A saved identity is broken.
    #[error(transparent)]
    Identity(#[from] LoadIdentityError),
}

impl Fixtures {
    /// Makes the authority of a load and writes `device-ca.pem`, for the server's configuration.
    ///
    /// An authority that is there already is kept.
    pub fn authority(
        directory: &Path,
        now: Timestamp,
        seed: u64,
    ) -> Result<DeviceAuthority, FixturesError> {
        let (certificate, key) = (directory.join("device-ca.pem"), directory.join("device-ca.key"));
        if let (Ok(certificate), Ok(key)) =
            (std::fs::read_to_string(&certificate), std::fs::read_to_string(&key))
        {
            return Ok(DeviceAuthority::load(&certificate, &key, now, seed)?);
        }
        std::fs::create_dir_all(directory)
            .map_err(|source| FixturesError::File { path: directory.to_owned(), source })?;
        let authority = DeviceAuthority::create(KeyKind::Rsa2048, now, seed)?;
        let (certificate_pem, key_pem) = authority.to_pem();
        write(&key, key_pem.as_bytes())?;
        write(&certificate, certificate_pem.as_bytes())?;
        Ok(authority)
    }

    /// Issues an identity for each device of a fleet and saves everything.
    pub fn create(
        directory: &Path,
        fleet: Fleet,
        topic: &str,
        now: Timestamp,
    ) -> Result<Self, FixturesError> {
        let mut authority = Self::authority(directory, now, fleet.plan.seed)?;
        let size = fleet.members.len().clamp(1, KEY_LIMIT);
        let mut pool = KeyPool::generate(KeyKind::Rsa2048, size);
        let keys: Vec<String> = (0..size).map(|_| pool.next_key().to_pem().to_string()).collect();
        let mut devices = Vec::with_capacity(fleet.members.len());
        for (index, member) in fleet.members.iter().enumerate() {
            let hardware = member.device.hardware();
            let identity = authority.issue(pool.next_key(), &hardware.serial)?;
            devices.push(Fixture {
                udid: hardware.udid.clone(),
                serial: hardware.serial.clone(),
                certificate: identity.certificate().to_pem(),
                key: index % size,
            });
        }
        let saved = Saved { topic: topic.to_owned(), keys, fleet, devices };
        let fixtures = Self { directory: directory.to_owned(), saved };
        fixtures.save()?;
        Ok(fixtures)
    }

    /// Reads what [`Fixtures::create`] saved.
    pub fn open(directory: &Path) -> Result<Self, FixturesError> {
        let path = directory.join("devices.json");
        let json = std::fs::read(&path).map_err(|source| FixturesError::File { path, source })?;
        let saved = serde_json::from_slice(&json).map_err(FixturesError::Decode)?;
        Ok(Self { directory: directory.to_owned(), saved })
    }

    /// Saves the devices, such as after they enrolled.
    pub fn save(&self) -> Result<(), FixturesError> {
        let json = serde_json::to_vec(&self.saved).map_err(FixturesError::Decode)?;
        write(&self.directory.join("devices.json"), &json)
    }

    /// Where they are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The push topic that they enroll with.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.saved.topic
    }

    /// The devices.
    #[must_use]
    pub fn devices(&self) -> &[Fixture] {
        &self.saved.devices
    }

    /// The fleet that the devices are members of, in the same order.
    pub(super) fn fleet_mut(&mut self) -> &mut Fleet {
        &mut self.saved.fleet
    }

    /// The simulated device behind one of them.
    pub(super) fn simulated(&self, index: usize) -> Option<&Device> {
        self.saved.fleet.members.get(index).map(|member| &member.device)
    }

    /// One of the keys that devices have.
    pub(super) fn some_key(&self) -> Result<PrivateKey, LoadIdentityError> {
        Ok(PrivateKey::from_pem(self.saved.keys.first().map_or("", String::as_str))?)
    }

    /// The identity of a device.
    pub(super) fn identity(&self, device: &Fixture) -> Result<Identity, LoadIdentityError> {
        let key = self.saved.keys.get(device.key).map_or("", String::as_str);
        let certificate = Certificate::from_pem(&device.certificate)?;
        Ok(Identity::new(certificate, PrivateKey::from_pem(key)?)?)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), FixturesError> {
    std::fs::write(path, bytes)
        .map_err(|source| FixturesError::File { path: path.to_owned(), source })
}
