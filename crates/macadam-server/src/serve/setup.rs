//! What a server needs before it can serve: made at the first start, found at every later one.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use macadam_pki::{
    Certificate, CertificateAuthority, Issuance, IssueCertificateError, KeyKind,
    LoadAuthorityError, PrivateKey, SerialNumber, Validity,
};
use macadam_store::{Store, StoreError};
use secrecy::{ExposeSecret, SecretSlice};
use thiserror::Error;

use crate::clock::{Ids, WallClock};

/// Devices trust the authority for as long as their enrollment lasts.
const AUTHORITY_LIFE: SignedDuration = SignedDuration::from_hours(24 * 365 * 20);
const AUTHORITY: &str = "device_authority";
/// Its certificate, in the data directory.
const AUTHORITY_FILE: &str = "ca.pem";

/// Something the server needs could not be made or found.
#[derive(Debug, Error)]
pub enum SetUpError {
    #[error("cannot create the data directory {path}")]
    DataDirectory { path: PathBuf, source: io::Error },
    #[error("cannot read or create the sealing key {path}")]
    SealingKey { path: PathBuf, source: io::Error },
    #[error("the sealing key {path} is not the base64 of 32 bytes")]
    SealingKeyShape { path: PathBuf },
    #[error("cannot make the authority for device identities")]
    MakeAuthority(#[from] IssueCertificateError),
    #[error("the stored authority for device identities cannot be read")]
    LoadAuthority(#[from] LoadAuthorityError),
    #[error("cannot write the authority's certificate to {path}")]
    PublishAuthority { path: PathBuf, source: io::Error },
    #[error("the database did not do its part")]
    Store(#[from] StoreError),
}

pub(super) fn create_data_dir(path: &Path) -> Result<(), SetUpError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| SetUpError::DataDirectory { path: path.to_owned(), source })
}

/// Reads the key that seals secrets at rest, or makes it at the first start.
pub(super) fn sealing_key(path: &Path, ids: &Ids) -> Result<[u8; 32], SetUpError> {
    let failed = |source| SetUpError::SealingKey { path: path.to_owned(), source };
    let created = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match created {
        Ok(mut file) => {
            let key = ids.random();
            let text = STANDARD.encode(key) + "\n";
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path).map_err(failed)?;
            let key = STANDARD.decode(text.trim()).ok().and_then(|key| key.try_into().ok());
            key.ok_or_else(|| SetUpError::SealingKeyShape { path: path.to_owned() })
        }
        Err(error) => Err(failed(error)),
    }
}

/// The authority of device identities, made at the first start. With two servers starting at
/// once, both get the same.
pub(super) async fn authority(
    store: &Store,
    clock: &WallClock,
    ids: &Ids,
) -> Result<CertificateAuthority, SetUpError> {
    let stored = match store.secret(AUTHORITY).await? {
        Some(stored) => stored,
        None => {
            let (certificate, key) = make_authority(clock.now(), ids)?.to_pem();
            let pem = format!("{certificate}\n{}", key.as_str());
            let pem = SecretSlice::from(pem.into_bytes());
            store.secret_or_insert(clock.now(), AUTHORITY, pem).await?
        }
    };
    let pem = String::from_utf8_lossy(stored.expose_secret());
    Ok(CertificateAuthority::from_pem(&pem, &pem)?)
}

/// Writes the authority's certificate where an administrator finds it: whoever trusts it trusts
/// the certificate that the server issued itself.
pub(super) fn publish_authority(
    data_dir: &Path,
    certificate: &Certificate,
) -> Result<(), SetUpError> {
    let path = data_dir.join(AUTHORITY_FILE);
    fs::write(&path, certificate.to_pem())
        .map_err(|source| SetUpError::PublishAuthority { path, source })
}

fn make_authority(now: Timestamp, ids: &Ids) -> Result<CertificateAuthority, SetUpError> {
    let validity = Validity {
        not_before: now.checked_sub(SignedDuration::from_hours(1)).unwrap_or(now),
        not_after: now.checked_add(AUTHORITY_LIFE).unwrap_or(Timestamp::MAX),
    };
    let serial_number = SerialNumber::from_random(ids.random());
    let key = PrivateKey::generate(KeyKind::Rsa2048);
    let issuance = Issuance { serial_number, validity };
    Ok(CertificateAuthority::create("Macadam device authority", key, &issuance)?)
}
